"""Patterns: rows grouped by the columns in which they are blank, since those share all linear algebra."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.arrays import Array

Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Patterns:
    """Rows put in an order in which those blank in the same columns follow each other."""

    order: Positions | None  # (n,) positions of the rows as they were given; None where they were in order already
    starts: Positions  # (P + 1,) where each pattern begins in that order, and where the last one ends
    observed: Mask  # (P, d) whether a column is observed

    @classmethod
    def of(cls, values: Array) -> Patterns:
        """The patterns of (n, d) values; the more columns are observed, the earlier, from the first column on."""
        blank = np.isnan(values)
        codes = np.packbits(blank, axis=1)
        order: Positions | None = None
        if _falls(codes):
            order = np.lexsort(codes.T[::-1])
            codes, blank = codes[order], blank[order]
        first = np.ones(len(codes), dtype=bool)
        first[1:] = (codes[1:] != codes[:-1]).any(axis=1)
        starts = np.append(np.flatnonzero(first), len(codes)).astype(np.intp)
        return cls(order, starts, ~blank[starts[:-1]])

    @property
    def table(self) -> Array:
        """(P, 1 + d) where each pattern ends, and 1 for each column that it observes."""
        return np.column_stack([self.starts[1:], self.observed]).astype(np.float64)

    def __iter__(self) -> Iterator[tuple[Positions | slice, Mask]]:
        """The rows of each pattern, and (d,) whether a column is observed in them."""
        for at, end, observed in zip(self.starts[:-1], self.starts[1:], self.observed, strict=True):
            yield (slice(at, end) if self.order is None else self.order[at:end]), observed


def has_blanks(values: Array) -> bool:
    """Whether a cell is blank."""
    return bool(np.isnan(values).any())


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
