"""EM, step by step: what is watched is core's own EM, and its parts are what the mathematics says."""

from itertools import islice, pairwise

import numpy as np
import pandas as pd
import pytest

import core
from core.errors import FitError
from core.lessons import ground, inside
from core.lessons.em_steps import (
    MOST_SHOWN,
    ends_at_best,
    lower_bound,
    rescued,
    same_ends,
    several,
    shown,
    start_at,
    start_of,
    trap,
    watched,
)
from core.lessons.toys import toy
from core.mixture.em.stopping import Outcome
from core.mixture.starts.start import KMeansPlusPlus, RandomRows

VVV = core.family("VVV")
ROWS = toy("overlapping", 300).points


@pytest.fixture(scope="module")
def trajectory():
    return watched(VVV, start_of(RandomRows(), VVV, 2, ROWS), ROWS)


def test_what_is_watched_is_cores_own_em(trajectory):
    own = list(islice(core.iterate(VVV, trajectory.passes[0].mixture, ROWS), len(trajectory.trace)))
    assert [value for _, value in own] == list(trajectory.trace)
    for each in trajectory.passes:
        np.testing.assert_array_equal(each.mixture.means, own[each.number][0].means)


def test_the_trace_never_falls_and_settles(trajectory):
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(trajectory.trace))
    assert trajectory.outcome is Outcome.CONVERGED


def test_the_bound_touches_after_each_e_step_and_lies_between_after_each_m_step(trajectory):
    for each in trajectory.passes[:-1]:
        touched = lower_bound(each.mixture, ROWS, each.responsibilities)
        assert touched == pytest.approx(each.log_likelihood, rel=1e-10)
        assert each.log_likelihood <= each.lower_bound * (1 - 1e-12 * np.sign(each.lower_bound))
        assert each.lower_bound <= trajectory.trace[each.number + 1] + 1e-9 * abs(each.lower_bound)


def test_an_m_step_leads_to_the_next_mixture(trajectory):
    for each in trajectory.passes[:-1]:
        here = core.m_step(VVV, core.moments(ROWS, each.responsibilities))
        np.testing.assert_allclose(each.after.means, here.means, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 39, 40, 41, 100, 1001])
def test_the_first_passes_and_the_last_are_shown(count):
    found = shown(count)
    assert found == sorted(set(found))
    assert found[0] == 0
    assert found[-1] == count - 1
    assert len(found) <= MOST_SHOWN
    assert found[: min(count, 20)] == list(range(min(count, 20)))


def test_means_begin_where_they_are_placed():
    means = [[-1.0, 0.0], [3.0, 0.5]]
    found = start_at(VVV, means, ROWS)
    np.testing.assert_array_equal(found.means, means)
    assert watched(VVV, found, ROWS).outcome is Outcome.CONVERGED


def test_a_mean_far_from_all_rows_still_begins():
    assert start_at(VVV, [[0, 0], [500, 500]], ROWS).weights.min() > 0


def test_a_trap_collapses_and_a_prior_saves_it():
    trajectory = watched(VVV, trap(VVV, 2, ROWS), ROWS)
    assert trajectory.outcome is Outcome.COLLAPSED
    saved = rescued(trajectory)
    assert saved.outcome is Outcome.CONVERGED
    assert saved.admissible


def test_where_nothing_collapses_there_is_no_trap():
    with pytest.raises(FitError, match="No start was found"):
        trap(core.family("EII"), 2, ROWS)


def test_starts_that_end_lower_are_told_from_those_at_the_best():
    rows = toy("elongated", 300).points
    trajectories = list(several(RandomRows(), VVV, 3, rows, range(8)))
    ends = np.array([trajectory.trace[-1] for trajectory in trajectories])
    good = np.array(ends_at_best(trajectories))
    assert same_ends(trajectories) == good.sum() >= 1
    assert (ends[good] > ends.max() - 0.1).all()
    assert (ends[~good] < ends.max() - 0.001).all()


def test_more_groups_than_rows_are_refused():
    with pytest.raises(FitError, match="cannot be found"):
        start_of(KMeansPlusPlus(), VVV, 5, ROWS[:3])


def test_a_rows_shares_are_weight_times_density_over_all(trajectory):
    each = trajectory.passes[3]
    found = inside.row_shares(each, ROWS, 7)
    np.testing.assert_allclose(found.products / found.products.sum(), each.responsibilities[7])
    np.testing.assert_allclose(found.shares, each.mixture.responsibilities(ROWS[[7]])[0])
    assert found.formula.count(r"\cdot") == 3


def test_the_weighted_sums_are_those_that_the_m_step_divides(trajectory):
    here = ground.of_toy(toy("overlapping", 300))
    each = trajectory.passes[2]
    frame = inside.weighted_sums(each, trajectory, here)
    np.testing.assert_allclose(frame["weight"], each.after.weights)
    np.testing.assert_allclose(frame[["mean_x", "mean_y"]], each.after.means)
    deviations = np.sqrt(np.diagonal(each.after.covariances, axis1=1, axis2=2))
    np.testing.assert_allclose(frame[["sd_x", "sd_y"]], deviations)


def test_two_columns_of_ones_own_data_lead_back_to_their_units():
    table = core.sample("faithful").load()
    matrix = core.prepare(table, core.Preparation(columns=("eruptions", "waiting")))
    here = ground.of_columns("mine", matrix, (1, 0))
    assert here.columns == ("waiting", "eruptions")
    np.testing.assert_allclose(here.shown, matrix.raw[:, [1, 0]])
    np.testing.assert_allclose(here.of_shown(here.shown), here.rows, atol=1e-12)


def test_columns_with_hardly_a_row_in_common_are_refused():
    frame = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) ** 2})
    frame.loc[:20, "a"] = np.nan
    frame.loc[15:, "b"] = np.nan
    matrix = core.prepare(frame, core.Preparation(columns=("a", "b")))
    with pytest.raises(FitError, match="too little"):
        ground.of_columns("mine", matrix, (0, 1))
