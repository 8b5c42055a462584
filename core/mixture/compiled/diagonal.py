"""Components whose features are independent: each feature on its own, no products between them."""

from __future__ import annotations

from core.mixture.compiled.blocks import LANES, STRIDE, Block, Parts, Sizes, Sums
from core.mixture.compiled.lanes import fill8, load8, store, total
from core.mixture.compiled.pointers import Pointer, inner


@inner
def log_joint(block: Block, rows: int, parts: Parts, size: Sizes, k: int) -> None:
    """The log of weight times density of component k."""
    mean, per_deviation = parts.means + k * size.features, parts.factors + k * size.features
    for r in range(0, rows, LANES):
        distance = fill8(0.0)
        for j in range(size.features):
            white = (load8(block.values, j * STRIDE + r) - mean[j]) * per_deviation[j]
            distance = distance + white * white
        store(block.joint, k * STRIDE + r, parts.log_normalisers[k] - 0.5 * distance)


@inner
def add_moments(block: Block, rows: int, parts: Parts, size: Sizes, k: int, sums: Sums) -> None:
    """Add the first and second moments of component k about its mean; of the second, the diagonal only."""
    d = size.features
    for j in range(d):
        at = k * d + j
        mean, first, second = parts.means[at], sums.first + at, sums.second + (at * d + j)
        _add_feature(block.values + j * STRIDE, block.joint + k * STRIDE, rows, mean, first, second)


@inner
def _add_feature(x: Pointer, roots: Pointer, rows: int, mean: float, first: Pointer, second: Pointer) -> None:
    # Two rows of lanes at a time: four sums that do not wait for each other.
    first0, second0, first1, second1 = fill8(0.0), fill8(0.0), fill8(0.0), fill8(0.0)
    for r in range(0, rows - LANES, 2 * LANES):
        root0, root1 = load8(roots, r), load8(roots, r + LANES)
        value0 = root0 * (load8(x, r) - mean)
        value1 = root1 * (load8(x, r + LANES) - mean)
        first0, second0 = first0 + root0 * value0, second0 + value0 * value0
        first1, second1 = first1 + root1 * value1, second1 + value1 * value1
    if rows // LANES % 2:
        root0 = load8(roots, rows - LANES)
        value0 = root0 * (load8(x, rows - LANES) - mean)
        first0, second0 = first0 + root0 * value0, second0 + value0 * value0
    first[0] += total(first0 + first1)
    second[0] += total(second0 + second1)
