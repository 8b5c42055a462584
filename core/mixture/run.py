"""Runs: EM from one start to its end, and the best of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial, reduce
from operator import add

import numpy as np

from core.arrays import Array
from core.data.source import ArraySource, Source
from core.errors import DegenerateError, FitError
from core.mixture import accelerate, kernels, missing_pass
from core.mixture.blas import one_thread
from core.mixture.covariance import A_FEW, TO_THE_END, Sweeps
from core.mixture.em import EStep, passes
from core.mixture.kernels import Map
from core.mixture.loops import End, Limits, Ran, strides
from core.mixture.missing import first_moments
from core.mixture.model import Mixture
from core.mixture.moments import Moments, moments
from core.mixture.patterns import Patterns
from core.mixture.plan import Plan
from core.mixture.problem import SAMPLE_ROWS, Problem, all_rows
from core.mixture.restraints import Restraints
from core.mixture.starts import Start, softened
from core.mixture.stopping import Objection, Outcome, Progress, Watch, objections, unwatched

SCREENING = 1e-5  # relative change of the log-likelihood at which starts are compared
FINALISTS = 2  # starts that go on from there, though never more than half of them
WORK_OF_A_STRIDE = 100_000_000  # rows x components x features^2 of the passes taken at a time: about 30 ms
ROWS_OF_AXES = 30  # as many rows for each feature take as long as an M-step that takes covariances apart
LEAST_STRIDE = 20  # passes in it; a pass that takes longer is taken by itself, and worth the steps that save passes
PATIENCE = 50  # passes after which a run that is squeezed flat is not expected to widen again
FIRST_NOISE = 0.05  # the noise component's mixing weight before the first pass


@dataclass(frozen=True)
class Run:
    """One run of EM, in EM's units."""

    mixture: Mixture
    found: Moments  # at this mixture
    trace: tuple[float, ...]  # log-likelihood at each pass, with a prior the log posterior but for a constant
    outcome: Outcome
    objections: tuple[Objection, ...]

    @property
    def rank(self) -> tuple[bool, float]:
        """Admissible runs before others, then by log-likelihood or log posterior."""
        return not self.objections, self.trace[-1]


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
    return enough and not problem.units.collinear


Openings = Callable[[int, int], Moments]  # of K and attempt


def openings(problem: Problem, start: Start, seed: int) -> Openings:
    """The moments that each attempt begins with, worked out once: they are the same for every family."""

    @cache
    def first(components: int, attempt: int) -> Moments:
        sample, rng = problem.start, np.random.default_rng([seed, components, attempt])
        responsibilities = start.responsibilities(sample, components, attempt, rng)
        if (sample.weights @ responsibilities).min() < problem.source.d + 1:
            responsibilities = softened(responsibilities)
        values = sample.rows * problem.units.deviations
        if sample.blank is not None:
            return first_moments(np.where(sample.blank, np.nan, values), responsibilities, sample.weights)
        return moments(values, responsibilities, sample.weights)

    return first


def solve(problem: Problem, plan: Plan, watch: Watch, first: Openings | None = None, over: Map = map) -> Run:
    """The best admissible run of the plan's starts; first are those of a sweep, which its families share.

    With many rows the starts converge on a sample, and only the best of them is carried on over all rows.
    """
    first = first or openings(problem, plan.start, plan.seed)
    with one_thread():
        return _solve(problem, plan, watch, first, over)


def _solve(problem: Problem, plan: Plan, watch: Watch, first: Openings, over: Map) -> Run:
    if problem.source.n > SAMPLE_ROWS:
        rng = np.random.default_rng([plan.seed, SAMPLE_ROWS])
        sampled = best_of_starts(problem.sampled(rng), plan, watch, first)
        if sampled.outcome is not Outcome.CANCELLED:
            return converge(problem, plan, sampled.mixture, watch, over)
    return best_of_starts(problem, plan, watch, first)


