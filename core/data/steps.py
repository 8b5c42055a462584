"""Steps: columns of numbers that were rounded, as answers from 1 to 5 are, and the thresholds between their values.

A density has a spike at a value that many rows share, and a mixture as many components as there are spikes. What was
rounded is only known to lie between two thresholds; beyond the least and the largest value there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ..arrays import Array
from .transform import Matrix

MOST_VALUES = 20  # of a column that was rounded to steps; of more, each holds too few rows to be a spike
COARSE = 0.1  # of the spread of a column: a step between two of its values that is no longer fine


@dataclass(frozen=True)
class Steps:
    """A column of rounded numbers.

    Attributes:
        column: its position among the d columns of numbers.
        values: (L,) its different values, rising.
        thresholds: (L - 1,) what lies between two of them.
    """

    column: int
    values: Array
    thresholds: Array

    @classmethod
    def even(cls, column: int, cells: Array) -> Steps:
        """Thresholds half way between two values: the numbers count as they are."""
        values = np.unique(cells[~np.isnan(cells)])
        return cls(column, values, (values[1:] + values[:-1]) / 2)

    @classmethod
    def ordered(cls, column: int, cells: Array, weights: Array | None = None) -> Steps:
        """Thresholds where a normal value would have the shares of (n,) cells and row weights: only their order counts.

        It has the mean and the spread of the numbers, so that it lies where they do.
        """
        present = ~np.isnan(cells)
        own = np.ones(len(cells)) if weights is None else weights
        values, of = np.unique(cells[present], return_inverse=True)
        shares = np.bincount(of.ravel(), own[present]) / own[present].sum()
        mean = float(shares @ values)
        spread = float(np.sqrt(shares @ (values - mean) ** 2))
        return cls(column, values, mean + spread * ndtri(np.cumsum(shares)[:-1]))

    def bounds(self, cells: Array) -> tuple[Array, Array]:
        """(n,) the thresholds below and above each cell; infinite where it is blank."""
        edges = np.concatenate([[-np.inf], self.thresholds, [np.inf]])
        at = np.searchsorted(self.values, cells)
        blank = np.isnan(cells)
        at[blank] = 0
        return np.where(blank, -np.inf, edges[at]), np.where(blank, np.inf, edges[at + 1])


def step_of(present: Array) -> float:
    """The least step between two of a column's values, of which there are two at least."""
    return float(np.diff(np.unique(present)).min())


def is_coarse(present: Array) -> bool:
    """Whether most of a column's values lie so far apart that each is a spike."""
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) < 2:
        return False
    steps = np.diff(distinct)
    return bool(np.quantile(np.repeat(np.append(steps, steps[-1]), counts), 0.75) > COARSE * present.std())


def spread(values: Array, rng: np.random.Generator) -> Array:
    """(n,) values, each moved by up to half of the least step between two of them; blanks stay."""
    return np.asarray(values + step_of(values[~np.isnan(values)]) * (rng.random(len(values)) - 0.5))


def coarse_columns(matrix: Matrix) -> tuple[str, ...]:
    """The columns of few different values that lie in coarse steps; transformed ones do not."""
    columns = zip(matrix.features, matrix.transform.powers, matrix.values.T, strict=True)
    return tuple(name for name, power, values in columns if power is None and _is_rounded(values))


def _is_rounded(values: Array) -> bool:
    present = values[~np.isnan(values)]
    different = len(np.unique(present))
    return different <= min(MOST_VALUES, len(present) / 2) and is_coarse(present)
