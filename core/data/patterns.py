"""Patterns: rows grouped by the columns in which they are blank, since those share all linear algebra."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..arrays import Array

Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def whole_rows(values: Array) -> Mask:
    """(n,) the rows of (n, d) values that have every cell."""
    return np.asarray(~np.isnan(values).any(axis=1))


@dataclass(frozen=True)
class Patterns:
    """Rows put in an order in which those blank in the same columns follow each other."""

    order: Positions | None  # (n,) positions of the rows as they were given; None where they were in order already
    starts: Positions  # (P + 1,) where each pattern begins in that order, and where the last one ends
    observed: Mask  # (P, d) whether a column is observed

    @classmethod
    def of(cls, values: Array) -> Patterns:
        """The patterns of (n, d) values; the more columns are observed, the earlier, from the first column on."""
        n, d = values.shape
        with np.errstate(over="ignore", invalid="ignore"):
            may_be_blank = np.isnan(values.sum())  # which costs less than to look at each cell
        blank = np.isnan(values) if may_be_blank else np.zeros((1, 1), dtype=bool)
        if not blank.any():
            return cls.complete(n, d)
        codes = np.packbits(blank, axis=1)
        order: Positions | None = None
        if _falls(codes):
            order = np.lexsort(codes.T[::-1])
            codes, blank = codes[order], blank[order]
        first = np.ones(n, dtype=bool)
        first[1:] = (codes[1:] != codes[:-1]).any(axis=1)
        starts = np.append(np.flatnonzero(first), n).astype(np.intp)
        return cls(order, starts, ~blank[starts[:-1]])

    @classmethod
    def complete(cls, n: int, d: int) -> Patterns:
        """The one of n rows without a blank."""
        return cls(None, np.array([0, n], dtype=np.intp), np.ones((1, d), dtype=bool))

    @property
    def are_complete(self) -> bool:
        """Whether no cell is blank."""
        return bool(self.observed.all())

    @property
    def cells(self) -> Mask:
        """(n, d) whether a cell is observed, of the rows in order."""
        return np.repeat(self.observed, np.diff(self.starts), axis=0)

    def __iter__(self) -> Iterator[tuple[Positions | slice, Mask]]:
        """The rows of each pattern, and (d,) whether a column is observed in them."""
        for at, end, observed in zip(self.starts[:-1], self.starts[1:], self.observed, strict=True):
            yield (slice(at, end) if self.order is None else self.order[at:end]), observed

    def within(self, at: int, end: int) -> Patterns:
        """Those of some of the rows in order, which are in order then."""
        first, last = np.searchsorted(self.starts, at, "right") - 1, np.searchsorted(self.starts, end, "left")
        starts = np.clip(self.starts[first : last + 1], at, end) - at
        return Patterns(None, starts, self.observed[first:last])


def _falls(codes: npt.NDArray[np.uint8]) -> bool:
    """Whether the (n, bytes) codes of some row come before those of the row above it."""
    if len(codes) < 2:
        return False
    if codes.shape[1] == 1:
        return bool((codes[1:] < codes[:-1]).any())
    differ = codes[1:] != codes[:-1]
    at = differ.argmax(axis=1)
    rows = np.arange(len(at))
    return bool((codes[1:][rows, at] < codes[:-1][rows, at]).any())
