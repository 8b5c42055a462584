"""Steps: rounded numbers are spread evenly over what was rounded to them, and others are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.data.columns import profile
from core.data.steps import coarse_columns, is_coarse, spread, step_of, without_steps


def prepared(frame, **choices):
    columns = tuple(frame.columns)
    return core.prepare(profile(frame), core.Preparation(columns=columns, categories=(), scale="none", **choices))


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=40), st.floats(1e-6, 1e6))
def test_a_spread_value_is_rounded_back_to_what_it_was(whole, unit):
    values = unit * np.array([*whole, max(whole) + 1], dtype=float)
    moved = spread(values, np.random.default_rng(0))
    assert np.abs(moved - values).max() <= step_of(values) / 2


def test_rounded_normals_that_are_spread_have_the_moments_of_normals():
    rng = np.random.default_rng(0)
    normal = rng.normal(3.0, 1.3, 50_000)
    moved = spread(np.rint(normal), rng)
    assert moved.mean() == pytest.approx(3.0, abs=0.02)
    assert moved.var() == pytest.approx(1.3**2 + 2 / 12, rel=0.03)  # Sheppard: a twelfth by rounding, one by spreading


@pytest.mark.parametrize(
    ("values", "coarse"),
    [
        (np.tile(np.arange(1, 6), 40), True),
        (np.random.default_rng(0).normal(40, 12, 500).round(), False),  # ages in years
        (np.random.default_rng(0).normal(0, 1, 500), False),
        (np.ones(9), False),
    ],
)
def test_a_step_is_coarse_where_it_is_a_tenth_of_the_spread(values, coarse):
    assert is_coarse(values) == coarse


def test_only_coarse_columns_are_spread_and_blanks_stay():
    rng = np.random.default_rng(0)
    answers = rng.integers(1, 6, 300).astype(float)
    answers[::7] = np.nan
    matrix = prepared(pd.DataFrame({"fine": rng.normal(size=300), "answer": answers}))
    moved = without_steps(matrix)
    assert np.array_equal(moved.values[:, 0], matrix.values[:, 0])
    assert np.array_equal(np.isnan(moved.values), np.isnan(matrix.values))
    assert np.nanmax(np.abs(moved.values[:, 1] - answers)) <= 0.5
    assert len(np.unique(moved.values[:, 1])) > 250
    assert np.array_equal(without_steps(matrix).values, moved.values, equal_nan=True)  # the same each time


def test_measures_of_more_than_twenty_values_are_no_steps():
    rng = np.random.default_rng(0)
    widths = pd.DataFrame({"width": rng.normal(1.2, 0.76, 150).round(1), "other": rng.normal(size=150)})
    assert widths["width"].nunique() > 20
    assert coarse_columns(prepared(widths)) == ()
    assert coarse_columns(prepared(widths.assign(width=np.tile(np.arange(1, 6), 30)))) == ("width",)


def test_rows_without_coarse_columns_are_the_same_matrix():
    matrix = prepared(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["a", "b"]))
    assert without_steps(matrix) is matrix


def test_a_column_that_is_named_is_spread_though_it_is_fine():
    matrix = prepared(pd.DataFrame({"a": np.tile([1.0, 2.0, 3.0, 60.0], 50), "b": np.arange(200.0) ** 1.1}))
    moved = without_steps(matrix, also=("a",))
    assert not np.array_equal(moved.values[:, 0], matrix.values[:, 0])
    assert np.array_equal(moved.values[:, 1], matrix.values[:, 1])
