"""The E-step over rows with blanks, one pattern of observed columns after the other, as in core.mixture.marginals.

A column that is blank gets zeros in the whitening factors, so its cells have no say. The sums about the mixture's means
are linear in the rows: those of a pattern are completed at once, by what its observed columns say of the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..em.constants import LOG_2PI
from .blocks import Parts, Sizes, Sums, end_of_sums, sums_in, sums_room
from .factors import factorise, invert
from .full import pack
from .pointers import Pointer, fill, inner


class Marginals(NamedTuple):
    """A mixture as the rows of one pattern see it, and their sums."""

    factors: Pointer  # (K, d (d + 1) / 2) packed whitening factors or (K, d), zero in blank columns
    log_normalisers: Pointer  # (columns,)
    slopes: Pointer  # (K, d, d) from observed columns to all
    remaining: Pointer  # (K, d, d) covariance that remains of the blank columns
    sums: Sums  # about the mixture's means
    room: Pointer  # (3, d, d)


@inner
def marginals_in(room: Pointer, size: Sizes) -> Marginals:
    """Marginals in marginals_room(size) doubles."""
    matrices = size.components * size.features**2
    log_normalisers = room + matrices
    slopes = log_normalisers + size.columns
    sums = sums_in(slopes + 2 * matrices, size)
    return Marginals(room, log_normalisers, slopes, slopes + matrices, sums, end_of_sums(sums, size))


def marginals_room(size: Sizes) -> int:
    """Doubles that marginals need."""
    return size.columns + 3 * (size.components + 1) * size.features**2 + sums_room(size)


@inner
def count(observed: Pointer, d: int) -> float:
    """How many columns (d,) marks observe."""
    cells = 0.0
    for j in range(d):
        cells += observed[j]
    return cells


@inner
def take_marginal(pattern: Pointer, size: Sizes, mixing: Pointer, covariances: Pointer, marginals: Marginals) -> None:
    """Bring factors, normalisers and slopes to a pattern: the log density of noise, then 1 for each observed column."""
    d, observed = size.features, pattern + 1
    cells = count(observed, d)
    for k in range(size.components):
        log_root = _regress(observed, covariances + k * d * d, d, marginals, k)
        marginals.log_normalisers[k] = np.log(mixing[k]) + log_root - cells * LOG_2PI / 2
    for k in range(size.components, size.columns):
        marginals.log_normalisers[k] = np.log(mixing[k]) + pattern[0]


@inner
def take_marginal_apart(
    pattern: Pointer, size: Sizes, mixing: Pointer, covariances: Pointer, marginals: Marginals
) -> None:
    """The same for components whose columns are independent, where blank ones follow from nothing."""
    d, observed = size.features, pattern + 1
    for k in range(size.components):
        log_density = np.log(mixing[k])
        for j in range(d):
            per_deviation = 1.0 / np.sqrt(covariances[(k * d + j) * d + j])
            marginals.factors[k * d + j] = observed[j] * per_deviation
            log_density += observed[j] * (np.log(per_deviation) - LOG_2PI / 2)
        marginals.log_normalisers[k] = log_density
    for k in range(size.components, size.columns):
        marginals.log_normalisers[k] = np.log(mixing[k]) + pattern[0]


@inner
def _regress(observed: Pointer, covariance: Pointer, d: int, marginals: Marginals, k: int) -> float:
    """Write component k's factor, slope and remaining covariance; the log determinant of the factor."""
    matrix, factor, explained = marginals.room, marginals.room + d * d, marginals.room + 2 * d * d
    # Blank columns stand apart with a variance of 1 while the factor is taken.
    for i in range(d):
        for j in range(d):
            matrix[i * d + j] = covariance[i * d + j] * observed[i] * observed[j] + (
                1.0 - observed[i] if i == j else 0.0
            )
    if not factorise(matrix, matrix, 0.0, d, factor):
        return np.nan
    invert(factor, d)
    log_root = 0.0
    for i in range(d):
        log_root += np.log(factor[i * d + i])
        for j in range(i + 1):
            factor[i * d + j] *= observed[i] * observed[j]
    pack(factor, d, marginals.factors + k * (d * (d + 1) // 2))
    for i in range(d):
        for m in range(d):
            entry = 0.0
            for j in range(m + 1):
                entry += covariance[i * d + j] * factor[m * d + j]
            explained[i * d + m] = entry * (1.0 - observed[i])
    _write_slope(observed, factor, explained, d, marginals.slopes + k * d * d)
    remaining = marginals.remaining + k * d * d
    for i in range(d):
        for j in range(d):
            entry = covariance[i * d + j]
            for m in range(d):
                entry -= explained[i * d + m] * explained[j * d + m]
            remaining[i * d + j] = entry * (1.0 - observed[i]) * (1.0 - observed[j])
    return log_root


@inner
def _write_slope(observed: Pointer, factor: Pointer, explained: Pointer, d: int, slope: Pointer) -> None:
    """The identity for observed columns; what those say of the blank ones."""
    for i in range(d):
        for j in range(d):
            entry = observed[i] if i == j else 0.0
            for m in range(j, d):
                entry += explained[i * d + m] * factor[m * d + j]
            slope[i * d + j] = entry


@inner
def complete(observed: Pointer, size: Sizes, marginals: Marginals, found: Sums) -> None:
    """Add the pattern's sums, completed to all columns, to those of all rows; lower triangles."""
    d, sums = size.features, marginals.sums
    _add_common(size, sums, found)
    symmetric, mapped = marginals.room, marginals.room + d * d
    for k in range(size.components):
        first, second, slope = sums.first + k * d, sums.second + k * d * d, marginals.slopes + k * d * d
        for i in range(d):
            for j in range(i + 1):
                symmetric[i * d + j] = second[i * d + j] * observed[i] * observed[j]
                symmetric[j * d + i] = symmetric[i * d + j]
        for i in range(d):
            entry = 0.0
            for j in range(d):
                entry += slope[i * d + j] * (first[j] * observed[j])
            found.first[k * d + i] += entry
            for j in range(d):
                entry = 0.0
                for m in range(d):
                    entry += slope[i * d + m] * symmetric[m * d + j]
                mapped[i * d + j] = entry
        for i in range(d):
            for j in range(i + 1):
                entry = sums.weight[k] * marginals.remaining[(k * d + i) * d + j]
                for m in range(d):
                    entry += mapped[i * d + m] * slope[j * d + m]
                found.second[(k * d + i) * d + j] += entry


@inner
def complete_apart(observed: Pointer, size: Sizes, covariances: Pointer, sums: Sums, found: Sums) -> None:
    """The same for components whose columns are independent: the diagonals."""
    d = size.features
    _add_common(size, sums, found)
    for k in range(size.components):
        for j in range(d):
            at = (k * d + j) * d + j
            found.first[k * d + j] += sums.first[k * d + j] * observed[j]
            blank = sums.weight[k] * covariances[at] * (1.0 - observed[j])
            found.second[at] += sums.second[at] * observed[j] + blank


@inner
def _add_common(size: Sizes, sums: Sums, found: Sums) -> None:
    for k in range(size.columns):
        found.weight[k] += sums.weight[k]
    for i in range(4):
        found.totals[i] += sums.totals[i]


@inner
def clear(size: Sizes, sums: Sums) -> None:
    """Set sums to zero."""
    fill(sums.weight, size.columns + size.components * size.features * (1 + size.features) + 4, 0.0)


@inner
def parts_of(whole: Parts, marginals: Marginals) -> Parts:
    """The mixture as the pass over the pattern's rows uses it."""
    return Parts(whole.means, marginals.factors, marginals.log_normalisers, whole.log_chances)


@inner
def sums_of(found: Sums, marginals: Marginals) -> Sums:
    """What the pass over the pattern's rows adds to: sums of its own, but counts of levels of all rows."""
    own = marginals.sums
    return Sums(own.weight, own.first, own.second, own.totals, found.counts, found.levels)
