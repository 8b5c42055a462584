"""The M-step for covariances, compiled: the twin of core.mixture.covariance, axis by axis.

Volume, shape and orientation are kept from one M-step to the next, so that nothing is taken apart again. A family is
three numbers, how free its volume, shape and orientation are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.mixture.compiled.axes import common_turn, diagonalise, rotate, straighten, turn_both, turn_columns
from core.mixture.compiled.blocks import Sizes
from core.mixture.compiled.pointers import Pointer, copy, fill, inner, merged

IDENTITY, EQUAL, VARIABLE = 0, 1, 2  # core.mixture.family.Axis.freedom


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
    """Covariances, taken apart and whole, and room to work in."""

    covariances: Pointer  # (K, d, d)
    volume: Pointer  # (K,)
    shape: Pointer  # (K, d), product 1 over the columns
    orientation: Pointer  # (K, d, d), columns are the axes; a common one stands first
    spread: Pointer  # (K, d) diagonals of D_k' W_k D_k
    rotated: Pointer  # (K, d, d) room, D_k' W_k D_k
    room: Pointer  # (K d + 2 d d,)


@inner
def structure_in(covariances: Pointer, room: Pointer, size: Sizes) -> Structure:
    """A structure of given covariances in structure_room(size) doubles of room."""
    vectors, matrices = size.components * size.features, size.components * size.features**2
    shape = room + size.components
    orientation = shape + vectors
    spread = orientation + matrices
    rotated = spread + vectors
    return Structure(covariances, room, shape, orientation, spread, rotated, rotated + matrices)


def structure_room(size: Sizes) -> int:
    """Doubles that a structure needs beside its covariances."""
    vectors, matrices = size.components * size.features, size.components * size.features**2
    return size.components + 3 * vectors + 2 * matrices + 2 * size.features**2


@merged
def take_apart(family: Freedom, size: Sizes, now: Structure) -> None:
    """Volume, shape and orientation of the covariances."""
    d = size.features
    fill(now.orientation, size.components * d * d, 0.0)
    for k in range(size.components):
        covariance, axes, rotated = now.covariances + k * d * d, now.orientation + k * d * d, now.rotated + k * d * d
        for j in range(d):
            axes[j * d + j] = 1.0
        copy(covariance, rotated, d * d)
        if family.orientation != IDENTITY:
            diagonalise(covariance, axes, d, rotated, now.room)
        for j in range(d):
            now.spread[k * d + j] = rotated[j * d + j]
        now.volume[k] = geometric_mean(now.spread + k * d, d)
        for j in range(d):
            now.shape[k * d + j] = now.spread[k * d + j] / now.volume[k]


@inner
def has_axes(family: Freedom) -> bool:
    """Whether covariances must be taken apart: not where all is free, or all shared."""
    return family.volume != family.shape or family.shape != family.orientation


@merged
def estimate(family: Freedom, size: Sizes, weight: Pointer, scatter: Pointer, now: Structure, sweeps: Sweeps) -> None:
    """Replace covariances by those that maximise the expected log-likelihood within a family.

    weight (K,) and scatter (K, d, d) are those of Moments. Families with inner iterations begin where they ended last
    and go on as far as sweeps says. A flat scatter gives what is singular, or not a number: the caller looks.
    """
    if not has_axes(family):
        average(family.volume == EQUAL, size, weight, scatter, now.covariances)
        return
    common = family.orientation == EQUAL
    iterates = (family.volume == VARIABLE and family.shape == EQUAL) or (common and family.shape == VARIABLE)
    if not (iterates and family.volume == VARIABLE):
        fill(now.volume, size.components, 1.0)
    if iterates and family.orientation != VARIABLE:  # else the first turn needs the last volumes only
        begin(family, size, scatter, now)
        fit_axes(family, size, weight, now)
    objective = np.inf
    for sweep in range(sweeps.most if iterates else 1):
        if common or sweep == 0:
            turn(family, size, scatter, now)
        fit_axes(family, size, weight, now)
        lower = objective_of(size, weight, now)
        if objective - lower <= sweeps.tolerance * abs(lower):
            break
        objective = lower
    assemble(family, size, now)


@inner
def average(shared: bool, size: Sizes, weight: Pointer, scatter: Pointer, covariances: Pointer) -> None:
    """Scatter over weight: of each component, or of all together."""
    length = size.features * size.features
    fill(covariances, size.components * length, 0.0)
    rows = 0.0
    for k in range(size.components):
        rows += weight[k]
    for k in range(size.components):
        place = covariances if shared else covariances + k * length
        for i in range(length):
            place[i] += scatter[k * length + i] / (rows if shared else weight[k])
    if shared:
        for k in range(1, size.components):
            copy(covariances, covariances + k * length, length)


@merged
def begin(family: Freedom, size: Sizes, scatter: Pointer, now: Structure) -> None:
    """The spread along the axes of the last M-step."""
    d = size.features
    copy(scatter, now.rotated, size.components * d * d)
    if family.orientation == EQUAL:
        sort_axes(now.orientation, now.shape, d)  # the order in which planes are turned
        straighten(now.orientation, d, now.room, now.room + d * d)
        rotate_all(size, scatter, now)
    take_spread(size, now)


@merged
def turn(family: Freedom, size: Sizes, scatter: Pointer, now: Structure) -> None:
    """The orientation that minimises the objective given shape and volume, or lowers it for EVE and VVE; the spread."""
    d = size.features
    if family.orientation == IDENTITY:
        copy(scatter, now.rotated, size.components * d * d)
    elif family.orientation == VARIABLE:
        for k in range(size.components):
            diagonalise(scatter + k * d * d, now.orientation + k * d * d, d, now.rotated + k * d * d, now.room)
        take_spread(size, now)
        for k in range(size.components):
            sort_axes(now.orientation + k * d * d, now.spread + k * d, d)  # longest with longest
        return
    elif family.shape == VARIABLE:
        rotate_all(size, scatter, now)
        turn_planes(size, now)
    else:
        pooled = now.room
        fill(pooled, d * d, 0.0)
        for k in range(size.components):
            for i in range(d * d):
                pooled[i] += scatter[k * d * d + i] / now.volume[k]
        diagonalise(pooled, now.orientation, d, now.rotated, now.room + d * d)
        rotate_all(size, scatter, now)
    take_spread(size, now)


@inner
def rotate_all(size: Sizes, scatter: Pointer, now: Structure) -> None:
    """Each scatter along the common axes."""
    d = size.features
    for k in range(size.components):
        rotate(scatter + k * d * d, now.orientation, d, now.rotated + k * d * d, now.room)


@merged
def turn_planes(size: Sizes, now: Structure) -> None:
    """Turn the common axes, plane by plane, each to its exact minimum (Flury and Gautschi 1986, shapes held fixed)."""
    d, precision = size.features, now.room
    for k in range(size.components):
        for j in range(d):
            precision[k * d + j] = 1.0 / (now.volume[k] * now.shape[k * d + j])
    for a in range(d - 1):
        for b in range(a + 1, d):
            cosine, sine = common_turn(now.rotated, precision, size.components, d, a, b)
            turn_columns(now.orientation, d, a, b, cosine, sine)
            for k in range(size.components):
                turn_both(now.rotated + k * d * d, d, a, b, cosine, sine)


@inner
def take_spread(size: Sizes, now: Structure) -> None:
    """The diagonals of the rotated scatter."""
    d = size.features
    for k in range(size.components):
        for j in range(d):
            now.spread[k * d + j] = now.rotated[(k * d + j) * d + j]


@inner
def fit_axes(family: Freedom, size: Sizes, weight: Pointer, now: Structure) -> None:
    """Shape given volume, then volume given shape, along the axes as they are."""
    d = size.features
    if family.shape == IDENTITY:
        fill(now.shape, size.components * d, 1.0)
    elif family.shape == EQUAL:
        pool_shape(size, now)
    else:
        for k in range(size.components):
            scale_to_shape(now.spread + k * d, d, now.shape + k * d)
    rows, squares = 0.0, 0.0
    for k in range(size.components):
        now.volume[k] = squares_of(now, d, k) / d
        rows += weight[k]
        squares += now.volume[k]
    for k in range(size.components):
        now.volume[k] = now.volume[k] / weight[k] if family.volume == VARIABLE else squares / rows


@inner
def pool_shape(size: Sizes, now: Structure) -> None:
    """The common shape, given the volumes."""
    d, pooled = size.features, now.room
    fill(pooled, d, 0.0)
    for k in range(size.components):
        for j in range(d):
            pooled[j] += now.spread[k * d + j] / now.volume[k]
    for k in range(size.components):
        scale_to_shape(pooled, d, now.shape + k * d)


@inner
def scale_to_shape(spread: Pointer, d: int, shape: Pointer) -> None:
    """Divide by the geometric mean."""
    scale = 1.0 / geometric_mean(spread, d)
    for j in range(d):
        shape[j] = scale * spread[j]


@inner
def squares_of(now: Structure, d: int, k: int) -> float:
    """The trace of W_k against the shape of component k."""
    found = 0.0
    for j in range(d):
        found += now.spread[k * d + j] / now.shape[k * d + j]
    return found


@inner
def objective_of(size: Sizes, weight: Pointer, now: Structure) -> float:
    """What the sweeps lower: -2 times the part of the expected log-likelihood that covariances enter."""
    found = 0.0
    for k in range(size.components):
        found += weight[k] * size.features * np.log(now.volume[k]) + squares_of(now, size.features, k) / now.volume[k]
    return found


@merged
def assemble(family: Freedom, size: Sizes, now: Structure) -> None:
    """Covariances from volume, shape and orientation."""
    d = size.features
    fill(now.covariances, size.components * d * d, 0.0)
    for k in range(size.components):
        covariance, shape = now.covariances + k * d * d, now.shape + k * d
        axes = now.orientation + (k * d * d if family.orientation == VARIABLE else 0)
        for j in range(d):
            variance = now.volume[k] * shape[j]
            if family.orientation == IDENTITY:
                covariance[j * d + j] = variance
            else:
                add_outer(axes + j, d, variance, covariance)


@inner
def add_outer(column: Pointer, d: int, factor: float, matrix: Pointer) -> None:
    """Add factor times the product of a column, a stride of d apart, with itself."""
    for i in range(d):
        for m in range(d):
            matrix[i * d + m] += factor * (column[i * d] * column[m * d])


@inner
def sort_axes(axes: Pointer, values: Pointer, d: int) -> None:
    """Bring values, and the axes they belong to, into falling order."""
    for a in range(d - 1):
        b = a
        for j in range(a + 1, d):
            b = j if values[j] > values[b] else b
        if b != a:
            values[a], values[b] = values[b], values[a]
            for i in range(d):
                axes[i * d + a], axes[i * d + b] = axes[i * d + b], axes[i * d + a]


@inner
def geometric_mean(positive: Pointer, d: int) -> float:
    """The mean of logs, undone."""
    found = 0.0
    for j in range(d):
        found += np.log(positive[j])
    return np.exp(found / d)
