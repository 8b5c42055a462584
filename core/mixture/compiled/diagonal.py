"""Components whose features are independent: each feature on its own, no products between them."""

from __future__ import annotations

from core.mixture.compiled.blocks import LANES, STRIDE, Block, Components, Sums
from core.mixture.compiled.lanes import Pointer, add_to, each8, fill8, inner, load8, pointer, store, total


@inner
def log_joint(block: Block, rows: int, parts: Components, k: int) -> None:
    """The log of weight times density of component k, in its place among the shares."""
    features = parts.means.shape[1]
    mean, per_deviation = pointer(parts.means, k * features), pointer(parts.factors, k * features)
    x, shares = pointer(block.values, 0), pointer(block.shares, k * STRIDE)
    half, normaliser = fill8(-0.5), fill8(parts.log_normalisers[k])
    for r in range(0, rows, LANES):
        distance = fill8(0.0)
        for j in range(features):
            white = (load8(x, j * STRIDE + r) - each8(mean, j)) * each8(per_deviation, j)
            distance = distance + white * white
        store(shares, r, normaliser + half * distance)


@inner
def add_moments(block: Block, rows: int, parts: Components, k: int, sums: Sums) -> None:
    """Add the first and second moments of component k about its mean; of the second, the diagonal only."""
    features = parts.means.shape[1]
    shares = pointer(block.shares, k * STRIDE)
    for j in range(features):
        x, mean = pointer(block.values, j * STRIDE), pointer(parts.means, k * features + j)
        first = pointer(sums.first, k * features + j)
        second = pointer(sums.second, (k * features + j) * features + j)
        _add_feature(x, shares, mean, first, second, rows)


@inner
def _add_feature(x: Pointer, shares: Pointer, mean: Pointer, first: Pointer, second: Pointer, rows: int) -> None:
    centre = each8(mean, 0)
    # Two rows of lanes at a time: four sums that do not wait for each other.
    first0, second0, first1, second1 = fill8(0.0), fill8(0.0), fill8(0.0), fill8(0.0)
    for r in range(0, rows - LANES, 2 * LANES):
        value0 = load8(x, r) - centre
        value1 = load8(x, r + LANES) - centre
        weighted0 = load8(shares, r) * value0
        weighted1 = load8(shares, r + LANES) * value1
        first0, second0 = first0 + weighted0, second0 + weighted0 * value0
        first1, second1 = first1 + weighted1, second1 + weighted1 * value1
    if rows // LANES % 2:
        value0 = load8(x, rows - LANES) - centre
        weighted0 = load8(shares, rows - LANES) * value0
        first0, second0 = first0 + weighted0, second0 + weighted0 * value0
    add_to(first, 0, total(first0 + first1))
    add_to(second, 0, total(second0 + second1))
