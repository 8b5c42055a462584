"""Runs: EM from one start to its end."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ...data.rows import Rows
from ...progress import Progress, Watch, unwatched
from .. import compiled
from ..model import Mixture
from ..moments import Moments
from ..plan import Plan
from ..problem import SAMPLE_ROWS, Problem
from .acceleration import Acceleration
from .covariance import ONE_ROUND, TO_THE_END
from .drivers import Compiled, Driver, End, Method, Place, Stepped, Stride
from .e_step import Map, over_all
from .m_step import MStep
from .passes import passes
from .stopping import Objection, Outcome, has_few_rows

WORK_OF_A_STRIDE = 100_000_000  # rows x components x features^2 of the passes taken at a time: about 30 ms
ROWS_OF_AXES = 30  # as many rows for each feature take as long as an M-step that takes covariances apart
LOOKED_UP = 4  # times as long as a product of features the look at a category takes
LEAST_STRIDE = 2  # passes in it; a pass that takes longer is taken by itself
LEAST_STRIDE_OF_MANY = 20  # the same with more rows than SAMPLE_ROWS, for a pass by itself can be spread over threads
PATIENCE = 50  # passes after which a run whose covariance is near-singular is not expected to widen again
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
    running = begun(problem, plan, start, over)
    running.go(watch)
    return run_of(problem, plan, running)


class Running:
    """EM from one start, as far as it has been taken.

    Where a stride of passes leaves a covariance near-singular, EM would go on for long towards a likelihood without
    bound, and ends.
    """

    def __init__(self, driver: Driver, most: int, stride: int = 1) -> None:
        """Before its first pass, at most so many after that, a stride of them at a time."""
        self.trace: list[float] = []
        self.outcome: Outcome | None = None  # None while there is none
        self.place: Place  # where it stands, once it has begun
        self._driver, self._most, self._stride = driver, most, stride

    def go(self, watch: Watch, passes: float = math.inf) -> None:
        """On, until so many passes are behind it or it has an end. Raises DegenerateError if not one is possible."""
        while self.outcome is None and len(self.trace) < passes:
            left = min(self._most + 1, passes) - len(self.trace)
            stride = self._driver.advance(int(min(self._stride, left)))
            self.place = stride.place
            self.outcome = self._outcome(stride, watch)

    def _outcome(self, stride: Stride, watch: Watch) -> Outcome | None:
        """How EM ends with the last stride, of which watch is told; None if it does not."""
        before = len(self.trace)
        self.trace += stride.trace
        for at, value in enumerate(stride.trace if watch is not unwatched else (), before + 1):
            if not watch(Progress("passes", at, self._most, value)):
                return Outcome.CANCELLED
        outcome = _OUTCOMES[stride.end]
        if outcome is None and len(self.trace) > self._most:
            return Outcome.ITERATION_LIMIT
        if outcome is None and len(self.trace) > PATIENCE and self.place.is_near_singular:
            return Outcome.COLLAPSED
        return outcome


_OUTCOMES = {
    End.GOING: None,
    End.SETTLED: Outcome.CONVERGED,
    End.DEGENERATE: Outcome.COLLAPSED,
    End.FELL: Outcome.FELL,
}


def begun(problem: Problem, plan: Plan, start: Mixture | Moments, over: Map = map) -> Running:
    """A run by a plan before its first pass; start and over are those of converge."""
    m_step, source = m_step_of(problem, plan), problem.source
    work = source.n * plan.components * (source.d**2 + LOOKED_UP * len(source.levels))
    work += 0 if plan.family.is_diagonal else ROWS_OF_AXES * plan.components * source.d**3
    least = LEAST_STRIDE if source.n <= SAMPLE_ROWS else LEAST_STRIDE_OF_MANY
    single = m_step.is_constrained or work * least > WORK_OF_A_STRIDE
    loops = compiled.load("loops")
    if loops is None or single or not isinstance(source, Rows):
        mixture = begin(problem, plan, start) if isinstance(start, Moments) else start
        return Running(_stepped(problem, plan, mixture, over), plan.max_iterations)
    if isinstance(start, Moments) and plan.noise:
        start = begin(problem, plan, start)
    method = Method(m_step, problem.flattest, plan.tolerance, plan.accelerate)
    driver = Compiled(loops, method, start, source)
    return Running(driver, plan.max_iterations, max(1, WORK_OF_A_STRIDE // work))


def m_step_of(problem: Problem, plan: Plan) -> MStep:
    """A plan's M-step, in EM's units. Raises ChoiceError for a prior that does not fit the columns."""
    sweeps, prior = ONE_ROUND if plan.accelerate else TO_THE_END, None
    if plan.prior is not None:
        prior = plan.prior.learned(problem.units, problem.rows, plan.family, plan.components)
    return MStep(plan.family, problem.floor, sweeps, prior, plan.bound)


def _stepped(problem: Problem, plan: Plan, mixture: Mixture, over: Map) -> Stepped[Mixture]:
    """EM pass by pass, accelerated if the plan says so and nothing constrains it."""
    m_step = m_step_of(problem, plan)
    e_step = over_all(problem.source, plan.family.is_diagonal, over)
    accelerator = Acceleration() if plan.accelerate and not m_step.is_constrained else None
    steps = passes(e_step, m_step, mixture, accelerator)
    return Stepped(steps, m_step.value, plan.tolerance, problem.flattest)


def begin(problem: Problem, plan: Plan, found: Moments) -> Mixture:
    """The first M-step, with a noise component if the plan has one."""
    mixture = replace(m_step_of(problem, plan), sweeps=TO_THE_END)(found)
    if not plan.noise:
        return mixture
    share = found.noise_weight / found.rows if found.noise_weight else FIRST_NOISE
    weights = mixture.weights * (1 - share) / mixture.weights.sum()
    return replace(mixture, weights=weights, noise=replace(problem.noise, weight=share))


def run_of(problem: Problem, plan: Plan, running: Running) -> Run:
    """Where EM ended, with what speaks against it."""
    place, outcome = running.place, running.outcome
    assert outcome is not None
    found = []
    if place.is_near_singular or outcome is Outcome.COLLAPSED:
        found.append(Objection.SPIKE)
    # The rows of a prior are enough for a shape.
    if plan.prior is None and has_few_rows(plan.family, plan.components, problem.source.d, place.least_weight):
        found.append(Objection.FEW_ROWS)
    if outcome is Outcome.FELL:
        found.append(Objection.FELL)
    if problem.is_collinear_for(plan.family):
        found.append(Objection.COLLINEAR)
    return Run(place, tuple(running.trace), outcome, tuple(found))
