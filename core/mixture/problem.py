"""Problem: data made ready for EM, learned once and shared by every fit of a sweep.

Data are centred and divided by one common scalar only. That changes no family's optimum, while scaling by column
would; it keeps offsets of 1e12 and scales of 1e-10 away from rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.arrays import Array, read_only
from core.data.source import ArraySource, Source
from core.errors import FitError
from core.mixture.em import NUMERICAL_FLOOR
from core.mixture.moments import pooled
from core.mixture.noise import log_box_volume
from core.mixture.starts import StartSample

START_ROWS = 2_000  # rows that starts look at
IN_MEMORY_CELLS = 8_000_000  # values (64 MB) that are scaled once instead of at each pass
SAMPLE_ROWS = 20_000  # rows on which several starts converge before the best is polished on all
COLLINEAR = 1e-10  # least eigenvalue of the correlation matrix of columns that are not combinations of others


@dataclass(frozen=True)
class Units:
    """How the rows that EM sees relate to the user's: x = centre + scale * z."""

    centre: Array  # (d,)
    scale: float
    deviations: Array  # (d,) standard deviations of z
    covariance: Array  # (d, d) of all rows of z
    collinear: bool  # whether some column is a combination of the others

    def log_jacobian(self, rows: float) -> float:
        """What to add to a log-likelihood of z over rows to have that of x."""
        return -rows * len(self.centre) * float(np.log(self.scale))


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
class Problem:
    """A source in EM's units, with what every fit to it needs."""

    source: Source
    units: Units
    rows: float  # the sum of the row weights: n, or the sum of frequencies
    start: StartSample

    @property
    def floor(self) -> Array:
        """(d,) least variance along each column, in EM's units."""
        return NUMERICAL_FLOOR * self.units.deviations**2

    @cached_property
    def log_box(self) -> float:
        """Log volume of the noise component's box, in EM's units."""
        return log_box_volume(self.source, self.units.covariance)

    def sampled(self, rng: np.random.Generator) -> Problem:
        """The same problem on SAMPLE_ROWS rows drawn in proportion to their weights."""
        rows = self.source.sample(SAMPLE_ROWS, rng)
        return replace(self, source=ArraySource(rows), rows=float(len(rows)))


def pose(source: Source, frequency: bool = False, seed: int = 0) -> Problem:
    """Learn the units of a source and draw the rows that starts look at.

    frequency: row weights count rows as they are, instead of being rescaled to sum to n. Raises FitError for columns
    that EM cannot use.
    """
    units, total = _learn_units(source)
    factor = 1.0 if frequency else source.n / total
    scaled: Source = ScaledSource(source, units, factor)
    if source.n * source.d <= IN_MEMORY_CELLS:
        scaled = _in_memory(scaled)
    if source.n <= START_ROWS:
        values, weights = _all_rows(scaled)
    else:
        values = scaled.sample(START_ROWS, np.random.default_rng([seed, START_ROWS]))
        weights = np.ones(len(values))
    start = StartSample(read_only(values / units.deviations), read_only(weights))
    return Problem(scaled, units, total * factor, start)


def _learn_units(source: Source) -> tuple[Units, float]:
    """The units, and the sum of the row weights as given."""
    whole = pooled(source)
    covariance = whole.scatter[0] / whole.weight[0]
    deviations = np.sqrt(np.diagonal(covariance))
    spread = np.abs(whole.mean[0]) * np.finfo(float).eps * 8
    if not np.isfinite(covariance).all():
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    constant = np.flatnonzero(deviations <= spread)
    if len(constant):
        raise FitError(
            f"Column {constant[0] + 1} has the same value in every row, so it cannot tell groups apart.",
            remedy="Leave it out.",
        )
    correlation = covariance / np.outer(deviations, deviations)
    scale = float(np.exp(np.log(deviations).mean()))
    collinear = bool(np.linalg.eigvalsh(correlation).min() < COLLINEAR)
    return Units(
        read_only(whole.mean[0]), scale, read_only(deviations / scale), read_only(covariance / scale**2), collinear
    ), whole.rows


def _in_memory(source: Source) -> ArraySource:
    return ArraySource(*_all_rows(source))


def _all_rows(source: Source) -> tuple[Array, Array]:
    """(n, d) values and (n,) weights of every row."""
    blocks = [(v, np.ones(len(v)) if w is None else w) for v, w in source.blocks()]
    return np.concatenate([v for v, _ in blocks]), np.concatenate([w for _, w in blocks])
