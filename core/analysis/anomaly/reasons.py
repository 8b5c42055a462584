"""Reasons: which cells make a row odd, and what each should have been, given the row's other columns.

Where the row is usual without a few of its cells, one most often, these are to blame and no other: a wrong cell also
makes what the right ones let expect of each other look wrong.

A category is told by the chance of its level given the row's other columns, without numbers that are wrong.

The conditional of one column given the others is a mixture in closed form: with P the precision of a component and
e = x - mean, column j is expected at x_j - (P e)_j / P_jj with variance 1 / P_jj, and the component's share follows
from its density of the other columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from ...arrays import Array
from ...data.patterns import whole_rows
from ...data.prepare import Matrix, Transform
from ...mixture import density
from ...mixture.em.constants import LOG_2PI
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from . import words
from .level_chances import LevelChances, levels_left_out
from .wrong_cells import wrong_cells

USUAL = 2.0  # nats above what is expected of a usual value, from which a column is named where no few cells are wrong


@dataclass(frozen=True, eq=False)
class Reasons:
    """What speaks against each column of some rows; numbers are NaN where a cell is blank.

    Columns are counted over the d of numbers and then the c of categories.
    """

    transform: Transform  # of the d + c columns
    rows: npt.NDArray[np.intp]  # (m,) positions in the matrix
    surprise: Array  # (m, d + c) nats by which a value is less likely than the others let expect
    expected: Array  # (m, d) mean given the other columns, raw units
    spread: Array  # (m, d) standard deviation about it, raw units
    got: Array  # (m, d) raw units
    wrong: tuple[tuple[int, ...], ...]  # (m,) the fewest columns without which each row is usual, the worst first
    levels: LevelChances

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the d + c columns."""
        return (*self.transform.features, *(each.column for each in self.transform.categories))

    def order(self, row: int) -> list[int]:
        """Columns of the row that stands at a place of rows, those to blame first; blank ones are left out."""
        known = [j for j in range(len(self.features)) if np.isfinite(self.surprise[row, j])]
        others = [j for j in known if j not in self.wrong[row]]
        return [*self.wrong[row], *sorted(others, key=lambda j: -self.surprise[row, j])]

    def blamed(self, row: int) -> tuple[int, ...]:
        """The columns that are to blame, the worst first: the wrong cells, or else all that are surprising.

        Beside wrong numbers only surprising categories are to blame, which are judged without those numbers.
        """
        d = len(self.transform.features)
        surprising = [j for j in self.order(row) if self.surprise[row, j] >= USUAL and j not in self.wrong[row]]
        if self.wrong[row]:
            surprising = [j for j in surprising if j >= d]
        return (*self.wrong[row], *surprising)

    def brief(self, row: int) -> str:
        """The column that is most to blame, in a few words."""
        return words.reasons_brief(self, row)

    def sentences(self, row: int) -> list[str]:
        """A sentence for each column that is to blame, the worst first; one where it is the whole row."""
        return words.reasons_sentences(self, row)

    def told(self, row: int, j: int) -> tuple[str, str]:
        """What was expected of a column, with its spread, and what came, as a person reads them."""
        return words.reasons_told(self, row, j)


def reasons(fit: Fit, matrix: Matrix, rows: npt.NDArray[np.intp]) -> Reasons:
    """Why rows (positions in the matrix) are odd, column by column, each given those that are there."""
    values = matrix.values[rows]
    shape, codes = values.shape, matrix.rows[rows, values.shape[1] :]
    surprise, mean, spread = (np.full(shape, np.nan) for _ in range(3))
    wrong: list[tuple[int, ...]] = [()] * len(values)
    observed = ~np.isnan(values)
    of_words = range(fit.mixture.features, fit.mixture.columns)
    for pattern in np.unique(observed, axis=0):
        there, columns = np.flatnonzero((observed == pattern).all(axis=1)), np.flatnonzero(pattern)
        at = np.ix_(there, columns)
        marginal = fit.mixture.marginal([*columns.tolist(), *of_words])
        surprise[at], mean[at], spread[at] = left_out_one_by_one(marginal, np.column_stack([values[at], codes[there]]))
        for row, cells in zip(there.tolist(), wrong_cells(marginal.of_numbers, values[at]), strict=True):
            wrong[row] = tuple(columns[list(cells)].tolist())
    found = levels_left_out(fit.mixture, _without(values, wrong), codes)
    to_raw = matrix.transform.to_raw
    wide = np.abs(to_raw(mean + spread) - to_raw(mean - spread)) / 2
    told = to_raw(mean), wide, to_raw(values)
    return Reasons(matrix.transform, rows, np.column_stack([surprise, found.surprise]), *told, tuple(wrong), found)


