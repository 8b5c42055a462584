"""Splits and merges: what they promise is what EM's bound holds, and they mend what starts get wrong."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.data.source import as_source
from core.errors import DegenerateError
from core.mixture.em.e_step import e_step
from core.mixture.em.m_step import m_step
from core.mixture.em.run import converge
from core.mixture.em.stopping import Outcome
from core.mixture.family import FAMILIES, family
from core.mixture.multistart import given_moments, rearranged
from core.mixture.plan import Plan
from core.mixture.problem import pose
from core.mixture.split_and_merge import costs, freed, moved, moves, splits
from core.mixture.starts.cuts import best_cuts
from core.progress import unwatched

PLACES = 30.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1], [2, 0]])


def groups_apart(seed=0, per_group=60, d=2):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(5), per_group)
    rows = rng.normal(size=(len(truth), d))
    rows[:, :2] += PLACES[truth]
    return rows, truth


def astray(rows, truth, each="VVV", noise=False):
    """A problem, a plan of five components, and two runs: one has two in group 0 and one for groups 3 and 4."""
    labels = np.where(truth == 4, 3, truth)
    labels[(truth == 0) & (np.arange(len(truth)) % 2 == 0)] = 4
    problem, plan = pose(as_source(rows)), Plan(each, 5, tolerance=1e-5, noise=noise)
    firsts = (given_moments(problem, plan, np.eye(5)[each]) for each in (labels, truth))
    return problem, plan, *(converge(problem, plan, first, unwatched) for first in firsts)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_two_components_for_one_group_and_one_for_two_are_mended(each):
    rows, truth = groups_apart()
    problem, plan, run, best = astray(rows, truth, each)
    assert run.trace[-1] < best.trace[-1] - 50 or each.name == "EVI"  # where EM finds the way by itself
    assert rearranged(problem, plan, run, unwatched).trace[-1] == pytest.approx(best.trace[-1], abs=0.1)


def test_what_is_right_is_left_alone():
    rows, truth = groups_apart()
    problem, plan, _, best = astray(rows, truth)
    assert not moves(problem, plan, best, 9)
    assert rearranged(problem, plan, best, unwatched) is best


def height(problem, plan, found):
    """The log-likelihood at the M-step of some moments; without bound where a component is flat."""
    try:
        return e_step(m_step(plan.family, found), problem.source, plan.family.is_diagonal).log_likelihood
    except DegenerateError:
        return np.inf


@given(st.integers(0, 200), st.sampled_from(["VVV", "VVI", "VII"]))
def test_a_move_leads_at_least_as_much_higher_as_its_gain_exceeds_its_cost(seed, each):
    """EM's bound, exact where the sample is all rows, but for rows that hardly belong to the component."""
    rows, truth = groups_apart(seed, per_group=30)
    problem, plan, run, _ = astray(rows, truth, each)
    assume(not run.objections)
    shares = run.mixture.responsibilities(problem.start_rows.values)
    chosen = freed(plan.family)
    mergers = costs(chosen, run.found, shares, problem.start.weights)
    before = run.found.log_likelihood
    for k, halves in splits(problem, chosen, run.found, shares, problem.start_rows, 0.0).items():
        for merger in mergers:
            if k not in (merger.stays, merger.joins):
                after = height(problem, plan, moved(run.found, k, halves.both, merger))
                assert after - before > halves.gain - merger.cost - 0.5


