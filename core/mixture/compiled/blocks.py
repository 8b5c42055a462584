"""Blocks: a few rows at a time, features apart, small enough to stay in the fastest cache."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.mixture.compiled.elementary import LEAST_EXPONENT, exp, log
from core.mixture.compiled.lanes import fill8, inner, load8, pointer, square_root, store, total, where_less

LANES = 8
BLOCK = 256  # rows
STRIDE = BLOCK + LANES  # between features: a power of two would make them share the same few lines of the cache
LOWEST = -1.7e308  # no finite log density is less


class Components(NamedTuple):
    """A mixture as the block loops use it; a constant density may stand last, for noise."""

    means: Array  # (K, d)
    factors: Array  # (K, packed length) of whitening factors, or of one over standard deviations
    log_normalisers: Array  # (K,) or (K + 1,)


class Block(NamedTuple):
    """Rows under work, and what is computed of them. Features and components are STRIDE apart."""

    values: Array  # d features
    centred: Array  # d features: rows about a mean, times the root of their share
    shares: Array  # K or K + 1 components: log joint densities, then responsibilities times row weight
    roots: Array  # (STRIDE,) square roots of the shares of one component
    weights: Array  # (STRIDE,) row weights, 0 beyond the last row
    log_density: Array  # (STRIDE,)


class Sums(NamedTuple):
    """What a pass adds up, about the current means."""

    weight: Array  # (K,) or (K + 1,)
    first: Array  # (K, d)
    second: Array  # (K, d, d), the lower triangle, or (K, d), the diagonal
    totals: Array  # (4,) log-likelihood, rows, entropy, log of the largest responsibility


@inner
def new_block(components: int, features: int) -> Block:
    """Room for a block."""
    return Block(
        np.empty(features * STRIDE),
        np.empty(features * STRIDE),
        np.empty(components * STRIDE),
        np.empty(STRIDE),
        np.empty(STRIDE),
        np.empty(STRIDE),
    )


@inner
def take_rows(block: Block, values: Array, weights: Array, start: int) -> int:
    """Copy rows from `start` on into the block; returns their number, rounded up to full lanes with rows of weight 0.

    No weights at all stand for weights of 1.
    """
    rows = min(BLOCK, len(values) - start)
    whole = rows // LANES * LANES
    for at in range(0, whole, LANES):
        _take_lanes(block.values, values, start + at, at)
    for r in range(whole, rows):
        for j in range(values.shape[1]):
            block.values[j * STRIDE + r] = values[start + r, j]
    for r in range(rows):
        block.weights[r] = weights[start + r] if len(weights) > 0 else 1.0
    padded = whole if whole == rows else whole + LANES
    for r in range(rows, padded):
        block.weights[r] = 0.0
        for j in range(values.shape[1]):
            block.values[j * STRIDE + r] = block.values[j * STRIDE + rows - 1]
    return padded


@inner
def _take_lanes(into: Array, values: Array, row: int, at: int) -> None:
    for j in range(values.shape[1]):
        to = j * STRIDE + at
        into[to] = values[row, j]
        into[to + 1] = values[row + 1, j]
        into[to + 2] = values[row + 2, j]
        into[to + 3] = values[row + 3, j]
        into[to + 4] = values[row + 4, j]
        into[to + 5] = values[row + 5, j]
        into[to + 6] = values[row + 6, j]
        into[to + 7] = values[row + 7, j]


@inner
def share_out(block: Block, rows: int, components: int, totals: Array) -> None:
    """Turn log joint densities into responsibilities times row weight, and add to the totals.

    A row whose density is 0 under every component belongs to none: its shares are 0, its log density is -inf.
    """
    shares, weights, log_density = pointer(block.shares, 0), pointer(block.weights, 0), pointer(block.log_density, 0)
    zero, one, lowest, least = fill8(0.0), fill8(1.0), fill8(LOWEST), fill8(LEAST_EXPONENT)
    likelihood, weight, entropy, largest = zero, zero, zero, zero
    for r in range(0, rows, LANES):
        top = load8(shares, r)
        for k in range(1, components):
            joint = load8(shares, k * STRIDE + r)
            top = where_less(top, joint, joint, top)
        base = where_less(top, lowest, zero, top)
        density, weighted = zero, zero
        for k in range(components):
            difference = load8(shares, k * STRIDE + r) - base
            bounded = where_less(difference, least, least, difference)
            ratio = where_less(difference, least, zero, exp(bounded))
            density = density + ratio
            weighted = weighted + ratio * bounded
            store(shares, k * STRIDE + r, ratio)
        density = where_less(top, lowest, one, density)
        log_sum = log(density)
        w = load8(weights, r)
        inverse = one / density
        store(log_density, r, top + log_sum)
        likelihood = likelihood + where_less(zero, w, w * (top + log_sum), zero)
        weight = weight + w
        entropy = entropy + w * (log_sum - weighted * inverse)
        largest = largest - w * log_sum
        scale = w * inverse
        for k in range(components):
            store(shares, k * STRIDE + r, load8(shares, k * STRIDE + r) * scale)
    totals[0] += total(likelihood)
    totals[1] += total(weight)
    totals[2] += total(entropy)
    totals[3] += total(largest)


@inner
def add_shares(block: Block, rows: int, sums: Sums) -> None:
    """Add up each component's shares."""
    for k in range(len(sums.weight)):
        shares, found = pointer(block.shares, k * STRIDE), fill8(0.0)
        for r in range(0, rows, LANES):
            found = found + load8(shares, r)
        sums.weight[k] += total(found)


@inner
def take_roots(block: Block, rows: int, component: int) -> None:
    """Keep the square roots of a component's shares: the scatter is then a product of one array with itself."""
    shares, roots = pointer(block.shares, component * STRIDE), pointer(block.roots, 0)
    for r in range(0, rows, LANES):
        store(roots, r, square_root(load8(shares, r)))
