"""Compare: two ways to split the same rows, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_float_dtype
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from ...arrays import Array, closed
from ...data.source import as_numbers
from ...data.table import Kind, Table
from ...errors import DataError, expect, whole_number
from ...numbers import figure

MOST_VALUES = 12  # different numbers of a column that groups are counted by
Labels = npt.NDArray[np.intp]  # group numbers from 0, or any whole numbers


@dataclass(frozen=True)
class Agreement:
    """How two labelings of the same rows agree, once their groups are matched.

    Attributes:
        table: (Ka, Kb) number of rows in group i of one and j of the other.
        adjusted_rand_index: 1 is the same split, 0 what chance would give (Hubert and Arabie 1985).
        matching: for each group of the second, the group of the first it matches, or one past the last.
        differing: positions of the rows on which they differ.

    Examples:
        >>> found = core.agreement([0, 0, 1, 1], [1, 1, 0, 1])
        >>> found.matching, found.differing.tolist(), found.share_agreeing
        ((1, 0), [3], 0.75)
    """

    table: Labels
    adjusted_rand_index: float
    matching: tuple[int, ...]
    differing: Labels

    def as_first(self, second: Labels) -> Labels:
        """(n,) labels of the second split under the numbers of the groups that they match in the first."""
        return np.asarray(self.matching, dtype=np.intp)[second]

    @property
    def share_agreeing(self) -> float:
        """The share of rows on which they agree."""
        rows = int(self.table.sum())
        return 1.0 - len(self.differing) / rows


def agreement(first: Labels, second: Labels, uncertainty: Array | None = None) -> Agreement:
    """Compare two labelings of n rows; uncertainty (n,) orders the differing rows, the most certain first.

    Raises DataError for labelings of different rows, or of none.

    Examples:
        >>> core.agreement([0, 0, 1, 1], [1, 1, 0, 0]).adjusted_rand_index
        1.0
    """
    first, second = _labels(first), _labels(second)
    uncertainty = None if uncertainty is None else as_numbers(uncertainty, "Uncertainties")
    if uncertainty is not None and uncertainty.shape != first.shape:
        raise DataError("Each row has one uncertainty.")
    if min(first.max(initial=-1), second.max(initial=-1)) < 0 or len(first) != len(second):
        raise DataError(f"Labels of {len(first):,} and of {len(second):,} rows cannot be compared.")
    table = shared_rows(first, second, int(first.max()) + 1, int(second.max()) + 1)
    matching = matched(table)
    differing = np.flatnonzero(first != np.asarray(matching)[second])
    if uncertainty is not None:
        differing = differing[np.argsort(uncertainty[differing], kind="stable")]
    return Agreement(table, float(adjusted_rand_score(first, second)), matching, closed(differing))


def _labels(given: npt.ArrayLike) -> Labels:
    """(n,) whole numbers. Raises DataError for anything else."""
    numbers = as_numbers(given, "Labels")
    if numbers.ndim != 1 or not (np.abs(numbers) < 2**31).all() or (numbers % 1).any():
        raise DataError("Labels are one whole number for each row.")
    return numbers.astype(np.intp)


def shared_rows(first: Labels, second: Labels, groups: int, others: int) -> Labels:
    """(groups, others) rows in each group of one labeling and each of the other; labels beyond, or -1, are none."""
    table = np.zeros((groups, others), dtype=np.intp)
    known = (first >= 0) & (first < groups) & (second >= 0) & (second < others)
    np.add.at(table, (first[known], second[known]), 1)
    return closed(table)


def matched(table: Labels) -> tuple[int, ...]:
    """For each column the row it shares most with, one to one (Kuhn 1955); spare columns number on from the last."""
    rows, columns = linear_sum_assignment(-table)
    found = dict(zip(columns.tolist(), rows.tolist(), strict=True))
    spare = iter(range(table.shape[0], table.shape[0] + table.shape[1]))
    return tuple(found[j] if j in found else next(spare) for j in range(table.shape[1]))


@dataclass(frozen=True)
class Association:
    """How strongly groups and the categories of a column go together.

    Attributes:
        cramers_v: 0 not at all, 1 wholly; corrected for what chance would give (Bergsma 2013, eq. 9 to 11).
        groups: number of groups that have a row.
        categories: number of categories that have one.
        adjusted_rand_index: of the groups with the categories (Hubert and Arabie 1985); 0 is what chance would give.

    Examples:
        >>> import pandas as pd
        >>> core.association(pd.DataFrame([[10, 0], [0, 10]])).word
        'strongly'
    """

    cramers_v: float
    groups: int
    categories: int
    adjusted_rand_index: float = 0.0

    @property
    def word(self) -> str:
        """The strength in a word, by Cohen's (1988, table 7.2.3) sizes 0.1, 0.3 and 0.5 of w = V sqrt(m - 1)."""
        w = self.cramers_v * max(min(self.groups, self.categories) - 1, 1) ** 0.5
        return next((word for least, word in ((0.5, "strongly"), (0.3, "moderately"), (0.1, "weakly")) if w >= least),
                    "hardly")  # fmt: skip


