"""Combinations: columns that others add up to exactly, such as a total beside its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import solve_triangular

from ..arrays import Array

EXACT = 1e-10  # share of a column's variance that the others leave unexplained, below which they determine it
MOST_NAMED = 3


def combinations(names: Sequence[str], rows: Array) -> dict[str, str]:
    """The columns of (n, d) values that are straight-line combinations of the columns before them, with the reason.

    Measured over the rows where every column is there; with no more such rows than columns nothing can be said.
    """
    whole = rows[np.isfinite(rows).all(axis=1)]
    if len(whole) <= len(names) + 1:
        return {}
    with np.errstate(all="ignore"):
        centred = whole - whole.mean(axis=0)
        centred = centred / np.sqrt((centred**2).mean(axis=0))
    usable = np.flatnonzero(np.isfinite(centred).all(axis=0))
    if len(usable) < 2:
        return {}
    # In the triangle of a QR decomposition the diagonal is what the columns before leave of each column.
    triangle: Array = np.linalg.qr(centred[:, usable], mode="r") / np.sqrt(len(whole))
    left = np.diag(triangle) ** 2
    kept = [j for j in range(len(usable)) if left[j] >= EXACT]
    found = {}
    for j in np.flatnonzero(left < EXACT):
        basis = [i for i in kept if i < j]
        weights = solve_triangular(triangle[np.ix_(basis, basis)], triangle[basis, j])
        others = [names[usable[i]] for i, weight in zip(basis, weights, strict=True) if abs(weight) > 1e-6]
        found[names[usable[j]]] = _reason(others)
    return found


def _reason(others: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"follows exactly from {shown}{more}"
