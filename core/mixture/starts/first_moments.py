"""First moments: what EM begins with, from labels or shares of the rows in the groups."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np

from ...arrays import Array
from ...data.level_codes import counted
from ...data.patterns import Mask
from ...data.rows import Rows, RowSource
from ..moments import Moments, adding_up, of_groups
from .start import Labels, one_hot, softened

LIKE_ALL = 0.1  # share of each component's counts of levels that is as in all rows: EM never leaves a chance of 0


def of_labels(rows: Rows, labels: Labels, components: int) -> Moments:
    """Moments of rows in K groups by (n,) labels; groups too small for a covariance have a share in every row."""
    is_small = np.bincount(labels, rows.row_weights, components).min() < rows.d + 1
    if rows.patterns.are_complete and not is_small and not rows.levels:
        return of_groups(rows.values, labels, components, rows.row_weights)
    shares = one_hot(labels, components)
    return of_shares(rows, softened(shares) if is_small else shares)


def of_shares(rows: Rows, shares: Array) -> Moments:
    """Moments of rows under (n, K) shares, with the counts of their levels."""
    found = _of_numbers(rows, shares)
    if not rows.levels:
        return found
    counts = counted(rows.codes, rows.levels, shares * rows.row_weights[:, None])
    return replace(found, counts=tuple(_nearer(each) for each in counts))


def _nearer(counts: Array) -> Array:
    """(K, L) counts, a part of each component's as in all rows."""
    whole = counts.sum(axis=0) / max(counts.sum(), 1e-300)
    return (1 - LIKE_ALL) * counts + LIKE_ALL * counts.sum(axis=1, keepdims=True) * whole


def _of_numbers(rows: Rows, shares: Array) -> Moments:
    """The moments of the columns of numbers; of rows with blanks from observed cells alone.

    There, means and variances are those of each component's cells in each column, and columns are taken to be
    unrelated. A column of which a component has no cells, or only equal ones, takes its mean or variance from all rows.
    """
    if rows.patterns.are_complete:
        return adding_up(rows.values, shares, rows.row_weights)
    cells, weights = rows.patterns.cells, rows.row_weights
    whole_mean, whole_variance = _cell_moments(rows.values, cells, weights[:, None])
    weighted = shares * weights[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, variance = _cell_moments(rows.values, cells, weighted)
    mean = np.where(np.isfinite(mean), mean, whole_mean)
    variance = np.where(variance > 0, variance, whole_variance)
    weight = weighted.sum(axis=0)
    scatter = weight[:, None, None] * variance[:, :, None] * np.eye(rows.d)
    return Moments(weight, mean, scatter, rows=float(weights.sum()))


def of_all(source: RowSource, shares: Array) -> Moments:
    """The same of a source's rows under (n, K) shares in the order in which the rows were given."""
    if isinstance(source, Rows):
        return of_shares(source, source.arranged(shares))
    at, parts = 0, []
    for rows in source.blocks():
        end = at + rows.n + rows.set_aside
        parts.append(of_shares(rows, rows.arranged(shares[at:end])))
        at = end
    return reduce(add, parts)


def _cell_moments(filled: Array, present: Mask, weighted: Array) -> tuple[Array, Array]:
    """(K, d) means and variances over the cells that are present."""
    weight = weighted.T @ present
    # About a common centre first, so that the sums of a large offset lose no digits.
    centre = filled.sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    mean = centre + weighted.T @ np.where(present, filled - centre, 0.0) / weight
    squares = [w @ np.where(present, filled - each, 0.0) ** 2 for w, each in zip(weighted.T, mean, strict=True)]
    return mean, np.stack(squares) / weight
