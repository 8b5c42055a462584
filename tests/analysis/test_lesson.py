from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis import lesson
from core.analysis.compare import agreement
from core.analysis.lesson import Facts, comparison, facts, trust

PLAIN = Facts(
    rows=1_000,
    features=2,
    components=3,
    n_parameters=17,
    adjusted_rand_index=0.8,
    share_unclear=0.01,
    elongation=1.2,
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
    lesson.unsound: {"admissible": False},
}


@pytest.mark.parametrize("rule", FIRING, ids=lambda rule: rule.__name__)
def test_every_rule_fires_on_its_fact_and_not_without_it(rule):
    assert rule(PLAIN) is None
    assert rule(replace(PLAIN, **FIRING[rule])) is not None


def test_every_rule_is_tested():
    assert {*lesson.FOR_THE_MIXTURE, *lesson.FOR_K_MEANS, lesson.same_story} == set(FIRING)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "Neither has a clear advantage here"),
        ({"elongation": 4.0}, "Trust the mixture here"),
        ({"adjusted_rand_index": 0.99}, "Either will do here"),
        ({"rows": 50}, "Trust K-Means here"),
        ({"admissible": False, "elongation": 4.0}, "Trust K-Means here"),
        ({"components": 1}, "With one group there is nothing to choose: both hold all rows."),
    ],
)
def test_the_verdict_follows_the_facts(change, verdict):
    assert trust(replace(PLAIN, **change)).sentence == verdict


def test_the_comparison_speaks_of_this_data():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(80, 2)) * [5, 0.5], rng.normal(size=(40, 2)) + np.array([0, 9])])
    fitted = core.fit(rows, core.Plan(components=2))
    shares = fitted.mixture.responsibilities(rows)
    part = core.k_means(rows, 2)
    measured = facts(fitted, shares, agreement(shares.argmax(axis=1), part.labels))
    assert measured.elongation == pytest.approx(10, rel=0.3)
    lines = comparison(measured, fitted, part, flagged=3)
    aspects = ["Assignment", "Shape", "Algorithm", "Output", "Generative", "Anomalies", "Speed"]
    assert [line.aspect for line in lines] == aspects
    assert "120 rows" in lines[0].k_means
    assert "3 rows flagged" in lines[5].mixture