def test_the_cost_of_a_merger_is_what_the_bound_loses():
    """Sums over rows, of weight times density of one component and of two, under the responsibilities that are held."""
    rows, truth = groups_apart(3, per_group=20)
    problem, plan, run, _ = astray(rows, truth)
    z = problem.start_rows.values
    run = converge(problem, replace(plan, tolerance=1e-14), run.mixture, unwatched)
    mixture, shares = run.mixture, run.mixture.responsibilities(z)
    joint = mixture.log_joint(z)
    for merger in costs(family("VVV"), run.found, shares, np.ones(len(z))):
        pair = [merger.stays, merger.joins]
        both = shares[:, pair].sum(axis=1)
        weight = both.sum()
        mean = both @ z / weight
        covariance = (both * (z - mean).T) @ (z - mean) / weight
        one = core.Mixture([weight / len(z)], [mean], [covariance]).log_joint(z)[:, 0]
        two = np.logaddexp(*joint[:, pair].T)
        assert merger.cost == pytest.approx(both @ (two - one), abs=1e-2)


def test_moments_after_a_move_are_of_as_many_rows():
    rows, truth = groups_apart()
    problem, plan, run, _ = astray(rows, truth)
    for found in moves(problem, plan, run, 3):
        assert found.weight.sum() == pytest.approx(run.found.weight.sum())
        middle = found.weight @ found.mean / len(rows)
        np.testing.assert_allclose(middle, run.found.weight @ run.found.mean / len(rows), atol=0.02)


def test_a_cut_is_the_best_there_is_along_an_axis():
    rng = np.random.default_rng(2)
    groups, weights = [rng.normal(size=(n, 2)) for n in (9, 14)], [rng.uniform(0.5, 2, n) for n in (9, 14)]

    def said(x, w):
        return w.sum() * (np.log(w.sum()) - 0.5 * np.log(np.cov(x, aweights=w, bias=True)))

    for (gain, halves), rows, w in zip(best_cuts(groups, weights, 3), groups, weights, strict=True):
        every = [
            said(x[x <= edge], w[x <= edge]) + said(x[x > edge], w[x > edge]) - said(x, w)
            for x in rows.T
            for edge in np.sort(x)[2 : len(x) - 3]
        ]
        assert gain == pytest.approx(max(every))
        assert min(np.bincount(halves)) >= 3


def test_a_run_that_is_told_to_end_is_not_taken_further():
    rows, truth = groups_apart()
    problem, plan, run, _ = astray(rows, truth)
    ended = rearranged(problem, plan, run, lambda _: False)
    assert ended.trace[-1] >= run.trace[-1]
    assert rearranged(problem, plan, replace(run, outcome=Outcome.CANCELLED), unwatched).place is run.place


@pytest.mark.parametrize("blanks", [False, True])
@pytest.mark.parametrize("noise", [False, True])
def test_noise_and_blanks_do_not_stand_in_the_way(noise, blanks):
    rows, truth = groups_apart(1)
    if blanks:
        rows[np.random.default_rng(0).random(rows.shape) < 0.05] = np.nan
    problem, plan, run, best = astray(rows, truth, "VVV", noise)
    assert run.trace[-1] < best.trace[-1] - 50
    assert rearranged(problem, plan, run, unwatched).trace[-1] == pytest.approx(best.trace[-1], abs=0.5)


@pytest.mark.parametrize("each", [family(name) for name in ("EII", "EEI", "EEE", "EEV")], ids=lambda f: f.name)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("d", [1, 2])
def test_a_component_on_one_point_which_a_shared_covariance_allows_is_not_merged_away(each, times, d):
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(60, d)), rng.normal(size=(60, d)) + 9.0, np.full((3, d), 99.0)])
    labels = np.repeat([0, 1, 2, 3], [60, 60, 1, 2]) if times == 2 else np.repeat([0, 1, 2], [60, 60, 3])
    components = labels.max() + 1
    problem, shares = pose(as_source(rows)), np.eye(components)[labels]
    run = converge(problem, Plan(each, components), given_moments(problem, Plan(each, components), shares), unwatched)
    found = costs(freed(each), run.found, shares, np.ones(len(rows)))
    assert np.isfinite([merger.cost for merger in found]).all()
    apart = [merger.cost for merger in found if merger.stays < 2 <= merger.joins]
    assert min(apart) > 100
    moves(problem, Plan(each, components), run, 9)  # without a warning
