"""Some rows of many: drawn with equal chances, so that the weights that they keep stay right."""

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer import first
from core.analysis.sampled import at_most, some_rows
from core.analysis.selection import effective
from core.analysis.selection.full_search import chosen, full_search

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(3_000, 2))
HEAVY = np.where(ROWS[:, 0] > 1, 20.0, 1.0)


class InBlocks:
    """Rows that come by the block, as from a disk."""

    def __init__(self, values, weights, size):
        self.rows, self.size, self.n, self.d = core.ArraySource(values, weights), size, *values.shape

    def blocks(self):
        for at in range(0, self.n, self.size):
            weights = self.rows.weights
            yield self.rows.values[at : at + self.size], None if weights is None else weights[at : at + self.size]

    def sample(self, n, rng):
        return self.rows.sample(n, rng)


def test_a_sample_of_most_rows_keeps_the_weighted_mean():
    some = some_rows(core.ArraySource(ROWS, HEAVY), 2_700, 0)
    assert some.rows == 2_700
    assert np.unique(some.weights).tolist() == [1.0, 20.0]
    whole = np.average(ROWS, axis=0, weights=HEAVY)
    assert np.average(some.values, axis=0, weights=some.weights) == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize("weights", [None, HEAVY, np.where(np.arange(3_000) < 1_000, 0.0, 1.0)])
def test_the_rows_drawn_do_not_depend_on_the_blocks(weights):
    whole = at_most(core.ArraySource(ROWS, weights), 1_500, 7)
    for size in (1, 700, 3_000):
        some = at_most(InBlocks(ROWS, weights, size), 1_500, 7)
        np.testing.assert_array_equal(some.values, whole.values)
        assert (some.weights is None) == (weights is None)
    if weights is not None:
        assert whole.weights.min() > 0
        np.testing.assert_array_equal(some.weights, whole.weights)


def test_all_rows_are_handed_on_where_they_are_few_and_those_that_weigh_nothing_are_not_drawn():
    source = core.ArraySource(ROWS, HEAVY)
    assert at_most(source, 3_000, 0) is source
    few = at_most(core.ArraySource(ROWS, np.where(np.arange(3_000) < 10, 1.0, 0.0)), 100, 0)
    np.testing.assert_array_equal(few.values, ROWS[:10])


def test_the_first_answer_and_bayesian_mixtures_see_the_weights_of_the_rows_they_sample(monkeypatch):
    monkeypatch.setattr(first, "FIRST_ROWS", 250)
    monkeypatch.setattr(effective, "MOST_ROWS", 250)
    rows = np.concatenate([RNG.normal(0, 1, (150, 2)), RNG.normal(9, 1, (150, 2))])
    weights = np.repeat([9.0, 1.0], 150)
    frame = pd.DataFrame({"a": rows[:, 0], "b": rows[:, 1], "w": weights})
    matrix = core.prepare(frame, core.Preparation(columns=("a", "b"), weight="w"))
    board = core.first_answer(matrix).board
    assert board.best_of(2).mixture.weights == pytest.approx([0.9, 0.1], abs=0.02)
    found = core.effective_components(core.ArraySource(rows, weights), core.BayesPlan(2), seeds=(0,))
    assert found.runs[0].mixture.weights.max() == pytest.approx(0.9, abs=0.03)


class Once:
    """A watch that says no once, as one thread is told, and yes ever after."""

    def __init__(self, at):
        self.at, self.calls = at, 0

    def __call__(self, progress):
        self.calls += 1
        return self.calls != self.at


@pytest.mark.parametrize(
    "work",
    [
        core.first_answer,
        full_search,
        lambda matrix, watch: chosen(
            matrix, core.Plan(components=3), core.fit(matrix, components=3, max_iterations=3), watch=watch
        ),
    ],
)
def test_a_no_said_once_ends_all_that_follows(work):
    watch = Once(at=60)
    work(core.prepare(core.sample("iris").load()), watch=watch)
    assert watch.calls == 60
