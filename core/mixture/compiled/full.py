"""Components with any covariance: log densities by the whitening factor, moments by products of features.

Both run over tiles of four features, so that each number loaded is used several times; what four does not divide is a
short head that comes first, where the triangle is narrow.
"""

from __future__ import annotations

from core.arrays import Array
from core.mixture.compiled.blocks import LANES, STRIDE, Block, Components, Sums
from core.mixture.compiled.lanes import (
    Lanes,
    Pointer,
    add_to,
    each8,
    fill4,
    fill8,
    inlined,
    inner,
    load4,
    load8,
    pointer,
    store,
    total,
)

TILE = 4


@inner
def pack(factor: Array, packed: Array) -> None:
    """Write the lower triangle of a (d, d) whitening factor in the order in which `log_joint` reads it."""
    features = len(factor)
    at = 0
    for i in range(features % TILE):
        for j in range(i + 1):
            packed[at] = factor[i, j]
            at += 1
    for top in range(features % TILE, features, TILE):
        for j in range(top + TILE):
            for i in range(max(j, top), top + TILE):
                packed[at] = factor[i, j]
                at += 1


@inner
def log_joint(block: Block, rows: int, parts: Components, k: int) -> None:
    """The log of weight times density of component k, in its place among the shares."""
    features, factors = parts.means.shape[1], parts.factors.shape[1]
    shares = pointer(block.shares, k * STRIDE)
    mean, factor = pointer(parts.means, k * features), pointer(parts.factors, k * factors)
    half, normaliser = fill8(-0.5), fill8(parts.log_normalisers[k])
    for r in range(0, rows, LANES):
        x, z = pointer(block.values, r), pointer(block.centred, r)
        distance = _head_distance(x, z, mean, factor, features % TILE)
        for top in range(features % TILE, features, TILE):
            distance = distance + _tile_distance(x, z, mean, factor, top)
        store(shares, r, normaliser + half * distance)


@inlined
def _centre(x: Pointer, z: Pointer, mean: Pointer, j: int) -> Lanes:
    """Feature j about its mean, kept for the tiles below."""
    centred = load8(x, j * STRIDE) - each8(mean, j)
    store(z, j * STRIDE, centred)
    return centred


@inlined
def _head_distance(x: Pointer, z: Pointer, mean: Pointer, factor: Pointer, head: int) -> Lanes:
    """Squares of the first 0 to 3 whitened features."""
    distance = fill8(0.0)
    if head > 0:
        z0 = _centre(x, z, mean, 0)
        white = each8(factor, 0) * z0
        distance = white * white
    if head > 1:
        z1 = _centre(x, z, mean, 1)
        white = each8(factor, 1) * z0 + each8(factor, 2) * z1
        distance = distance + white * white
    if head > 2:
        z2 = _centre(x, z, mean, 2)
        white = each8(factor, 3) * z0 + each8(factor, 4) * z1 + each8(factor, 5) * z2
        distance = distance + white * white
    return distance


@inlined
def _tile_distance(x: Pointer, z: Pointer, mean: Pointer, factor: Pointer, top: int) -> Lanes:
    """Squares of the whitened features top to top + 3."""
    w0, w1, w2, w3 = fill8(0.0), fill8(0.0), fill8(0.0), fill8(0.0)
    p = top * (top + 1) // 2
    for j in range(top):
        u = load8(z, j * STRIDE)
        w0 = w0 + each8(factor, p) * u
        w1 = w1 + each8(factor, p + 1) * u
        w2 = w2 + each8(factor, p + 2) * u
        w3 = w3 + each8(factor, p + 3) * u
        p += TILE
    u = _centre(x, z, mean, top)
    w0 = w0 + each8(factor, p) * u
    w1 = w1 + each8(factor, p + 1) * u
    w2 = w2 + each8(factor, p + 2) * u
    w3 = w3 + each8(factor, p + 3) * u
    u = _centre(x, z, mean, top + 1)
    w1 = w1 + each8(factor, p + 4) * u
    w2 = w2 + each8(factor, p + 5) * u
    w3 = w3 + each8(factor, p + 6) * u
    u = _centre(x, z, mean, top + 2)
    w2 = w2 + each8(factor, p + 7) * u
    w3 = w3 + each8(factor, p + 8) * u
    w3 = w3 + each8(factor, p + 9) * _centre(x, z, mean, top + 3)
    return w0 * w0 + w1 * w1 + (w2 * w2 + w3 * w3)


@inner
def add_moments(block: Block, rows: int, parts: Components, k: int, sums: Sums) -> None:
    """Add the first moments of component k and, in the lower triangle, the second, about its mean.

    block.roots are the square roots of its shares.
    """
    features = parts.means.shape[1]
    roots = pointer(block.roots, 0)
    for j in range(0, features, 2):
        x, z = pointer(block.values, j * STRIDE), pointer(block.centred, j * STRIDE)
        mean, first = pointer(parts.means, k * features + j), pointer(sums.first, k * features + j)
        if j + 1 < features:
            _weigh_two(x, z, roots, mean, first, rows)
        else:
            _weigh_one(x, z, roots, mean, first, rows)
    for a in range(features % TILE):
        for b in range(a + 1):
            out = pointer(sums.second, (k * features + a) * features + b)
            _product(pointer(block.centred, a * STRIDE), pointer(block.centred, b * STRIDE), rows, out)
    for a in range(features % TILE, features, TILE):
        z = pointer(block.centred, a * STRIDE)
        for b in range(0, a - 1, 2):
            out = pointer(sums.second, (k * features + a) * features + b)
            _products_four_by_two(z, pointer(block.centred, b * STRIDE), rows, out, features)
        if a % 2:
            out = pointer(sums.second, (k * features + a) * features + a - 1)
            _products_four_by_one(z, pointer(block.centred, (a - 1) * STRIDE), rows, out, features)
        _products_triangle(z, rows, pointer(sums.second, (k * features + a) * features + a), features)


