"""Problem: data made ready for EM, learned once and shared by every fit of a sweep.

Data are centred and divided by one common scalar only. That changes no family's optimum, while scaling by column
would; it keeps offsets of 1e12 and scales of 1e-10 away from rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..arrays import Array, read_only
from ..data.rows import Rows, RowSource, Streamed, gathered
from ..data.source import Source
from ..errors import FitError
from .em.constants import FLOOR
from .em.stopping import flattest
from .family import Axis, Family
from .model import Noise
from .noise import noise_over
from .observed import Observed, filled_for_start
from .starts.start import StartSample, sample_of

START_ROWS = 2_000  # rows that starts look at
IN_MEMORY_CELLS = 8_000_000  # values (64 MB) that are scaled once instead of at each pass
SAMPLE_ROWS = 20_000  # rows on which several starts converge before the best is polished on all
LEAST_VARIANCE, MOST_VARIANCE = 1e-280, 1e280  # of a column: squares and products keep all their digits between
FEWEST_ROWS = 20  # from which fewer rows than columns are a matter of the columns
COLLINEAR = 1e-10  # least eigenvalue of the correlation matrix of columns that are not combinations of others


@dataclass(frozen=True)
class Units:
    """How the rows that EM sees relate to the user's: x = centre + scale * z."""

    centre: Array  # (d,)
    scale: float
    deviations: Array  # (d,) standard deviations of z
    covariance: Array  # (d, d) of all rows of z; with blanks the variances alone
    axes: Array | None  # (d, d) principal axes; None where cells are blank
    collinear: bool  # whether some column is a combination of the others

    def log_jacobian(self, cells: float) -> float:
        """What to add to a log-likelihood of z over some cells (rows times columns) to have that of x."""
        return -cells * float(np.log(self.scale))


@dataclass(frozen=True)
class Problem:
    """A source in EM's units, with what every fit to it needs."""

    source: RowSource
    units: Units
    rows: float  # the sum of the row weights: n, or the sum of frequencies
    cells: float  # sum over the rows of weight times observed cells
    start: StartSample
    start_rows: Rows  # what the start sample is of, in EM's units
    raw: Source  # all rows in the user's units
    given: int  # rows as they were given
    set_aside: int = 0  # of them, those that are blank in all columns, which nothing is fitted to

    @cached_property
    def floor(self) -> Array:
        """(d,) least variance along each column, in EM's units."""
        return FLOOR * self.units.deviations**2

    @cached_property
    def flattest(self) -> Array:
        """(d,) variances along the columns, in EM's units: a covariance without a spike is wider in every direction."""
        return flattest(self.units.deviations)

    @property
    def log_jacobian(self) -> float:
        """What to add to a log-likelihood of all rows in EM's units to have that in the user's."""
        return self.units.log_jacobian(self.cells)

    @cached_property
    def noise(self) -> Noise:
        """A noise component of no weight yet, in EM's units."""
        return noise_over(self.source, self.units.axes)

    def is_collinear_for(self, family: Family) -> bool:
        """Whether columns that are combinations of others leave a family without a sound fit.

        Where only rows are too few for as many columns, families along the columns do not notice: they look at each
        column by itself.
        """
        few = FEWEST_ROWS <= self.rows <= self.source.d + 1
        return self.units.collinear and not (few and family.orientation is Axis.IDENTITY)

    def sampled(self, rng: np.random.Generator) -> Problem:
        """The same problem on SAMPLE_ROWS rows drawn in proportion to their weights."""
        rows = Rows.of(self.source.sample(SAMPLE_ROWS, rng), levels=self.source.levels).with_cells()
        return replace(self, source=rows, rows=float(rows.n))


def pose(source: Source, frequency: bool = False, seed: int = 0) -> Problem:
    """Learn the units of a source and draw the rows that starts look at.

    frequency: row weights count rows as they are, instead of being rescaled to sum to n; so do those of a source that
    says so. Raises FitError for columns that EM cannot use.
    """
    frequency = frequency or bool(getattr(source, "frequency", False))
    is_small = source.n * source.d <= IN_MEMORY_CELLS
    raw: RowSource = gathered(source) if is_small else Streamed(source)
    with np.errstate(over="ignore", invalid="ignore"):
        observed = Observed.of(raw)
    units = _units(source, observed)
    factor = 1.0 if frequency else observed.count / observed.rows
    scaled = raw.scaled(units.centre, units.scale, factor)
    first = _start_rows(scaled, seed)
    standard = first.scaled(0.0, units.deviations)
    return Problem(
        source=scaled,
        units=units,
        rows=observed.rows * factor,
        cells=observed.cells * factor,
        start=sample_of(filled_for_start(standard), first, units.deviations),
        start_rows=replace(standard, values=read_only(standard.values * units.deviations)),
        raw=source,
        given=source.n,
        set_aside=source.n - observed.count,
    )


def _start_rows(source: RowSource, seed: int) -> Rows:
    """All rows that have a weight, since a start must not stand on others, or of many some."""
    if isinstance(source, Rows) and source.n + source.set_aside <= START_ROWS:
        return source.weighty()
    some = source.sample(START_ROWS, np.random.default_rng([seed, START_ROWS]))
    return Rows.of(some, levels=source.levels).with_cells()


def _units(source: Source, observed: Observed) -> Units:
    """Units for columns of which so much was observed.

    Raises FitError for constant columns, and for numbers too large or too small to compute with.
    """
    means, covariance = observed.means, observed.covariance
    variances = np.diagonal(covariance)
    deviations = np.sqrt(np.maximum(variances, 0.0))
    if not np.isfinite(covariance).all() or variances.max(initial=0.0) > MOST_VARIANCE:
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
    scale = float(np.exp(np.log(deviations).mean())) if len(deviations) else 1.0
    return Units(
        centre=read_only(means),
        scale=scale,
        deviations=read_only(deviations / scale),
        covariance=read_only(covariance / scale**2),
        axes=observed.axes(scale),
        collinear=observed.least_correlation() < COLLINEAR,
    )


def differs(source: Source, column: int) -> bool:
    """Whether a column holds two different numbers in rows that have a weight."""
    low, high = np.inf, -np.inf
    for values, weights in source.blocks():
        some = values[:, column] if weights is None else values[weights > 0, column]
        low = np.fmin(low, np.fmin.reduce(some, initial=np.inf))
        high = np.fmax(high, np.fmax.reduce(some, initial=-np.inf))
    return bool(high > low)
