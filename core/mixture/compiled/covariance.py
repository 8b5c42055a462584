"""The M-step for covariances, compiled: the twin of core.mixture.em.covariance, axis by axis.

Volume, shape and orientation are kept from one M-step to the next, so that nothing is taken apart again.
"""

from __future__ import annotations

import numpy as np

from ..em.constants import EQUAL, IDENTITY, VARIABLE
from .axes import ABREAST, beside, spread_out
from .blocks import Sizes
from .forms import average, share_form, share_volume
from .lanes import fill4, load4, store
from .orientation import turn_back, turn_each, turn_planes
from .pointers import Pointer, copy, fill, inner
from .structure import Freedom, Structure, Sweeps, geometric_mean, take_spread


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
def take_diagonals(size: Sizes, scatter: Pointer, now: Structure) -> None:
    """The spread along the columns."""
    d = size.features
    for k in range(size.components):
        for j in range(d):
            now.spread[k * d + j] = scatter[(k * d + j) * d + j]


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
