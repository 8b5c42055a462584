"""Residuals: which two columns of categories go together within groups, though the model takes them as independent.

A bivariate residual (Vermunt and Magidson 2005, section 5.5) is Pearson's chi-square of two columns' levels over its
degrees of freedom: the rows with each pair of levels against those expected where the two are independent in each
component. It is of the rows that have both cells, so that a question asked of some rows alone is no dependence. What is
estimated makes these residuals smaller, not larger (Oberski, van Kollenburg and Vermunt 2013): chance accuses no pair
more often than the level says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import chi2

from ...arrays import Array
from ...data.prepare import Matrix
from ...errors import DataError, expect
from ...mixture import density
from ...mixture.fit import Fit
from . import words
from .contributions import SIZES

LEVEL = 0.05  # chance that any pair is told where all are independent
LEAST = 1.0  # expected rows in each cell of a table (Cochran 1954); rarer levels go together
CELLS = 4_000_000  # of levels spread out at a time


@dataclass(frozen=True)
class BivariateResidual:
    """How far two columns of categories go together within groups.

    Attributes:
        columns: their names.
        residual: chi-square over its degrees of freedom; about 1, or less, where they are independent.
        freedom: degrees of freedom, once levels that are too rare to tell have gone together.
        strength: Cramér's V of what independence leaves over, from 0 to 1.
        p_value: chance of as much where all pairs are independent, for so many pairs (Holm 1979).

    Examples:
        >>> found = core.BivariateResidual(("plan", "pays by"), residual=21.0, freedom=1, strength=0.31, p_value=1e-5)
        >>> found.is_told, found.word
        (True, 'clearly')
    """

    columns: tuple[str, str]
    residual: float
    freedom: int
    strength: float
    p_value: float

    @property
    def is_told(self) -> bool:
        """Whether chance alone would hardly give as much."""
        return self.p_value <= LEVEL

    @property
    def word(self) -> str:
        """How much they go together."""
        return next((word for least, word in SIZES if self.strength >= least), "hardly")


@dataclass(frozen=True)
class BivariateResiduals:
    """What independence within groups leaves over, for each two columns of categories.

    Attributes:
        pairs: each two columns, those that chance gives least often first; none of two columns too rare to tell.
        components: of the mixture, within which the columns are taken as independent.

    Examples:
        >>> table = core.sample("customers").load()
        >>> matrix = core.prepare(table)
        >>> len(core.bivariate_residuals(matrix, core.fit(matrix, components=2)).frame.columns)
        7
    """

    pairs: tuple[BivariateResidual, ...]
    components: int

    @property
    def told(self) -> tuple[BivariateResidual, ...]:
        """The pairs that go together by more than chance."""
        return tuple(each for each in self.pairs if each.is_told)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per pair: first, second, residual, freedom, strength, word, p_value."""
        return pd.DataFrame(
            [
                {
                    "first": each.columns[0],
                    "second": each.columns[1],
                    "residual": each.residual,
                    "freedom": each.freedom,
                    "strength": each.strength,
                    "word": each.word,
                    "p_value": each.p_value,
                }
                for each in self.pairs
            ],
            columns=["first", "second", "residual", "freedom", "strength", "word", "p_value"],
        )

    @property
    def sentence(self) -> str:
        """Which columns go together within groups, and what to try."""
        return words.residuals_sentence(self)


def bivariate_residuals(matrix: Matrix, fit: Fit) -> BivariateResiduals:
    """How far each two columns of categories go together within the components of a fit to a matrix's columns.

    Row weights that are no frequencies count as so many rows as say as much (Kish 1965). Raises DataError for a fit to
    other columns, and ChoiceError for what is no Matrix or no Fit.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> core.bivariate_residuals(matrix, core.fit(matrix, components=2)).pairs
        ()
    """
    expect(matrix, Matrix, "A Matrix, as prepare gives one,")
    expect(fit, Fit, "A Fit")
    if fit.mixture.levels != tuple(map(len, matrix.levels)) or fit.mixture.features != len(matrix.features):
        raise DataError("The fit is to other columns than the rows have.", remedy="Give the matrix that was fitted.")
    if len(matrix.categories) < 2:
        return BivariateResiduals((), fit.components)
    counts = _counted(matrix, density.responsibilities(fit.mixture, matrix.rows))
    c = len(matrix.categories)
    pairs = [(a, b, *_tested(*counts.tables(a, b))) for a in range(c) for b in range(a + 1, c)]
    return BivariateResiduals(_adjusted(matrix.categories, [each for each in pairs if each[3]]), fit.components)


