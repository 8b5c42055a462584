"""Coordinates of mixtures near one: the compiled twin of core.mixture.em.acceleration.Frame.

Only what a family can have stands in a vector: of the Cholesky factors the lower triangle, or the diagonal alone. What
is a logarithm comes first, up to full lanes, so that logarithms and exponentials are taken of many at a time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..em.constants import LEAST_CHANCE, LEAST_WEIGHT, MOST_CHANGE
from .blocks import LANES, Sizes, Sums
from .elementary import exp, log
from .factors import Factored
from .lanes import fill8, load8, store, where_less
from .pointers import Pointer, copy, fill, inner, shared

ROOT_TWO = math.sqrt(2.0)
MOST_LOG = 690.0  # where exp is a normal number; logarithms beyond are cut there


class Mix(NamedTuple):
    """A mixture's arrays, one after the other."""

    mixing: Pointer  # (columns,)
    means: Pointer  # (K, d)
    covariances: Pointer  # (K, d, d)
    chances: Pointer  # (K, T)


class Frame(NamedTuple):
    """An origin and the directions there."""

    mixing: Pointer  # (columns,)
    scales: Pointer  # (columns,) roots of the mixing weights
    means: Pointer  # (K, d)
    chances: Pointer  # (K, T)
    chance_scales: Pointer  # (K, T) roots of the chances times those of the mixing weights
    factored: Factored
    room: Pointer  # (2, d, d)


@inner
def mix_in(room: Pointer, size: Sizes) -> Mix:
    """A mixture in mix_room(size) doubles."""
    means = room + size.columns
    covariances = means + size.components * size.features
    return Mix(room, means, covariances, covariances + size.components * size.features * size.features)


@shared
def mix_room(size: Sizes) -> int:
    """Doubles that a mixture takes."""
    return size.columns + size.components * (size.features * (1 + size.features) + size.levels)


@inner
def factored_in(room: Pointer, size: Sizes) -> Factored:
    """Factors and inverses in factored_room(size) doubles."""
    return Factored(room, room + size.components * size.features * size.features)


@shared
def factored_room(size: Sizes) -> int:
    """Doubles that factors and inverses take."""
    return 2 * size.components * size.features * size.features


@inner
def frame_in(room: Pointer, size: Sizes) -> Frame:
    """A frame in frame_room(size) doubles."""
    means = room + 2 * size.columns
    chances = means + size.components * size.features
    scales = chances + size.components * size.levels
    factored = scales + size.components * size.levels
    after = factored + factored_room(size)
    return Frame(room, room + size.columns, means, chances, scales, factored_in(factored, size), after)


def frame_room(size: Sizes) -> int:
    """Doubles that a frame takes."""
    d = size.features
    return 2 * size.columns + size.components * (d + 2 * size.levels) + factored_room(size) + 2 * d * d


@shared
def full_lanes(count: int) -> int:
    """As many, up to full lanes."""
    return (count + LANES - 1) // LANES * LANES


@shared
def logs_length(size: Sizes) -> int:
    """Coordinates that are logarithms, up to full lanes."""
    return full_lanes(size.columns + size.components * (size.features + size.levels))