def _without(values: Array, wrong: Sequence[tuple[int, ...]]) -> Array:
    """(m, d) values, those that are wrong left blank."""
    right = values.copy()
    for row, cells in enumerate(wrong):
        right[row, list(cells)] = np.nan
    return right


def left_out_one_by_one(mixture: Mixture, values: Array) -> tuple[Array, Array, Array]:
    """(n, d) surprise, conditional mean and conditional standard deviation of each number given the others.

    values are (n, d + c) without a blank among the numbers. The surprise is -log p(x_j | others) less its expectation
    under the components' shares, were each alone.
    """
    precisions = np.einsum("kji,kjl->kil", mixture.whitening, mixture.whitening)
    variances = 1 / np.diagonal(precisions, axis1=1, axis2=2)  # (K, d)
    numbers = values[:, : mixture.features]
    gaps = numbers[None] - mixture.means[:, None]  # (K, n, d)
    away = np.einsum("kij,knj->kni", precisions, gaps) * variances[:, None]  # x_j less what is expected
    own = -0.5 * (away**2 / variances[:, None] + np.log(variances)[:, None] + LOG_2PI)  # log p(x_j | others, k)
    others = mixture.log_joint(values).T[: mixture.components, :, None] - own
    possible = np.isfinite(others.max(axis=0, keepdims=True))  # or by their weights, as for categories
    others = np.where(possible, others, np.log(mixture.weights)[:, None, None])
    log_shares = others - logsumexp(others, axis=0)
    shares = np.exp(log_shares)
    means = numbers[None] - away
    mean = (shares * means).sum(axis=0)
    variance = (shares * (variances[:, None] + (means - mean) ** 2)).sum(axis=0)
    usual = (shares * (0.5 * (1 + LOG_2PI + np.log(variances)))[:, None]).sum(axis=0)
    return -logsumexp(log_shares + own, axis=0) - usual, mean, np.sqrt(variance)


def nearest_usual(fit: Fit, matrix: Matrix, row: int, flagged: npt.NDArray[np.bool_], most: int = 3) -> list[int]:
    """Positions of the rows that are not odd and lie nearest, as the row's likeliest component measures distance.

    Cells that are blank in the row count for nothing; rows that are blank elsewhere are passed over.
    """
    there = np.flatnonzero(~np.isnan(matrix.rows[row]))
    mixture = fit.mixture.marginal(there.tolist())
    here = matrix.rows[row, there]
    rows = matrix.rows if len(there) == fit.mixture.columns else matrix.rows[:, there]
    component = int(mixture.responsibilities(here[None])[0].argmax())
    around = Mixture(
        np.ones(1), here[None, : mixture.features], mixture.covariances[component][None], None, _near(mixture, here)
    )
    nearness = density.log_density(around, rows)
    passed_over = flagged | ~whole_rows(rows)
    passed_over[row] = True
    nearness[passed_over] = -np.inf
    last = np.partition(nearness, -most)[-most] if len(nearness) > most else -np.inf
    near = np.flatnonzero((nearness >= last) & ~passed_over)
    return [int(each) for each in near[np.argsort(-nearness[near], kind="stable")][:most]]


def _near(mixture: Mixture, here: Array) -> tuple[Array, ...]:
    """Chances by which a row of the same level is nearer than any other: a difference counts as one in a number."""
    found = []
    for code, levels in zip(here[mixture.features :], mixture.levels, strict=True):
        weights = np.where(np.arange(levels) == int(code), 1.0, np.exp(-0.5))
        found.append((weights / weights.sum())[None])
    return tuple(found)
