"""The passes over rows that Python calls: one signature each, compiled once and kept on disk, free of Python's lock."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from core.arrays import Array
from core.mixture.compiled import diagonal, full
from core.mixture.compiled.blocks import (
    BLOCK,
    STRIDE,
    Block,
    Components,
    Sums,
    add_shares,
    new_block,
    share_out,
    take_roots,
    take_rows,
)
from core.mixture.compiled.lanes import inner

ROWS = types.Array(types.float64, 2, "A", readonly=True)
ROW_WEIGHTS = types.Array(types.float64, 1, "A", readonly=True)
VECTOR = types.Array(types.float64, 1, "C", readonly=True)
MATRIX = types.Array(types.float64, 2, "C", readonly=True)
MATRICES = types.Array(types.float64, 3, "C", readonly=True)
FourArrays = tuple[Array, Array, Array, Array]  # the fields of Sums
TwoArrays = tuple[Array, Array]
SCORES = types.Tuple((types.float64[::1], types.float64[:, ::1]))
SUMS = types.Tuple((types.float64[::1], types.float64[:, ::1], types.float64[:, :, ::1], types.float64[::1]))


@inner
def new_sums(parts: Components) -> Sums:
    """Nothing yet."""
    components, features = parts.means.shape
    return Sums(
        np.zeros(len(parts.log_normalisers)),
        np.zeros((components, features)),
        np.zeros((components, features, features)),
        np.zeros(4),
    )


@inner
def packed(means: Array, whitening: Array, log_normalisers: Array) -> Components:
    """A mixture with its whitening factors laid out for the tiles."""
    components, features = means.shape
    factors = np.empty((components, features * (features + 1) // 2))
    for k in range(components):
        full.pack(whitening[k], factors[k])
    return Components(means, factors, log_normalisers)


@inner
def find_noise(block: Block, rows: int, parts: Components) -> None:
    """The constant log density that stands after the components, if any."""
    for k in range(len(parts.means), len(parts.log_normalisers)):
        for r in range(rows):
            block.shares[k * STRIDE + r] = parts.log_normalisers[k]


@inner
def find_shares(block: Block, rows: int, parts: Components, totals: Array) -> None:
    """The shares of all components, noise included."""
    for k in range(len(parts.means)):
        full.log_joint(block, rows, parts, k)
    find_noise(block, rows, parts)
    share_out(block, rows, len(parts.log_normalisers), totals)


@njit(SUMS(ROWS, ROW_WEIGHTS, MATRIX, MATRICES, VECTOR), nogil=True, cache=True)
def full_sums(values: Array, weights: Array, means: Array, whitening: Array, log_normalisers: Array) -> FourArrays:
    """Sums over rows, under components with (K, d, d) whitening factors."""
    parts = packed(means, whitening, log_normalisers)
    sums = new_sums(parts)
    block = new_block(len(log_normalisers), values.shape[1])
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, weights, start)
        find_shares(block, rows, parts, sums.totals)
        add_shares(block, rows, sums)
        for k in range(len(means)):
            take_roots(block, rows, k)
            full.add_moments(block, rows, parts, k, sums)
    return sums.weight, sums.first, sums.second, sums.totals


@njit(SUMS(ROWS, ROW_WEIGHTS, MATRIX, MATRIX, VECTOR), nogil=True, cache=True)
def diagonal_sums(values: Array, weights: Array, means: Array, factors: Array, log_normalisers: Array) -> FourArrays:
    """Sums over rows, under components with independent features; factors are (K, d), one over standard deviations."""
    parts = Components(means, factors, log_normalisers)
    sums = new_sums(parts)
    block = new_block(len(log_normalisers), values.shape[1])
    for start in range(0, len(values), BLOCK):
        rows = take_rows(block, values, weights, start)
        for k in range(len(means)):
            diagonal.log_joint(block, rows, parts, k)
        find_noise(block, rows, parts)
        share_out(block, rows, len(log_normalisers), sums.totals)
        add_shares(block, rows, sums)
        for k in range(len(means)):
            diagonal.add_moments(block, rows, parts, k, sums)
    return sums.weight, sums.first, sums.second, sums.totals


@njit(SCORES(ROWS, ROW_WEIGHTS, MATRIX, MATRICES, VECTOR), nogil=True, cache=True)
def scores(values: Array, weights: Array, means: Array, whitening: Array, log_normalisers: Array) -> TwoArrays:
    """(n,) log densities and (n, K or K + 1) responsibilities times row weight."""
    parts = packed(means, whitening, log_normalisers)
    block = new_block(len(log_normalisers), values.shape[1])
    log_density, shares = np.empty(len(values)), np.empty((len(values), len(log_normalisers)))
    for start in range(0, len(values), BLOCK):
        find_shares(block, take_rows(block, values, weights, start), parts, np.zeros(4))
        for r in range(min(BLOCK, len(values) - start)):
            log_density[start + r] = block.log_density[r]
            for k in range(len(log_normalisers)):
                shares[start + r, k] = block.shares[k * STRIDE + r]
    return log_density, shares
