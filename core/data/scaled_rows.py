"""Rows about 0 and of size 1, as sums of squares need them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..arrays import Array, closed, read_only
from ..errors import DataError, FitError
from .source import Source

Labels = npt.NDArray[np.intp]
MOST_SIZE = 465  # rows reach from 2**-465 to 2**465, some 1e-140 to 1e140, as a mixture takes them
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ScaledRows:
    """Rows about 0 and of size 1, as squared distances need them to keep their digits and not to overflow.

    raw = (values * 2**inner + centre) * 2**outer: scaling by powers of two costs no digit.
    """

    values: Array  # (n, d)
    weights: Array  # (n,), sum to n
    centre: Array  # (d,)
    outer: int
    inner: int
    blank: Mask | None = None  # (n, d) cells that have no value of their own; None where there are none
    kept: Mask | None = None  # of the rows as they were given, those that are here; None where all are

    @property
    def with_blanks(self) -> Array:
        """(n, d) values, NaN where blank."""
        return self.values if self.blank is None else np.where(self.blank, np.nan, self.values)

    def raw_centers(self, centers: Array) -> Array:
        """(K, d) centres in the units of the data."""
        return read_only(np.ldexp(np.ldexp(centers, self.inner) + self.centre, self.outer))

    def given(self, labels: Labels) -> Labels:
        """(n,) labels of the rows as they were given, -1 for those that are not here."""
        if self.kept is None:
            return labels
        found = np.full(len(self.kept), -1, dtype=np.intp)
        found[self.kept] = labels
        return closed(found)

    def filled(self, labels: Labels, centers: Array) -> ScaledRows:
        """The rows with each blank at the centre, of (K, d), that its row is assigned to."""
        if self.blank is None:
            return self
        return replace(self, values=np.where(self.blank, centers[labels], self.values), blank=None)

    def filled_from(self, centers: Array) -> ScaledRows:
        """The rows with each blank at the nearest of (K, d) centres by the cells that its row has."""
        return self if self.blank is None else self.filled(nearest(self.with_blanks, centers)[0], centers)

    def to_centers(self, raw: Array) -> Array:
        """(K, d) centres in these units."""
        return np.ldexp(np.ldexp(raw, -self.outer) - self.centre, -self.inner)

    def taken(self, chosen: Labels) -> ScaledRows:
        """Some of the rows."""
        blank = None if self.blank is None else self.blank[chosen]
        return ScaledRows(self.values[chosen], self.weights[chosen], self.centre, self.outer, self.inner, blank)

    def raw_inertia(self, inertia: float) -> float:
        """A sum of squares in the units of the data; infinite where that is beyond all numbers."""
        with np.errstate(over="ignore"):
            return float(np.ldexp(inertia, 2 * (self.inner + self.outer)))


def in_units(source: Source) -> ScaledRows:
    """All rows of a source, those that are blank in all columns left out."""
    raw, weights = concatenated(source)
    if np.isnan(raw).any():
        return _in_units_with_blanks(raw, weights)
    outer = exponent(raw)
    near = np.ldexp(raw, -outer)
    centre = near.mean(axis=0)
    near = near - centre
    inner = exponent(near)
    _check(inner + outer, near)
    scaled = np.ones(len(raw)) if weights is None else weights * (len(raw) / weights.sum())
    return ScaledRows(np.ldexp(near, -inner), scaled, centre, outer, inner)


def _in_units_with_blanks(raw: Array, weights: Array | None) -> ScaledRows:
    """The same for rows with blanks, which hold their column's mean at first. Raises DataError for a column of them."""
    kept = np.asarray(~np.isnan(raw).all(axis=1))
    raw, weights = raw[kept], None if weights is None else weights[kept]
    blank = np.isnan(raw)
    if not len(raw) or blank.all(axis=0).any():
        raise DataError("A column has no number.", remedy="Leave it out.")
    outer = exponent(raw)
    near = np.ldexp(raw, -outer)
    centre = np.nanmean(near, axis=0)
    near = np.where(blank, 0.0, near - centre)
    inner = exponent(near)
    _check(inner + outer, near)
    scaled = np.ones(len(raw)) if weights is None else weights * (len(raw) / weights.sum())
    return ScaledRows(np.ldexp(near, -inner), scaled, centre, outer, inner, blank, None if kept.all() else kept)


def _check(size: int, near: Array) -> None:
    """Raise FitError for rows whose squares, in their own units of 2**size, are beyond all numbers."""
    if size > MOST_SIZE:
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    if size < -MOST_SIZE and near.any():
        raise FitError("The numbers are too small to compute with.", remedy="Multiply the columns by a power of ten.")


def concatenated(source: Source) -> tuple[Array, Array | None]:
    """All rows of a source, and their weights where it has some."""
    blocks = list(source.blocks())
    weights = [w for _, w in blocks if w is not None]
    return np.concatenate([v for v, _ in blocks]), np.concatenate(weights) if weights else None


def exponent(values: Array) -> int:
    """The e of the least 2**e above all absolute values."""
    return int(np.frexp(np.fmax.reduce(np.abs(values), axis=None))[1])


def nearest(values: Array, centers: Array) -> tuple[Labels, Array]:
    """(n,) nearest of (K, d) centres to (n, d) rows by the cells that they have, and (n,) squared distances to it."""
    total = np.nansum if np.isnan(values).any() else np.sum
    squares = np.column_stack([total((values - centre) ** 2, axis=1) for centre in centers])
    labels = squares.argmin(axis=1)
    return labels, squares[np.arange(len(values)), labels]
