"""Covariances taken apart, as compiled code keeps them from one M-step to the next, and whole.

A family is three numbers, how free its volume, shape and orientation are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..em.constants import EQUAL, IDENTITY
from .axes import beside, diagonalise, rotate_alike, spread_out
from .blocks import Sizes
from .pointers import Pointer, copy, fill, inner, shared


class Freedom(NamedTuple):
    """A family."""

    volume: int
    shape: int
    orientation: int


class Sweeps(NamedTuple):
    """How far the inner iterations go."""

    tolerance: float  # relative change of the objective at which they end
    most: int


class Structure(NamedTuple):
    """Covariances, taken apart and whole, and room to work in. What is "beside" is as in core.mixture.compiled.axes."""

    covariances: Pointer  # (K, d, d)
    volume: Pointer  # (K,)
    shape: Pointer  # (K, d), product 1 over the columns
    common: Pointer  # (d, d) columns are the axes, where they are common
    orientation: Pointer  # (d, d, beside) columns are the axes, where each component has its own
    spread: Pointer  # (K, d) diagonals of D_k' W_k D_k
    scatter: Pointer  # (d, d, beside) W_k
    rotated: Pointer  # (d, d, beside) D_k' W_k D_k
    room: Pointer  # (d, d, beside) and (2, d, d)


@inner
def structure_in(covariances: Pointer, room: Pointer, size: Sizes) -> Structure:
    """A structure of given covariances in structure_room(size) doubles of room."""
    d = size.features
    vectors, matrices = size.components * d, beside(size.components) * d * d
    shape = room + size.components
    common = shape + vectors
    orientation = common + d * d
    spread = orientation + matrices
    scatter = spread + vectors
    rotated = scatter + matrices
    return Structure(covariances, room, shape, common, orientation, spread, scatter, rotated, rotated + matrices)


def structure_room(size: Sizes) -> int:
    """Doubles that a structure needs beside its covariances."""
    d = size.features
    return axes_length(size) + size.components * d + 3 * beside(size.components) * d * d + 2 * d * d


@shared
def axes_length(size: Sizes) -> int:
    """Doubles of volume, shape and orientation, which stand together."""
    d = size.features
    return size.components * (1 + d) + (1 + beside(size.components)) * d * d


@inner
def take_apart(family: Freedom, size: Sizes, now: Structure) -> None:
    """Volume, shape and orientation of the covariances."""
    d, wide = size.features, beside(size.components)
    fill(now.orientation, wide * d * d, 0.0)
    for j in range(d):
        fill(now.orientation + (j * d + j) * wide, wide, 1.0)
    spread_out(now.covariances, size.components, d, now.scatter)
    copy(now.scatter, now.rotated, wide * d * d)
    if family.orientation == EQUAL:
        sum_up(size, now)
    if family.orientation != IDENTITY:
        diagonalise(now.scatter, now.orientation, wide, d, now.rotated, now.room)
    for i in range(d * d):
        now.common[i] = now.orientation[i * wide]
    if family.orientation == EQUAL:
        spread_out(now.covariances, size.components, d, now.scatter)
        rotate_alike(now.scatter, now.common, wide, d, now.rotated, now.room)
    take_spread(size, now)
    for k in range(size.components):
        now.volume[k] = geometric_mean(now.spread + k * d, d)
        for j in range(d):
            now.shape[k * d + j] = now.spread[k * d + j] / now.volume[k]


@inner
def sum_up(size: Sizes, now: Structure) -> None:
    """Let the first matrix be the sum whose axes are common to all covariances (as in covariance.common_axes)."""
    d, wide = size.features, beside(size.components)
    for i in range(d * d):
        now.scatter[i * wide] = 0.0
    for k in range(size.components):
        covariance, trace = now.covariances + k * d * d, 0.0
        for j in range(d):
            trace += covariance[j * d + j]
        factor = np.exp(-k / size.components) / trace
        for i in range(d * d):
            now.scatter[i * wide] += factor * covariance[i]


@inner
def take_spread(size: Sizes, now: Structure) -> None:
    """The diagonals of the rotated scatter."""
    d, wide = size.features, beside(size.components)
    for k in range(size.components):
        for j in range(d):
            now.spread[k * d + j] = now.rotated[(j * d + j) * wide + k]


@inner
def geometric_mean(positive: Pointer, d: int) -> float:
    """The mean of logs, undone."""
    found = 0.0
    for j in range(d):
        found += np.log(positive[j])
    return np.exp(found / d)
