"""Steps: rounded numbers are known by the thresholds between their values, and others are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import core
from core.data.columns import profile
from core.data.steps import Steps, coarse_columns, is_coarse, spread, step_of


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


@pytest.mark.parametrize("made", [Steps.even, Steps.ordered])
def test_every_cell_lies_between_its_thresholds_and_nothing_is_known_of_a_blank_one(made):
    cells = np.array([2.0, 1.0, np.nan, 5.0, 2.0, 3.0])
    steps = made(0, cells)
    lower, upper = steps.bounds(cells)
    assert (lower < upper).all()
    assert np.isneginf(lower[[1, 2]]).all()  # a scale has no wall at its ends
    assert np.isposinf(upper[[2, 3]]).all()
    assert upper[1] == lower[0] == lower[4]
    assert (upper[0], upper[5]) == (lower[5], lower[3])


def test_thresholds_of_numbers_lie_half_way_and_those_of_ordered_levels_where_a_normal_value_has_their_shares():
    cells = np.repeat([1.0, 2.0, 7.0], [50, 30, 20])
    assert Steps.even(0, cells).thresholds.tolist() == [1.5, 4.5]
    assert Steps.ordered(0, cells).thresholds == pytest.approx(cells.mean() + cells.std() * norm.ppf([0.5, 0.8]))
    other = np.repeat([10.0, 11.0, 500.0], [50, 30, 20])
    assert Steps.ordered(0, other).thresholds == pytest.approx(other.mean() + other.std() * norm.ppf([0.5, 0.8]))


def test_a_row_that_weighs_as_much_as_several_counts_as_so_many():
    cells, weights = np.array([1.0, 2.0, 3.0, np.nan]), np.array([6.0, 3.0, 1.0, 9.0])
    found = Steps.ordered(0, cells, weights)
    assert found.thresholds == pytest.approx(Steps.ordered(0, np.repeat(cells, weights.astype(int))).thresholds)


def test_measures_of_more_than_twenty_values_are_no_steps():
    rng = np.random.default_rng(0)
    widths = pd.DataFrame({"width": rng.normal(1.2, 0.76, 150).round(1), "other": rng.normal(size=150)})
    assert widths["width"].nunique() > 20
    assert coarse_columns(prepared(widths)) == ()
    assert coarse_columns(prepared(widths.assign(width=np.tile(np.arange(1, 6), 30)))) == ("width",)