@shared
def vector_length(size: Sizes, independent: bool) -> int:
    """How many coordinates there are, up to full lanes."""
    d = size.features
    return logs_length(size) + full_lanes(size.components * (d if independent else d * (d + 1) // 2))


@inner
def move_frame(frame: Frame, size: Sizes, to: Mix, factored: Factored) -> None:
    """Make a mixture of known factors the origin."""
    for c in range(size.columns):
        frame.mixing[c] = max(to.mixing[c], LEAST_WEIGHT)
        frame.scales[c] = np.sqrt(frame.mixing[c])
    for k in range(size.components):
        for t in range(k * size.levels, (k + 1) * size.levels):
            frame.chances[t] = max(to.chances[t], LEAST_CHANCE)
            frame.chance_scales[t] = frame.scales[k] * np.sqrt(frame.chances[t])
    copy(to.means, frame.means, size.components * size.features)
    copy(factored.roots, frame.factored.roots, factored_room(size))


@inner
def vector_of(frame: Frame, size: Sizes, independent: bool, other: Mix, roots: Pointer, found: Pointer) -> None:
    """Write the coordinates of a mixture whose covariances have such Cholesky roots (K, d, d)."""
    d, at = size.features, size.columns
    for c in range(size.columns):
        found[c] = max(other.mixing[c], LEAST_WEIGHT) / frame.mixing[c]
    for k in range(size.components):
        for j in range(k * d * d, (k + 1) * d * d, d + 1):
            found[at] = frame.factored.inverses[j] * roots[j]
            at += 1
    levels = at
    for t in range(size.components * size.levels):
        found[at] = max(other.chances[t], LEAST_CHANCE) / frame.chances[t]
        at += 1
    fill(found + at, vector_length(size, independent) - at, 1.0)
    for i in range(0, logs_length(size), LANES):
        store(found, i, log(load8(found, i)))
    for c in range(size.columns):
        found[c] *= frame.scales[c]
    for k in range(size.components):
        for j in range(size.columns + k * d, size.columns + (k + 1) * d):
            found[j] *= ROOT_TWO * frame.scales[k]
    for t in range(size.components * size.levels):
        found[levels + t] *= frame.chance_scales[t]
    at = logs_length(size)
    for k in range(size.components):
        at += shift_and_turn(frame, k, d, independent, other.means + k * d, roots + k * d * d, found + at)
    fill(found + at, vector_length(size, independent) - at, 0.0)


@inner
def shift_and_turn(
    frame: Frame, k: int, d: int, independent: bool, mean: Pointer, root: Pointer, found: Pointer
) -> int:
    """Write the coordinates of a component but for logarithms; how many they are."""
    inverse, scale, at = frame.factored.inverses + k * d * d, frame.scales[k], 0
    for i in range(d):
        shift = 0.0
        for j in range(i if independent else 0, i + 1):
            shift += inverse[i * d + j] * (mean[j] - frame.means[k * d + j])
        found[at] = scale * shift
        at += 1
        for j in range(i if independent else 0, i):
            turn = 0.0
            for m in range(j, i + 1):
                turn += inverse[i * d + m] * root[m * d + j]
            found[at] = scale * turn
            at += 1
    return at


@inner
def moments_of(frame: Frame, size: Sizes, independent: bool, vector: Pointer, found: Sums) -> None:
    """Write the moments whose M-step is the mixture at some coordinates, or the nearest one in its family.

    found.totals holds the rows already; what is a logarithm in the vector is spoilt.
    """
    d, mixing = size.features, 0.0
    for c in range(size.columns):
        vector[c] /= frame.scales[c]
    for k in range(size.components):
        for j in range(size.columns + k * d, size.columns + (k + 1) * d):
            vector[j] /= ROOT_TWO * frame.scales[k]
    levels = size.columns + size.components * d
    for t in range(size.components * size.levels):
        change = vector[levels + t] / frame.chance_scales[t]
        vector[levels + t] = min(max(change, -MOST_CHANGE), MOST_CHANGE)
    raise_logs(vector, logs_length(size))
    for c in range(size.columns):
        found.weight[c] = frame.mixing[c] * vector[c]
        mixing += found.weight[c]
    for c in range(size.columns):
        found.weight[c] *= found.totals[1] / mixing
    for k in range(size.components):
        for t in range(k * size.levels, (k + 1) * size.levels):
            found.levels[t] = found.weight[k] * frame.chances[t] * vector[levels + t]
    at = logs_length(size)
    for k in range(size.components):
        diagonal = vector + (size.columns + k * d)
        at += place_back(frame, size, independent, k, diagonal, vector + at, found)


@inner
def raise_logs(vector: Pointer, count: int) -> None:
    """Replace logarithms by what they are of."""
    least, most = fill8(-MOST_LOG), fill8(MOST_LOG)
    for i in range(0, count, LANES):
        bounded = load8(vector, i)
        bounded = where_less(bounded, least, least, bounded)
        store(vector, i, exp(where_less(most, bounded, most, bounded)))


@inner
def place_back(
    frame: Frame, size: Sizes, independent: bool, k: int, diagonal: Pointer, vector: Pointer, found: Sums
) -> int:
    """Write a component's mean and scatter from its coordinates; how many were read beside the diagonal."""
    d, at, scale = size.features, 0, 1.0 / frame.scales[k]
    root, mean, turns, product = frame.factored.roots + k * d * d, found.first + k * d, frame.room, frame.room + d * d
    copy(frame.means + k * d, mean, d)
    fill(turns, d * d, 0.0)
    for i in range(d):
        shift = scale * vector[at]
        at += 1
        for m in range(i, i + 1 if independent else d):
            mean[m] += root[m * d + i] * shift
        for j in range(i if independent else 0, i):
            turns[i * d + j] = scale * vector[at]
            at += 1
        turns[i * d + i] = diagonal[i]
    scatter, weight = found.second + k * d * d, found.weight[k]
    if independent:
        for i in range(0, d * d, d + 1):
            scatter[i] = weight * (root[i] * turns[i]) ** 2
    else:
        multiply_lower(root, turns, d, product)
        square_lower(product, weight, d, scatter)
    return at


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
