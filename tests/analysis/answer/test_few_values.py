"""Few values: columns of few different numbers take part, as what describes the rows better."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer.few_values import weighed
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
def test_answers_at_the_ends_of_a_scale_take_part_as_categories(levels):
    table, group = answers(levels)
    found = core.first_answer(table)
    assert found.preparation.categories == ("p", "q", "r", "s")
    assert found.preparation.columns == ()
    assert found.groups == 2
    assert max(np.mean(found.labels == group), np.mean(found.labels == 1 - group)) > 0.9
    assert any("as categories they describe the rows better" in each for each in found.grounds)


@pytest.mark.parametrize("step", [0.01, 0.5, 1e6])
def test_the_unit_of_a_column_does_not_decide_what_it_takes_part_as(step):
    _, plain = weighed(*_choice(on_a_line()[0]))
    _, scaled = weighed(*_choice(on_a_line(step)[0]))
    assert scaled.numbers == plain.numbers
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


def test_the_method_tells_which_columns_were_spread_over_their_steps():
    answer = core.first_answer(on_a_line()[0])
    assert "“a” and “b” lie in coarse steps; values were spread evenly over these for the search." in answer.method
    fine = core.first_answer(profile(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["p", "q"])))
    assert "steps" not in fine.method
