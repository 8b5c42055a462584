"""Runs: the best of several runs of EM, by where they begin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache

import numpy as np

from ..arrays import Array
from ..errors import CoreError, DegenerateError, FitError
from ..progress import Watch
from .em.e_step import Map
from .em.run import Run, Running, begin, begun, converge, run_of
from .em.stopping import Outcome
from .model import Mixture
from .moments import Moments
from .plan import Plan
from .problem import SAMPLE_ROWS, Problem
from .split_and_merge import moves
from .starts.first_moments import of_all, of_labels
from .starts.start import Start

SCREENING = 1e-6  # relative change of the log-likelihood at which starts are compared
LOOKS, SHORT = 4, 8  # starts of which the best goes on, by its first passes, where there are categories
GLANCE = 3  # passes that show whether a start from a neighbour comes out ahead
MANY = 10  # components of which hardly a start has each in its place: moves are then worth their time by themselves
MOVES = 2  # splits and merges that are tried of one run
FINALISTS = 5  # starts that go on from there, one in four of them, but two of a few
SCREENING_CATEGORIES = 1e-7  # as SCREENING: optima of categories lie near each other, and EM goes slowly between them


def check(problem: Problem, plan: Plan) -> None:
    """Raise FitError for a plan that these data cannot bear."""
    rows = min(problem.source.n, len(problem.start.rows))  # rows of weight zero are none
    if rows < plan.components:
        raise FitError(
            f"{plan.components} groups cannot be found in {rows} rows.",
            remedy="Ask for fewer groups or bring more rows.",
        )


def can_be_sound(problem: Problem, plan: Plan) -> bool:
    """Whether an optimum of the plan can be without objection: not where columns are collinear or rows too few."""
    needed = plan.components * plan.family.minimum_rows(problem.source.d)
    enough = plan.components == 1 or plan.prior is not None or problem.rows >= needed
    return enough and not problem.is_collinear_for(plan.family)


FirstMoments = Callable[[int, int], Moments]  # of K and attempt


def first_moments(problem: Problem, start: Start, seed: int) -> FirstMoments:
    """The moments that each attempt begins with, worked out once: they are the same for every family."""

    @cache
    def first(components: int, attempt: int) -> Moments:
        return of_labels(problem.start_rows, start.labels(problem.start, components, attempt, seed), components)

    return first


def solve(
    problem: Problem,
    plan: Plan,
    watch: Watch,
    first: FirstMoments | None = None,
    over: Map = map,
    known: Run | None = None,
    attempts: range | None = None,
) -> Run:
    """The best admissible run of the plan's starts; first are those of a sweep, which its families share.

    A known run of all rows stands in for the first start; attempts, if there are any, for the plan's. With many rows
    the starts converge on a sample, and only the best of them is carried on over all rows. over maps starts, and then a
    pass over chunks of many rows.
    """
    first = first or first_moments(problem, plan.start, plan.seed)
    if attempts is None:
        attempts = range(0 if known is None else 1, plan.restarts if plan.components > 1 else 1)
    if problem.source.n <= SAMPLE_ROWS or not attempts:
        return best_of_starts(problem, plan, watch, first, attempts, over, known)
    rng = np.random.default_rng([plan.seed, SAMPLE_ROWS])
    sampled = best_of_starts(problem.sampled(rng), plan, watch, first, attempts, over)
    if sampled.outcome is Outcome.CANCELLED:
        return best_of_starts(problem, plan, watch, first, attempts, over, known)
    carried_on = converge(problem, plan, sampled.mixture, watch, over)
    return carried_on if known is None else best_of([carried_on, go_on(problem, plan, known, watch)])


def best_of_starts(
    problem: Problem,
    plan: Plan,
    watch: Watch,
    first: FirstMoments,
    attempts: range,
    over: Map = map,
    known: Run | None = None,
) -> Run:
    """The best of a known run and some of the plan's starts: all go to a coarse end, the most promising to the plan's.

    Where those are unsound but need not be, the others follow until one is sound. over maps a start over the attempts.
    Ends early when cancelled. Raises DegenerateError if every start collapses at once.
    """
    alone = known is None and len(attempts) == 1
    screening = SCREENING_CATEGORIES if problem.source.levels else SCREENING
    coarse = plan if alone else replace(plan, tolerance=max(plan.tolerance, screening))
    screened = screen(problem, coarse, watch, first, attempts, over)
    screened = screened if known is None else [known, *screened]
    if not screened:
        raise DegenerateError("Every start collapsed.", remedy="Try fewer groups or columns.")
    if alone or any(run.outcome is Outcome.CANCELLED for run in screened):
        return best_so_far(screened)
    promising = sorted(screened, key=lambda run: run.rank, reverse=True)
    enough, hopeless = finalists(plan), not can_be_sound(problem, plan)
    if plan.restarts > 1 or plan.components >= MANY:
        rearrange = max(1, enough // 2)
        promising[:rearrange] = [rearranged(problem, coarse, run, watch) for run in promising[:rearrange]]
    finished = list(over(lambda run: go_on(problem, plan, run, watch), promising[:enough]))
    for run in promising[enough:]:
        if hopeless or not all(each.objections for each in finished):
            break
        finished.append(go_on(problem, plan, run, watch))
    return best_so_far(finished)


def finalists(plan: Plan) -> int:
    """How many starts go on from their coarse ends."""
    few = min(2, (plan.restarts + 1) // 2)
    return max(few, min(FINALISTS, plan.restarts // 4))


def screen(problem: Problem, plan: Plan, watch: Watch, first: FirstMoments, attempts: range, over: Map) -> list[Run]:
    """Where the attempts end that do not collapse at once; none begins after one was cancelled."""
    goes_on = True

    def attempt(number: int) -> Run | None:
        nonlocal goes_on
        if not goes_on:
            return None
        try:
            run = _attempted(problem, plan, watch, first, number)
        except DegenerateError:
            return None
        if run.outcome is Outcome.CANCELLED:
            goes_on = False
        return run

    return [run for run in over(attempt, attempts) if run is not None]


def _attempted(problem: Problem, plan: Plan, watch: Watch, first: FirstMoments, number: int) -> Run:
    """One attempt; with categories the best of several after a few passes (emEM, Biernacki and others 2003).

    Raises DegenerateError where all collapse.
    """
    if not problem.source.levels or plan.components == 1:
        return converge(problem, plan, first(plan.components, number), watch)
    found: list[Running] = []
    for look in range(LOOKS):
        running = begun(problem, plan, first(plan.components, LOOKS * number + look))
        with suppress(DegenerateError):
            running.go(watch, SHORT)
            found.append(running)
    if not found:
        raise DegenerateError("Every start collapsed.", remedy="Try fewer groups or columns.")
    best = max(found, key=lambda each: each.trace[-1])
    best.go(watch)
    return run_of(problem, plan, best)


def best_of(runs: Iterable[Run]) -> Run:
    """The admissible one that came highest."""
    return max(runs, key=lambda run: run.rank)


def best_so_far(runs: Sequence[Run]) -> Run:
    """The same, cancelled if one of them was: others might have come out ahead."""
    best = best_of(runs)
    return replace(best, outcome=Outcome.CANCELLED) if any(r.outcome is Outcome.CANCELLED for r in runs) else best


def go_on(problem: Problem, plan: Plan, run: Run, watch: Watch) -> Run:
    """A run that came to a coarse end, to the plan's end."""
    if run.outcome is not Outcome.CONVERGED or plan.tolerance >= SCREENING:
        return run
    after = converge(problem, plan, run.mixture, watch)
    return replace(after, trace=run.trace + after.trace[1:])