def association(table: pd.DataFrame) -> Association:
    """Cramér's V of counts of rows by group and category, corrected for bias; 0 where either has but one.

    Raises ChoiceError for what is no table, and DataError for what are no counts.

    Examples:
        >>> import pandas as pd
        >>> core.association(pd.DataFrame([[5, 5], [5, 5]])).cramers_v
        0.0
    """
    expect(table, pd.DataFrame, "A table of counts, as crosstab gives one,")
    counts = as_numbers(table.to_numpy(), "Counts")
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise DataError("Counts are numbers of 0 or more.")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n, (r, c) = counts.sum(), counts.shape
    if min(r, c) < 2 or n < 2:
        return Association(0.0, r, c)
    index = rand_index_of(counts)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    phi = float(((counts - expected) ** 2 / expected).sum() / n)
    corrected = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    rows, columns = (each - (each - 1) ** 2 / (n - 1) for each in (r, c))
    most = min(rows, columns) - 1
    return Association(min(1.0, float(np.sqrt(corrected / most))) if most > 0 else 0.0, r, c, index)


def rand_index_of(table: Array) -> float:
    """The adjusted Rand index of (Ka, Kb) counts (Hubert and Arabie 1985, eq. 5)."""
    pairs, first, second = (
        float((each * (each - 1) / 2).sum()) for each in (table, table.sum(axis=1), table.sum(axis=0))
    )
    n = float(table.sum())
    by_chance = first * second / (n * (n - 1) / 2)
    most = (first + second) / 2
    return (pairs - by_chance) / (most - by_chance) if most > by_chance else 1.0


def comparable(table: Table, fitted: Sequence[str]) -> tuple[str, ...]:
    """Columns that groups can be counted by and that were not fitted: those of words, and numbers of few values."""
    others = [each for each in table.columns if each.name not in fitted]
    words = [each.name for each in others if each.kind in (Kind.CATEGORY, Kind.BOOLEAN)]
    numbers = [each.name for each in others if each.kind is Kind.NUMBER and 2 <= each.n_distinct <= MOST_VALUES]
    return (*words, *numbers)


def strongest(table: Table, rows: npt.NDArray[np.int64], labels: Labels, groups: int, columns: Sequence[str]) -> str:
    """Which of some columns goes together with the groups most, by Cramér's V, of (m,) rows of a table.

    A column in which nearly every row has a value of its own names rows and tells nothing of groups.
    """

    def strength(name: str) -> float:
        counts = crosstab(labels, table.frame[name].iloc[rows], groups)
        return -1.0 if 2 * counts.shape[1] > len(rows) else association(counts).cramers_v

    return max(columns, key=strength)


def crosstab(labels: Labels, categories: pd.Series, components: int) -> pd.DataFrame:
    """Rows per group (1..K) and category, the commonest category first; blanks are a category of their own.

    Raises ChoiceError for what is no column or no number of groups, and DataError for labels of other rows.

    Examples:
        >>> import pandas as pd
        >>> table = core.crosstab(np.array([0, 0, 1]), pd.Series(["a", "b", "b"]), components=2)
        >>> table.columns.tolist(), table.to_numpy().tolist()
        (['b', 'a'], [[1, 1], [1, 0]])
    """
    expect(categories, pd.Series, "A column of a table")
    whole_number(components, "The number of groups")
    labels = _labels(labels)
    if len(labels) != len(categories):
        raise DataError(f"Labels of {len(labels):,} and a column of {len(categories):,} rows cannot be compared.")
    named = categories.map(figure) if is_float_dtype(categories) else categories
    named = named.where(categories.notna(), None).astype("string").fillna("(blank)")
    table = pd.crosstab(pd.Series(labels + 1), named.to_numpy())
    table = table.reindex(range(1, components + 1), fill_value=0)
    return table[table.sum().sort_values(ascending=False, kind="stable").index].rename_axis(index="group", columns=None)
