"""Contributions: which columns carry the groups, numbers and words in one ranking.

What a column contributes is how much likelier its cells are, on the average, under the distributions that the groups
have in it than under one for all rows: the expected log-likelihood ratio, in nats a row. For numbers these are
Gaussians of the fitted values, for categories shares of rows; it is then the information that a column and the groups
share (Cover and Thomas 2006, section 2.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import entr

from ...arrays import Array
from ...data.prepare import Matrix
from ...errors import DataError, expect, whole_number
from . import words

Labels = npt.NDArray[np.intp]
SIZES = ((0.5, "strongly"), (0.3, "clearly"), (0.1, "a little"))  # Cohen 1988, table 7.2.3: w, and r alike


@dataclass(frozen=True)
class Contribution:
    """What one column tells of the groups.

    Attributes:
        column: its name.
        is_category: whether it takes part by its levels.
        nats: expected log-likelihood ratio a row; infinite where a group has one value alone.
        effect: from 0 to 1: the correlation ratio of numbers, Cramér's V of categories.

    Examples:
        >>> core.Contribution("plan", True, nats=0.21, effect=0.45).word
        'clearly'
    """

    column: str
    is_category: bool
    nats: float
    effect: float

    @property
    def word(self) -> str:
        """How much the groups differ in it."""
        return next((word for least, word in SIZES if self.effect >= least), "hardly")


@dataclass(frozen=True)
class Contributions:
    """What every column contributes, the most telling first.

    Attributes:
        columns: each column with what it contributes and how large the groups' differences in it are.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> core.contributions(matrix, core.k_means(matrix, 2).labels, 2).sentence
        'The groups differ most in eruptions, then in waiting.'
    """

    columns: tuple[Contribution, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """A row per column: column, kind (numbers or categories), nats, effect, word."""
        return pd.DataFrame(
            [
                {
                    "column": each.column,
                    "kind": "categories" if each.is_category else "numbers",
                    "nats": each.nats,
                    "effect": each.effect,
                    "word": each.word,
                }
                for each in self.columns
            ],
            columns=["column", "kind", "nats", "effect", "word"],
        )

    @property
    def sentence(self) -> str:
        """Which columns carry the groups, and which hardly do."""
        return words.contributions_sentence(self)


def contributions(matrix: Matrix, labels: Labels, groups: int) -> Contributions:
    """What each column of a matrix tells of G groups, by (n,) labels of its rows; a label beyond is no group's.

    Raises DataError for labels of other rows, and ChoiceError for what is no Matrix.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> core.contributions(matrix, core.k_means(matrix, 2).labels, 2).columns[0].word
        'strongly'
    """
    expect(matrix, Matrix, "A Matrix, as prepare gives one,")
    whole_number(groups, "The number of groups")
    if len(labels) != len(matrix.values):
        raise DataError(f"There are {len(labels):,} labels for {len(matrix.values):,} rows.")
    labels = np.asarray(labels)
    inside = (labels >= 0) & (labels < groups)
    found = [
        Contribution(name, False, *_of_numbers(*_there(column, labels, inside & ~np.isnan(column))))
        for name, column in zip(matrix.features, matrix.values.T, strict=True)
    ]
    found += [
        Contribution(name, True, *_of_levels(*_there(codes, labels, inside & (codes >= 0)), len(levels)))
        for name, codes, levels in zip(matrix.categories, matrix.codes.T, matrix.levels, strict=True)
    ]
    return Contributions(tuple(sorted(found, key=lambda each: -each.nats)))


def _there(column: npt.NDArray[np.generic], labels: Labels, some: npt.NDArray[np.bool_]) -> tuple[Array, Labels]:
    """The cells that are there with their groups, numbered without gaps."""
    return column[some].astype(np.float64), np.unique(labels[some], return_inverse=True)[1].ravel()


def _of_numbers(values: Array, labels: Labels) -> tuple[float, float]:
    """Nats and correlation ratio: half the log of the variance of all over that within each group."""
    if not len(values):
        return 0.0, 0.0
    sizes = np.bincount(labels)
    moved = values - values.mean()
    means = np.bincount(labels, moved) / sizes
    within = np.bincount(labels, (moved - means[labels]) ** 2) / sizes
    whole, shares = float((moved**2).mean()), sizes / len(values)
    if not whole:
        return 0.0, 0.0
    with np.errstate(divide="ignore"):
        nats = -0.5 * float(shares @ np.log(within / whole))
    return max(nats, 0.0), float(np.sqrt(np.clip(1 - shares @ within / whole, 0.0, 1.0)))


def _of_levels(codes: Array, labels: Labels, levels: int) -> tuple[float, float]:
    """Nats and Cramér's V of the counts by group and level."""
    if not len(codes):
        return 0.0, 0.0
    counts = np.zeros((int(labels.max()) + 1, levels))
    np.add.at(counts, (labels, codes.astype(np.intp)), 1.0)
    counts = counts[:, counts.sum(axis=0) > 0]
    joint = counts / counts.sum()
    groups, alone = joint.sum(axis=1), joint.sum(axis=0)
    expected = np.outer(groups, alone)
    most = min(counts.shape) - 1
    phi = float(((joint - expected) ** 2 / expected).sum())
    nats = float(entr(groups).sum() + entr(alone).sum() - entr(joint).sum())
    return max(nats, 0.0), float(np.sqrt(phi / most)) if most else 0.0