def rearranged(problem: Problem, plan: Plan, run: Run, watch: Watch) -> Run:
    """A run, or where splitting and merging its components leads from it, as long as that comes out higher."""
    while not run.objections and run.outcome is not Outcome.CANCELLED:
        better = _moved(problem, plan, run, watch)
        if better is None:
            break
        run = better
    return run


def _moved(problem: Problem, plan: Plan, run: Run, watch: Watch) -> Run | None:
    """Where the first move leads that comes out higher; None if none does."""
    for found in moves(problem, plan, run, MOVES):
        after = from_neighbour(problem, plan, watch, found, run)
        if after is not run:
            return after
    return None


def from_neighbour(problem: Problem, plan: Plan, watch: Watch, neighbour: Moments, known: Run | None) -> Run | None:
    """The better of a known run and one that begins with the moments at another family's optimum.

    The latter goes on only where a few passes bring it above the known run's end.
    """
    try:
        running = begun(problem, plan, neighbour)
        running.go(watch, GLANCE)
    except CoreError:  # what the neighbour holds is nothing that this family can begin with
        return known
    if known is not None and not known.objections:
        least = known.trace[-1] + plan.tolerance * (1 + abs(known.trace[-1]))
        if running.trace[-1] <= least:
            return known
    running.go(watch)
    found = run_of(problem, plan, running)
    return found if known is None else best_of([known, found])


def given(problem: Problem, plan: Plan, responsibilities: Array) -> Mixture:
    """The mixture of an M-step from (n, K) responsibilities, or (n, K + 1) with the noise component last.

    Raises FitError where the shape does not fit or a component has no row.
    """
    return begin(problem, plan, given_moments(problem, plan, responsibilities))


def given_moments(problem: Problem, plan: Plan, responsibilities: Array) -> Moments:
    """The moments of all rows under given responsibilities; arguments and errors are those of `given`."""
    shape = (problem.given, plan.components + plan.noise)
    if responsibilities.shape not in (shape, (shape[0], plan.components)):
        raise FitError(f"Responsibilities have the shape {responsibilities.shape}; {shape} is needed.")
    if not (np.isfinite(responsibilities).all() and (responsibilities >= 0).all()):
        raise FitError("Responsibilities are numbers of 0 or more.")
    found = of_all(problem.source, responsibilities)
    found = found.noise_last() if responsibilities.shape[1] > plan.components else found
    if found.weight.min() <= 0:
        raise FitError("A group is given no row at all.", remedy="Give every group at least one row.")
    return found
