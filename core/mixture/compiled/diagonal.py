"""Components whose features are independent: each feature on its own, no products between them."""

from __future__ import annotations

from .blocks import LANES, STRIDE, WIDE, Block, Parts, Sizes, Sums
from .lanes import fill8, fill16, load8, load16, store, total
from .pointers import Pointer, inner


@inner
def log_joint(block: Block, rows: int, parts: Parts, size: Sizes, k: int) -> None:
    """The log of weight times density of component k."""
    mean, per_deviation = parts.means + k * size.features, parts.factors + k * size.features
    for r in range(0, rows, WIDE):
        distance = fill16(0.0)
        for j in range(size.features):
            white = (mean[j] - load16(block.values, j * STRIDE + r)) * per_deviation[j]
            distance = distance + white * white
        store(block.joint, k * STRIDE + r, parts.log_normalisers[k] - 0.5 * distance)


@inner
def add_moments(block: Block, rows: int, parts: Parts, size: Sizes, k: int, sums: Sums) -> None:
    """Add the first and second moments of component k about its mean; of the second, the diagonal only."""
    d, x, shares = size.features, block.values, block.joint + k * STRIDE
    mean, first, second = parts.means + k * d, sums.first + k * d, sums.second + k * d * d
    if d % 2:
        add_one(x, shares, rows, mean, first, second)
    for j in range(d % 2, d, 2):
        _add_two(x + j * STRIDE, shares, rows, mean + j, first + j, second + (j * d + j), d)


@inner
def add_one(x: Pointer, shares: Pointer, rows: int, mean: Pointer, first: Pointer, second: Pointer) -> None:
    """Add the first and second moment of a feature."""
    found, square, m = fill8(0.0), fill8(0.0), fill8(mean[0])
    for r in range(0, rows, LANES):
        centred = m - load8(x, r)
        weighed = load8(shares, r) * centred
        found, square = found + weighed, square + weighed * centred
    first[0] -= total(found)
    second[0] += total(square)


@inner
def _add_two(
    x: Pointer, shares: Pointer, rows: int, mean: Pointer, first: Pointer, second: Pointer, features: int
) -> None:
    """Add the moments of two features: four sums that do not wait for each other."""
    zero, m0, m1 = fill8(0.0), fill8(mean[0]), fill8(mean[1])
    found0, square0, found1, square1 = zero, zero, zero, zero
    for r in range(0, rows, LANES):
        share = load8(shares, r)
        c0, c1 = m0 - load8(x, r), m1 - load8(x, STRIDE + r)
        v0, v1 = share * c0, share * c1
        found0, square0 = found0 + v0, square0 + v0 * c0
        found1, square1 = found1 + v1, square1 + v1 * c1
    first[0] -= total(found0)
    first[1] -= total(found1)
    second[0] += total(square0)
    second[features + 1] += total(square1)
