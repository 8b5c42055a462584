"""EM, step by step: the mixtures of `core.iterate` with what the two steps between them did, to be watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from ..arrays import Array, read_only
from ..errors import CoreError, DegenerateError, FitError
from ..mixture.em.m_step import m_step
from ..mixture.em.prior import ConjugatePrior
from ..mixture.em.stopping import Outcome, Stopping
from ..mixture.family import Family
from ..mixture.fit import Fit, fit
from ..mixture.iterate import iterate
from ..mixture.model import Mixture
from ..mixture.moments import moments
from ..mixture.plan import Plan
from ..mixture.starts.start import Start, StartSample, one_hot, softened

MOST_PASSES = 1_000
MOST_SHOWN = 40  # passes
ALL_SHOWN = 20  # of the first ones none is left out
STOPPING = Stopping(1e-8)
SAME_END = 1e-5  # relative difference of log-likelihoods that have come to the same optimum
WIDTHS_OF_A_TRAP = (2, 1, 3)  # rows near which a narrow component begins that EM is to close in on them
TRAPS = 30  # rows that are tried for each
LEAST_PASSES, PASSES_OF_A_TRAP = 2, 30


@dataclass(frozen=True)
class Pass:
    """An E-step, and the M-step after it if there is one."""

    number: int  # M-steps before it
    mixture: Mixture  # as the E-step finds it
    log_likelihood: float  # of that mixture; after the E-step the lower bound touches it
    responsibilities: Array  # (n, K)
    after: Mixture | None = None  # as the M-step leaves it
    lower_bound: float = float("nan")  # the lower bound at these responsibilities and that mixture


@dataclass(frozen=True)
class Trajectory:
    """EM from a start to its end."""

    family: Family
    rows: Array = field(repr=False)  # (n, d)
    passes: tuple[Pass, ...]  # all of the first ones, then fewer and fewer, and the last
    trace: tuple[float, ...]  # log-likelihood of every mixture
    outcome: Outcome

    @property
    def components(self) -> int:
        """K."""
        return self.passes[0].mixture.components

    @property
    def last(self) -> Mixture:
        """Where it ended."""
        return self.passes[-1].mixture


def watched(family: Family, start: Mixture, rows: npt.ArrayLike, most: int = MOST_PASSES) -> Trajectory:
    """Plain EM on (n, d) rows from a mixture until it settles or collapses, or has taken most passes.

    Raises DegenerateError if the start itself is singular.
    """
    values = read_only(np.array(rows, dtype=np.float64))
    mixtures: list[Mixture] = []
    trace: list[float] = []
    outcome = Outcome.ITERATION_LIMIT
    try:
        for mixture, log_likelihood in iterate(family, start, values):
            mixtures.append(mixture)
            trace.append(log_likelihood)
            if len(trace) > 1 and STOPPING.settled(trace[-2], trace[-1]):
                outcome = Outcome.CONVERGED
                break
            if len(trace) > most:
                break
    except DegenerateError:
        if not mixtures:
            raise
        outcome = Outcome.COLLAPSED
    passes = tuple(_pass(values, mixtures, trace, number) for number in shown(len(mixtures)))
    return Trajectory(family, values, passes, tuple(trace), outcome)


def shown(count: int) -> list[int]:
    """Which of 0 .. count - 1 are shown: the first ones, then ever further apart, and the last."""
    if count <= MOST_SHOWN:
        return list(range(count))
    later = np.geomspace(ALL_SHOWN, count - 1, MOST_SHOWN - ALL_SHOWN)
    return list(range(ALL_SHOWN)) + sorted(set(np.round(later).astype(int).tolist()))


def _pass(rows: Array, mixtures: Sequence[Mixture], trace: Sequence[float], number: int) -> Pass:
    shares = read_only(mixtures[number].responsibilities(rows))
    here = Pass(number, mixtures[number], trace[number], shares)
    if number + 1 == len(mixtures):
        return here
    after = mixtures[number + 1]
    return replace(here, after=after, lower_bound=lower_bound(after, rows, shares))


def lower_bound(mixture: Mixture, rows: Array, responsibilities: Array) -> float:
    """The evidence lower bound of a mixture at (n, K) responsibilities (Neal and Hinton 1998, eq. 7).

    It is the log-likelihood where the responsibilities are the mixture's own, and less elsewhere.
    """
    some = responsibilities > 0
    logs = np.log(responsibilities, where=some, out=np.zeros_like(responsibilities))
    return float((responsibilities * np.where(some, mixture.log_joint(rows) - logs, 0.0)).sum())


def start_of(way: Start, family: Family, components: int, rows: Array, seed: int = 0) -> Mixture:
    """The mixture that a start leads to on (n, d) rows. Raises FitError for fewer rows than components."""
    if len(rows) < components:
        raise FitError(f"{components} groups cannot be found in {len(rows)} rows.", remedy="Ask for fewer groups.")
    sample = StartSample(rows / rows.std(axis=0), np.ones(len(rows)))
    return _first(family, rows, one_hot(way.labels(sample, components, 0, seed), components))


def start_at(family: Family, means: npt.ArrayLike, rows: Array) -> Mixture:
    """The mixture that begins with each of (n, d) rows in the group of the nearest of (K, d) means."""
    scale = rows.std(axis=0)
    gaps = (rows / scale)[:, None, :] - (np.asarray(means, dtype=np.float64) / scale)[None, :, :]
    shares = one_hot((gaps**2).sum(axis=2).argmin(axis=1), len(gaps[0]))
    return replace(_first(family, rows, shares), means=np.array(means, dtype=np.float64))


def _first(family: Family, rows: Array, shares: Array) -> Mixture:
    """The M-step of shares, spread a little where a group has too few rows for a shape."""
    if shares.sum(axis=0).min() < rows.shape[1] + 1:
        shares = softened(shares)
    return m_step(family, moments(rows, shares))


def trap(family: Family, components: int, rows: Array, seed: int = 0) -> Mixture:
    """A start from which plain EM collapses: one component so narrow that it holds a few rows only.

    Raises FitError where none was found.
    """
    order = np.random.default_rng([seed, components]).permutation(len(rows))[:TRAPS].tolist()
    for width in WIDTHS_OF_A_TRAP:
        for row in order:
            mixture = _narrowed(family, components, rows, (row, width), seed)
            if _collapses(family, mixture, rows):
                return mixture
    raise FitError(
        "No start was found from which this model collapses.",
        f"{family.name} shares its spread between groups, or there are many rows for each.",
        "Choose a shape with an own size for each group, such as VVV, or more groups.",
    )


def _collapses(family: Family, start: Mixture, rows: Array) -> bool:
    """Whether EM does, after a few passes that can be watched."""
    passes = 0
    try:
        for _ in islice(iterate(family, start, rows), PASSES_OF_A_TRAP):
            passes += 1
    except CoreError:
        return passes > LEAST_PASSES
    return False


def _narrowed(family: Family, components: int, rows: Array, at: tuple[int, int], seed: int) -> Mixture:
    """A random start whose first component stands on one row, as wide as to reach some others."""
    row, width = at
    rng = np.random.default_rng([seed, components, row])
    means = np.vstack([rows[row], rows[rng.choice(len(rows), components - 1, replace=False)]])
    wide = np.cov(rows.T)
    near = np.sort(((rows - rows[row]) ** 2).sum(axis=1))[width]
    narrow = np.eye(rows.shape[1]) * max(near / 4, 1e-9 * float(np.trace(wide)))
    weights = np.append(width / len(rows), np.ones(components - 1))
    return Mixture(weights / weights.sum(), means, np.stack([narrow, *[wide] * (components - 1)]))


def rescued(trajectory: Trajectory) -> Fit:
    """What the same start comes to with a weak prior on the covariances (Fraley and Raftery 2007)."""
    plan = Plan(trajectory.family, trajectory.components, prior=ConjugatePrior())
    return fit(trajectory.rows, plan, responsibilities=trajectory.passes[0].responsibilities)


def several(way: Start, family: Family, components: int, rows: Array, seeds: Sequence[int]) -> Iterator[Trajectory]:
    """EM from as many starts as there are seeds; a start that cannot take a pass is left out."""
    for seed in seeds:
        try:
            yield watched(family, start_of(way, family, components, rows, seed), rows)
        except DegenerateError:
            continue


def ends_at_best(trajectories: Sequence[Trajectory]) -> list[bool]:
    """Whether each of some trajectories came to the best optimum among them; a collapse is none."""
    ends = [
        float("-inf") if trajectory.outcome is Outcome.COLLAPSED else trajectory.trace[-1]
        for trajectory in trajectories
    ]
    best = max(ends)
    return [np.isfinite(end) and best - end <= SAME_END * (1 + abs(best)) for end in ends]


def same_ends(trajectories: Sequence[Trajectory]) -> int:
    """How many did."""
    return sum(ends_at_best(trajectories))
