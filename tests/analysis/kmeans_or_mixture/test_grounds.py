from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis.kmeans_or_mixture import grounds as lesson
from core.analysis.kmeans_or_mixture.compare import agreement
from core.analysis.kmeans_or_mixture.grounds import Facts, comparison, facts, recommend
from core.numbers import figure

PLAIN = Facts(
    rows=1_000,
    features=2,
    components=3,
    n_parameters=17,
    adjusted_rand_index=0.8,
    share_unclear=0.01,
    elongation=1.2,
    elongated_groups=0,
    spread_ratio=1.1,
    size_ratio=1.5,
    admissible=True,
)

FIRING = {
    lesson.same_story: {"adjusted_rand_index": 0.99},
    lesson.elongated: {"elongation": 4.0},
    lesson.unequal_spread: {"spread_ratio": 3.0},
    lesson.unequal_size: {"size_ratio": 9.0},
    lesson.overlapping: {"share_unclear": 0.3},
    lesson.too_few_rows: {"rows": 50},
    lesson.predicts_better: {"held_out_gain": 0.3, "held_out_error": 0.1},
    lesson.predicts_no_better: {"held_out_gain": 0.1, "held_out_error": 0.2},
    lesson.unsound: {"admissible": False},
}


def long_and_round(seed=0):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(size=(80, 2)) * [5, 0.5], rng.normal(size=(40, 2)) + np.array([0, 9])])


def told(rows, plan, policy=None):
    """The lines by their aspect, and what they were made of."""
    fitted = core.fit(rows, plan)
    part = core.k_means(rows, plan.components)
    shares = fitted.mixture.responsibilities(rows)
    measured = facts(fitted, shares, agreement(shares.argmax(axis=1), part.labels))
    odd = core.anomalies(fitted, rows, policy or core.TopRows(3))
    return {line.aspect: line for line in comparison(measured, fitted, part, odd)}, measured, fitted, part, odd


@pytest.mark.parametrize("rule", FIRING, ids=lambda rule: rule.__name__)
def test_every_rule_fires_on_its_fact_and_not_without_it(rule):
    assert rule(PLAIN) is None
    assert rule(replace(PLAIN, **FIRING[rule])) is not None


@pytest.mark.parametrize(("gain", "error"), [(0.3, 0.2), (0.09, 0.001), (float("nan"), float("nan"))])
def test_a_gain_that_is_unsure_small_or_unknown_speaks_for_neither(gain, error):
    measured = replace(PLAIN, held_out_gain=gain, held_out_error=error)
    assert lesson.predicts_better(measured) is None
    assert lesson.predicts_no_better(measured) is None


def test_every_rule_is_tested():
    assert {*lesson.FOR_THE_MIXTURE, *lesson.FOR_K_MEANS, lesson.same_story} == set(FIRING)


@pytest.mark.parametrize(
    ("change", "recommendation"),
    [
        ({}, "Neither has a clear advantage here"),
        ({"elongation": 4.0}, "Use the mixture here"),
        ({"adjusted_rand_index": 0.99}, "Either will do here"),
        ({"rows": 50}, "Use K-Means here"),
        ({"held_out_gain": 0.3, "held_out_error": 0.1}, "Use the mixture here"),
        ({"held_out_gain": -0.1, "held_out_error": 0.1}, "Use K-Means here"),
        ({"held_out_gain": -0.1, "held_out_error": 0.1, "elongation": 4.0}, "Use K-Means here"),
        ({"admissible": False, "elongation": 4.0}, "Use K-Means here"),
        ({"components": 1}, "With one group there is nothing to choose: both hold all rows."),
    ],
)
def test_the_recommendation_follows_the_facts(change, recommendation):
    assert recommend(replace(PLAIN, **change)).sentence == recommendation


def test_what_speaks_against_the_mixture_is_told_beside_what_speaks_for_it():
    grounds = recommend(replace(PLAIN, elongation=4.0, rows=50)).grounds
    assert [each.startswith("but ") for each in grounds] == [False, True]


def test_the_facts_are_measured_on_the_groups():
    _, measured, *_ = told(long_and_round(), core.Plan(components=2))
    assert measured.elongation == pytest.approx(10, rel=0.3)
    assert measured.elongated_groups == 1
    assert measured.size_ratio == pytest.approx(2, rel=0.05)
    assert (measured.rows, measured.features, measured.components) == (120, 2, 2)


def test_a_flat_group_leaves_the_facts_finite():
    fitted = core.fit(long_and_round(), core.Plan(components=2))
    flat = replace(fitted.mixture, covariances=np.array([np.eye(2), np.diag([1.0, 0.0])]))
    shares = np.tile([0.5, 0.5], (120, 1))
    split = agreement(np.arange(120) % 2, np.arange(120) % 2)
    measured = facts(replace(fitted, mixture=flat), shares, split)
    assert np.isfinite([measured.elongation, measured.spread_ratio]).all()
    assert measured.share_unclear == 1.0


def test_the_comparison_has_its_seven_aspects():
    lines, *_ = told(long_and_round(), core.Plan(components=2))
    assert list(lines) == ["Assignment", "Shape", "Algorithm", "Output", "Generative", "Anomalies", "Speed"]


