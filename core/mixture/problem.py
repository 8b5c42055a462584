"""Problem: data made ready for EM, learned once and shared by every fit of a sweep.

Data are centred and divided by one common scalar only. That changes no family's optimum, while scaling by column
would; it keeps offsets of 1e12 and scales of 1e-10 away from rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.arrays import Array, read_only
from core.data.patterns import Patterns, Positions, has_blanks
from core.data.source import ArraySource, Source
from core.errors import FitError
from core.mixture.em.m_step import NUMERICAL_FLOOR
from core.mixture.em.stopping import flattest
from core.mixture.model import Noise
from core.mixture.moments import pooled
from core.mixture.noise import noise_over
from core.mixture.observed import Observed, fill_for_start
from core.mixture.starts.start import StartSample

START_ROWS = 2_000  # rows that starts look at
IN_MEMORY_CELLS = 8_000_000  # values (64 MB) that are scaled once instead of at each pass
SAMPLE_ROWS = 20_000  # rows on which several starts converge before the best is polished on all
LEAST_VARIANCE, MOST_VARIANCE = 1e-280, 1e280  # of a column: squares and products keep all their digits between
COLLINEAR = 1e-10  # least eigenvalue of the correlation matrix of columns that are not combinations of others


@dataclass(frozen=True)
class Units:
    """How the rows that EM sees relate to the user's: x = centre + scale * z."""

    centre: Array  # (d,)
    scale: float
    deviations: Array  # (d,) standard deviations of z
    covariance: Array  # (d, d) of all rows of z
    collinear: bool  # whether some column is a combination of the others

    def log_jacobian(self, cells: float) -> float:
        """What to add to a log-likelihood of z over some cells (rows times columns) to have that of x."""
        return -cells * float(np.log(self.scale))


@dataclass(frozen=True)
class ScaledSource:
    """A Source in EM's units, its weights multiplied by a common factor."""

    source: Source
    units: Units
    weight_factor: float

    @property
    def n(self) -> int:
        """Rows."""
        return self.source.n

    @property
    def d(self) -> int:
        """Features."""
        return self.source.d

    def blocks(self) -> Iterator[tuple[Array, Array | None]]:
        """(values (m, d), weights (m,)) of consecutive rows; None where every row weighs the same."""
        for values, weights in self.source.blocks():
            scaled = (values - self.units.centre) / self.units.scale
            yield scaled, None if weights is None else weights * self.weight_factor

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """(n, d) rows drawn without replacement."""
        return (self.source.sample(n, rng) - self.units.centre) / self.units.scale


@dataclass(frozen=True)
class Gaps:
    """What is known of a source with blanks."""

    cells: float  # sum over the rows of weight times observed cells
    set_aside: int  # rows that are blank in all columns, which nothing is fitted to
    n: int  # rows as they were given
    order: Positions | None  # of the source's rows among those; None where they are the same

    def arranged(self, rows: Array) -> Array:
        """Something (n, ...) of all rows as given, in the source's order."""
        return rows if self.order is None else rows[self.order]


@dataclass(frozen=True)
class Problem:
    """A source in EM's units, with what every fit to it needs."""

    source: Source
    units: Units
    rows: float  # the sum of the row weights: n, or the sum of frequencies
    start: StartSample
    raw: Source  # all rows in the user's units
    gaps: Gaps | None = None  # where cells are blank

    @cached_property
    def floor(self) -> Array:
        """(d,) least variance along each column, in EM's units."""
        return NUMERICAL_FLOOR * self.units.deviations**2

    @cached_property
    def flattest(self) -> Array:
        """(d,) variances along the columns, in EM's units: a covariance without a spike is wider in every direction."""
        return flattest(self.units.deviations)

    @property
    def log_jacobian(self) -> float:
        """What to add to a log-likelihood of all rows in EM's units to have that in the user's."""
        return self.units.log_jacobian(self.rows * self.source.d if self.gaps is None else self.gaps.cells)

    @cached_property
    def noise(self) -> Noise:
        """A noise component of no weight yet, in EM's units."""
        return noise_over(self.source, self.units.covariance if self.gaps is None else None)

    def sampled(self, rng: np.random.Generator) -> Problem:
        """The same problem on SAMPLE_ROWS rows drawn in proportion to their weights."""
        rows = self.source.sample(SAMPLE_ROWS, rng)
        if self.gaps is not None:
            rows = by_pattern(rows)[0]
        return replace(self, source=ArraySource(rows), rows=float(len(rows)))


def pose(source: Source, frequency: bool = False, seed: int = 0) -> Problem:
    """Learn the units of a source and draw the rows that starts look at.

    frequency: row weights count rows as they are, instead of being rescaled to sum to n. Raises FitError for columns
    that EM cannot use.
    """
    if any(has_blanks(values) for values, _ in source.blocks()):
        return _pose_with_blanks(source, frequency, seed)
    units, total = _learn_units(source)
    factor = 1.0 if frequency else source.n / total
    scaled: Source = ScaledSource(source, units, factor)
    if source.n * source.d <= IN_MEMORY_CELLS:
        scaled = _in_memory(scaled)
    if source.n <= START_ROWS:
        values, weights = _weighty(*all_rows(scaled))
    else:
        values = scaled.sample(START_ROWS, np.random.default_rng([seed, START_ROWS]))
        weights = np.ones(len(values))
    start = StartSample(read_only(values / units.deviations), read_only(weights))
    return Problem(scaled, units, total * factor, start, source)


