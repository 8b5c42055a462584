"""Scoring another file: the groups, scores and flags a fit gives to rows it has not seen, and how they have drifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array
from ..data.prepare import Matrix
from ..data.table import Table
from ..data.transform import Transform
from ..errors import DataError, expect
from ..mixture.fit import Fit
from ..progress import Watch
from . import words
from .anomaly.odd_rows import Anomalies, scored_alike
from .comparable import Unlike, unlike
from .density.synthetic import ks_gap
from .groups.grouping import Grouping
from .level_drift import level_drift

MOST_COMPARED = 50_000  # rows of either side whose distributions are compared
LEAST_GAP = 0.1  # of two distributions: below it a shift is no news, however many rows prove it
ONE_PERCENT = (
    1.628  # the two-sample Kolmogorov-Smirnov statistic times sqrt(n m / (n + m)) that chance passes 1 % of the time
)


@dataclass(frozen=True)
class ColumnMatch:
    """Which columns of a fit another table has, by name."""

    found: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]  # columns of the table that the fit does not use


def match(transform: Transform, table: Table) -> ColumnMatch:
    """Compare the columns that were fitted with those of a table."""
    levels = transform.levels or (None,) * len(transform.features)
    needed = dict.fromkeys(
        level.column if level else name for name, level in zip(transform.features, levels, strict=True)
    )
    needed |= dict.fromkeys(each.column for each in transform.categories)
    there = [each.name for each in table.columns]
    return ColumnMatch(
        tuple(name for name in needed if name in there),
        tuple(name for name in needed if name not in there),
        tuple(name for name in there if name not in needed and name != transform.weight),
    )


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows of another file under a fit.

    Attributes:
        matrix: the new rows, in the form that was fitted.
        columns: which columns of the fit the file has and lacks, and which it has besides.
        unlike: cells that cannot be compared; their rows are not in the matrix.
        odd: the odd ones, by the line that was drawn among the training rows.
        responsibilities: (n, G) of the groups or, with noise, (n, G + 1).
        drift: a row per column: shift, sd_ratio, ks, beyond, blank_then, blank_now, moved.
        groups: a row per group: its share then and now.
        flagged_then: share of the training rows beyond the line.
        levels: a row per level of the columns of categories: column, level, share then and now.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> matrix = core.prepare(table)
        >>> fit = core.fit(matrix)
        >>> core.score_rows(fit, matrix, core.anomalies(fit, matrix), table).drift_sentence
        'No column has moved by much'
    """

    matrix: Matrix
    columns: ColumnMatch
    unlike: tuple[Unlike, ...]
    odd: Anomalies
    responsibilities: Array
    drift: pd.DataFrame
    groups: pd.DataFrame
    flagged_then: float
    levels: pd.DataFrame

    @property
    def labels(self) -> npt.NDArray[np.intp]:
        """(n,) the likeliest group of each row; G is noise."""
        return self.responsibilities.argmax(axis=1)

    @cached_property
    def expected(self) -> float:
        """How many of the rows would be flagged if they came from the fitted mixture."""
        return self.odd.expected_false_alarms

    @property
    def sentence(self) -> str:
        """What came of it."""
        return words.new_rows_sentence(self)

    @property
    def not_comparable(self) -> npt.NDArray[np.intp]:
        """Positions in the table of the rows that cannot be compared with those that were fitted."""
        return np.flatnonzero(np.any([each.rows for each in self.unlike], axis=0)) if self.unlike else _NONE

    @property
    def unlike_sentences(self) -> tuple[str, ...]:
        """How many rows cannot be compared, and what of each column."""
        return words.new_rows_unlike_sentences(self)

    @property
    def drift_sentence(self) -> str:
        """What has moved."""
        return words.new_rows_drift_sentence(self)

    @property
    def groups_sentence(self) -> str:
        """Which group's share has changed most."""
        return words.new_rows_groups_sentence(self)


def score_rows(
    fitted: Fit,
    training: Matrix,
    odd: Anomalies,
    table: Table,
    grouping: Grouping | None = None,
    *,
    watch: Watch | None = None,
) -> NewRows:
    """Apply a fit, and the line drawn among its training rows, to another table.

    Raises DataError naming the columns that are missing, or if no row can be scored.

    Raises ChoiceError for what is no Fit, Matrix, Anomalies, Table or Grouping.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> matrix = core.prepare(table)
        >>> fit = core.fit(matrix)
        >>> core.score_rows(fit, matrix, core.anomalies(fit, matrix), table).labels.shape
        (272,)
    """
    expect(fitted, Fit, "A Fit")
    expect(training, Matrix, "The Matrix that was fitted")
    expect(odd, Anomalies, "What anomalies found among the rows that were fitted")
    expect(table, Table, "A table, as read_table gives one,")
    columns, strange, matrix = placed(training.transform, table)
    groups = Grouping.apart(fitted.components) if grouping is None else grouping
    expect(groups, Grouping, "A Grouping")
    shares = groups.shares(fitted.mixture.responsibilities(matrix.rows))
    before = groups.shares(fitted.mixture.responsibilities(training.rows))
    found = Anomalies(scored_alike(odd.scored, matrix), odd.policy, odd.threshold)
    return NewRows(
        matrix,
        columns,
        strange,
        found,
        shares,
        drift_of(training, matrix),
        _group_shares(before, shares, groups.names),
        float(odd.flagged.mean()),
        level_drift(training, matrix)[1],
    )


