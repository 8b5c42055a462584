"""The E-step of one block: from rows to shares, from shares to sums."""

from __future__ import annotations

from core.mixture.compiled import diagonal, full
from core.mixture.compiled.blocks import Block, Parts, Sizes, Sums, add_shares, find_noise, share_out
from core.mixture.compiled.pointers import Pointer, merged


@merged
def add_block(block: Block, rows: int, parts: Parts, size: Sizes, sums: Sums, independent: bool) -> None:
    """Add the moments of a block of rows, under components with or without independent features."""
    find_shares(block, rows, parts, size, sums.totals, independent)
    add_shares(block, rows, size.columns, sums.weight)
    for k in range(size.components):
        if independent:
            diagonal.add_moments(block, rows, parts, size, k, sums)
        else:
            full.add_moments(block, rows, parts, size, k, sums)


@merged
def find_shares(block: Block, rows: int, parts: Parts, size: Sizes, totals: Pointer, independent: bool) -> None:
    """Roots of the shares of all components, noise included."""
    for k in range(size.components):
        if independent:
            diagonal.log_joint(block, rows, parts, size, k)
        else:
            full.log_joint(block, rows, parts, size, k)
    find_noise(block, rows, parts, size)
    share_out(block, rows, size.columns, totals)
