"""From covariances to what passes and steps need: Cholesky factors, their inverses, and determinants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..em.constants import NO_DIGITS
from .full import pack
from .pointers import Pointer, inner

AT_ONCE = 8  # factors of a product whose logarithm is taken at once: they would have to be 1e38 each to overflow


class Factored(NamedTuple):
    """Cholesky factors of covariances, and their inverses; of independent features the diagonals alone."""

    roots: Pointer  # (K, d, d)
    inverses: Pointer  # (K, d, d)


@inner
def whiten(covariance: Pointer, floor: Pointer, d: int, root: Pointer, inverse: Pointer, packed: Pointer) -> float:
    """Write the Cholesky factor of a (d, d) covariance and its inverse, packed as well; the log of its determinant.

    Not a number if the covariance is flatter than the floor (d,) in some direction, or than numbers can tell. packed
    has room for (d, d).
    """
    if not factorise(covariance, floor, 0.0, d, root):
        return np.nan
    for j in range(d):
        if not root[j * d + j] ** 2 > NO_DIGITS * covariance[j * d + j]:
            return np.nan
    for i in range(d):
        for j in range(i + 1):
            inverse[i * d + j] = root[i * d + j]
    invert(inverse, d)
    largest = 0.0  # no eigenvalue of floor / covariance is larger than the trace
    for i in range(d):
        for j in range(i + 1):
            largest += inverse[i * d + j] ** 2 * floor[j]
    if not largest < 1.0 and not factorise(covariance, floor, 1.0, d, packed):
        return np.nan
    pack(inverse, d, packed)
    return log_of_product(inverse, d + 1, d)


@inner
def whiten_apart(
    covariance: Pointer, floor: Pointer, d: int, root: Pointer, inverse: Pointer, packed: Pointer
) -> float:
    """The same for independent features: packed are one over the standard deviations."""
    for j in range(d):
        at = j * d + j
        if not floor[j] < covariance[at] < np.inf:
            return np.nan
        root[at] = np.sqrt(covariance[at])
        packed[j] = 1.0 / root[at]
        inverse[at] = packed[j]
    return log_of_product(packed, 1, d)


@inner
def log_of_product(positive: Pointer, step: int, count: int) -> float:
    """The sum of the logarithms of numbers a step apart."""
    found, product = 0.0, 1.0
    for i in range(count):
        product *= positive[i * step]
        if i % AT_ONCE == AT_ONCE - 1:
            found += np.log(product)
            product = 1.0
    return found + np.log(product)


@inner
def factorise(matrix: Pointer, less: Pointer, share: float, d: int, factor: Pointer) -> bool:
    """Write the Cholesky factor of matrix - share diag(less), lower; False if that is not positive definite."""
    for j in range(d):
        pivot = matrix[j * d + j] - share * less[j]
        for m in range(j):
            pivot -= factor[j * d + m] ** 2
        if not 0.0 < pivot < np.inf:
            return False
        root = np.sqrt(pivot)
        inverse = 1.0 / root
        factor[j * d + j] = root
        for i in range(j + 1, d):
            entry = matrix[i * d + j]
            for m in range(j):
                entry -= factor[i * d + m] * factor[j * d + m]
            factor[i * d + j] = entry * inverse
    return True


@inner
def invert(factor: Pointer, d: int) -> None:
    """Replace a lower triangular factor by its inverse."""
    for j in range(d):
        factor[j * d + j] = 1.0 / factor[j * d + j]
    for j in range(d):
        for i in range(j + 1, d):
            entry = 0.0
            for m in range(j, i):
                entry -= factor[i * d + m] * factor[m * d + j]
            factor[i * d + j] = entry * factor[i * d + i]
