"""Runs, and what a fit makes of several: none ends lower than what was known before."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from core.data.source import as_source
from core.errors import DegenerateError
from core.mixture import multistart as runs
from core.mixture.em.constraint import EigenvalueRatio
from core.mixture.em.drivers import End, Stepped
from core.mixture.em.m_step import MStep
from core.mixture.em.run import begun, converge, run_of
from core.mixture.em.stopping import Objection, Outcome, is_lower
from core.mixture.family import FAMILIES, family
from core.mixture.moments import Moments
from core.mixture.multistart import GLANCE, first_moments, from_neighbour, go_on, solve
from core.mixture.plan import Plan
from core.mixture.problem import pose
from core.progress import unwatched

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def crabs():
    return pose(as_source(np.loadtxt(REFERENCE / "crabs_X.csv", delimiter=",", skiprows=1)))


def first_of(problem, plan, attempt=0):
    return first_moments(problem, plan.start, plan.seed)(plan.components, attempt)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_a_run_taken_up_again_goes_where_one_in_a_single_go_does(crabs, each):
    plan = Plan(each, 3, tolerance=1e-7)
    whole, parts = converge(crabs, plan, first_of(crabs, plan), unwatched), begun(crabs, plan, first_of(crabs, plan))
    parts.go(unwatched, GLANCE)
    assert parts.outcome is None
    assert GLANCE <= len(parts.trace) <= GLANCE + 1
    parts.go(unwatched)
    assert run_of(crabs, plan, parts).trace == whole.trace
    assert parts.outcome is whole.outcome is Outcome.CONVERGED


def test_what_a_neighbour_found_is_taken_over_where_it_leads_higher(crabs):
    plan, other = (Plan(family(name), 2, restarts=1) for name in ("VEV", "EEE"))
    own, neighbour = solve(crabs, plan, unwatched), solve(crabs, other, unwatched)
    found = from_neighbour(crabs, plan, unwatched, neighbour.found, own)
    assert found.trace[-1] > own.trace[-1] + 10
    assert from_neighbour(crabs, plan, unwatched, neighbour.found, None).trace == found.trace
    assert from_neighbour(crabs, plan, unwatched, own.found, found) is found  # leads no higher: nothing else was run


def test_a_neighbour_that_collapses_at_once_changes_nothing(crabs):
    plan = Plan(family("VVV"), 2)
    own = solve(crabs, replace(plan, restarts=1), unwatched)
    flat = replace(own.found, scatter=np.zeros_like(own.found.scatter))
    assert from_neighbour(crabs, plan, unwatched, flat, own) is own
    with pytest.raises(DegenerateError):
        converge(crabs, plan, flat, unwatched)


def test_a_known_run_stands_in_for_the_first_start(crabs, monkeypatch):
    plan, begun = Plan(family("VVV"), 2, restarts=3), []
    known = solve(crabs, replace(plan, restarts=1), unwatched)
    first = first_moments(crabs, plan.start, plan.seed)

    def noted(components, attempt):
        begun.append(attempt)
        return first(components, attempt)

    found = solve(crabs, plan, unwatched, noted, known=known)
    assert begun == [1, 2]
    assert found.trace[-1] >= known.trace[-1]


def test_a_known_run_goes_on_to_the_plans_tolerance(crabs):
    plan = Plan(family("VEV"), 2, restarts=1)
    known = solve(crabs, replace(plan, tolerance=1e-4), unwatched)
    found = solve(crabs, plan, unwatched, known=known)
    assert found.trace[: len(known.trace)] == known.trace
    assert found.trace[-1] > known.trace[-1]
    assert found.trace[-1] - found.trace[-2] < 1e-8


def test_a_single_start_converges_once(crabs, monkeypatch):
    tolerances = []

    def noted(problem, plan, start, watch, over=map):
        tolerances.append(plan.tolerance)
        return converge(problem, plan, start, watch, over)

    monkeypatch.setattr(runs, "converge", noted)
    solve(crabs, Plan(family("EEE"), 2, restarts=1), unwatched)
    assert tolerances == [Plan().tolerance]
    solve(crabs, Plan(family("EEE"), 2, restarts=2), unwatched)
    assert tolerances[1:] == [runs.SCREENING, runs.SCREENING, Plan().tolerance]


def test_an_end_whose_likelihood_fell_on_the_way_is_not_admissible(crabs, monkeypatch):
    plan = Plan(family("VVV"), 2, tolerance=1e-5, bound=EigenvalueRatio(100.0))

    m_step = MStep.__call__

    def worse_now_and_then(self, found, previous=None):
        after = m_step(self, found, previous)
        return after if next(turns) % 4 else replace(after, means=after.means + 0.3)

    turns = count(1)
    monkeypatch.setattr(MStep, "__call__", worse_now_and_then)
    found = converge(crabs, plan, first_of(crabs, plan), unwatched)
    assert Objection.FELL in found.objections
    assert found.outcome is Outcome.FELL
    assert len(found.trace) == 3  # what the start and two good M-steps led to: what fell is neither told nor kept
    monkeypatch.undo()
    assert go_on(crabs, replace(plan, tolerance=1e-8), found, unwatched) is found


@pytest.mark.parametrize("pair", [(0.0, -1e-8), (-1e6, -1e6 - 1e-6), (1.0, np.nan), (np.inf, 1.0), (1.0, -np.inf)])
def test_what_falls_by_more_than_rounding_is_lower(pair):
    before, after = pair
    assert is_lower(after, before)


@pytest.mark.parametrize("pair", [(0.0, 0.0), (-1e6, -1e6 - 1e-8), (-np.inf, 3.0), (-np.inf, -np.inf), (1.0, 2.0)])
def test_rounding_and_a_rise_are_no_fall(pair):
    before, after = pair
    assert not is_lower(after, before)


@pytest.mark.parametrize("size", [1e-9, 1e-3])
def test_a_pass_that_falls_ends_the_loop_at_the_mixture_before_it(size):
    values = [-1000.0, -900.0, -900.0 * (1 + size), -800.0]
    loop = Stepped(((value, blank_moments(value)) for value in values), lambda value, _: value)
    stride = loop.advance(10)
    assert stride.trace == (-1000.0, -900.0)
    assert loop.last[0] == -900.0
    assert stride.end is (End.SETTLED if size < 1e-6 else End.FELL)


def blank_moments(value):
    return Moments(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)), value)
