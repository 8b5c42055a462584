"""Latent: values that rounded numbers may have had, as a mixture of the rows has them between the thresholds.

Drawn, fitted and drawn again (stochastic EM: Celeux and Diebolt 1985), they have neither spikes at the values that are
there nor a wall at the ends of a scale. Numbers that go together go on doing so, which evenly spread ones would not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array, owned
from ...data.prepare import Matrix
from ...data.source import Source, as_source
from ...data.steps import Steps, coarse_columns
from ...mixture.cells import Cells, drawn, log_chances
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ..selection.board import Board

ROUNDS = 10  # until draws of one Gaussian no longer tell where they began
ROWS = 2_000  # on which that is found
BEFORE = 2  # rows, and one for each column
NEAR = 100.0  # of BIC, within which fits to drawn values are scored by the rows as they are
ROWS_A_COLUMN = 2  # fewer tell nothing of how columns go together


@dataclass(frozen=True)
class Latent:
    """The rows of a matrix, some of whose columns are rounded.

    Attributes:
        matrix: the rows as they are.
        steps: its columns of rounded numbers; () where there are none.
        seed: of all draws.
    """

    matrix: Matrix
    steps: tuple[Steps, ...]
    seed: int = 0

    @classmethod
    def of(cls, matrix: Matrix, seed: int = 0, also: tuple[str, ...] = ()) -> Latent:
        """The coarse columns of a matrix and those named."""
        steps = []
        for name in dict.fromkeys((*coarse_columns(matrix), *also, *matrix.transform.ordered)):
            column = matrix.features.index(name)
            made = Steps.ordered if name in matrix.transform.ordered else Steps.even
            steps.append(made(column, matrix.values[:, column]))
        return cls(matrix, tuple(steps), seed)

    def rescored(self, board: Board, rows: Matrix | Source) -> Board:
        """A board of drawn values, its likelihoods those of some of the rows as they are; one with noise stays.

        Fits that describe the drawn values far worse than the best keep their distance to it.
        """
        if not self.steps or board.search.noise:
            return board
        blocks = list(as_source(rows).blocks())
        cells = self.cells_of(np.concatenate([block for block, _ in blocks]))
        weights = np.concatenate([np.ones(len(block)) if own is None else own for block, own in blocks])
        weights = weights / weights.sum()
        best = board.best()

        def gained(fit: Fit) -> float:
            return float(weights @ log_chances(fit.mixture, cells)) * fit.n_rows - fit.log_likelihood

        usual = gained(best)

        def scored(fit: Fit) -> Fit:
            near = fit.admissible and fit.bic < best.bic + NEAR
            return replace(fit, log_likelihood=fit.log_likelihood + (gained(fit) if near else usual))

        return replace(board, cells=tuple(c if c.fit is None else replace(c, fit=scored(c.fit)) for c in board.cells))

    def cells_of(self, rows: Array) -> Cells:
        """What is known of (n, d + c) rows."""
        d = len(self.matrix.features)
        values = rows[:, :d]
        lower, upper = (np.where(np.isnan(values), bound, values) for bound in (-np.inf, np.inf))
        for each in self.steps:
            lower[:, each.column], upper[:, each.column] = each.bounds(values[:, each.column])
        return Cells(lower, upper, rows[:, d:])

    def as_one(self) -> Matrix:
        """Values as one Gaussian has them."""
        return self._drawn(self._one_gaussian(), self.matrix) if self.steps else self.matrix

    def given(self, mixture: Mixture, before: Matrix) -> Matrix:
        """Values as a mixture has them; those before, of rows that it finds next to impossible."""
        return self._drawn(mixture, before) if self.steps else self.matrix

    def _drawn(self, mixture: Mixture, before: Matrix) -> Matrix:
        """Values between the bounds; cells that are blank or known exactly stay.

        What lies in no reach of the mixture is drawn at a bound itself, where many rows would pile up.
        """
        cells = self.cells_of(self.matrix.rows)
        values = drawn(mixture, cells, np.random.default_rng([self.seed, len(cells.lower)]))
        at_bound = ((values == cells.lower) | (values == cells.upper)) & (cells.lower < cells.upper)
        values = np.where(at_bound.any(axis=1)[:, None], before.values, values)
        return replace(self.matrix, values=owned(np.where(np.isnan(self.matrix.values), np.nan, values)))

    def _one_gaussian(self) -> Mixture:
        rng = np.random.default_rng([self.seed, ROWS])
        chosen = np.sort(rng.permutation(len(self.matrix.values))[:ROWS])
        cells = self.cells_of(self.matrix.values[chosen])
        found = _gaussian(_middles(cells))
        for _ in range(ROUNDS):
            found = _gaussian(drawn(found, cells, rng))
        return _without_categories(found, self.matrix)


def _middles(cells: Cells) -> Array:
    """(n, d) a value between each two bounds; the mean of a column where nothing is known."""
    edges = np.stack([cells.lower, cells.upper])
    edges[~np.isfinite(edges)] = np.nan
    known = ~np.isnan(edges)
    middle = np.where(known, edges, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    told = known.any(axis=0)
    means = (middle * told).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    return np.where(told, middle, means)


def _gaussian(values: Array) -> Mixture:
    """One Gaussian, of independent columns where there are hardly more rows.

    Its covariance is what is expected where a few rows of independent columns were seen before (the conjugate prior):
    two columns of yes and no that are never both yes would otherwise lie on a line, drawn often enough.
    """
    n, d = values.shape
    covariance, before = np.cov(values.T).reshape(d, d), d + BEFORE
    alone = np.diag(np.maximum(np.diagonal(covariance), np.finfo(float).tiny))
    both = (n * covariance + before * alone) / (n + before)
    return Mixture(np.ones(1), values.mean(axis=0)[None], (both if n > ROWS_A_COLUMN * d else alone)[None])


def _without_categories(mixture: Mixture, matrix: Matrix) -> Mixture:
    """The same with every level of the categories as likely as any other: one component learns nothing of them."""
    return replace(mixture, chances=tuple(np.full((1, len(each)), 1 / len(each)) for each in matrix.levels))
