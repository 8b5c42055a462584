"""The E-step of one block: from rows to shares, from shares to sums."""

from __future__ import annotations

from ..em.constants import TILE
from . import diagonal, full
from .blocks import Block, Parts, Sizes, Sums, compare, filled_up, find_noise, share_out
from .levels import add_log_chances, count_levels
from .pointers import Pointer, inner


@inner
def add_block(block: Block, rows: int, parts: Parts, size: Sizes, sums: Sums, independent: bool) -> None:
    """Add the moments of a block of rows, under components with or without independent features."""
    wide, rooted = filled_up(rows), not independent and size.features >= TILE
    find_densities(block, wide, parts, size, sums.totals, independent, rooted)
    share_out(block, wide, size.columns, rooted, sums.weight)
    count_levels(block, wide, size, rooted, sums.counts)
    for k in range(size.components):
        if independent:
            diagonal.add_moments(block, wide, parts, size, k, sums)
        else:
            full.add_moments(block, wide, parts, size, k, sums)


@inner
def find_densities(
    block: Block, rows: int, parts: Parts, size: Sizes, totals: Pointer, independent: bool, rooted: bool
) -> None:
    """What the shares of all components are made of, noise included."""
    for k in range(size.components):
        if independent:
            diagonal.log_joint(block, rows, parts, size, k)
        else:
            full.log_joint(block, rows, parts, size, k)
    find_noise(block, rows, parts, size)
    add_log_chances(block, rows, parts, size)
    compare(block, rows, size.columns, rooted, totals)