def test_the_comparison_speaks_of_this_data():
    lines, measured, fitted, part, _ = told(long_and_round(), core.Plan(components=2))
    assert "120 rows" in lines["Assignment"].k_means
    assert f"{round(measured.share_unclear * 120)} of 120" in lines["Assignment"].mixture
    assert "1 of 2 groups is clearly elongated (up to " in lines["Shape"].mixture
    assert f"settled after {part.iterations} pass" in lines["Algorithm"].k_means
    assert f"settled after {len(fitted.trace)} passes" in lines["Algorithm"].mixture
    assert "11 numbers" in lines["Output"].mixture
    assert f"{fitted.log_likelihood:.2f}".replace("-", "−") in lines["Generative"].mixture
    assert "3 rows of 120 look odd" in lines["Anomalies"].mixture


def test_what_chance_would_flag_is_that_of_the_chosen_line():
    lines, *_, odd = told(long_and_round(), core.Plan(components=2), core.TopRows(60))
    assert odd.expected_false_alarms > 20
    assert f"chance alone would flag about {odd.expected_false_alarms:.0f}." in lines["Anomalies"].mixture


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (core.Outcome.ITERATION_LIMIT, "not settled after"),
        (core.Outcome.CANCELLED, "cancelled after"),
        (core.Outcome.COLLAPSED, "collapsed after"),
    ],
)
def test_what_did_not_settle_is_not_said_to_have(outcome, word):
    _, measured, fitted, part, odd = told(long_and_round(), core.Plan(components=2))
    lines = comparison(measured, replace(fitted, outcome=outcome), replace(part, outcome=outcome), odd)
    assert word in lines[2].k_means
    assert word in lines[2].mixture


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ("EII", "Round groups of one width (EII)."),
        ("VII", "Round groups of different widths (VII): the widest is "),
        ("VVI", "Ellipses along the axes of different volumes (VVI): "),
        ("EEE", "Ellipses turned alike of one volume (EEE): "),
    ],
)
def test_the_shape_is_that_of_the_family(family, said):
    lines, *_ = told(long_and_round(), core.Plan(components=2, family=core.family(family)))
    assert lines["Shape"].mixture.startswith(said)


def test_no_group_is_called_elongated_where_none_is():
    rng = np.random.default_rng(1)
    rows = np.concatenate([rng.normal(size=(200, 2)), rng.normal(size=(200, 2)) + 9])
    lines, *_ = told(rows, core.Plan(components=2))
    assert "none is clearly elongated (at most 1." in lines["Shape"].mixture


def test_one_column_has_no_shape_but_a_width():
    lines, *_ = told(long_and_round()[:, [1]], core.Plan(components=2))
    assert "Bell curves of different widths" in lines["Shape"].mixture
    assert lines["Shape"].k_means.startswith("Stretches")


def test_one_group_is_not_compared_with_itself():
    lines, *_ = told(long_and_round(), core.Plan(components=1))
    assert lines["Assignment"].mixture == "All 120 rows are in the one group."
    assert lines["Shape"].mixture.startswith("One ellipse (VVV), ")
    assert "1 groups" not in "".join(line.mixture + line.k_means for line in lines.values())


def test_the_work_is_counted():
    lines, _, fitted, part, _ = told(long_and_round(), core.Plan(components=2))
    assert "of 480 multiplications" in lines["Speed"].k_means  # 120 rows x 2 groups x 2 columns
    assert "of 1,440 multiplications" in lines["Speed"].mixture  # x 3 for whole covariances
    ratio = figure(3 * len(fitted.trace) / part.iterations, 2)
    assert f"{ratio} times the work" in lines["Speed"].mixture


def recommended(rows, plan):
    """The recommendation on rows, the gain on those held out included."""
    fitted, part = core.fit(rows, plan), core.k_means(rows, plan.components)
    shares = fitted.mixture.responsibilities(rows)
    gain = core.ladder(rows, plan.components, (plan.family,)).gain_over_k_means(plan.family.name)
    return recommend(facts(fitted, shares, agreement(shares.argmax(axis=1), part.labels), gain=gain))


def test_long_groups_side_by_side_bring_about_trust_in_the_mixture():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(400, 2)) * [6, 0.6] + np.repeat([[0, 0], [0, 5]], 200, axis=0)
    found = recommended(rows, core.Plan("VVV", 2))
    assert found.sentence == "Use the mixture here"
    assert any("times as long as wide" in each for each in found.grounds)
    assert any("as likely under the mixture as under K-Means" in each for each in found.grounds)


def test_round_groups_far_apart_bring_about_that_either_will_do():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(300, 2)) + np.repeat([[0, 0], [12, 0], [0, 12]], 100, axis=0)
    assert recommended(rows, core.Plan("EII", 3)).sentence == "Either will do here"


@pytest.mark.parametrize("seed", [0, 3])
def test_few_rows_for_many_numbers_that_do_not_predict_bring_about_trust_in_k_means(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(60, 3)) + np.repeat([[0, 0, 0], [4, 0, 0]], 30, axis=0)
    found = recommended(rows, core.Plan("VVV", 2))
    assert found.sentence == "Use K-Means here"
    assert any("rows are few for the mixture's 19 numbers" in each for each in found.grounds)
    assert any("rows held out are no likelier under the mixture" in each for each in found.grounds)


def test_round_groups_of_somewhat_different_sizes_that_touch_give_neither_an_advantage():
    rows = np.random.default_rng(0).normal(size=(600, 2))
    rows[:142, 0] += 3.2
    found = recommended(rows, core.Plan("EII", 2))
    assert found.sentence == "Neither has a clear advantage here"
    assert "of rows lie between groups: too little of each to decide" in found.grounds[0]
