"""What the observed cells of rows say, column by column, before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from ..arrays import Array
from ..data.rows import Rows, RowSource
from ..errors import FitError
from .em.e_step import e_step
from .missing import fill
from .model import Mixture
from .moments import Moments, moments

PASSES_FOR_ONE = 10  # of EM for one Gaussian, from which starts take expected values
RIDGE = 1e-3  # added to its variances, in units of the columns' variances


@dataclass(frozen=True)
class Observed:
    """The observed cells of some rows."""

    means: Array  # (d,)
    variances: Array  # (d,)
    rows: float  # sum of the weights of rows that have a cell
    cells: float  # sum over those rows of weight times cells
    count: int  # of those rows
    complete: Moments  # of the rows without a blank, as one component
    n_complete: int

    @classmethod
    def of(cls, source: RowSource) -> Observed:
        """From one pass over complete rows, from two over others. Raises FitError for a column of blanks."""
        weight, sums, rows, count, n_complete = np.zeros(source.d), np.zeros(source.d), 0.0, 0, 0
        complete = [Moments.zero(1, source.d)]
        for block in source.blocks():
            whole = block.whole
            rest = block.between(whole.n, block.n)
            weight, sums = weight + _weights_observed(block), sums + rest.row_weights @ rest.values
            rows, count = rows + float(block.row_weights.sum()), count + block.n
            n_complete += whole.n
            complete.append(moments(whole.values, np.ones((whole.n, 1)), whole.row_weights))
        if not weight.min(initial=np.inf) > 0:
            raise FitError(f"Column {weight.argmin() + 1} has no number.", remedy="Leave it out.")
        one = reduce(add, complete)
        if n_complete == count:
            means, variances = one.mean[0], np.diagonal(one.scatter[0]) / one.weight[0]
        else:
            means = (sums + one.weight[0] * one.mean[0]) / weight
            variances = _squares(source, means) / weight
        return cls(means, variances, rows, float(weight.sum()), count, one, n_complete)

    @property
    def are_complete(self) -> bool:
        """Whether no cell is blank."""
        return self.n_complete == self.count

    @property
    def covariance(self) -> Array:
        """(d, d) of all rows; with blanks the variances alone."""
        if not self.are_complete:
            return np.diag(self.variances)
        with np.errstate(over="ignore", invalid="ignore"):  # its variances tell, and are refused
            return self.complete.scatter[0] / self.complete.weight[0]

    def axes(self, scale: float) -> Array | None:
        """(d, d) principal axes of rows divided by a scale; None with blanks."""
        return np.linalg.eigh(self.covariance / scale**2)[1] if self.are_complete else None

    def least_correlation(self) -> float:
        """The least eigenvalue of the correlation matrix; of the complete rows, 1 where those are too few to say."""
        if not len(self.variances):
            return 1.0
        if self.are_complete:
            roots = np.sqrt(self.variances)
            return float(np.linalg.eigvalsh(self.covariance / roots[:, None] / roots).min())
        variances = np.diagonal(self.complete.scatter[0])
        if self.n_complete < len(variances) + 2 or variances.min() <= 0:
            return 1.0
        roots = np.sqrt(variances)
        return float(np.linalg.eigvalsh(self.complete.scatter[0] / roots[:, None] / roots).min())


def _weights_observed(rows: Rows) -> Array:
    """(d,) the weight of the rows that have a cell in each column."""
    if not rows.n:
        return np.zeros(rows.d)
    return np.asarray(np.add.reduceat(rows.row_weights, rows.patterns.starts[:-1]) @ rows.patterns.observed)


def _squares(source: RowSource, means: Array) -> Array:
    """(d,) weighted sums of squares about the means."""
    squares = np.zeros(source.d)
    for rows in source.blocks():
        squares = squares + rows.row_weights @ np.where(rows.patterns.cells, rows.values - means, 0.0) ** 2
    return squares


def filled_for_start(rows: Rows) -> Array:
    """(m, d) rows, each column at mean 0 and standard deviation 1, with blanks as one Gaussian of all rows expects."""
    return rows.filled(lambda with_blanks: fill(_one_gaussian(rows.numbers), with_blanks).values)


def _one_gaussian(rows: Rows) -> Mixture:
    """The Gaussian of all rows, whose columns are at mean 0 and standard deviation 1."""
    d = rows.d
    one = Mixture(np.ones(1), np.zeros((1, d)), np.eye(d)[None])
    for _ in range(PASSES_FOR_ONE):
        found = e_step(one, rows)
        one = Mixture(np.ones(1), found.mean, found.scatter / found.weight[:, None, None] + RIDGE * np.eye(d))
    return one
