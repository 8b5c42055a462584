"""Distinct rows: every different row once, with how often it stands there, in an order that is the rows' own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import Array

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # the finaliser of Vigna's splitmix64 (2015)


def distinct_rows(values: Array, weights: Array) -> tuple[Array, Array]:
    """(m, d) different rows of (n, d) values that weigh something, and their (m,) summed weights.

    Neither the order of the rows nor how repeats are written (two equal rows, or one that weighs two) makes a
    difference to the result. NaN equals NaN. Rows stand in the order of a hash of their cells.
    """
    kept = weights > 0
    rows = np.where(np.isnan(values[kept]), np.nan, values[kept] + 0.0)  # one NaN of many, 0 instead of -0
    cells = np.ascontiguousarray(rows).view(np.uint64)
    order = np.argsort(_hashes(cells), kind="stable")
    cells = cells[order]
    is_first = np.ones(len(cells), dtype=np.bool_)
    is_first[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    return rows[order][is_first], np.add.reduceat(weights[kept][order], np.flatnonzero(is_first))


def _hashes(cells: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """(n,) a number for each row of (n, d) bit patterns."""
    found = np.zeros(len(cells), dtype=np.uint64)
    for column in cells.T:
        found ^= column
        for shift, factor in zip((30, 27), _MIX, strict=True):
            found ^= found >> np.uint64(shift)
            found *= factor
        found ^= found >> np.uint64(31)
    return found
