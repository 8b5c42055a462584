"""Latent: values that rounded numbers may have had, as a mixture of the rows has them between the thresholds.

Drawn, fitted and drawn again (stochastic EM: Celeux and Diebolt 1985), they have neither spikes at the values that are
there nor a wall at the ends of a scale. Numbers that go together go on doing so, which evenly spread ones would not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...arrays import Array, owned
from ...data.prepare import Matrix
from ...data.source import ArraySource, Source, as_source, levels_of
from ...data.steps import Steps, coarse_columns, step_of
from ...mixture.cells import DRAWS, Cells, drawn, log_chances
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ..selection.board import Board

ROUNDS = 10  # until draws of one Gaussian no longer tell where they began
ROWS = 2_000  # on which that is found
MANY = 100_000  # rows, beyond which the first draw is kept
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
        evenly: whether values are spread evenly over their steps instead, whatever the mixture.
    """

    matrix: Matrix
    steps: tuple[Steps, ...]
    seed: int = 0
    evenly: bool = False

    @property
    def told(self) -> tuple[Steps, ...]:
        """The columns in which a mixture's chances of the values are known."""
        return () if self.evenly else self.steps

    @classmethod
    def of(cls, matrix: Matrix, seed: int = 0, also: tuple[str, ...] = ()) -> Latent:
        """The coarse columns of a matrix and those named."""
        steps = []
        for name in dict.fromkeys((*coarse_columns(matrix), *also, *matrix.transform.ordered)):
            column = matrix.features.index(name)
            cells = matrix.values[:, column]
            by_order = name in matrix.transform.ordered
            steps.append(Steps.ordered(column, cells, matrix.weights) if by_order else Steps.even(column, cells))
        return cls(matrix, tuple(steps), seed)

    def rescored(self, board: Board, rows: Matrix | Source) -> Board:
        """A board of drawn values, its likelihoods those of some of the rows as they are; one with noise stays.

        Fits that describe the drawn values far worse than the best keep their distance to it.
        """
        if not self.told or board.search.noise:
            return board
        values, weights = _in_memory(rows)
        cells, weights = self.cells_of(values), weights / weights.sum()
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

    def as_one(self, rows: Matrix | Source) -> Matrix | Source:
        """Some of the rows with values as one Gaussian has them."""
        if not self.steps:
            return rows
        found, weights = _in_memory(rows)
        counted = bool(getattr(rows, "frequency", False) and (weights == np.rint(weights)).all())
        if counted:  # a row that stands for many has as many latent values
            found, weights = self._one_by_one(found, weights)
        values = self._spread(found) if self.evenly else self._drawn(found, self._one)
        if isinstance(rows, Matrix) and not counted:
            return replace(rows, values=owned(values))
        whole = owned(np.column_stack([values, found[:, values.shape[1] :]]))
        return ArraySource(whole, owned(weights), getattr(rows, "frequency", False), levels_of(rows))

    def _one_by_one(self, rows: Array, counts: Array) -> tuple[Array, Array]:
        """Rows that stand for several, each of these on its own; some of them where there are too many."""
        total = int(counts.sum())
        of = np.repeat(np.arange(len(rows)), counts.astype(np.intp)) if total <= ROWS else self._some_of(counts)
        return rows[of], np.full(len(of), total / len(of))

    def _some_of(self, counts: Array) -> npt.NDArray[np.intp]:
        return np.sort(np.random.default_rng([self.seed, ROWS]).choice(len(counts), ROWS, p=counts / counts.sum()))

    def given(self, mixture: Mixture) -> Matrix:
        """All rows with values as a mixture has them."""
        if not self.steps:
            return self.matrix
        if self.evenly:
            return self.spread()
        return replace(self.matrix, values=owned(self._drawn(self.matrix.rows, mixture, self._one)))

    def spread(self) -> Matrix:
        """All rows with values spread evenly over their steps, no further than halfway to the next."""
        return replace(self.matrix, values=owned(self._spread(self.matrix.values)))

    def _spread(self, rows: Array) -> Array:
        """(n, d) values of (n, d + c) rows, spread evenly over their steps."""
        rng, values = np.random.default_rng([self.seed, len(rows)]), rows[:, : len(self.matrix.features)].copy()
        for each in self.steps:
            values[:, each.column] += step_of(each.values) * (rng.random(len(rows)) - 0.5)
        return np.asarray(values)

    def _drawn(self, rows: Array, *mixtures: Mixture) -> Array:
        """(n, d) values between the bounds of (n, d + c) rows, as the first mixture that finds a row possible has them.

        Cells that are blank or known exactly stay, and so do rows that none finds possible.
        """
        cells, rng = self.cells_of(rows), np.random.default_rng([self.seed, len(rows)])
        raw = rows[:, : len(self.matrix.features)]
        left, values = np.ones(len(rows), dtype=np.bool_), raw.copy()
        for mixture in mixtures:
            values[left] = drawn(mixture, cells.at(left), rng, DRAWS if len(rows) <= MANY else 1)
            left = np.asarray(np.isnan(values).any(axis=1))
            if not left.any():
                break
        return np.where(np.isnan(raw) | np.isnan(values), raw, values)

    @cached_property
    def _one(self) -> Mixture:
        """One Gaussian, drawn from and fitted again until it no longer tells where it began."""
        rng = np.random.default_rng([self.seed, ROWS])
        values, weights = _in_memory(self.matrix)
        chosen = np.sort(rng.permutation(np.flatnonzero(weights > 0))[:ROWS])
        cells = self.cells_of(values[chosen, : len(self.matrix.features)])
        weights, filled = weights[chosen], _middles(cells)
        for _ in range(ROUNDS):
            again = drawn(_gaussian(filled, weights), cells, rng)
            filled = np.where(np.isnan(again), filled, again)
        return _without_categories(_gaussian(filled, weights), self.matrix)


def _in_memory(rows: Matrix | Source) -> tuple[Array, Array]:
    """(n, d + c) rows and their (n,) weights."""
    blocks = list(as_source(rows).blocks())
    weights = [np.ones(len(block)) if own is None else own for block, own in blocks]
    return np.concatenate([block for block, _ in blocks]), np.concatenate(weights)


def _middles(cells: Cells) -> Array:
    """(n, d) a value between each two bounds; the mean of a column where nothing is known."""
    edges = np.stack([cells.lower, cells.upper])
    edges[~np.isfinite(edges)] = np.nan
    known = ~np.isnan(edges)
    middle = np.where(known, edges, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    told = known.any(axis=0)
    means = (middle * told).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    return np.where(told, middle, means)


def _gaussian(values: Array, weights: Array) -> Mixture:
    """One Gaussian, of independent columns where there are hardly more rows.

    Its covariance is what is expected where a few rows of independent columns were seen before (the conjugate prior):
    two columns of yes and no that are never both yes would otherwise lie on a line, drawn often enough.
    """
    n, d = values.shape
    shares = weights / weights.sum()
    mean = shares @ values
    covariance, before = (values - mean).T @ (shares[:, None] * (values - mean)), d + BEFORE
    alone = np.diag(np.maximum(np.diagonal(covariance), np.finfo(float).tiny))
    both = (n * covariance + before * alone) / (n + before)
    return Mixture(np.ones(1), mean[None], (both if n > ROWS_A_COLUMN * d else alone)[None])


def _without_categories(mixture: Mixture, matrix: Matrix) -> Mixture:
    """The same with every level of the categories as likely as any other: one component learns nothing of them."""
    return replace(mixture, chances=tuple(np.full((1, len(each)), 1 / len(each)) for each in matrix.levels))