@dataclass(frozen=True)
class _Counts:
    """Of columns with T levels together, sums over rows by level."""

    starts: tuple[int, ...]  # (c + 1,) where each column's levels begin
    together: Array  # (T, T) rows with two levels
    parts: Array  # (K, T, c) rows of each component with a level that have a cell in another column
    rescaled: Array  # (c, c) what a row counts for among those that have two cells

    def tables(self, a: int, b: int) -> tuple[Array, Array]:
        """(La, Lb) rows with each two levels of two columns, and those expected under independence in components."""
        (first, second), scale = self._slices(a, b), self.rescaled[a, b]
        own, other = self.parts[:, first, b], self.parts[:, second, a]
        total = own.sum(axis=1, keepdims=True)
        shares = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
        return self.together[first, second] * scale, shares.T @ other * scale

    def _slices(self, *columns: int) -> tuple[slice, ...]:
        return tuple(slice(self.starts[at], self.starts[at + 1]) for at in columns)


def _counted(matrix: Matrix, shares: Array) -> _Counts:
    """The sums of a matrix's rows, by (n, K) responsibilities, in blocks of rows."""
    sizes = [len(each) for each in matrix.levels]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    K, T, c = shares.shape[1], int(starts[-1]), len(sizes)
    weights = np.ones(len(shares)) if matrix.weights is None else matrix.weights
    together, parts, both, squares = np.zeros((T, T)), np.zeros((K, T, c)), np.zeros((c, c)), np.zeros((c, c))
    size = max(1, CELLS // T)
    for at in range(0, len(shares), size):
        codes, mine, weight = (each[at : at + size] for each in (matrix.codes, shares, weights[:, None]))
        there = (codes >= 0).astype(np.float64)
        level = np.hstack([column[:, None] == np.arange(each) for column, each in zip(codes.T, sizes, strict=True)])
        spread = level.astype(np.float64)
        together += spread.T @ (weight * spread)
        both += there.T @ (weight * there)
        squares += there.T @ (weight**2 * there)
        for k in range(K):
            parts[k] += spread.T @ (weight * mine[:, k : k + 1] * there)
    alike = np.ones((c, c)) if matrix.frequency else np.divide(both, squares, out=np.zeros((c, c)), where=squares > 0)
    return _Counts(tuple(starts.tolist()), together, parts, alike)


def _tested(seen: Array, expected: Array) -> tuple[float, int, float, float]:
    """Chi-square, its degrees of freedom, Cramér's V and the chance of as much; no degree where levels are too rare.

    The chance is the larger of Pearson's and the deviance's: where few rows are expected Pearson's has too heavy a
    tail, and the deviance too large a mean.
    """
    seen, expected = _common(seen, expected)
    rows, columns = seen.shape
    freedom = (rows - 1) * (columns - 1)
    if not freedom:
        return 0.0, 0, 0.0, 1.0
    pearson = float(((seen - expected) ** 2 / expected).sum())
    deviance = 2 * float((xlogy(seen, seen / expected) - seen + expected).sum())
    strength = np.sqrt(pearson / (seen.sum() * (min(rows, columns) - 1)))
    return pearson, freedom, min(float(strength), 1.0), float(chi2.sf(min(pearson, deviance), freedom))


def _common(seen: Array, expected: Array) -> tuple[Array, Array]:
    """The tables with their rarest levels together, until each cell has enough expected rows or one level is left."""
    while expected.min() < LEAST and min(expected.shape) > 1:
        margins = [expected.sum(axis=1), expected.sum(axis=0)]
        axis = int(margins[1].min() < margins[0].min())
        rarest, next_one = np.argsort(margins[axis], kind="stable")[:2]
        seen, expected = (_joined(each, axis, int(rarest), int(next_one)) for each in (seen, expected))
    return seen, expected


def _joined(table: Array, axis: int, one: int, other: int) -> Array:
    """A table with one level's rows among another's."""
    moved = np.moveaxis(table, axis, 0).copy()
    moved[other] += moved[one]
    return np.moveaxis(np.delete(moved, one, axis=0), 0, axis)


def _adjusted(
    names: tuple[str, ...], tested: list[tuple[int, int, float, int, float, float]]
) -> tuple[BivariateResidual, ...]:
    """The pairs with chances for as many as there are, the least first."""
    tested = sorted(tested, key=lambda each: (each[-1], -each[2] / each[3]))
    found, least = [], 0.0
    for at, (a, b, pearson, freedom, strength, chance) in enumerate(tested):
        least = max(least, min(1.0, (len(tested) - at) * chance))
        found.append(BivariateResidual((names[a], names[b]), pearson / freedom, freedom, strength, least))
    return tuple(found)
