"""Covariances whose shape and orientation are equally free: they are one matrix of determinant 1, the form.

No axes are needed.
"""

from __future__ import annotations

import numpy as np

from .blocks import Sizes
from .factors import factorise, invert
from .pointers import Pointer, copy, fill, inner
from .structure import Structure, Sweeps


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