def _pose_with_blanks(source: Source, frequency: bool, seed: int) -> Problem:
    """The same for rows with blanks, those without a cell set aside."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = Observed.of(source)
    units = _units(source, found.means, np.diag(found.variances), found.least_correlation)
    factor = 1.0 if frequency else found.count / found.rows
    scaled: Source = ScaledSource(source, units, factor)
    order: Positions | None = None
    if source.n * source.d <= IN_MEMORY_CELLS:
        values, weights = all_rows(scaled)
        values, order = by_pattern(values)
        scaled = ArraySource(values, weights[order])
    start = _start_with_blanks(scaled, units, order is None, seed)
    gaps = Gaps(found.cells * factor, found.set_aside, source.n, order)
    return Problem(scaled, units, found.rows * factor, start, source, gaps)


def _start_with_blanks(source: Source, units: Units, streams: bool, seed: int) -> StartSample:
    if streams or source.n > START_ROWS:
        some = by_pattern(source.sample(START_ROWS, np.random.default_rng([seed, START_ROWS])))[0]
        weights = np.ones(len(some))
    else:
        some, weights = _weighty(*all_rows(source))
    standard = some / units.deviations
    return StartSample(read_only(fill_for_start(standard, weights)), read_only(weights), np.isnan(some))


def _weighty(values: Array, weights: Array) -> tuple[Array, Array]:
    """The rows that have a weight: a start must not stand on others."""
    return values[weights > 0], weights[weights > 0]


def by_pattern(values: Array) -> tuple[Array, Positions]:
    """The rows of (n, d) values that have a cell, put in the order of their patterns, and their positions."""
    some = np.flatnonzero(~np.isnan(values).all(axis=1))
    order = Patterns.of(values[some]).order
    chosen = some if order is None else some[order]
    return values[chosen], chosen


def _learn_units(source: Source) -> tuple[Units, float]:
    """The units, and the sum of the row weights as given."""
    with np.errstate(over="ignore", invalid="ignore"):
        whole = pooled(source)
        covariance = whole.scatter[0] / whole.weight[0]
    return _units(source, whole.mean[0], covariance), whole.rows


def _units(
    source: Source, means: Array, covariance: Array, least_correlation: Callable[[], float] | None = None
) -> Units:
    """Units for columns of such (d,) means and (d, d) covariance, which also tells collinear ones if nothing else does.

    Raises FitError for constant columns, and for numbers too large or too small to compute with.
    """
    variances = np.diagonal(covariance)
    deviations = np.sqrt(np.maximum(variances, 0.0))
    if not np.isfinite(covariance).all() or variances.max() > MOST_VARIANCE:
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    small = np.flatnonzero(variances < LEAST_VARIANCE)
    if any(differs(source, int(column)) for column in small):
        raise FitError(
            f"The numbers of column {small[0] + 1} are too small to compute with.",
            remedy="Multiply the columns by a power of ten.",
        )
    constant = np.flatnonzero((deviations <= np.abs(means) * np.finfo(float).eps * 8) | (variances < LEAST_VARIANCE))
    if len(constant):
        raise FitError(
            f"Column {constant[0] + 1} has the same value in every row, so it cannot tell groups apart.",
            remedy="Leave it out.",
        )
    if least_correlation is None:
        correlation = covariance / deviations[:, None] / deviations
        least = float(np.linalg.eigvalsh(correlation).min())
    else:
        least = least_correlation()
    scale = float(np.exp(np.log(deviations).mean()))
    return Units(
        centre=read_only(means),
        scale=scale,
        deviations=read_only(deviations / scale),
        covariance=read_only(covariance / scale**2),
        collinear=least < COLLINEAR,
    )


def differs(source: Source, column: int) -> bool:
    """Whether a column holds two different numbers in rows that have a weight."""
    low, high = np.inf, -np.inf
    for values, weights in source.blocks():
        some = values[:, column] if weights is None else values[weights > 0, column]
        low = np.fmin(low, np.fmin.reduce(some, initial=np.inf))
        high = np.fmax(high, np.fmax.reduce(some, initial=-np.inf))
    return bool(high > low)


def _in_memory(source: Source) -> ArraySource:
    return ArraySource(*all_rows(source))


def all_rows(source: Source) -> tuple[Array, Array]:
    """(n, d) values and (n,) weights of every row."""
    blocks = [(v, np.ones(len(v)) if w is None else w) for v, w in source.blocks()]
    return np.concatenate([v for v, _ in blocks]), np.concatenate([w for _, w in blocks])
