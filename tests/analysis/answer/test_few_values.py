"""Few values: columns of few different numbers take part, as what describes the rows better."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer.few_values import Taken, weighed
from core.analysis.answer.proposal import milder, proposed
from core.data.columns import profile

ROWS = 500


def on_a_line(step=1.0, seed=0):
    """Two groups along a line that three rounded columns share: as categories they would lose it."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, ROWS)
    common = rng.normal(0, 1.5, ROWS)
    a, b = (np.clip(np.rint(4 + common + rng.normal(0, 0.4, ROWS) - shift * group), 0, 9) for shift in (0, 3))
    x = 10 * common + rng.normal(0, 4, ROWS) + 30 * group
    return profile(pd.DataFrame({"a": step * a, "b": b, "x": x.round(2)})), group


def answers(levels=5, seed=0):
    """Two classes of people that answer four questions, mostly at the ends of the scale."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, ROWS)
    leaning = np.linspace(2.0, -2.0, levels)
    chances = np.exp([abs(leaning) * (leaning > 0) * 1.5, abs(leaning) * (leaning < 0) * 1.5])
    chances /= chances.sum(axis=1, keepdims=True)
    cells = [[rng.choice(levels, p=chances[g]) + 1 for g in group] for _ in range(4)]
    return profile(pd.DataFrame(dict(zip("pqrs", cells, strict=True)))), group


def test_rounded_numbers_that_go_together_take_part_as_numbers():
    table, group = on_a_line()
    found = core.first_answer(table)
    assert found.preparation.columns == ("x", "a", "b")
    assert found.preparation.categories == ()
    assert found.groups == 2
    assert np.mean(found.labels == group) > 0.95 or np.mean(found.labels == 1 - group) > 0.95
    assert any("as numbers they describe the rows better" in each for each in found.grounds)


@pytest.mark.parametrize("levels", [5, 9])
def test_answers_at_the_ends_of_a_scale_do_not_take_part_as_numbers(levels):
    table, group = answers(levels)
    found = core.first_answer(table)
    assert found.proposal.few.taken is not Taken.NUMBERS
    assert found.groups == 2
    assert max(np.mean(found.labels == group), np.mean(found.labels == 1 - group)) > 0.88


def test_columns_that_take_part_as_categories_are_told():
    found = core.first_answer(answers()[0])
    assert found.preparation.categories == ("p", "q", "r", "s")
    assert found.preparation.columns == ()
    assert any("as categories they describe the rows better" in each for each in found.grounds)


@pytest.mark.parametrize("step", [0.01, 0.5, 1e6])
def test_the_unit_of_a_column_does_not_decide_what_it_takes_part_as(step):
    _, plain = weighed(*_choice(on_a_line()[0]))
    _, scaled = weighed(*_choice(on_a_line(step)[0]))
    assert scaled.taken is plain.taken
    assert scaled.gain == pytest.approx(plain.gain, rel=1e-6)


def _choice(table):
    found = proposed(table).preparation
    few = tuple(name for name in found.columns if name != "x")
    return table, core.Preparation(columns=("x",), categories=few, fewest=5)


def test_yes_or_no_is_a_category_whatever_it_is_called():
    table, group = on_a_line()
    both = profile(table.frame.assign(a=group))
    assert proposed(both).preparation.categories[:1] == ("a",)


def test_no_column_is_told_of_where_none_has_few_values():
    rng = np.random.default_rng(0)
    found = proposed(profile(pd.DataFrame(rng.normal(size=(ROWS, 2)), columns=["a", "b"])))
    assert found.few is None
    assert found.grounds == ()


def test_columns_of_few_values_are_categories_where_no_mixture_of_numbers_fits():
    found = proposed(on_a_line()[0])
    other = next(milder(on_a_line()[0], found))
    assert other.preparation.columns == ("x",)
    assert other.preparation.categories == ("a", "b")
    assert other.few is None


def asked(rows, seed, *, load=0.8, thresholds=(-1.5, -0.5, 0.5, 1.5), questions=4):
    """Answers from 1 up that one trait of every person goes into, and nothing parts."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(rows, 1))
    felt = load * trait + np.sqrt(1 - load**2) * rng.normal(size=(rows, questions))
    return pd.DataFrame(1 + np.searchsorted(thresholds, felt), columns=[f"question {i}" for i in range(questions)])


