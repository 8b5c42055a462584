"""Components with any covariance: log densities by the whitening factor, moments by products of features.

Both run over tiles of four features, so that each number loaded is used several times; what four does not divide is a
short head that comes first, where the triangle is narrow.
"""

from __future__ import annotations

from ..em.constants import TILE
from .blocks import LANES, STRIDE, Block, Parts, Sizes, Sums
from .diagonal import add_one
from .lanes import Lanes, fill4, fill8, load4, load8, store, total
from .pointers import Pointer, inlined, inner


@inner
def pack(factor: Pointer, features: int, packed: Pointer) -> None:
    """Write the lower triangle of a (d, d) whitening factor in the order in which `log_joint` reads it."""
    at = 0
    for i in range(features % TILE):
        for j in range(i + 1):
            packed[at] = factor[i * features + j]
            at += 1
    for top in range(features % TILE, features, TILE):
        for j in range(top + TILE):
            for i in range(max(j, top), top + TILE):
                packed[at] = factor[i * features + j]
                at += 1


@inner
def log_joint(block: Block, rows: int, parts: Parts, size: Sizes, k: int) -> None:
    """The log of weight times density of component k."""
    d, head = size.features, size.features % TILE
    mean, factor = parts.means + k * d, parts.factors + k * (d * (d + 1) // 2)
    for r in range(0, rows, LANES):
        x, z = block.values + r, block.centred + r
        distance = _head_distance(x, z, mean, factor, head, d > head)
        for top in range(head, d, TILE):
            distance = distance + _tile_distance(x, z, mean, factor, top, d > top + TILE)
        store(block.joint, k * STRIDE + r, parts.log_normalisers[k] - 0.5 * distance)


@inlined
def _centre(x: Pointer, z: Pointer, mean: Pointer, j: int, keep: bool) -> Lanes:
    """The mean less feature j, kept where there are tiles below."""
    centred = mean[j] - load8(x, j * STRIDE)
    if keep:
        store(z, j * STRIDE, centred)
    return centred


@inlined
def _head_distance(x: Pointer, z: Pointer, mean: Pointer, factor: Pointer, head: int, keep: bool) -> Lanes:
    """Squares of the first 0 to 3 whitened features."""
    distance = fill8(0.0)
    if head > 0:
        z0 = _centre(x, z, mean, 0, keep)
        white = factor[0] * z0
        distance = white * white
    if head > 1:
        z1 = _centre(x, z, mean, 1, keep)
        white = factor[1] * z0 + factor[2] * z1
        distance = distance + white * white
    if head > 2:
        z2 = _centre(x, z, mean, 2, keep)
        white = factor[3] * z0 + factor[4] * z1 + factor[5] * z2
        distance = distance + white * white
    return distance


@inlined
def _tile_distance(x: Pointer, z: Pointer, mean: Pointer, factor: Pointer, top: int, keep: bool) -> Lanes:
    """Squares of the whitened features top to top + 3."""
    f = factor + top * (top + 1) // 2
    triangle = f + TILE * top
    u = _centre(x, z, mean, top, keep)
    w0, w1, w2, w3 = triangle[0] * u, triangle[1] * u, triangle[2] * u, triangle[3] * u
    u = _centre(x, z, mean, top + 1, keep)
    w1, w2, w3 = w1 + triangle[4] * u, w2 + triangle[5] * u, w3 + triangle[6] * u
    u = _centre(x, z, mean, top + 2, keep)
    w2, w3 = w2 + triangle[7] * u, w3 + triangle[8] * u
    w3 = w3 + triangle[9] * _centre(x, z, mean, top + 3, keep)
    for j in range(top):
        u = load8(z, j * STRIDE)
        w0, w1, w2, w3 = w0 + f[0] * u, w1 + f[1] * u, w2 + f[2] * u, w3 + f[3] * u
        f = f + TILE
    return w0 * w0 + w1 * w1 + (w2 * w2 + w3 * w3)


@inner
def add_moments(block: Block, rows: int, parts: Parts, size: Sizes, k: int, sums: Sums) -> None:
    """Add the first moments of component k and, in the lower triangle, the second, about its mean.

    Four features and more are weighed by roots of the shares: in squares of two by two along the diagonal at once, in
    whatever is left of the triangle afterwards.
    """
    d, x, z, shares = size.features, block.values, block.centred, block.joint + k * STRIDE
    mean, first, second = parts.means + k * d, sums.first + k * d, sums.second + k * d * d
    if d < TILE:
        _add_few(x, shares, rows, mean, first, second, d)
        return
    odd = d % 2
    if odd:
        _weigh_one(x, z, shares, rows, mean, first, second)
    for a in range(odd, d, 2):
        at = a * STRIDE
        _weigh_two(x + at, z + at, shares, rows, mean + a, first + a, second + (a * d + a), d)
    if d % TILE == 3:
        _products_two_by_one(z + STRIDE, z, rows, second + d, d)
    for a in range(d % TILE, d, TILE):
        v, out = z + a * STRIDE, second + a * d
        if odd:
            _products_four_by_one(v, z, rows, out, d)
        for b in range(odd, a, 2):
            _products_four_by_two(v, z + b * STRIDE, rows, out + b, d)
        _products_two_by_two(v + 2 * STRIDE, v, rows, out + (2 * d + a), d)


@inlined
def _add_few(
    x: Pointer, shares: Pointer, rows: int, mean: Pointer, first: Pointer, out: Pointer, features: int
) -> None:
    """All moments of one to three features at once, weighed by the shares."""
    if features == 1:
        add_one(x, shares, rows, mean, first, out)
    elif features == 2:
        _add_two_features(x, shares, rows, mean, first, out)
    else:
        _add_three_features(x, shares, rows, mean, first, out)


@inner
def _add_two_features(x: Pointer, shares: Pointer, rows: int, mean: Pointer, first: Pointer, out: Pointer) -> None:
    zero, m0, m1 = fill8(0.0), fill8(mean[0]), fill8(mean[1])
    found0, found1, s00, s10, s11 = zero, zero, zero, zero, zero
    for r in range(0, rows, LANES):
        share = load8(shares, r)
        c0, c1 = m0 - load8(x, r), m1 - load8(x, STRIDE + r)
        v0, v1 = share * c0, share * c1
        found0, found1 = found0 + v0, found1 + v1
        s00, s10, s11 = s00 + v0 * c0, s10 + v1 * c0, s11 + v1 * c1
    first[0] -= total(found0)
    first[1] -= total(found1)
    out[0] += total(s00)
    _add_two(out + 2, s10, s11)


@inner
def _add_three_features(x: Pointer, shares: Pointer, rows: int, mean: Pointer, first: Pointer, out: Pointer) -> None:
    zero, m0, m1, m2 = fill4(0.0), fill4(mean[0]), fill4(mean[1]), fill4(mean[2])
    found0, found1, found2, s00, s10, s11, s20, s21, s22 = zero, zero, zero, zero, zero, zero, zero, zero, zero
    for r in range(0, rows, TILE):
        share = load4(shares, r)
        c0, c1, c2 = m0 - load4(x, r), m1 - load4(x, STRIDE + r), m2 - load4(x, 2 * STRIDE + r)
        v0, v1, v2 = share * c0, share * c1, share * c2
        found0, found1, found2 = found0 + v0, found1 + v1, found2 + v2
        s00, s10, s11 = s00 + v0 * c0, s10 + v1 * c0, s11 + v1 * c1
        s20, s21, s22 = s20 + v2 * c0, s21 + v2 * c1, s22 + v2 * c2
    first[0] -= total(found0)
    first[1] -= total(found1)
    first[2] -= total(found2)
    out[0] += total(s00)
    _add_two(out + 3, s10, s11)
    _add_two(out + 6, s20, s21)
    out[8] += total(s22)


@inner
def _weigh_one(x: Pointer, z: Pointer, roots: Pointer, rows: int, mean: Pointer, first: Pointer, out: Pointer) -> None:
    """A feature about its mean, times the roots, and its moments."""
    found, square, m = fill8(0.0), fill8(0.0), fill8(mean[0])
    for r in range(0, rows, LANES):
        root = load8(roots, r)
        value = root * (m - load8(x, r))
        store(z, r, value)
        found, square = found + root * value, square + value * value
    first[0] -= total(found)
    out[0] += total(square)


@inner
def _weigh_two(
    x: Pointer,
    z: Pointer,
    roots: Pointer,
    rows: int,
    mean: Pointer,
    first: Pointer,
    out: Pointer,
    features: int,
) -> None:
    """Two features about their means, times the roots, and their moments."""
    zero, m0, m1 = fill8(0.0), fill8(mean[0]), fill8(mean[1])
    found0, found1, s00, s10, s11 = zero, zero, zero, zero, zero
    for r in range(0, rows, LANES):
        root = load8(roots, r)
        v0, v1 = root * (m0 - load8(x, r)), root * (m1 - load8(x, STRIDE + r))
        store(z, r, v0)
        store(z, STRIDE + r, v1)
        found0, found1 = found0 + root * v0, found1 + root * v1
        s00, s10, s11 = s00 + v0 * v0, s10 + v1 * v0, s11 + v1 * v1
    first[0] -= total(found0)
    first[1] -= total(found1)
    out[0] += total(s00)
    _add_two(out + features, s10, s11)


@inner
def _products_two_by_one(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    s0, s1 = fill8(0.0), fill8(0.0)
    for r in range(0, rows, LANES):
        u0 = load8(u, r)
        s0, s1 = s0 + load8(v, r) * u0, s1 + load8(v, STRIDE + r) * u0
    out[0] += total(s0)
    out[features] += total(s1)


@inner
def _products_two_by_two(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    zero = fill8(0.0)
    s00, s01, s10, s11 = zero, zero, zero, zero
    for r in range(0, rows, LANES):
        u0, u1 = load8(u, r), load8(u, STRIDE + r)
        v0, v1 = load8(v, r), load8(v, STRIDE + r)
        s00, s01 = s00 + v0 * u0, s01 + v0 * u1
        s10, s11 = s10 + v1 * u0, s11 + v1 * u1
    _add_two(out, s00, s01)
    _add_two(out + features, s10, s11)


@inner
def _products_four_by_one(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    s0, s1, s2, s3 = fill8(0.0), fill8(0.0), fill8(0.0), fill8(0.0)
    for r in range(0, rows, LANES):
        u0 = load8(u, r)
        s0, s1 = s0 + load8(v, r) * u0, s1 + load8(v, STRIDE + r) * u0
        s2, s3 = s2 + load8(v, 2 * STRIDE + r) * u0, s3 + load8(v, 3 * STRIDE + r) * u0
    out[0] += total(s0)
    out[features] += total(s1)
    out[2 * features] += total(s2)
    out[3 * features] += total(s3)


@inner
def _products_four_by_two(v: Pointer, u: Pointer, rows: int, out: Pointer, features: int) -> None:
    zero = fill4(0.0)
    s00, s10, s20, s30, s01, s11, s21, s31 = zero, zero, zero, zero, zero, zero, zero, zero
    for r in range(0, rows, TILE):
        u0, u1 = load4(u, r), load4(u, STRIDE + r)
        v0, v1 = load4(v, r), load4(v, STRIDE + r)
        s00, s01 = s00 + v0 * u0, s01 + v0 * u1
        s10, s11 = s10 + v1 * u0, s11 + v1 * u1
        v2, v3 = load4(v, 2 * STRIDE + r), load4(v, 3 * STRIDE + r)
        s20, s21 = s20 + v2 * u0, s21 + v2 * u1
        s30, s31 = s30 + v3 * u0, s31 + v3 * u1
    _add_two(out, s00, s01)
    _add_two(out + features, s10, s11)
    _add_two(out + 2 * features, s20, s21)
    _add_two(out + 3 * features, s30, s31)


@inlined
def _add_two(out: Pointer, left: Lanes, right: Lanes) -> None:
    out[0] += total(left)
    out[1] += total(right)
