"""Codes of levels, NaN where blank: looked up, counted, and spread out as columns of 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array, closed

BLOCK = 16_384  # rows whose levels are spread out at a time
ALONE = 1e-10  # variance of a column in which hardly a cell is not the commonest level


def looked_up(by_level: Array, codes: Array) -> Array:
    """(K, n) numbers by (K, L) level, of (n,) codes; 0 where blank."""
    blank = np.isnan(codes)
    found = by_level[:, np.where(blank, 0, codes).astype(np.intp)]
    return np.where(blank, 0.0, found) if blank.any() else found


def counted(codes: Array, levels: Sequence[int], shares: Array) -> tuple[Array, ...]:
    """Of each column, (K, L) sums of (n, K) shares by level, of (n, c) codes; blanks do not count."""
    totals = [np.zeros((shares.shape[1], each)) for each in levels]
    for at in range(0, len(codes), BLOCK):
        some = shares[at : at + BLOCK].T
        for total, column in zip(totals, codes[at : at + BLOCK].T, strict=True):
            total += some @ (column[:, None] == np.arange(total.shape[1]))  # a blank is no level
    return tuple(map(closed, totals))


def indicators(codes: Array, levels: int) -> Array:
    """(n, L) columns that are 1 where a row has a level, else 0; blanks stay blank."""
    found = (codes[:, None] == np.arange(levels)).astype(np.float64)
    found[np.isnan(codes)] = np.nan
    return found


def standardised(codes: Array, levels: int, weights: Array) -> Array:
    """Indicators of rows of a weight, less their means, of variance 1 together; what is blank lies at the means."""
    counts = counted(codes[:, None], (levels,), weights[:, None])[0][0]
    shares = counts / max(float(counts.sum()), 1.0)
    apart = np.nan_to_num(indicators(codes, levels) - shares)
    return np.asarray(apart / np.sqrt(max(1.0 - float(shares @ shares), ALONE)))
