"""The passes over rows that Python calls: one signature each, compiled once and kept on disk, free of Python's lock.

Every array that is written to comes from the caller.
"""

from __future__ import annotations

from numba import types

from ...arrays import Array
from .blocks import (
    BLOCK,
    STRIDE,
    Parts,
    Sizes,
    block_in,
    block_room,
    sums_in,
    sums_room,
    take_rows,
)
from .estep import add_block, find_densities
from .pointers import MATRIX, OUT, ROW_WEIGHTS, ROWS, VECTOR, entry, pointer

__all__ = ["Sizes", "add_rows", "block_room", "score_rows", "sums_room"]


@entry(types.void(ROWS, ROW_WEIGHTS, MATRIX, MATRIX, VECTOR, OUT))
def add_rows(values: Array, weights: Array, means: Array, factors: Array, log_normalisers: Array, room: Array) -> None:
    """Add the moments of rows to the sums that room begins with.

    weights is (n,), or (0,) where every row weighs 1; means (K, d); factors and log_normalisers as in Parts.
    """
    size = Sizes(means.shape[1], means.shape[0], len(log_normalisers))
    parts = Parts(pointer(means), pointer(factors), pointer(log_normalisers))
    sums = sums_in(pointer(room), size)
    block = block_in(sums.totals + 4, size)
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, weights, start)
        add_block(block, rows, parts, size, sums, factors.shape[1] == means.shape[1])


@entry(types.void(ROWS, MATRIX, MATRIX, VECTOR, OUT, OUT))
def score_rows(values: Array, means: Array, factors: Array, log_normalisers: Array, scores: Array, room: Array) -> None:
    """Write the log density and then the responsibilities of each row, noise last, to scores (n (1 + columns),)."""
    size = Sizes(means.shape[1], means.shape[0], len(log_normalisers))
    parts = Parts(pointer(means), pointer(factors), pointer(log_normalisers))
    block = block_in(pointer(room) + 4, size)
    at = 0
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, values[0, :0], start)
        find_densities(block, rows, parts, size, pointer(room), False, False)
        for r in range(min(BLOCK, len(values) - start)):
            scores[at] = block.log_density[r]
            for k in range(size.columns):
                scores[at + 1 + k] = block.joint[k * STRIDE + r] * block.centred[r]
            at += 1 + size.columns
