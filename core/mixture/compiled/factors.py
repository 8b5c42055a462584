"""From covariances to what the pass over rows needs: packed whitening factors and log determinants."""

from __future__ import annotations

import math

import numpy as np

from core.mixture.compiled.full import pack
from core.mixture.compiled.pointers import Pointer, inner

LOG_2PI = math.log(2 * math.pi)


@inner
def whiten(covariance: Pointer, floor: Pointer, d: int, factor: Pointer, packed: Pointer) -> float:
    """Pack the whitening factor of a (d, d) covariance and return the log of its determinant.

    Not a number if the covariance is flatter than the floor (d,) in some direction. factor is room for (d, d).
    """
    if not (factorise(covariance, floor, 1.0, d, factor) and factorise(covariance, floor, 0.0, d, factor)):
        return np.nan
    invert(factor, d)
    pack(factor, d, packed)
    found = 0.0
    for j in range(d):
        found += np.log(factor[j * d + j])
    return found


@inner
def whiten_diagonal(covariance: Pointer, floor: Pointer, d: int, packed: Pointer) -> float:
    """The same for independent features: one over the standard deviations."""
    found = 0.0
    for j in range(d):
        if not floor[j] < covariance[j * d + j] < np.inf:
            return np.nan
        packed[j] = 1.0 / np.sqrt(covariance[j * d + j])
        found += np.log(packed[j])
    return found


@inner
def factorise(matrix: Pointer, less: Pointer, share: float, d: int, factor: Pointer) -> bool:
    """Write the Cholesky factor of matrix - share diag(less), lower; False if that is not positive definite."""
    for j in range(d):
        pivot = matrix[j * d + j] - share * less[j]
        for m in range(j):
            pivot -= factor[j * d + m] ** 2
        if not 0.0 < pivot < np.inf:
            return False
        factor[j * d + j] = np.sqrt(pivot)
        for i in range(j + 1, d):
            entry = matrix[i * d + j]
            for m in range(j):
                entry -= factor[i * d + m] * factor[j * d + m]
            factor[i * d + j] = entry / factor[j * d + j]
    return True


@inner
def invert(factor: Pointer, d: int) -> None:
    """Replace a lower triangular factor by its inverse."""
    for j in range(d):
        factor[j * d + j] = 1.0 / factor[j * d + j]
        for i in range(j + 1, d):
            entry = 0.0
            for m in range(j, i):
                entry -= factor[i * d + m] * factor[m * d + j]
            factor[i * d + j] = entry / factor[i * d + i]
