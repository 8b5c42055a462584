"""Climbs: EM from one start to its end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from core.data.patterns import Patterns
from core.data.source import ArraySource
from core.mixture import kernels, missing_pass
from core.mixture.em import acceleration as accelerate
from core.mixture.em.covariance import ONE_ROUND, TO_THE_END
from core.mixture.em.drivers import Counted, End, Limits, Loop, Place, SteppedLoop, loop
from core.mixture.em.m_step import EStep, passes
from core.mixture.em.restraints import Restraints
from core.mixture.em.stopping import Objection, Outcome, Progress, Watch, fell, has_few_rows, unwatched
from core.mixture.kernels import Map
from core.mixture.model import Mixture
from core.mixture.moments import Moments
from core.mixture.plan import Plan
from core.mixture.problem import SAMPLE_ROWS, Problem

WORK_OF_A_STRIDE = 100_000_000  # rows x components x features^2 of the passes taken at a time: about 30 ms
ROWS_OF_AXES = 30  # as many rows for each feature take as long as an M-step that takes covariances apart
LEAST_STRIDE = 2  # passes in it; a pass that takes longer is taken by itself
LEAST_STRIDE_OF_MANY = 20  # the same with more rows than SAMPLE_ROWS, for a pass by itself can be spread over threads
PATIENCE = 50  # passes after which a run that is squeezed flat is not expected to widen again
FIRST_NOISE = 0.05  # the noise component's mixing weight before the first pass


@dataclass(frozen=True)
class Run:
    """One run of EM, in EM's units."""

    place: Place  # where it ended
    trace: tuple[float, ...]  # log-likelihood at each pass, with a prior the log posterior but for a constant
    outcome: Outcome
    objections: tuple[Objection, ...]

    @property
    def mixture(self) -> Mixture:
        """The last mixture."""
        return self.place.mixture

    @property
    def found(self) -> Moments:
        """The moments at this mixture."""
        return self.place.found

    @property
    def rank(self) -> tuple[bool, float]:
        """Admissible runs before others, then by log-likelihood or log posterior."""
        return not self.objections, self.trace[-1]


def converge(problem: Problem, plan: Plan, start: Mixture | Moments, watch: Watch, over: Map = map) -> Run:
    """EM from a mixture, or from the M-step of some moments, to its end; over maps a pass over chunks of many rows.

    Raises DegenerateError if it cannot take a single pass.
    """
    climb = Climb(problem, plan, start, over)
    climb.go(watch)
    return climb.judged()


class Climb:
    """EM from one start, as far as it has been taken.

    Where a stride of passes leaves a group squeezed flat, EM would climb for long towards a likelihood without bound,
    and ends.
    """

    def __init__(self, problem: Problem, plan: Plan, start: Mixture | Moments, over: Map = map) -> None:
        """At a mixture, or before the M-step of some moments; over is that of converge."""
        self.trace: list[float] = []
        self.outcome: Outcome | None = None  # None while there is none
        self._problem, self._plan = problem, plan
        self._loop, self._stride = _loop_and_stride(problem, plan, start, over)

    def go(self, watch: Watch, passes: float = math.inf) -> None:
        """On, until so many passes are behind it or it has an end. Raises DegenerateError if not one is possible."""
        while self.outcome is None and len(self.trace) < passes:
            most = min(self._plan.max_iterations + 1, passes) - len(self.trace)
            self._ran = self._loop.run(int(min(self._stride, most)))
            self.outcome = self._outcome(watch)

    def _outcome(self, watch: Watch) -> Outcome | None:
        """How EM ends with the last stride, of which watch is told; None if it does not."""
        plan, before = self._plan, len(self.trace)
        self.trace += self._ran.trace
        for at, value in enumerate(self._ran.trace if watch is not unwatched else (), before + 1):
            if not watch(Progress("passes", at, plan.max_iterations, value)):
                del self.trace[at:]
                return Outcome.CANCELLED
        outcome = _ENDS[self._ran.end]
        if outcome is None and len(self.trace) > plan.max_iterations:
            return Outcome.ITERATION_LIMIT
        if outcome is None and len(self.trace) > PATIENCE and self._ran.place.is_squeezed:
            return Outcome.COLLAPSED
        return outcome

    def judged(self) -> Run:
        """Where EM ended, with what speaks against it."""
        assert self.outcome is not None
        return Run(self._ran.place, tuple(self.trace), self.outcome, tuple(self._objections(self._ran.place)))

    def _objections(self, place: Place) -> list[Objection]:
        plan, d = self._plan, self._problem.source.d
        found = []
        if place.is_squeezed or self.outcome is Outcome.COLLAPSED:
            found.append(Objection.SPIKE)
        # The rows of a prior are enough for a shape.
        if plan.prior is None and has_few_rows(plan.family, plan.components, d, place.least_weight):
            found.append(Objection.FEW_ROWS)
        if fell(self.trace):
            found.append(Objection.FELL)
        if self._problem.units.collinear:
            found.append(Objection.COLLINEAR)
        return found


