"""Indicators: rows of numbers and categories as numbers alone, for what goes by distances between rows.

Each level becomes a column of 0 and 1 (Ralambondrainy 1995). Two rows are then as far apart as in
k-prototypes (Huang 1998): the squared distance of their numbers, and gamma for each category in which they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..arrays import Array, read_only
from .level_codes import indicators
from .prepare import Matrix
from .source import Source, as_source, levels_of


@dataclass(frozen=True)
class Indicators:
    """How the categories of rows count beside their numbers."""

    levels: tuple[int, ...]  # (c,) how many each column of categories has
    gamma: float  # what two rows lie apart, squared, for each category in which they differ

    @classmethod
    def of(cls, rows: Array, levels: Sequence[int]) -> Indicators:
        """For (n, d + c) rows: on the average a category spreads the rows as much as a column of numbers does."""
        d = rows.shape[1] - len(levels)
        unlike = [_unlike(codes, many) for codes, many in zip(rows[:, d:].T, levels, strict=True)]
        variance = _mean_variance(rows[:, :d]) if d else 0.5
        return cls(tuple(levels), 2 * variance / float(np.mean(unlike) or 1.0))

    @classmethod
    def of_matrix(cls, matrix: Matrix) -> Indicators:
        """For the rows of a matrix."""
        return cls.of(matrix.rows, levels_of(matrix)) if matrix.categories else NONE

    def applied(self, rows: Array) -> Array:
        """(n, d + sum L) numbers, and for each level sqrt(gamma / 2) where a row has it, else 0; blanks stay blank."""
        d = rows.shape[1] - len(self.levels)
        if d < 0 or not self.levels:
            return rows
        parts = [rows[:, :d]]
        for codes, many in zip(rows[:, d:].T, self.levels, strict=True):
            parts.append(indicators(codes, many) * np.sqrt(self.gamma / 2))
        return np.concatenate(parts, axis=1)


NONE = Indicators((), 0.0)


def with_indicators(X: object, weights: npt.ArrayLike | None = None) -> tuple[Source, Indicators]:
    """The rows of anything that holds some, as numbers alone, and how their categories count; as they are without."""
    source = as_source(X, weights)
    levels = levels_of(source)
    if not levels:
        return source, NONE
    blocks = list(source.blocks())
    rows = np.concatenate([values for values, _ in blocks])
    found = Indicators.of(rows, levels)
    own = [weight for _, weight in blocks if weight is not None]
    return as_source(read_only(found.applied(rows)), np.concatenate(own) if own else None), found


def _unlike(codes: Array, levels: int) -> float:
    """The chance that two rows differ in a category."""
    counts = np.bincount(codes[~np.isnan(codes)].astype(np.intp), minlength=levels)
    shares = counts / max(int(counts.sum()), 1)
    return float(1 - (shares**2).sum())


def _mean_variance(numbers: Array) -> float:
    """The mean over columns of their variances, computed about their size so that no square overflows."""
    unit = float(np.nanmax(np.abs(numbers))) or 1.0
    return float(np.nanmean(np.nanvar(numbers / unit, axis=0))) * unit**2 or 1.0
