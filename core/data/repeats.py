"""Repeats: rows that were entered several times, told from rows that happen to agree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import Array

MOST_DISTINCT = 0.8  # share of different rows, beyond which repeats change nothing
BY_CHANCE = 0.1  # share of the equal pairs that columns independent of each other would bring about


def repeats(rows: Array) -> Array | None:
    """(n,) how often each of (n, d) rows occurs, blanks alike; None where no more are equal than chance explains.

    Two rows agree by chance as often as two cells do in each column, all columns together.
    """
    n, (of, counts) = len(rows), _counted(rows)
    if len(counts) > MOST_DISTINCT * n:
        return None
    equal = float((counts * (counts - 1.0)).sum())
    chance = 1.0
    for column in rows.T:
        shares = np.unique(column, return_counts=True)[1] / n
        chance *= float((shares**2).sum())
    if chance * n * (n - 1.0) > BY_CHANCE * equal:
        return None
    return np.asarray(counts[of], dtype=np.float64)


def once(rows: Array, weights: Array | None) -> Array:
    """(n,) row weights by which each different one of (n, d) rows counts once, or as often as one of it weighs."""
    of, counts = _counted(rows)
    ones = 1.0 / counts[of]
    return ones if weights is None else ones * weights


def _counted(rows: Array) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """(n,) the number of each row among the different ones, and (m,) how often each of those occurs."""
    words = np.ascontiguousarray(np.where(np.isnan(rows), np.inf, rows + 0.0))
    whole = words.view(np.dtype((np.void, words.itemsize * words.shape[1]))).ravel()
    _, of, counts = np.unique(whole, return_inverse=True, return_counts=True)
    return of.ravel(), counts
