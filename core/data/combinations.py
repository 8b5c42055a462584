"""Combinations: columns that others add up to exactly, such as a total beside its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.arrays import Array

EXACT = 1e-10  # share of a column's variance that the others leave unexplained, below which they determine it
MOST_NAMED = 3


def combinations(names: Sequence[str], stacked: Array) -> dict[str, str]:
    """The columns of (n, d) values that are straight-line combinations of the columns before them, with the reason.

    Judged over the rows where every column is there; with no more such rows than columns nothing can be said.
    """
    rows = stacked[np.isfinite(stacked).all(axis=1)]
    if len(rows) <= len(names) + 1:
        return {}
    with np.errstate(all="ignore"):
        centred = rows - rows.mean(axis=0)
        centred = centred / np.sqrt((centred**2).mean(axis=0))
    kept: list[int] = []
    found: dict[str, str] = {}
    for j, name in enumerate(names):
        if not np.isfinite(centred[:, j]).all():
            continue
        basis = centred[:, kept]
        weights = np.linalg.lstsq(basis, centred[:, j], rcond=None)[0] if kept else np.empty(0)
        left = centred[:, j] - basis @ weights
        if kept and (left**2).mean() < EXACT:
            found[name] = _reason([names[kept[i]] for i in np.flatnonzero(np.abs(weights) > 1e-6)])
        else:
            kept.append(j)
    return found


def _reason(others: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"follows exactly from {shown}{more}"