def best_of_starts(problem: Problem, plan: Plan, watch: Watch, first: Openings) -> Run:
    """The best run of the plan's starts: all go to a coarse end, the most promising to the plan's.

    Where those are unsound but need not be, the others follow until one is sound. Ends early when cancelled. Raises
    DegenerateError if every start collapses at once.
    """
    coarse = replace(plan, tolerance=max(plan.tolerance, SCREENING))
    screened: list[Run] = []
    refusal = DegenerateError("Every start collapsed.", remedy="Try fewer groups or columns.")
    for attempt in range(plan.restarts if plan.components > 1 else 1):
        try:
            screened.append(converge(problem, coarse, first(plan.components, attempt), watch))
        except DegenerateError as degenerate:
            refusal = degenerate
            continue
        if screened[-1].outcome is Outcome.CANCELLED:
            return max(screened, key=lambda run: run.rank)
    if not screened:
        raise refusal
    promising = sorted(screened, key=lambda run: run.rank, reverse=True)
    finished: list[Run] = []
    enough, hopeless = min(FINALISTS, (plan.restarts + 1) // 2), not can_be_sound(problem, plan)
    for run in promising:
        if len(finished) >= enough and (hopeless or not all(each.objections for each in finished)):
            break
        finished.append(go_on(problem, plan, run, watch))
    return max(finished, key=lambda run: run.rank)


def go_on(problem: Problem, plan: Plan, run: Run, watch: Watch) -> Run:
    """A run that came to a coarse end, to the plan's end."""
    if run.outcome is not Outcome.CONVERGED or plan.tolerance >= SCREENING:
        return run
    after = converge(problem, plan, run.mixture, watch)
    return replace(after, trace=run.trace + after.trace[1:])


def begin(problem: Problem, plan: Plan, found: Moments) -> Mixture:
    """The first M-step, with a noise component if the plan has one."""
    mixture = Restraints.of(problem, plan).m_step(plan.family, found, floor=problem.floor)
    if not plan.noise:
        return mixture
    share = found.noise_weight / found.rows if found.noise_weight else FIRST_NOISE
    weights = mixture.weights * (1 - share) / mixture.weights.sum()
    return Mixture(weights, mixture.means, mixture.covariances, replace(problem.noise, weight=share))


def given(problem: Problem, plan: Plan, responsibilities: Array) -> Mixture:
    """The mixture of an M-step from (n, K) responsibilities, or (n, K + 1) with the noise component last.

    Raises FitError where the shape does not fit or a component has no row.
    """
    return begin(problem, plan, given_moments(problem, plan, responsibilities))


def given_moments(problem: Problem, plan: Plan, responsibilities: Array) -> Moments:
    """The moments of all rows under given responsibilities; arguments and errors are those of `given`."""
    n = problem.source.n if problem.gaps is None else problem.gaps.n
    shape = (n, plan.components + plan.noise)
    if responsibilities.shape not in (shape, (shape[0], plan.components)):
        raise FitError(f"Responsibilities have the shape {responsibilities.shape}; {shape} is needed.")
    if problem.gaps is None:
        found = _moments_in_order(problem.source, responsibilities)
    else:
        found = _first_moments_in_order(problem.source, problem.gaps.arranged(responsibilities))
    found = found.noise_last() if responsibilities.shape[1] > plan.components else found
    if found.weight.min() <= 0:
        raise FitError("A group is given no row at all.", remedy="Give every group at least one row.")
    return found


def _moments_in_order(source: Source, responsibilities: Array) -> Moments:
    """The moments of a source's rows under (n, K) responsibilities."""
    at, parts = 0, []
    for values, weights in source.blocks():
        parts.append(moments(values, responsibilities[at : at + len(values)], weights))
        at += len(values)
    return reduce(add, parts)


def _first_moments_in_order(source: Source, responsibilities: Array) -> Moments:
    """The same from observed cells alone, to begin with."""
    values, weights = all_rows(source)
    return first_moments(values, responsibilities, weights)


def converge(problem: Problem, plan: Plan, start: Mixture | Moments, watch: Watch, over: Map = map) -> Run:
    """EM from a mixture, or from the M-step of some moments, to its end; over maps a pass over chunks of many rows.

    Where a stride of passes leaves a group squeezed flat, EM would climb for long towards a likelihood without bound,
    and ends. Raises DegenerateError if it cannot take a single pass.
    """
    trace: list[float] = []
    for ran in _strides(problem, plan, start, over):
        outcome = _ENDS[ran.end]
        before = len(trace)
        trace += ran.trace
        for at, value in enumerate(ran.trace if watch is not unwatched else (), before + 1):
            if not watch(Progress("passes", at, plan.max_iterations, value)):
                outcome = Outcome.CANCELLED
                del trace[at:]
                break
        if outcome is None and len(trace) > plan.max_iterations:
            outcome = Outcome.ITERATION_LIMIT
        if outcome is None and len(trace) > PATIENCE and Objection.SPIKE in _objections(problem, plan, ran):
            outcome = Outcome.COLLAPSED
        if outcome is not None:
            return _judged(problem, plan, ran, tuple(trace), outcome)
    raise AssertionError("strides go on until there is an outcome")


def _judged(problem: Problem, plan: Plan, ran: Ran, trace: tuple[float, ...], outcome: Outcome) -> Run:
    """Where EM came to, with what speaks against it."""
    reasons = _objections(problem, plan, ran)
    if outcome is Outcome.COLLAPSED and Objection.SPIKE not in reasons:
        reasons = (Objection.SPIKE, *reasons)
    reasons += (Objection.COLLINEAR,) * problem.units.collinear
    return Run(ran.mixture, ran.found, trace, outcome, reasons)


def _objections(problem: Problem, plan: Plan, ran: Ran) -> tuple[Objection, ...]:
    """What speaks against where EM stands."""
    reasons = objections(plan.family, ran.mixture, ran.found, problem.units.deviations)
    if plan.prior is not None:  # its rows are enough for a shape
        reasons = tuple(each for each in reasons if each is not Objection.FEW_ROWS)
    return reasons


_ENDS = {End.GOING: None, End.SETTLED: Outcome.CONVERGED, End.DEGENERATE: Outcome.COLLAPSED}


def _strides(problem: Problem, plan: Plan, start: Mixture | Moments, over: Map) -> Iterator[Ran]:
    """EM in as many passes at a time as take a moment; each stride's trace holds its new passes only."""
    source = problem.source
    sweeps = A_FEW if plan.accelerate else TO_THE_END
    work = source.n * plan.components * source.d**2
    restrained = Restraints.of(problem, plan).any
    single = restrained or (problem.gaps is not None and plan.noise) or work > WORK_OF_A_STRIDE / LEAST_STRIDE
    if single or not isinstance(source, ArraySource):
        mixture = begin(problem, plan, start) if isinstance(start, Moments) else start
        yield from _single_passes(problem, plan, mixture, sweeps, over)
        return
    if isinstance(start, Moments) and plan.noise:
        start = begin(problem, plan, start)
    work += 0 if plan.family.is_diagonal else ROWS_OF_AXES * plan.components * source.d**3
    stride = max(1, min(WORK_OF_A_STRIDE // work, plan.max_iterations))
    limits = Limits(problem.floor, stride, plan.tolerance, sweeps, plan.accelerate)
    patterns = None if problem.gaps is None else Patterns.of(source.values)
    yield from strides(plan.family, start, source, limits, patterns)


def _single_passes(problem: Problem, plan: Plan, mixture: Mixture, sweeps: Sweeps, over: Map) -> Iterator[Ran]:
    """EM pass by pass, accelerated if the plan says so, for rows by the block or so many that a pass takes a moment."""
    restraints = Restraints.of(problem, plan)
    if restraints.any:
        step = _step(problem, False, over)
        steps = restraints.passes(plan.family, mixture, problem.source, step, problem.floor, sweeps)
    else:
        step = _step(problem, plan.family.is_diagonal, over)
        method = accelerate.passes if plan.accelerate else passes
        steps = method(plan.family, mixture, problem.source, step, problem.floor, sweeps)
    before: Ran | None = None
    while True:
        try:
            now, found = next(steps)
        except DegenerateError:
            if before is None:
                raise
            yield replace(before, trace=(), end=End.DEGENERATE)
            return
        value = found.log_likelihood + restraints.log_prior(now)
        settled = before is not None and plan.stopping.settled(before.trace[-1], value)
        before = Ran(now, found, (value,), End.SETTLED if settled else End.GOING)
        yield before


def _step(problem: Problem, diagonal: bool, over: Map) -> EStep:
    """The E-step that these rows need, for covariances that are diagonal or not."""
    if problem.gaps is not None:
        return missing_pass.diagonal_e_step if diagonal else missing_pass.e_step
    return partial(kernels.diagonal_e_step if diagonal else kernels.e_step, over=over)