@inner
def _weigh_one(x: Pointer, z: Pointer, roots: Pointer, mean: Pointer, first: Pointer, rows: int) -> None:
    """A feature about its mean, times the roots, and its first moment."""
    found, centre = fill8(0.0), each8(mean, 0)
    for r in range(0, rows, LANES):
        root = load8(roots, r)
        value = root * (load8(x, r) - centre)
        store(z, r, value)
        found = found + root * value
    add_to(first, 0, total(found))


@inner
def _weigh_two(x: Pointer, z: Pointer, roots: Pointer, mean: Pointer, first: Pointer, rows: int) -> None:
    """Two features together: two sums that do not wait for each other."""
    found0, found1 = fill8(0.0), fill8(0.0)
    centre0, centre1 = each8(mean, 0), each8(mean, 1)
    for r in range(0, rows, LANES):
        root = load8(roots, r)
        value0 = root * (load8(x, r) - centre0)
        value1 = root * (load8(x, STRIDE + r) - centre1)
        store(z, r, value0)
        store(z, STRIDE + r, value1)
        found0 = found0 + root * value0
        found1 = found1 + root * value1
    add_to(first, 0, total(found0))
    add_to(first, 1, total(found1))


@inner
def _product(v: Pointer, u: Pointer, rows: int, out: Pointer) -> None:
    found = fill8(0.0)
    for r in range(0, rows, LANES):
        found = found + load8(v, r) * load8(u, r)
    add_to(out, 0, total(found))


@inner
def _products_four_by_one(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    zero = fill8(0.0)
    s0, s1, s2, s3 = zero, zero, zero, zero
    for r in range(0, rows, LANES):
        u0 = load8(u, r)
        s0 = s0 + load8(v, r) * u0
        s1 = s1 + load8(v, STRIDE + r) * u0
        s2 = s2 + load8(v, 2 * STRIDE + r) * u0
        s3 = s3 + load8(v, 3 * STRIDE + r) * u0
    add_to(out, 0, total(s0))
    add_to(out, features, total(s1))
    add_to(out, 2 * features, total(s2))
    add_to(out, 3 * features, total(s3))


@inner
def _products_four_by_two(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    zero = fill4(0.0)
    s00, s10, s20, s30, s01, s11, s21, s31 = zero, zero, zero, zero, zero, zero, zero, zero
    for r in range(0, rows, 4):
        u0, u1 = load4(u, r), load4(u, STRIDE + r)
        v0, v1 = load4(v, r), load4(v, STRIDE + r)
        s00, s01 = s00 + v0 * u0, s01 + v0 * u1
        s10, s11 = s10 + v1 * u0, s11 + v1 * u1
        v2, v3 = load4(v, 2 * STRIDE + r), load4(v, 3 * STRIDE + r)
        s20, s21 = s20 + v2 * u0, s21 + v2 * u1
        s30, s31 = s30 + v3 * u0, s31 + v3 * u1
    add_to(out, 0, total(s00))
    add_to(out, 1, total(s01))
    add_to(out, features, total(s10))
    add_to(out, features + 1, total(s11))
    add_to(out, 2 * features, total(s20))
    add_to(out, 2 * features + 1, total(s21))
    add_to(out, 3 * features, total(s30))
    add_to(out, 3 * features + 1, total(s31))


@inner
def _products_triangle(v: Pointer, rows: int, out: Pointer, features: int) -> None:
    zero = fill4(0.0)
    s00, s10, s11, s20, s21, s22, s30, s31, s32, s33 = zero, zero, zero, zero, zero, zero, zero, zero, zero, zero
    for r in range(0, rows, 4):
        v0, v1 = load4(v, r), load4(v, STRIDE + r)
        v2, v3 = load4(v, 2 * STRIDE + r), load4(v, 3 * STRIDE + r)
        s00 = s00 + v0 * v0
        s10, s11 = s10 + v1 * v0, s11 + v1 * v1
        s20, s21, s22 = s20 + v2 * v0, s21 + v2 * v1, s22 + v2 * v2
        s30, s31, s32, s33 = s30 + v3 * v0, s31 + v3 * v1, s32 + v3 * v2, s33 + v3 * v3
    add_to(out, 0, total(s00))
    add_to(out, features, total(s10))
    add_to(out, features + 1, total(s11))
    add_to(out, 2 * features, total(s20))
    add_to(out, 2 * features + 1, total(s21))
    add_to(out, 2 * features + 2, total(s22))
    add_to(out, 3 * features, total(s30))
    add_to(out, 3 * features + 1, total(s31))
    add_to(out, 3 * features + 2, total(s32))
    add_to(out, 3 * features + 3, total(s33))
