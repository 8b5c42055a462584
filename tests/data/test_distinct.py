"""Distinct rows: neither their order nor how repeats are written makes a difference."""

import numpy as np

from core.data.distinct import distinct_rows


def some_rows():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 3, (200, 3)).astype(float)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, rng.integers(0, 4, 200).astype(float)


def test_repeated_rows_in_any_order_are_rows_of_summed_weight():
    rows, weights = some_rows()
    repeated = rows.repeat(weights.astype(int), axis=0)[::-1]
    weighted = distinct_rows(rows, weights)
    for found, same in zip(distinct_rows(repeated, np.ones(len(repeated))), weighted, strict=True):
        np.testing.assert_array_equal(found, same)
    assert weighted[1].sum() == weights.sum()


def test_every_row_that_weighs_something_is_there_once():
    rows, weights = some_rows()
    found, _ = distinct_rows(rows, weights)
    kept = [tuple(np.nan_to_num(row, nan=-1.0)) for row in rows[weights > 0]]
    assert sorted(set(kept)) == sorted(tuple(np.nan_to_num(row, nan=-1.0)) for row in found)


def test_zero_and_minus_zero_are_one_number_and_every_nan_is_one_blank():
    odd_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(float)[0]
    found, weights = distinct_rows(np.array([[0.0, np.nan], [-0.0, odd_nan]]), np.ones(2))
    assert found.shape == (1, 2)
    assert weights.tolist() == [2.0]