_ENDS = {End.GOING: None, End.SETTLED: Outcome.CONVERGED, End.DEGENERATE: Outcome.COLLAPSED}


def _loop_and_stride(problem: Problem, plan: Plan, start: Mixture | Moments, over: Map) -> tuple[Loop, int]:
    """EM from a start, and as many passes as take a moment."""
    source, gaps = problem.source, problem.gaps
    restraints = Restraints.of(problem, plan)
    sweeps = ONE_ROUND if plan.accelerate else TO_THE_END
    limits = Limits(problem.floor, problem.flattest, plan.tolerance, sweeps, plan.accelerate)
    work = source.n * plan.components * source.d**2
    work += 0 if plan.family.is_diagonal else ROWS_OF_AXES * plan.components * source.d**3
    least = LEAST_STRIDE if source.n <= SAMPLE_ROWS else LEAST_STRIDE_OF_MANY
    single = restraints.any or (gaps is not None and plan.noise) or work * least > WORK_OF_A_STRIDE
    if single or not isinstance(source, ArraySource):
        mixture = begin(problem, plan, start) if isinstance(start, Moments) else start
        return _single_passes(problem, plan, mixture, limits, over), 1
    if isinstance(start, Moments) and plan.noise:
        start = begin(problem, plan, start)
    patterns = None if gaps is None else Patterns.of(source.values)
    return loop(plan.family, start, source, limits, patterns), max(1, WORK_OF_A_STRIDE // work)


def _single_passes(problem: Problem, plan: Plan, mixture: Mixture, limits: Limits, over: Map) -> SteppedLoop:
    """EM pass by pass, accelerated if the plan says so, for rows by the block or so many that a pass takes a moment."""
    restraints, source = Restraints.of(problem, plan), problem.source
    step = Counted(_step(problem, plan.family.is_diagonal and not restraints.any, over), source.n)
    going = restraints.passes if restraints.any else accelerate.passes if plan.accelerate else passes
    steps = going(plan.family, mixture, source, step, problem.floor, limits.sweeps)
    return SteppedLoop(steps, step.passes, limits, lambda now, found: found.log_likelihood + restraints.log_prior(now))


def _step(problem: Problem, diagonal: bool, over: Map) -> EStep:
    """The E-step that these rows need, for covariances that are diagonal or not."""
    if problem.gaps is not None:
        return missing_pass.diagonal_e_step if diagonal else missing_pass.e_step
    return partial(kernels.diagonal_e_step if diagonal else kernels.e_step, over=over)


def begin(problem: Problem, plan: Plan, found: Moments) -> Mixture:
    """The first M-step, with a noise component if the plan has one."""
    mixture = Restraints.of(problem, plan).m_step(plan.family, found, floor=problem.floor)
    if not plan.noise:
        return mixture
    share = found.noise_weight / found.rows if found.noise_weight else FIRST_NOISE
    weights = mixture.weights * (1 - share) / mixture.weights.sum()
    return Mixture(weights, mixture.means, mixture.covariances, replace(problem.noise, weight=share))
