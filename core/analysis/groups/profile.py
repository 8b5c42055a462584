"""Profiles: what each group is like, in raw units, and what sets it apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from operator import add

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from ...arrays import Array, read_only
from ...data.columns import numbers_of
from ...data.dates import dates
from ...data.prepare import Matrix
from ...data.table import Kind, Table
from ...errors import DataError, expect, whole_number
from ...numbers import figures
from . import words
from .levels import LevelProfile, level_frame, level_profiles

Labels = npt.NDArray[np.intp]

LARGE, VERY_LARGE = 0.8, 2.0  # differences of means (Cohen 1988); at 2 two normal groups overlap by a third
LEVEL = 0.95  # of the intervals of means


@dataclass(frozen=True)
class ColumnProfile:
    """One column within one group, in raw units; NaN where the group has no number for it."""

    feature: str
    mean: float
    sd: float  # sum of squares over rows - 1, as in a spreadsheet's STDEV; NaN for one row
    lower: float  # first quartile
    median: float
    upper: float  # third quartile
    effect: float  # (mean - mean of the other rows) / pooled sd (Cohen 1988, eq. 2.5.1 and 2.5.2); 0 without others
    is_date: bool = False  # figures are days since 1 January 1970
    rows: int = 0  # of the group that have a number for it

    @property
    def interval(self) -> tuple[float, float]:
        """Student's 95 % interval of the mean, taking as given which rows are in the group; NaN for less than two."""
        if self.rows < 2:
            return float("nan"), float("nan")
        half = float(stdtrit(self.rows - 1, 0.5 + LEVEL / 2)) * self.sd / self.rows**0.5
        return self.mean - half, self.mean + half

    def in_words(self, values: Sequence[float]) -> list[str]:
        """Values of the column as a person reads them."""
        return dates(values) if self.is_date else figures(values)

    @property
    def word(self) -> str:
        """How the group's mean differs from the other rows'."""
        size = abs(self.effect)
        if size < words.SOME:
            return "about average"
        more, less = ("later", "earlier") if self.is_date else ("higher", "lower")
        direction = more if self.effect > 0 else less
        if size < LARGE:
            return f"a little {direction}"
        return f"much {direction}" if size >= VERY_LARGE else direction


@dataclass(frozen=True)
class GroupProfile:
    """One group: its size, and every column within it."""

    group: int  # from 0
    rows: int
    share: float
    columns: tuple[ColumnProfile, ...]
    categories: tuple[LevelProfile, ...] = ()

    def sentence(self, overall: Sequence[ColumnProfile]) -> str:
        """What sets the group apart, in words, from the measured means and shares only, the strongest first."""
        return words.profile_sentence(self, overall)


@dataclass(frozen=True)
class Profiles:
    """All groups, and all rows together.

    Attributes:
        overall: profile of each column of numbers over all rows.
        groups: profile of each group: its size, and each column within it.

    Examples:
        >>> found = core.profiles(np.array([[1.0], [2.0], [9.0], [10.0]]), np.array([0, 0, 1, 1]), 2, ["size"])
        >>> found.groups[1].columns[0].mean, found.overall[0].mean
        (9.5, 5.5)
    """

    overall: tuple[ColumnProfile, ...]
    groups: tuple[GroupProfile, ...]

    @property
    def effects(self) -> Array:
        """(K, d) how far each group's mean lies above the other rows', in pooled standard deviations."""
        return read_only([[column.effect for column in each.columns] for each in self.groups])

    @property
    def telling(self) -> Array:
        """(K, d + c) the same, and of categories the effect of the level that sets the group furthest apart."""
        of_words = [[each.effect for each in own.categories] for own in self.groups]
        return read_only(np.concatenate([self.effects, np.array(of_words)], axis=1))

    @property
    def levels(self) -> pd.DataFrame:
        """A row per group, category and level: group (from 1), feature, level, rows, chance, overall, effect."""
        return level_frame([each.categories for each in self.groups])

    @property
    def frame(self) -> pd.DataFrame:
        """A row per group and column of numbers: group (from 1), rows, share, feature, mean, mean_low, mean_high, sd,
        lower, median, upper, effect; within a group the columns that set it furthest apart first.
        """
        figures_of = ("sd", "lower", "median", "upper", "effect")
        return pd.DataFrame(
            [
                {
                    "group": each.group + 1,
                    "rows": each.rows,
                    "share": each.share,
                    "feature": column.feature,
                    "mean": column.mean,
                    **dict(zip(("mean_low", "mean_high"), column.interval, strict=True)),
                    **{name: getattr(column, name) for name in figures_of},
                }
                for each in self.groups
                for column in sorted(each.columns, key=lambda column: -abs(column.effect))
            ],
            columns=["group", "rows", "share", "feature", "mean", "mean_low", "mean_high", *figures_of],
        )