_NONE = np.empty(0, np.intp)


def placed(transform: Transform, table: Table) -> tuple[ColumnMatch, tuple[Unlike, ...], Matrix]:
    """How a table's columns match those that were fitted, which cells have no place, and the rows that have one.

    Raises DataError naming the columns that are missing, or if no row has a place.
    """
    columns = match(transform, table)
    _check(columns)
    strange = unlike(transform, table)
    return columns, strange, _matrix(transform, table, strange)


def _check(columns: ColumnMatch) -> None:
    """Raises DataError naming the columns that are missing."""
    if columns.missing:
        lacks = ", ".join(repr(name) for name in columns.missing)
        has = ", ".join(repr(name) for name in columns.extra[:8]) or "no others"
        word = "column" if len(columns.missing) == 1 else "columns"
        raise DataError(
            f"The file lacks the {word} {lacks}.",
            f"Columns are matched by name; besides those that match it has {has}.",
            "Give the columns the names they had in the first file.",
        )


def _matrix(transform: Transform, table: Table, strange: Sequence[Unlike]) -> Matrix:
    """The rows that can be compared, in the form that was fitted. Raises DataError if there is none."""
    keep = ~np.any([each.rows for each in strange], axis=0) if strange else np.ones(table.n_rows, bool)
    if not keep.any() and strange:
        why = " ".join(each.sentence for each in strange[:3])
        raise DataError("No row of the file can be compared with those that were fitted.", why, _SAME_KIND)
    matrix = transform.apply(replace(table, frame=table.frame.loc[keep]))
    if not len(matrix.values):
        why = " ".join(each.sentence for each in strange[:3])
        raise DataError("No row of the file has a number in every column that is needed.", why)
    rows = np.flatnonzero(keep)[matrix.row_ids].astype(np.int64)
    rows.flags.writeable = False
    return replace(matrix, row_ids=rows, n_dropped=table.n_rows - len(rows))


_SAME_KIND = "Bring a file whose columns hold what they held in the first one."


def drift_of(training: Matrix, new: Matrix) -> pd.DataFrame:
    """How each column's distribution differs from that of the training rows, in raw units; blanks left out.

    Columns of numbers come first; of categories ks is half the sum of the differences of shares.
    """
    then, now = _some(training.raw), _some(new.raw)
    rows = [
        {"column": name} | _drift(one, other) for name, one, other in zip(training.features, then.T, now.T, strict=True)
    ]
    return pd.DataFrame([*rows, *level_drift(training, new)[0]])


def _drift(then: Array, now: Array) -> dict[str, float | bool]:
    one, other = then[~np.isnan(then)], now[~np.isnan(now)]
    found: dict[str, float | bool] = {"blank_then": 1 - len(one) / len(then), "blank_now": 1 - len(other) / len(now)}
    if not len(one) or not len(other):
        return (
            found
            | dict.fromkeys(("mean_then", "mean_now", "shift", "sd_ratio", "ks", "beyond"), np.nan)
            | {"moved": len(one) > 0}
        )
    # A sample may hold one value alone of a column with a rare other; rounding leaves its deviation above 0.
    spread, gap = float(one.std()) if np.ptp(one) else np.nan, ks_gap(one, other)
    by_chance = ONE_PERCENT * float(np.sqrt((len(one) + len(other)) / (len(one) * len(other))))
    return found | {
        "mean_then": float(one.mean()),
        "mean_now": float(other.mean()),
        "shift": float(other.mean() - one.mean()) / spread,
        "sd_ratio": float(other.std()) / spread,
        "ks": gap,
        "beyond": float(((other < one.min()) | (other > one.max())).mean()),
        "moved": gap > max(LEAST_GAP, by_chance),
    }


def _group_shares(before: Array, now: Array, groups: Sequence[str]) -> pd.DataFrame:
    """The share of rows that each group is the likeliest for, then and now."""
    columns = before.shape[1]
    names = [*groups, *["Noise"] * (columns - len(groups))]
    then, new = (np.bincount(each.argmax(axis=1), minlength=columns) / len(each) for each in (before, now))
    return pd.DataFrame({"group": names, "then": then, "now": new})


def _some(rows: Array) -> Array:
    if len(rows) <= MOST_COMPARED:
        return rows
    return rows[np.random.default_rng(len(rows)).choice(len(rows), MOST_COMPARED, replace=False)]
