"""Categories in a block: log chances looked up by joint level, and shares counted by it."""

from __future__ import annotations

from ...arrays import Array
from .blocks import BLOCK, STRIDE, Block, Parts, Sizes
from .pointers import Pointer, inlined, inner


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
