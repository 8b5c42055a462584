"""Categories in a block: log chances looked up by joint level, and shares counted by it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...arrays import Array
from .blocks import BLOCK, STRIDE, Block, Parts, Sizes
from .pointers import Pointer, fill, inlined, inner


class Spelling(NamedTuple):
    """Which levels of the columns of categories each joint level stands for."""

    places: Pointer  # (S, most) among the T levels of all columns; -1 where there is none more
    most: int
    starts: Pointer  # (c + 1,) where the levels of each column begin among these
    columns: int  # c


@inner
def take_levels(block: Block, joint: Array, start: int, rows: int) -> None:
    """Copy the joint levels of rows from `start` on into the block; rows beyond the last repeat it."""
    found = min(BLOCK, len(joint) - start)
    for r in range(rows):
        row = start + min(r, found - 1)
        for g in range(joint.shape[1]):
            block.levels[g * STRIDE + r] = joint[row, g]


@inner
def add_log_chances(block: Block, rows: int, parts: Parts, size: Sizes) -> None:
    """Add the log chances of the rows' levels to their log joint densities, noise included."""
    for k in range(size.columns):
        table, joint = parts.log_chances + k * size.joint, block.joint + k * STRIDE
        for g in range(size.parts):
            levels = block.levels + g * STRIDE
            for r in range(rows):
                joint[r] = joint[r] + table[int(levels[r])]


@inner
def count_levels(block: Block, rows: int, size: Sizes, rooted: bool, counts: Pointer) -> None:
    """Add the rows' shares, or the squares of their roots, to each component's counts of joint levels."""
    for k in range(size.components):
        shares, found = block.joint + k * STRIDE, counts + k * size.joint
        for g in range(size.parts):
            levels = block.levels + g * STRIDE
            for r in range(rows):
                _count(found, int(levels[r]), shares[r], rooted)


@inlined
def _count(counts: Pointer, level: int, share: float, rooted: bool) -> None:
    counts[level] = counts[level] + (share * share if rooted else share)


@inner
def spell_out(spelling: Spelling, size: Sizes, chances: Pointer, logs: Pointer, table: Pointer) -> None:
    """Write the (columns, S) log chances of joint levels, noise last, from (K, T) chances; logs has (columns, T)."""
    for i in range(size.components * size.levels):
        logs[i] = np.log(chances[i])
    for k in range(size.components, size.columns):
        for column in range(spelling.columns):
            first, end = int(spelling.starts[column]), int(spelling.starts[column + 1])
            fill(logs + k * size.levels + first, end - first, -np.log(float(end - first)))
    for k in range(size.columns):
        for s in range(size.joint):
            whole = 0.0
            for m in range(spelling.most):
                place = int(spelling.places[s * spelling.most + m])
                if place >= 0:
                    whole += logs[k * size.levels + place]
            table[k * size.joint + s] = whole


@inner
def gather_levels(spelling: Spelling, size: Sizes, counts: Pointer, levels: Pointer) -> None:
    """Write (K, T) counts by level from (K, S) by joint level; those of blanks are left out."""
    fill(levels, size.components * size.levels, 0.0)
    for k in range(size.components):
        for s in range(size.joint):
            for m in range(spelling.most):
                place = int(spelling.places[s * spelling.most + m])
                if place >= 0:
                    levels[k * size.levels + place] += counts[k * size.joint + s]


@inner
def estimate_chances(spelling: Spelling, size: Sizes, levels: Pointer, chances: Pointer) -> None:
    """Write the (K, T) chances that maximise the likelihood of counts; equal ones where a column has no cell."""
    for k in range(size.components):
        for column in range(spelling.columns):
            first, end = int(spelling.starts[column]), int(spelling.starts[column + 1])
            whole = 0.0
            for t in range(k * size.levels + first, k * size.levels + end):
                whole += levels[t]
            for t in range(k * size.levels + first, k * size.levels + end):
                chances[t] = levels[t] / whole if whole > 0.0 else 1.0 / (end - first)
