"""Intervals of a fit's weights, means and covariances by the weighted-likelihood bootstrap.

Each draw fits the rows with weights of chance, uniform on the simplex (Newton and Raftery 1994; for mixtures O'Hagan,
Murphy, Scrucca and Gormley 2019), starting from the fit itself, so that no group is lost and none is new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array, read_only
from ...data.prepare import Matrix
from ...data.source import ArraySource, Source
from ...errors import DegenerateError, FitError
from ...mixture.em.stopping import Outcome
from ...mixture.fit import Fit, polish
from ...mixture.model import Mixture
from ...progress import Joined, Watch, as_watch
from ..sampled import Sampled, some_rows
from .resampling import DrawMap, carried_out, expect_draws, matched

MOST_ROWS = 10_000  # that are weighted; with more, intervals are drawn in by the root of how many more there are
TOLERANCE = 1e-8
FEWEST = 20  # draws, without which there is no interval
Way = Callable[[Fit, Mixture], Array]  # some numbers of a mixture, in the units that they are told in
ENDS = ("", "_low", "_high")  # of the names of an estimate and its interval


@dataclass(frozen=True)
class Range:
    """An interval for each of some numbers, and the number it is for."""

    estimate: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Intervals:
    """How far a fit's numbers could lie from where they are.

    Attributes:
        level: share of the chance that each interval holds, such as 0.95.
        weights: (K,) mixing weights, each with the low and the high end of its interval.
        means: (K, d) the same of the means, in raw units if they are known.
        covariances: (K, d, d) the same of the covariances; in fitted units for columns that are transformed.
        features: names of the d columns that were fitted.
        draws: number of draws that they rest on.
        failed: number of draws in which a component collapsed, which are left out.
        rows: number of rows that were weighted.
        of: number of rows there are.
        cancelled: whether a watch ended it; it is then what was done by that time, NaN for
            every end of an interval where that is too few draws.

    Examples:
        >>> rows = np.random.default_rng(0).normal(size=(30, 1))
        >>> found = core.intervals(core.fit(rows), rows, draws=20).means
        >>> found.low.item() < found.estimate.item() < found.high.item()
        True
    """

    level: float
    weights: Range
    means: Range
    covariances: Range
    features: tuple[str, ...]
    draws: int
    failed: int
    rows: int
    of: int
    cancelled: bool = False

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """A row for each group and column: its mean and spread with their intervals, and the group's weight."""
        deviations = [np.sqrt(np.diagonal(each, axis1=1, axis2=2)) for each in _parts(self.covariances)]
        said = {"weight": _parts(self.weights), "mean": _parts(self.means), "sd": deviations}
        rows: list[dict[str, str | float]] = []
        for k, name in enumerate(names):
            for j, feature in enumerate(self.features):
                row: dict[str, str | float] = {"group": name, "feature": feature}
                for what, parts in said.items():
                    at = k if what == "weight" else (k, j)
                    row |= {f"{what}{end}": float(part[at]) for end, part in zip(ENDS, parts, strict=True)}
                rows.append(row)
        return pd.DataFrame(rows)


def intervals(
    fitted: Fit,
    X: Matrix | npt.ArrayLike | Source,
    *,
    draws: int = 200,
    level: float = 0.95,
    seed: int = 0,
    watch: Watch | None = None,
    over: DrawMap[Mixture] = map,
) -> Intervals:
    """Percentile intervals of a fit's parameters, from as many draws as watch lets it do.

    A change of a group's place or shape is measured against the same group, matched by the rows that it holds. Raises
    FitError where too few draws can be fitted.

    Raises ChoiceError for what is no Fit or no number of draws.

    Examples:
        >>> rows = np.random.default_rng(0).normal(size=(30, 1))
        >>> core.intervals(core.fit(rows), rows, draws=20, level=0.9).failed
        0
    """
    expect_draws(fitted, draws, seed)
    some = some_rows(X, MOST_ROWS, seed)
    begin = replace(fitted, plan=replace(fitted.plan, tolerance=max(TOLERANCE, fitted.plan.tolerance)), data_id=None)
    own = fitted.mixture.responsibilities(some.values)[:, : fitted.components]
    shared, collapsed = Joined(as_watch(watch), "draws", draws), list[int]()

    def draw(number: int) -> Mixture | None:
        chance = np.random.default_rng([seed, number]).exponential(size=some.rows)
        rows = some.weighed(slice(None), some.weights * chance / chance.mean())
        again = _polished(rows, begin, shared)
        if again is None:
            collapsed.append(number)
        if again is None or again.outcome is Outcome.CANCELLED:
            return None
        other = again.mixture.responsibilities(some.values)[:, : fitted.components]
        return again.mixture.ordered(matched(own, other))

    found = list(carried_out(draw, draws, shared, over))
    if len(found) < FEWEST and shared.goes_on:
        raise _too_few()
    weights, means, covariances = (_range(way, fitted, found, some, level) for way in WAYS)
    of, cancelled = (len(found), len(collapsed), some.rows, some.of), not shared.goes_on
    return Intervals(level, weights, means, covariances, fitted.features, *of, cancelled)


def _too_few() -> FitError:
    why, remedy = "With other weights of the rows its groups collapse.", "Choose a model with fewer groups."
    return FitError("This model has no intervals.", why, remedy)


def _polished(rows: ArraySource, begin: Fit, watch: Watch) -> Fit | None:
    """A fit carried on with other weights; None where a group collapses."""
    try:
        again = polish(rows, begin, watch=watch)
    except (FitError, DegenerateError):
        return None
    return None if again.outcome is Outcome.COLLAPSED else again


def _range(way: Way, fitted: Fit, found: Sequence[Mixture], some: Sampled, level: float) -> Range:
    """Some numbers of a mixture; the ends are NaN where too few draws were done before a cancel."""
    nearer = np.sqrt(some.rows / some.of)
    here = way(fitted, fitted.mixture)
    low = high = np.full_like(here, np.nan)
    if len(found) >= FEWEST:
        tails = ((1 - level) / 2, (1 + level) / 2)
        low, high = np.quantile(np.stack([way(fitted, each) for each in found]), tails, axis=0)
    return Range(read_only(here), read_only(here + nearer * (low - here)), read_only(here + nearer * (high - here)))


def _weights(_: Fit, mixture: Mixture) -> Array:
    return np.array(mixture.weights)


def _means(fitted: Fit, mixture: Mixture) -> Array:
    return np.array(mixture.means) if fitted.transform is None else fitted.transform.to_raw(mixture.means)


def _covariances(fitted: Fit, mixture: Mixture) -> Array:
    if fitted.transform is None:
        return np.array(mixture.covariances)
    scales = np.where([power is None for power in fitted.transform.powers], fitted.transform.scales, 1.0)
    scaled: Array = mixture.covariances * np.outer(scales, scales)
    return scaled


WAYS = (_weights, _means, _covariances)


def _parts(found: Range) -> tuple[Array, Array, Array]:
    return found.estimate, found.low, found.high
