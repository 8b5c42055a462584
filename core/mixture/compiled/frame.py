"""Coordinates of mixtures near one: the compiled twin of core.mixture.accelerate.Frame.

Only what a family can have stands in a vector: of the Cholesky factors the lower triangle, or the diagonal alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from core.mixture.compiled.blocks import LANES, Sizes, Sums
from core.mixture.compiled.factors import factorise, invert
from core.mixture.compiled.pointers import Pointer, copy, fill, inner, merged

LEAST_WEIGHT = 1e-300  # as in core.mixture.accelerate
ROOT_TWO = math.sqrt(2.0)


class Mix(NamedTuple):
    """A mixture's arrays, one after the other."""

    mixing: Pointer  # (columns,)
    means: Pointer  # (K, d)
    covariances: Pointer  # (K, d, d)


class Frame(NamedTuple):
    """An origin and the directions there."""

    origin: Mix
    roots: Pointer  # (columns,) of the mixing weights
    factors: Pointer  # (K, d, d) Cholesky factors
    whitening: Pointer  # (K, d, d) their inverses
    room: Pointer  # (2, d, d)


@inner
def mix_in(room: Pointer, size: Sizes) -> Mix:
    """A mixture in mix_room(size) doubles."""
    means = room + size.columns
    return Mix(room, means, means + size.components * size.features)


def mix_room(size: Sizes) -> int:
    """Doubles that a mixture takes."""
    return size.columns + size.components * size.features * (1 + size.features)


@inner
def frame_in(room: Pointer, size: Sizes) -> Frame:
    """A frame in frame_room(size) doubles."""
    matrices = size.components * size.features * size.features
    origin = mix_in(room, size)
    roots = origin.covariances + matrices
    factors = roots + size.columns
    return Frame(origin, roots, factors, factors + matrices, factors + 2 * matrices)


def frame_room(size: Sizes) -> int:
    """Doubles that a frame takes."""
    return mix_room(size) + size.columns + 2 * (size.components + 1) * size.features**2


@inner
def vector_length(size: Sizes, independent: bool) -> int:
    """How many coordinates there are, up to full lanes."""
    d = size.features
    length = size.columns + size.components * (d + (d if independent else d * (d + 1) // 2))
    return (length + LANES - 1) // LANES * LANES


@merged
def move_frame(frame: Frame, size: Sizes, to: Mix) -> None:
    """Make a mixture the origin."""
    d = size.features
    copy(to.mixing, frame.origin.mixing, size.columns + size.components * d * (1 + d))
    for c in range(size.columns):
        frame.origin.mixing[c] = max(to.mixing[c], LEAST_WEIGHT)
        frame.roots[c] = np.sqrt(frame.origin.mixing[c])
    for k in range(size.components):
        factor, whitening = frame.factors + k * d * d, frame.whitening + k * d * d
        factorise(to.covariances + k * d * d, to.covariances, 0.0, d, factor)
        copy(factor, whitening, d * d)
        invert(whitening, d)


@inner
def vector_of(frame: Frame, size: Sizes, independent: bool, other: Mix, found: Pointer) -> None:
    """Write the coordinates of a mixture."""
    d, origin, factor = size.features, frame.origin, frame.room
    for c in range(size.columns):
        found[c] = frame.roots[c] * (np.log(max(other.mixing[c], LEAST_WEIGHT)) - np.log(origin.mixing[c]))
    at = size.columns
    for k in range(size.components):
        whitening = frame.whitening + k * d * d
        for i in range(d):
            shift = 0.0
            for j in range(i + 1):
                shift += whitening[i * d + j] * (other.means[k * d + j] - origin.means[k * d + j])
            found[at] = frame.roots[k] * shift
            at += 1
    for k in range(size.components):
        whitening = frame.whitening + k * d * d
        factorise(other.covariances + k * d * d, other.covariances, 0.0, d, factor)
        for i in range(d):
            for j in range(i if independent else 0, i):
                turn = 0.0
                for m in range(j, i + 1):
                    turn += whitening[i * d + m] * factor[m * d + j]
                found[at] = frame.roots[k] * turn
                at += 1
            found[at] = frame.roots[k] * ROOT_TWO * np.log(whitening[i * d + i] * factor[i * d + i])
            at += 1
    for beyond in range(at, vector_length(size, independent)):
        found[beyond] = 0.0


@merged
def moments_of(frame: Frame, size: Sizes, independent: bool, vector: Pointer, found: Sums) -> None:
    """Write the moments whose M-step is the mixture at some coordinates, or the nearest one in its family.

    found.totals holds the rows already.
    """
    d, origin = size.features, frame.origin
    mixing = 0.0
    for c in range(size.columns):
        found.weight[c] = origin.mixing[c] * np.exp(vector[c] / frame.roots[c])
        mixing += found.weight[c]
    for c in range(size.columns):
        found.weight[c] *= found.totals[1] / mixing
    at = size.columns
    for k in range(size.components):
        for i in range(d):
            found.first[k * d + i] = origin.means[k * d + i]
            for j in range(i + 1):
                found.first[k * d + i] += frame.factors[(k * d + i) * d + j] * vector[at + j] / frame.roots[k]
        at += d
    turns, product = frame.room, frame.room + d * d
    for k in range(size.components):
        fill(turns, d * d, 0.0)
        for i in range(d):
            for j in range(i if independent else 0, i):
                turns[i * d + j] = vector[at] / frame.roots[k]
                at += 1
            turns[i * d + i] = np.exp(vector[at] / frame.roots[k] / ROOT_TWO)
            at += 1
        multiply_lower(frame.factors + k * d * d, turns, d, product)
        square_lower(product, found.weight[k], d, found.second + k * d * d)


@inner
def multiply_lower(left: Pointer, right: Pointer, d: int, found: Pointer) -> None:
    """Write the product of two lower triangles."""
    fill(found, d * d, 0.0)
    for i in range(d):
        for m in range(i + 1):
            for j in range(m + 1):
                found[i * d + j] += left[i * d + m] * right[m * d + j]


@inner
def square_lower(factor: Pointer, scale: float, d: int, found: Pointer) -> None:
    """Write scale L L'."""
    for i in range(d):
        for j in range(i + 1):
            entry = 0.0
            for m in range(j + 1):
                entry += factor[i * d + m] * factor[j * d + m]
            found[i * d + j] = scale * entry
            found[j * d + i] = scale * entry