SCALES = {
    "even": (-1.5, -0.5, 0.5, 1.5),
    "most at the top": (-2.4, -1.9, -1.2, -0.3),
    "few in the middle": (-0.4, -0.2, 0.1, 0.3),
    "most in the middle": (-1.6, -1.0, 0.7, 1.6),
    "one in ten in each second": (-1.04, -0.67, 0.25, 0.52),
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("rows", [300, 1_000])
def test_answers_that_one_trait_goes_into_are_one_group_however_the_scale_is_used(scale, rows):
    found = core.first_answer(asked(rows, seed=4, thresholds=SCALES[scale]))
    assert found.groups == 1
    assert found.certainty.sure
    assert found.proposal.few.taken is not Taken.CATEGORIES


def test_answers_of_which_the_order_alone_counts_say_so_and_go_on_doing_so_when_they_are_prepared_again():
    frame = asked(1_000, seed=4, thresholds=SCALES["one in ten in each second"])
    found = core.first_answer(frame)
    assert found.proposal.few.taken is Taken.ORDERED
    assert found.preparation.ordered == tuple(frame.columns)
    assert any("by their order, whatever lies between two values" in each for each in found.grounds)
    again = core.first_answer(core.prepare(profile(frame), found.preparation))
    assert np.array_equal(again.fit.mixture.means, found.fit.mixture.means)


@pytest.mark.parametrize("load", [0.0, 0.6])
def test_two_groups_of_answers_are_two_whether_or_not_their_answers_go_together_within_them(load):
    first, second = asked(400, 1, load=load), asked(400, 2, load=load, thresholds=(-3.7, -2.7, -1.7, -0.7))
    found = core.first_answer(pd.concat([first, second], ignore_index=True))
    assert found.groups == 2
    group = np.repeat([0, 1], 400)
    assert max(np.mean(found.labels == group), np.mean(found.labels == 1 - group)) > 0.88


def test_blank_answers_do_not_change_how_many_groups_there_are():
    frame = asked(800, seed=4).astype(float)
    frame = frame.mask(np.random.default_rng(0).random(frame.shape) < 0.1)
    found = core.first_answer(frame)
    assert found.groups == 1
    assert found.proposal.few.taken is Taken.NUMBERS


def test_groups_at_the_end_of_a_scale_are_told_by_the_cells_as_they_are():
    rng = np.random.default_rng(0)
    group = (rng.random(800) < 0.42).astype(int)
    felt = np.where(group[:, None] == 1, 6.2, 3.0) + rng.normal(0, 0.7, (800, 4))
    frame = pd.DataFrame(np.clip(np.rint(felt), 1, 5), columns=list("abcd"))
    for answer in (
        core.first_answer(frame),
        core.first_answer(core.prepare(frame, core.Preparation(columns=tuple("abcd"), categories=()))),
    ):
        assert answer.groups == 2
        assert max(np.mean(answer.labels == group), np.mean(answer.labels == 1 - group)) > 0.95
    assert core.first_answer(frame).fit.data_id == core.first_answer(frame).matrix.data_id


def test_a_row_that_stands_for_several_has_as_many_latent_values():
    frame = asked(300, seed=4, thresholds=SCALES["most at the top"])
    weights = np.random.default_rng(0).integers(1, 5, 300)
    counted = core.Preparation(columns=tuple(frame.columns), categories=(), scale="none", weight="w", counts=True)
    found = core.first_answer(core.prepare(frame.assign(w=weights), counted))
    repeated = frame.loc[np.repeat(frame.index, weights)].reset_index(drop=True)
    plain = core.Preparation(columns=tuple(frame.columns), categories=(), scale="none")
    other = core.first_answer(core.prepare(repeated, plain))
    assert found.groups == other.groups == 1
    assert found.fit.n_rows == other.fit.n_rows == weights.sum()
    assert found.fit.mixture.covariances == pytest.approx(other.fit.mixture.covariances, rel=1e-6)


def test_columns_of_yes_and_no_that_are_never_both_yes_are_answered_as_numbers():
    rng = np.random.default_rng(1)
    colour, group = np.arange(120) % 3, np.arange(120) % 2
    frame = pd.DataFrame({"a": rng.normal(4.0 * group), "b": rng.normal(size=120)})
    frame = frame.assign(green=(colour == 1).astype(float), red=(colour == 2).astype(float))
    choice = core.Preparation(columns=("a", "b", "green", "red"), categories=())
    found = core.first_answer(core.prepare(frame, choice))
    assert found.fit.admissible
    assert len(found.labels) == 120


def test_a_preparation_with_ordered_columns_is_written_and_read_again():
    frame = asked(60, seed=4)
    choice = core.Preparation(columns=tuple(frame.columns), categories=(), ordered=("question 1",))
    matrix = core.prepare(frame, choice)
    assert type(matrix.transform).from_json(matrix.transform.to_json()) == matrix.transform
    assert matrix.data_id != core.prepare(frame, core.Preparation(columns=choice.columns, categories=())).data_id
    with pytest.raises(core.DataError, match="no column 'question 9'"):
        core.prepare(frame, core.Preparation(columns=choice.columns, categories=(), ordered=("question 9",)))


def test_the_method_tells_which_columns_lie_in_coarse_steps():
    answer = core.first_answer(on_a_line()[0])
    assert "“a” and “b” lie in coarse steps; for the search, values were drawn within these." in answer.method
    fine = core.first_answer(profile(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["p", "q"])))
    assert "steps" not in fine.method
