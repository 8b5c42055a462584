"""The M-step for covariances, compiled: the twin of core.mixture.em.covariance, axis by axis.

Volume, shape and orientation are kept from one M-step to the next, so that nothing is taken apart again. A family is
three numbers, how free its volume, shape and orientation are. Where shape and orientation are equally free they are one
matrix of determinant 1, the form, and no axes are needed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..em.constants import EQUAL, IDENTITY, VARIABLE
from .axes import (
    ABREAST,
    beside,
    common_turn,
    diagonalise,
    rotate_alike,
    spread_out,
    turn_both,
)
from .blocks import Sizes
from .factors import factorise, invert
from .lanes import fill4, load4, store
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
def estimate(family: Freedom, size: Sizes, weight: Pointer, scatter: Pointer, now: Structure, sweeps: Sweeps) -> None:
    """Replace covariances by those that maximise the expected log-likelihood within a family.

    weight (K,) and scatter (K, d, d) are those of Moments. Families with inner iterations begin where they ended last
    and go on as far as sweeps says. A flat scatter gives what is singular, or not a number: the caller looks.
    """
    if family.orientation == IDENTITY:
        take_diagonals(size, scatter, now)
        fit_along(family, size, weight, now, sweeps)
    elif family.orientation != family.shape:
        spread_out(scatter, size.components, size.features, now.scatter)
        if family.orientation == VARIABLE:
            turn_each(size, now)
        else:
            turn_back(size, now)
        fit_along(family, size, weight, now, sweeps)
    elif family.volume == family.shape:
        average(family.volume == EQUAL, size, weight, scatter, now.covariances)
    elif family.shape == VARIABLE:
        share_volume(size, weight, scatter, now)
    else:
        share_form(size, weight, scatter, now, sweeps)


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


@inner
def share_volume(size: Sizes, weight: Pointer, scatter: Pointer, now: Structure) -> None:
    """EVV: each component its own form, all one volume (Celeux and Govaert 1995, sec. 3.2)."""
    d, rows, volume = size.features, 0.0, 0.0
    for k in range(size.components):
        now.volume[k] = root_of_determinant(scatter + k * d * d, d, now.room)
        volume += now.volume[k]
        rows += weight[k]
    for k in range(size.components):
        for i in range(k * d * d, (k + 1) * d * d):
            now.covariances[i] = scatter[i] * (volume / rows / now.volume[k])


@inner
def share_form(size: Sizes, weight: Pointer, scatter: Pointer, now: Structure, sweeps: Sweeps) -> None:
    """VEE: one form for all, each component its own volume, the one given the other (as for VEE there)."""
    d, objective = size.features, np.inf
    form, inverse = now.room, now.room + d * d
    for _ in range(sweeps.most):
        fill(form, d * d, 0.0)
        for k in range(size.components):
            for i in range(d * d):
                form[i] += scatter[k * d * d + i] / now.volume[k]
        scale = 1.0 / root_of_determinant(form, d, now.rotated)
        invert(now.rotated, d)
        square_turned(now.rotated, d, inverse)
        lower = 0.0
        for k in range(size.components):
            squares = 0.0
            for i in range(d * d):
                squares += scatter[k * d * d + i] * inverse[i]
            now.volume[k] = squares / (scale * d * weight[k])
            lower += weight[k] * d * (np.log(now.volume[k]) + 1.0)
        if objective - lower <= sweeps.tolerance * abs(lower):
            break
        objective = lower
    for k in range(size.components):
        for i in range(d * d):
            now.covariances[k * d * d + i] = now.volume[k] * (form[i] * scale)


@inner
def root_of_determinant(matrix: Pointer, d: int, factor: Pointer) -> float:
    """The d-th root of the determinant, with the Cholesky factor (d, d); not a number where there is none."""
    if not factorise(matrix, matrix, 0.0, d, factor):
        return np.nan
    found = 0.0
    for j in range(d):
        found += np.log(factor[j * d + j])
    return np.exp(2.0 * found / d)


@inner
def square_turned(factor: Pointer, d: int, found: Pointer) -> None:
    """Write L' L of a lower triangle."""
    for i in range(d):
        for j in range(i + 1):
            entry = 0.0
            for m in range(i, d):
                entry += factor[m * d + i] * factor[m * d + j]
            found[i * d + j] = entry
            found[j * d + i] = entry


@inner
def take_diagonals(size: Sizes, scatter: Pointer, now: Structure) -> None:
    """The spread along the columns."""
    d = size.features
    for k in range(size.components):
        for j in range(d):
            now.spread[k * d + j] = scatter[(k * d + j) * d + j]


@inner
def turn_each(size: Sizes, now: Structure) -> None:
    """Each component's own axes, and its spread along them, longest with longest."""
    d, wide = size.features, beside(size.components)
    diagonalise(now.scatter, now.orientation, wide, d, now.rotated, now.room)
    take_spread(size, now)
    for k in range(size.components):
        sort_axes(now.orientation + k, wide, now.spread + k * d, d)


@inner
def turn_back(size: Sizes, now: Structure) -> None:
    """The spread along the common axes of the last M-step."""
    d, wide = size.features, beside(size.components)
    sort_axes(now.common, 1, now.shape, d)  # the order in which planes are turned
    straighten_one(now.common, d, now.room)
    rotate_alike(now.scatter, now.common, wide, d, now.rotated, now.room)
    take_spread(size, now)


