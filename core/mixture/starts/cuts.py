"""Cuts: rows of many groups, each parted across one of its own axes where two Gaussians along it say most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...arrays import Array
from .start import Labels

LEAST = 1e-10  # variance along an axis, of 1 for the whole group, that is beyond rounding


def best_cuts(groups: Sequence[Array], weights: Sequence[Array], least: int) -> list[tuple[float, Labels]]:
    """Of each group what its best cut gains in log-likelihood, seen along one axis alone, and the half of each row.

    groups are (m, a) rows along some axes, of unit variance, weights their (m,) weights; a half has some rows at least,
    and a group twice as many.
    """
    across, weight, sizes = np.concatenate(groups), np.concatenate(weights), np.array([len(each) for each in groups])
    ends, group = np.cumsum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    # All are put in order at once, the rows of each group beyond all those before it.
    order = np.argsort(across + group[:, None] * (2 * np.abs(across).max() + 1), axis=0)
    ordered = np.take_along_axis(across, order, axis=0)
    gains = _gains(ordered, weight[order], group, ends)
    place = np.arange(len(group)) - (ends - sizes)[group]
    gains[(place < least - 1) | (place >= sizes[group] - least)] = -np.inf
    found = []
    for start, end in zip((ends - sizes).tolist(), ends.tolist(), strict=True):
        at, axis = divmod(int(gains[start:end].argmax()), gains.shape[1])
        upper = across[start:end, axis] > ordered[start + at, axis]
        found.append((float(gains[start + at, axis]), upper.astype(np.intp)))
    return found


def _gains(ordered: Array, weights: Array, group: Labels, ends: npt.NDArray[np.intp]) -> Array:
    """(m, a) what a cut after each row gains in its group, along each axis; no number at the end of a group."""
    sums = np.cumsum([weights, weights * ordered, weights * ordered**2], axis=1)
    before = np.concatenate([np.zeros_like(sums[:, :1]), sums[:, ends[:-1] - 1]], axis=1)
    whole, below = sums[:, ends - 1] - before, sums - before[:, group]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(_said(below) + _said(whole[:, group] - below) - _said(whole)[group])


def _said(sums: Array) -> Array:
    """What a Gaussian says of rows at best, from the sums (3, ...) of their weights, values and squares."""
    weight, first, second = sums
    variance = np.maximum(second / weight - (first / weight) ** 2, LEAST)
    return np.asarray(weight * (np.log(weight) - 0.5 * np.log(variance)))
