"""What the observed cells of rows with blanks say, column by column, before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from core.arrays import Array
from core.data.patterns import Mask
from core.data.source import Source
from core.errors import FitError
from core.mixture import missing_pass
from core.mixture.missing import fill
from core.mixture.model import Mixture
from core.mixture.moments import Moments, moments

PASSES_FOR_ONE = 10  # of EM for one Gaussian, from which starts take expected values
RIDGE = 1e-3  # added to its variances, in units of the columns' variances


@dataclass(frozen=True)
class Observed:
    """The observed cells of a source."""

    means: Array  # (d,)
    variances: Array  # (d,)
    rows: float  # sum of the weights of rows that have a cell
    cells: float  # sum over those rows of weight times cells
    count: int  # of those rows
    set_aside: int  # rows that are blank in all columns
    complete: Moments  # of the rows without a blank, as one component
    n_complete: int

    @classmethod
    def of(cls, source: Source) -> Observed:
        """From two passes over the rows. Raises FitError for a column of blanks."""
        weight, sums, squares = np.zeros(source.d), np.zeros(source.d), np.zeros(source.d)
        rows, count, n_complete = 0.0, 0, 0
        for values, seen, w in _blocks(source):
            weight, sums = weight + w @ seen, sums + w @ values
            some = seen.any(axis=1)
            rows, count = rows + float(w[some].sum()), count + int(some.sum())
            n_complete += int(seen.all(axis=1).sum())
        if not weight.min() > 0:
            raise FitError(f"Column {weight.argmin() + 1} has no number.", remedy="Leave it out.")
        means = sums / weight
        complete = [Moments.zero(1, source.d)]
        for values, seen, w in _blocks(source):
            squares = squares + w @ np.where(seen, values - means, 0.0) ** 2
            whole = seen.all(axis=1)
            complete.append(moments(values[whole], np.ones((int(whole.sum()), 1)), w[whole]))
        variances = squares / weight
        return cls(
            means, variances, rows, float(weight.sum()), count, source.n - count, reduce(add, complete), n_complete
        )

    def least_correlation(self) -> float:
        """The least eigenvalue of the correlation matrix of the complete rows; 1 where they are too few to say."""
        variances = np.diagonal(self.complete.scatter[0])
        if self.n_complete < len(variances) + 2 or variances.min() <= 0:
            return 1.0
        roots = np.sqrt(variances)
        return float(np.linalg.eigvalsh(self.complete.scatter[0] / roots[:, None] / roots).min())


def _blocks(source: Source) -> Iterator[tuple[Array, Mask, Array]]:
    """Values with 0 for blanks, what is observed, and the row weights."""
    for values, weights in source.blocks():
        seen = ~np.isnan(values)
        yield np.where(seen, values, 0.0), seen, np.ones(len(values)) if weights is None else weights


def fill_for_start(rows: Array, weights: Array) -> Array:
    """(m, d) rows, each column at mean 0 and standard deviation 1, with blanks as one Gaussian of all rows expects."""
    d = rows.shape[1]
    one = Mixture(np.ones(1), np.zeros((1, d)), np.eye(d)[None])
    for _ in range(PASSES_FOR_ONE):
        found = missing_pass.e_step(one, rows, weights)
        one = Mixture(np.ones(1), found.mean, found.scatter / found.weight[:, None, None] + RIDGE * np.eye(d))
    return fill(one, rows).values