@inner
def turn_planes(size: Sizes, now: Structure) -> None:
    """Turn the common axes, plane by plane, each to its exact minimum (Flury and Gautschi 1986, shapes held fixed)."""
    d, wide, precision = size.features, beside(size.components), now.room
    rotate_alike(now.scatter, now.common, wide, d, now.rotated, now.room)
    fill(precision, d * wide, 0.0)
    for k in range(size.components):
        for j in range(d):
            precision[j * wide + k] = 1.0 / (now.volume[k] * now.shape[k * d + j])
    for a in range(d - 1):
        for b in range(a + 1, d):
            cosine, sine = common_turn(now.rotated, precision, wide, d, a, b)
            for i in range(d):
                left, right = now.common[i * d + a], now.common[i * d + b]
                now.common[i * d + a] = cosine * left + sine * right
                now.common[i * d + b] = cosine * right - sine * left
            for k in range(0, wide, ABREAST):
                turn_both(now.rotated + k, wide, d, a, b, fill4(cosine), fill4(sine))


@inner
def straighten_one(axes: Pointer, d: int, room: Pointer) -> None:
    """Bring the common axes back to right angles, as `straighten` does with four."""
    square, cube = room, room + d * d
    for i in range(d):
        for j in range(d):
            square[i * d + j] = 0.0
            for m in range(d):
                square[i * d + j] += axes[m * d + i] * axes[m * d + j]
    for i in range(d):
        for j in range(d):
            cube[i * d + j] = 0.0
            for m in range(d):
                cube[i * d + j] += axes[i * d + m] * square[m * d + j]
    for i in range(d * d):
        axes[i] = 1.5 * axes[i] - 0.5 * cube[i]


@inner
def take_spread(size: Sizes, now: Structure) -> None:
    """The diagonals of the rotated scatter."""
    d, wide = size.features, beside(size.components)
    for k in range(size.components):
        for j in range(d):
            now.spread[k * d + j] = now.rotated[(j * d + j) * wide + k]


@inner
def fit_along(family: Freedom, size: Sizes, weight: Pointer, now: Structure, sweeps: Sweeps) -> None:
    """Shapes and volumes, and common axes turned between them, of the spread along axes."""
    turns = family.orientation == EQUAL
    iterates = turns or (family.volume == VARIABLE and family.shape == EQUAL)
    if not (iterates and family.volume == VARIABLE):
        fill(now.volume, size.components, 1.0)
    if iterates and family.orientation != VARIABLE:
        fit_axes(family, size, weight, now)
    objective = np.inf
    for _ in range(sweeps.most if iterates else 1):
        if turns:
            turn_planes(size, now)
            take_spread(size, now)
        fit_axes(family, size, weight, now)
        lower = objective_of(size, weight, now)
        if objective - lower <= sweeps.tolerance * abs(lower):
            break
        objective = lower
    assemble(family, size, now)


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
    scale_to_shape(pooled, d, now.shape)
    for k in range(1, size.components):
        copy(now.shape, now.shape + k * d, d)


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


@inner
def assemble(family: Freedom, size: Sizes, now: Structure) -> None:
    """Covariances from volume, shape and orientation."""
    d, wide = size.features, beside(size.components)
    if family.orientation == IDENTITY:
        fill(now.covariances, size.components * d * d, 0.0)
        for k in range(size.components):
            for j in range(d):
                now.covariances[(k * d + j) * d + j] = now.volume[k] * now.shape[k * d + j]
        return
    variances, joined = now.room, now.rotated
    for k in range(wide):
        of = min(k, size.components - 1)
        for j in range(d):
            variances[j * wide + k] = now.volume[of] * now.shape[of * d + j]
    if family.orientation == EQUAL:
        for i in range(d * d):
            fill(now.orientation + i * wide, wide, now.common[i])
    for k in range(0, wide, ABREAST):
        for i in range(d):
            for m in range(i + 1):
                entry = fill4(0.0)
                for j in range(d):
                    axis = load4(now.orientation + k, (i * d + j) * wide) * load4(variances + k, j * wide)
                    entry = entry + axis * load4(now.orientation + k, (m * d + j) * wide)
                store(joined + k, (i * d + m) * wide, entry)
    for k in range(size.components):
        covariance = now.covariances + k * d * d
        for i in range(d):
            for m in range(i + 1):
                covariance[i * d + m] = joined[(i * d + m) * wide + k]
                covariance[m * d + i] = joined[(i * d + m) * wide + k]


@inner
def sort_axes(axes: Pointer, step: int, values: Pointer, d: int) -> None:
    """Bring values, and the axes they belong to, into falling order; entries of a matrix are a step apart."""
    for a in range(d - 1):
        b = a
        for j in range(a + 1, d):
            b = j if values[j] > values[b] else b
        if b != a:
            values[a], values[b] = values[b], values[a]
            for i in range(d):
                left, right = (i * d + a) * step, (i * d + b) * step
                axes[left], axes[right] = axes[right], axes[left]


@inner
def geometric_mean(positive: Pointer, d: int) -> float:
    """The mean of logs, undone."""
    found = 0.0
    for j in range(d):
        found += np.log(positive[j])
    return np.exp(found / d)
