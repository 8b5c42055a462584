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
    end_of_sums,
    sums_in,
    sums_room,
    take_rows,
)
from .estep import add_block, find_densities
from .levels import take_levels
from .pointers import MATRIX, OUT, ROW_WEIGHTS, ROWS, VECTOR, entry, pointer

__all__ = ["Sizes", "add_rows", "block_room", "score_rows", "sums_room"]


@entry(types.void(ROWS, ROW_WEIGHTS, ROWS, MATRIX, MATRIX, VECTOR, MATRIX, OUT))
def add_rows(
    values: Array,
    weights: Array,
    joint: Array,
    means: Array,
    factors: Array,
    log_normalisers: Array,
    log_chances: Array,
    room: Array,
) -> None:
    """Add the moments of rows to the sums that room begins with.

    weights is (n,), or (0,) where every row weighs 1; joint (n, g) joint levels; means (K, d); factors, log_normalisers
    and log_chances as in Parts.
    """
    size = Sizes(means.shape[1], means.shape[0], len(log_normalisers), joint.shape[1], log_chances.shape[1], 0)
    parts = Parts(pointer(means), pointer(factors), pointer(log_normalisers), pointer(log_chances))
    sums = sums_in(pointer(room), size)
    block = block_in(end_of_sums(sums, size), size)
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, weights, start)
        take_levels(block, joint, start, rows)
        add_block(block, rows, parts, size, sums, factors.shape[1] == means.shape[1])


@entry(types.void(ROWS, ROWS, MATRIX, MATRIX, VECTOR, MATRIX, OUT, OUT))
def score_rows(
    values: Array,
    joint: Array,
    means: Array,
    factors: Array,
    log_normalisers: Array,
    log_chances: Array,
    scores: Array,
    room: Array,
) -> None:
    """Write the log density and then the responsibilities of each row, noise last, to scores (n (1 + columns),)."""
    size = Sizes(means.shape[1], means.shape[0], len(log_normalisers), joint.shape[1], log_chances.shape[1], 0)
    parts = Parts(pointer(means), pointer(factors), pointer(log_normalisers), pointer(log_chances))
    block = block_in(pointer(room) + 4, size)
    at = 0
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, values[0, :0], start)
        take_levels(block, joint, start, rows)
        find_densities(block, rows, parts, size, pointer(room), False, False)
        for r in range(min(BLOCK, len(values) - start)):
            scores[at] = block.log_density[r]
            for k in range(size.columns):
                scores[at + 1 + k] = block.joint[k * STRIDE + r] * block.centred[r]
            at += 1 + size.columns
