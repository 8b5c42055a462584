"""Cells: rows of which each number is only known to lie between two bounds, as an answer from 1 to 5 is.

A Gaussian's chance of a box has no closed form where columns go together. The columns are drawn one after the other,
each between its bounds given those before, and weighed by the chances of these bounds (Geweke 1991; Hajivassiliou,
McFadden and Ruud 1996, section 3.5). The mean weight is the chance, without bias, and exact for independent columns;
a draw kept in proportion to its weight is one of the row's own (Rubin 1988).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import qmc

from ..arrays import Array
from ..data.level_codes import looked_up
from ..errors import DegenerateError
from .em.constants import LOG_2PI
from .model import Mixture

POINTS = 32  # of each row and component, for a chance: over many rows what each lacks evens out
DRAWS = 4  # of which one is kept
LEAST = 1e-300  # chance, under which it has no logarithm
IMPOSSIBLE = -600.0  # log chance of a row, under which a mixture says nothing of where it lies
BLOCK = 1_000_000  # numbers that are drawn at a time
EXACT, BOUNDED, UNKNOWN = range(3)  # what is known of a number


@dataclass(frozen=True)
class Cells:
    """Rows between bounds.

    Attributes:
        lower: (n, d) least values; -inf where there is no bound, or nothing is known.
        upper: (n, d) largest values; a column whose two bounds are one is known exactly there.
        codes: (n, c) codes of categories, NaN where blank.
    """

    lower: Array
    upper: Array
    codes: Array

    def at(self, rows: slice | npt.NDArray[np.bool_]) -> Cells:
        """Some of the rows."""
        return Cells(self.lower[rows], self.upper[rows], self.codes[rows])


def log_chances(mixture: Mixture, cells: Cells, points: int = POINTS, seed: int = 0) -> Array:
    """(n,) logs of the chances of rows between their bounds; of columns that are known exactly, of the density there.

    By so many points of each row, a power of two as evenly spread ones are. Noise is left out.
    """
    evenly = qmc.Sobol(max(mixture.features, 1), seed=seed).random(points)
    rng = np.random.default_rng(seed)
    found = np.empty(len(cells.lower))
    for block in _blocks(cells, points):
        some = cells.at(block)
        moved = (evenly + rng.random((len(some.lower), 1, evenly.shape[1]))) % 1.0
        joint = _log_joint(mixture, some)
        for k in range(mixture.components):
            joint[k] += logsumexp(_drawn(mixture, k, some, moved)[0], axis=1) - np.log(points)
        found[block] = logsumexp(joint, axis=0)
    return found


def drawn(mixture: Mixture, cells: Cells, rng: np.random.Generator, draws: int = DRAWS) -> Array:
    """(n, d) values between the bounds of each row, one of so many drawn as the mixture has them there.

    NaN in rows that it finds next to impossible. Noise is left out.
    """
    found = np.empty(cells.lower.shape)
    for block in _blocks(cells, draws * mixture.components):
        some, rows = cells.at(block), block.stop - block.start
        points = rng.random((rows, draws, mixture.features))
        weights, values = zip(*(_drawn(mixture, k, some, points) for k in range(mixture.components)), strict=True)
        joint = np.concatenate(np.array(weights) + _log_joint(mixture, some)[:, :, None], axis=1)
        kept = (joint + rng.gumbel(size=joint.shape)).argmax(axis=1)
        chosen = np.clip(np.concatenate(values, axis=1)[np.arange(rows), kept], some.lower, some.upper)
        found[block] = np.where(joint.max(axis=1, keepdims=True) < IMPOSSIBLE, np.nan, chosen)
    return found


def _blocks(cells: Cells, draws: int) -> Iterator[slice]:
    """Rows that are looked at together."""
    n, d = cells.lower.shape
    step = max(1, BLOCK // (draws * max(d, 1)))
    return (slice(at, min(at + step, n)) for at in range(0, n, step))


def _log_joint(mixture: Mixture, cells: Cells) -> Array:
    """(K, n) logs of the weights, times the chances of the categories."""
    with np.errstate(divide="ignore"):
        joint = np.repeat(np.log(mixture.weights / mixture.weights.sum())[:, None], len(cells.codes), axis=1)
    for logs, codes in zip(mixture.log_chances, cells.codes.T, strict=True):
        joint += looked_up(logs[: mixture.components], codes)
    return joint


def _drawn(mixture: Mixture, k: int, cells: Cells, points: Array) -> tuple[Array, Array]:
    """(n, m) logs of weights and (n, m, d) draws of a component, from (n, m, d) points between 0 and 1.

    In each row what is known exactly comes first, since it tells where to draw, and what is not known last, where
    it adds nothing to the weights.
    """
    kinds, order, factors = _ordered(mixture, k, cells)
    found, white, values = np.zeros(points.shape[:2]), np.empty(points.shape), np.empty(points.shape)
    rows = np.arange(len(kinds))
    for j in range(mixture.features):
        column, width = order[:, j], factors[:, j, j, None]
        centre = mixture.means[k][column][:, None] + np.einsum("nmi,ni->nm", white[:, :, :j], factors[:, j, :j])
        low, high = ((bound[rows, column][:, None] - centre) / width for bound in (cells.lower, cells.upper))
        chance, white[:, :, j] = _between(low, high, points[rows, :, column])
        exact = kinds[rows, column] == EXACT
        white[exact, :, j] = low[exact]
        chance[exact] = -(low[exact] ** 2 + LOG_2PI) / 2 - np.log(width[exact])
        found += chance
        values[rows, :, column] = centre + width * white[:, :, j]
    return found, values


def _ordered(mixture: Mixture, k: int, cells: Cells) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.intp], Array]:
    """(n, d) what is known of each number, the (n, d) order of the columns, and the (n, d, d) factors in that order."""
    unknown = np.isneginf(cells.lower) & np.isposinf(cells.upper)
    kinds = np.where(cells.lower == cells.upper, EXACT, np.where(unknown, UNKNOWN, BOUNDED)).astype(np.int8)
    patterns, of = np.unique(kinds, axis=0, return_inverse=True)
    order = np.argsort(patterns, axis=1, kind="stable")
    try:
        factors = np.linalg.cholesky(mixture.covariances[k][order[:, :, None], order[:, None, :]])
    except np.linalg.LinAlgError:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.") from None
    return kinds, order[of.ravel()], factors[of.ravel()]


def _between(low: Array, high: Array, points: Array) -> tuple[Array, Array]:
    """Logs of the chances that a standard normal value lies between bounds, and values drawn there."""
    above = low > 0  # there the lower tail has the digits
    low, high = np.where(above, -high, low), np.where(above, -low, high)
    first, last = ndtr(low), ndtr(high)
    chance = np.log(np.maximum(last - first, LEAST))
    values = np.clip(ndtri(np.clip(first + points * (last - first), LEAST, 1.0)), low, high)
    return chance, np.where(above, -values, values)
