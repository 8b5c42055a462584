"""Lloyd's iterations (k-means): each row goes to the nearest centre, and each centre to the mean of its rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...arrays import Array

MOST_PASSES = 8  # EM goes on from there, and sees more than distances
RESTING = 0.01  # share of rows that change their group, under which it ends


def settled(rows: Array, weights: Array, labels: npt.NDArray[np.intp], components: int) -> npt.NDArray[np.intp]:
    """(m,) labels of (m, d) rows after some passes from given ones, as long as no group loses its last row."""
    lengths = lengths_of(rows)
    for _ in range(MOST_PASSES):
        weight = np.bincount(labels, weights, components)
        if not weight.all():
            break
        sums = np.column_stack([np.bincount(labels, weights * column, components) for column in rows.T])
        after = distances(rows, sums / weight[:, None], lengths).argmin(axis=0)
        if np.bincount(after, minlength=components).min() == 0:
            break
        before, labels = labels, after
        if np.count_nonzero(before != labels) <= RESTING * len(rows):
            break
    return labels


def lengths_of(rows: Array) -> Array:
    """(n,) squared lengths of (n, d) rows."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def distances(rows: Array, centres: Array, lengths: Array) -> Array:
    """(m, n) squared Euclidean distances of (n, d) rows of known squared lengths (n,) from (m, d) centres."""
    found = centres @ rows.T
    found *= -2.0
    found += lengths
    found += lengths_of(centres)[:, None]
    return np.maximum(found, 0.0, out=found)