def profiles_of(table: Table, matrix: Matrix, labels: Labels, components: int) -> Profiles:
    """Profiles of K groups of a matrix's rows, from the table's own cells rather than from scaled values turned back.

    labels are (n,), from 0; a label of K or more is no group's.

    Raises DataError for labels of other rows.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> matrix = core.prepare(table)
        >>> found = core.profiles_of(table, matrix, core.k_means(matrix, components=2).labels, components=2)
        >>> found.groups[0].columns[1].word
        'much higher'
    """
    dates = {each.name for each in table.columns if each.kind is Kind.DATE}
    found = profiles(_original(table, matrix), labels, components, matrix.features, dates)
    if not matrix.categories:
        return found
    of_words = level_profiles(matrix, labels, components)
    both = zip(found.groups, of_words, strict=True)
    return replace(found, groups=tuple(replace(own, categories=words) for own, words in both))


def profiles(
    raw: Array, labels: Labels, components: int, features: Sequence[str], dates: Collection[str] = ()
) -> Profiles:
    """Profiles of K groups from (n, d) raw values and (n,) labels from 0; blanks are passed over.

    A label of K or more is no group's, but its row is one of the others. dates are the features that count days.
    Raises DataError for labels of other rows.

    Examples:
        >>> found = core.profiles(np.array([[1.0], [2.0], [9.0], [10.0]]), np.array([0, 0, 1, 1]), 2, ["size"])
        >>> found.groups[1].sentence(found.overall)
        '2 rows (50 %): size much higher (9.50 against 5.50 overall).'
    """
    expect(raw, np.ndarray, "An array of raw values")
    expect(labels, np.ndarray, "An array of labels")
    whole_number(components, "The number of groups")
    if labels.shape != (len(raw),):
        raise DataError(f"There are {labels.size:,} labels for {len(raw):,} rows.")
    members = [np.flatnonzero(labels == k) for k in range(components)]
    strays = np.flatnonzero(labels >= components)
    overall, by_column = [], []
    for j, name in enumerate(features):
        parts = [_present(raw[rows, j]) for rows in members]
        spreads = [_Spread.of(values) for values in (*parts, _present(raw[strays, j]))]
        effects = [_effect(spreads, k) for k in range(components)]
        overall.append(_column(name, _present(raw[:, j]), 0.0, name in dates))
        by_column.append([_column(name, *each, name in dates) for each in zip(parts, effects, strict=True)])
    groups = tuple(
        GroupProfile(k, len(rows), len(rows) / len(raw), tuple(column[k] for column in by_column))
        for k, rows in enumerate(members)
    )
    return Profiles(tuple(overall), groups)


def _original(table: Table, matrix: Matrix) -> Array:
    """(n, d) the table's own numbers, blank where the matrix is; what is no column of the table is turned back."""
    raw = np.array(matrix.raw)
    for j, name in enumerate(matrix.features):
        if name in table.frame.columns:
            raw[:, j] = numbers_of(table, name)[matrix.row_ids]
    raw[np.isnan(matrix.values)] = np.nan
    return raw


@dataclass(frozen=True)
class _Spread:
    """Numbers by their mean and the sum of squares about it, which add (Chan, Golub and LeVeque 1983)."""

    rows: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Array) -> _Spread:
        """About the first value, so that an offset costs no digits and equal values have no spread at all."""
        if len(values) == 0:
            return cls()
        moved = values - values[0]
        return cls(len(values), float(values[0] + moved.mean()), float(((moved - moved.mean()) ** 2).sum()))

    def __add__(self, other: _Spread) -> _Spread:
        if self.rows == 0 or other.rows == 0:
            return self if other.rows == 0 else other
        rows, apart = self.rows + other.rows, other.mean - self.mean
        squares = self.squares + other.squares + apart**2 * self.rows * other.rows / rows
        return _Spread(rows, self.mean + apart * other.rows / rows, squares)


def _present(values: Array) -> Array:
    return values[~np.isnan(values)]


def _column(name: str, values: Array, effect: float, is_date: bool) -> ColumnProfile:
    if len(values) == 0:
        nan = float("nan")
        return ColumnProfile(name, nan, nan, nan, nan, nan, 0.0, is_date)
    spread = _Spread.of(values)
    sd = float(np.sqrt(spread.squares / (spread.rows - 1))) if spread.rows > 1 else float("nan")
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    return ColumnProfile(name, spread.mean, sd, lower, median, upper, effect, is_date, len(values))


def _effect(spreads: Sequence[_Spread], group: int) -> float:
    """Cohen's d of one group against all others; infinite where neither has any spread."""
    own = spreads[group]
    others = reduce(add, chain(spreads[:group], spreads[group + 1 :]), _Spread())
    if own.rows == 0 or others.rows == 0:
        return 0.0
    difference, squares = own.mean - others.mean, own.squares + others.squares
    if squares == 0:
        return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
    return float(difference / np.sqrt(squares / (own.rows + others.rows - 2)))
