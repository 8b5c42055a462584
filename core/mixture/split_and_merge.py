"""Split and merge: where a mixture has two components for one group and one for two (Ueda and others 2000).

With responsibilities held, what a move does to EM's lower bound is known before it is made: to split component k gains
what two components say more of its rows than one; to merge i and j costs what one says less than two. Both add up, so a
move with a gain above its cost leads higher, as far as the rows looked at stand for all. Where components share
volume, shape or orientation, both are those of the family that shares nothing: then it is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ..arrays import Array
from ..data.patterns import Patterns
from ..data.rows import Rows
from ..errors import DegenerateError
from ..progress import unwatched
from .density import responsibilities
from .em.constants import LOG_2PI
from .em.covariance import estimate
from .em.run import Run, begun
from .family import Axis, Family
from .missing import fill
from .moments import Moments, of_groups
from .plan import Plan
from .problem import Problem
from .starts.cuts import best_cuts
from .starts.start import Labels

SPLITS = 3  # components that are halved, those that promise most
AXES = 3  # longest axes of a component across which it may be cut
PASSES = 4  # of EM with the two halves of a component
SHORT = 0.1  # gain for each row by which a cut may fall short of two halves; a Gaussian's falls short by 0.19
PAIRS = 2  # pairs for each component, at most, whose merger is looked at closely
SHARE = 0.01  # responsibility from which on a row has a say in how its component is halved
SURE = 0.9999  # responsibility from which on a row is in no doubt
TINY = 1e-300


@dataclass(frozen=True)
class Halves:
    """A component as two."""

    gain: float  # of log-likelihood, of the rows that are looked at
    both: Moments  # of those that it has a share in


@dataclass(frozen=True)
class Merger:
    """Two components as one."""

    stays: int
    joins: int
    cost: float  # of log-likelihood, of the rows that are looked at


def moves(problem: Problem, plan: Plan, run: Run, most: int) -> list[Moments]:
    """Moments to go on from after the moves that promise most, best first, of those that should pay.

    Looked at are the rows that starts look at; blank cells hold what the run's mixture expects there.
    """
    if plan.components < 3 or problem.source.levels:  # what a move would gain in categories is not known
        return []
    rows, mixture = problem.start_rows, run.mixture
    shares = responsibilities(mixture, rows.with_blanks)[:, : plan.components]
    values = rows.filled(lambda with_blanks: fill(mixture, with_blanks).values)
    free, looked_at = freed(plan.family), Rows(values, rows.row_weights, Patterns.complete(*values.shape))
    mergers = costs(free, run.found, shares, rows.row_weights)
    halves = splits(problem, free, run.found, shares, looked_at, min(each.cost for each in mergers))
    paying = [
        (split.gain - merger.cost, k, merger)
        for k, split in halves.items()
        for merger in mergers
        if split.gain > merger.cost and k not in (merger.stays, merger.joins)
    ]
    paying.sort(key=lambda each: -each[0])
    return [moved(run.found, k, halves[k].both, merger) for _, k, merger in paying[:most]]


def freed(family: Family) -> Family:
    """The family that shares nothing between components."""
    return Family(*(Axis.IDENTITY if axis is Axis.IDENTITY else Axis.VARIABLE for axis in family.axes))


def moved(found: Moments, split: int, both: Moments, merger: Merger) -> Moments:
    """Moments after a move: the merged component is where the one that stays was, a half where the other was."""
    stays, joins = merger.stays, merger.joins
    whole = _alone(found, stays) + _alone(found, joins)
    factor = found.weight[split] / both.weight.sum()
    weight, mean, scatter = found.weight.copy(), found.mean.copy(), found.scatter.copy()
    for place, new, at, times in ((stays, whole, 0, 1.0), (split, both, 0, factor), (joins, both, 1, factor)):
        weight[place], mean[place], scatter[place] = new.weight[at] * times, new.mean[at], new.scatter[at] * times
    return replace(found, weight=weight, mean=mean, scatter=scatter)


def _alone(found: Moments, k: int) -> Moments:
    return Moments(found.weight[[k]], found.mean[[k]], found.scatter[[k]])


def splits(
    problem: Problem, free: Family, found: Moments, shares: Array, rows: Rows, worth: float
) -> dict[int, Halves]:
    """The components that gain as much as it is worth by being two, of those that promise most."""
    least = rows.d + 1
    variances, axes = np.linalg.eigh(found.scatter / found.weight[:, None, None])
    across = (axes / np.sqrt(np.maximum(variances, TINY))[:, None, :])[:, :, -AXES:]
    own = {k: np.flatnonzero(mine > SHARE) for k, mine in enumerate(shares.T)}
    own = {k: some for k, some in own.items() if len(some) >= 2 * least}
    if not own:
        return {}
    weights = {k: rows.row_weights[some] * shares[some, k] for k, some in own.items()}
    turned = [(rows.values[some] - found.mean[k]) @ across[k] for k, some in own.items()]
    cuts = zip(own, best_cuts(turned, list(weights.values()), least), strict=True)
    promising = [(gain, k, upper) for k, (gain, upper) in cuts if gain + SHORT * weights[k].sum() > worth]
    promising.sort(key=lambda each: -each[0])
    halves = {k: halved(problem, free, rows.values[own[k]], weights[k], at) for _, k, at in promising[:SPLITS]}
    return {k: each for k, each in halves.items() if each is not None and each.gain > worth}


def halved(problem: Problem, free: Family, rows: Array, weights: Array, upper: Labels) -> Halves | None:
    """Two components of (m, d) rows after a few passes from a cut, beside one; None where one of the two collapses."""
    first = of_groups(rows, upper, 2, weights)
    near = replace(problem, source=Rows(rows, weights, Patterns.complete(*rows.shape)))
    running = begun(near, _two_of(free), first)
    try:
        running.go(unwatched, PASSES)
    except DegenerateError:
        return None
    place = running.place
    if place.is_near_singular or place.least_weight < free.minimum_rows(problem.source.d):
        return None
    return Halves(place.log_likelihood - alone(free, _alone(first, 0) + _alone(first, 1)), place.found)


@lru_cache
def _two_of(free: Family) -> Plan:
    return Plan(free, 2, accelerate=False)


def alone(free: Family, one: Moments) -> float:
    """The log-likelihood of rows under a single component."""
    weight, features = one.weight[0], one.mean.shape[1]
    return float(said(free, one.weight, one.scatter)[0] - weight * (np.log(weight) + features * (LOG_2PI + 1) / 2))


def costs(free: Family, found: Moments, shares: Array, weights: Array) -> list[Merger]:
    """What it costs to merge two components, of those pairs where it costs least."""
    first, second = np.triu_indices(len(found.weight), 1)
    one, other = (Moments(found.weight[at], found.mean[at], found.scatter[at]) for at in (first, second))
    own, both = said(free, found.weight, found.scatter), one + other
    rise = own[first] + own[second] - said(free, both.weight, both.scatter)
    cheapest = np.argsort(rise, kind="stable")[: PAIRS * len(found.weight)]
    first, second = first[cheapest], second[cheapest]
    cost = rise[cheapest] * weights.sum() / found.rows + _doubt(shares, weights, first, second)
    return [Merger(*each) for each in zip(first.tolist(), second.tolist(), cost.tolist(), strict=True)]


def said(free: Family, weight: Array, scatter: Array) -> Array:
    """(c,) what components of a family that shares nothing say of their rows, but for what all moves have in common."""
    with np.errstate(divide="ignore", invalid="ignore"):  # one without any spread, which shared covariances allow
        signs, logs = np.linalg.slogdet(estimate(free, weight, scatter))
        logs = np.where((signs > 0) & (logs > np.log(TINY)), logs, np.log(TINY))
    return np.asarray(weight * (np.log(weight) - 0.5 * logs))


def _doubt(shares: Array, weights: Array, first: Labels, second: Labels) -> Array:
    """(p,) the entropy that is lost where pairs of components are no longer told apart."""
    unsure = shares.max(axis=1) < SURE
    shares, weights = shares[unsure], weights[unsure]
    own = weights @ _entropy(shares)
    return np.asarray(own[first] + own[second] - weights @ _entropy(shares[:, first] + shares[:, second]))


def _entropy(shares: Array) -> Array:
    """-p log p."""
    return -shares * np.log(np.maximum(shares, TINY))
