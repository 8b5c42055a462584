"""Rows in the order of their patterns: every row once, with what it has, wherever it comes from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.patterns import Patterns
from core.data.rows import Rows, Streamed, gathered, patterns_of, rows_of
from core.data.source import ArraySource


class Blocks:
    """A source of blocks."""

    def __init__(self, values, size, weights=None):
        self.values, self.size, self.weights = values, size, weights

    @property
    def n(self):
        return len(self.values)

    @property
    def d(self):
        return self.values.shape[1]

    def blocks(self):
        for at in range(0, self.n, self.size):
            some = slice(at, at + self.size)
            yield self.values[some], None if self.weights is None else self.weights[some]

    def sample(self, n, rng):
        return self.values[np.sort(rng.choice(self.n, n, replace=False))]


def blanked(seed, n=60, d=4, share=0.4):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, d))
    values[rng.random((n, d)) < share] = np.nan
    return values


@given(seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.1, 0.5, 0.9]))
def test_every_row_is_there_once_with_what_it_has(seed, share):
    values, weights = blanked(seed, share=share), np.random.default_rng(seed).random(60)
    rows = Rows.of(values, weights)
    np.testing.assert_array_equal(rows.as_given(rows.with_blanks), values)
    np.testing.assert_array_equal(rows.arranged(values), rows.with_blanks)
    np.testing.assert_array_equal(rows.weights, rows.arranged(weights))
    assert np.isfinite(rows.values).all()
    assert not rows.values[~rows.patterns.cells].any()
    assert Patterns.of(rows.with_blanks).order is None


@given(seed=st.integers(0, 99), at=st.integers(0, 59), length=st.integers(1, 60))
def test_some_that_follow_each_other_keep_their_patterns(seed, at, length):
    rows, end = Rows.of(blanked(seed)), min(at + length, 60)
    some = rows.between(at, end)
    np.testing.assert_array_equal(some.with_blanks, rows.with_blanks[at:end])
    np.testing.assert_array_equal(some.patterns.observed, Patterns.of(some.with_blanks).observed)


def test_complete_rows_are_one_pattern_and_stay_where_they_are():
    values = np.random.default_rng(0).normal(size=(50, 3))
    rows = Rows.of(values)
    assert rows.values is values
    assert rows.patterns.order is None
    assert rows.patterns.observed.all()
    assert rows.whole is rows.with_cells() is rows


def test_rows_without_a_cell_are_set_aside_and_counted():
    values = np.insert(blanked(1), [0, 20, 20], np.nan, axis=0)
    rows = Rows.of(values).with_cells()
    assert rows.set_aside == np.isnan(values).all(axis=1).sum()
    assert rows.patterns.cells.any(axis=1).all()
    np.testing.assert_array_equal(rows.arranged(values), rows.with_blanks)
    nothing = Rows.of(np.full((5, 3), np.nan)).with_cells()
    assert (nothing.n, nothing.set_aside) == (0, 5)


@pytest.mark.parametrize("weighted", [False, True])
def test_scaled_rows_are_the_same_from_memory_and_from_blocks(weighted):
    values, weights = blanked(2), np.random.default_rng(2).random(60) if weighted else None
    source = Blocks(values, 13, weights)
    whole = gathered(source).scaled(1.5, np.full(4, 2.0), 3.0)
    parts = list(Streamed(source).scaled(1.5, np.full(4, 2.0), 3.0).blocks())
    streamed, kept = np.concatenate([each.with_blanks for each in parts]), ~np.isnan(values).all(axis=1)
    expected = ((values - 1.5) / 2.0)[kept]
    np.testing.assert_array_equal(np.sort(streamed, axis=0), np.sort(expected, axis=0))
    np.testing.assert_array_equal(np.sort(whole.with_blanks, axis=0), np.sort(expected, axis=0))
    if weighted:
        assert sum(each.row_weights.sum() for each in parts) == pytest.approx(whole.row_weights.sum())


def test_rows_that_have_a_weight_are_kept():
    values, weights = blanked(3), np.arange(60) % 2
    weighty = Rows.of(values, weights.astype(float)).weighty()
    expected = Rows.of(values[weights > 0])
    np.testing.assert_array_equal(weighty.with_blanks, expected.with_blanks)


def test_a_source_in_memory_is_put_in_order_once():
    values = blanked(4)
    assert isinstance(rows_of(ArraySource(values)), Rows)
    assert isinstance(rows_of(Blocks(values, 7)), Streamed)
    np.testing.assert_array_equal(patterns_of(Blocks(values, 7)).observed, Patterns.of(values).observed)
    assert patterns_of(Blocks(np.ones((9, 2)), 4)).observed.shape == (1, 2)
