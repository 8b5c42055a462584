"""Columns: the profile of a table's columns, and which of them are fitted at first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..arrays import Array
from ..errors import expect
from ..numbers import figure
from .alerts import alerts_of
from .dates import date_of
from .names import unique_names
from .summary import Numbers, numbers_in, summarised
from .table import AlertKind, Column, Kind, Note, Reading, Table

THREADS = 4  # for large tables: nearly all of the time goes to sorting, which lets the others run
LARGE = 100_000  # rows
_RELAXATIONS: tuple[tuple[set[AlertKind], str], ...] = (  # from mild to bold
    (set(), ""),
    ({AlertKind.FEW_VALUES, AlertKind.SPIKE}, "All columns of numbers have few different values or hold one often."),
    ({AlertKind.BLANKS}, "All columns of numbers are nearly blank or have few different values."),
    ({AlertKind.DATE, AlertKind.NEAR_CONSTANT}, "Only dates, or columns that hardly vary, are there to be fitted."),
)


@dataclass(frozen=True)
class LeftOut:
    """A numeric column that is not fitted at first, and why."""

    name: str
    reason: str


def profile(
    frame: pd.DataFrame,
    notes: Sequence[Note] = (),
    reading: Reading | None = None,
    originals: Sequence[str] | None = None,
) -> Table:
    """A Table of a typed frame: unique display names, and a profile of every column.

    originals are the names as they stand in the file, if the frame's are made for display already.
    """
    if originals is None:
        originals = [str(name) for name in frame.columns]
        frame = frame.set_axis(unique_names(originals), axis=1)
    named = frame.reset_index(drop=True)
    series = [values for _, values in named.items()]
    if len(named) > LARGE:
        with ThreadPoolExecutor(THREADS) as pool:
            columns = list(pool.map(_summary, series, originals))
    else:
        columns = list(map(_summary, series, originals))
    numbers = {column.name: found for column, found in columns if found is not None}
    alerts = alerts_of([column for column, _ in columns], numbers)
    told = tuple(replace(column, alerts=tuple(alerts[column.name])) for column, _ in columns)
    return Table(named, told, tuple(notes), reading or Reading())


def _summary(values: pd.Series, original: str) -> tuple[Column, Numbers | None]:
    found = numbers_in(values)
    numbers = None if found is None else Numbers(found)
    return summarised(str(values.name), original, values, numbers), numbers


def numbers_of(table: Table, name: str) -> Array:
    """(n,) a column's numbers, NaN where blank; dates as days since 1 January 1970, durations as hours.

    Raises KeyError for a name that is not there; a column that is not numeric has NaN throughout.
    """
    values = table.frame[name]
    found = numbers_in(values)
    return np.full(len(values), np.nan) if found is None else found


def default_columns(table: Table) -> tuple[str, ...]:
    """The numeric columns that no alert leaves out; failing those, the ones with the mildest alerts.

    Raises ChoiceError for what is no Table.

    Examples:
        >>> core.default_columns(core.sample("faithful").load())
        ('eruptions', 'waiting')
    """
    return _chosen(table)[0]


def relaxation(table: Table) -> str:
    """Which rule was given up so that a column is left to begin with, as a sentence; "" if none was."""
    return _chosen(table)[1]


def _chosen(table: Table) -> tuple[tuple[str, ...], str]:
    expect(table, Table, "A table, as read_table gives one,")
    numeric = [each for each in table.columns if each.kind.is_numeric]
    forgiven: set[AlertKind] = set()
    for more, sentence in _RELAXATIONS:
        forgiven |= more
        names = tuple(
            each.name for each in numeric if {alert.kind for alert in each.alerts if alert.leaves_out} <= forgiven
        )
        if names:
            return names, sentence
    return (), ""


def left_out(table: Table) -> tuple[LeftOut, ...]:
    """The numeric columns that are not fitted at first, each with its reason.

    Raises ChoiceError for what is no Table.

    Examples:
        >>> [column.name for column in core.left_out(core.sample("customers").load())]
        ['customer_id', 'joined']
    """
    chosen = set(default_columns(table))
    return tuple(
        LeftOut(each.name, next(alert.reason for alert in each.alerts if alert.leaves_out))
        for each in table.columns
        if each.kind.is_numeric and each.left_out and each.name not in chosen
    )


def overview(table: Table, ticked: Sequence[str]) -> pd.DataFrame:
    """A row per column for a person: use, column, kind, blanks, values, range, histogram, remarks."""
    used = set(ticked)
    rows = [
        {
            "use": each.name in used,
            "column": each.name,
            "kind": each.kind.value,
            "blanks": each.n_missing,
            "values": each.n_distinct,
            "range": _range(each),
            "histogram": list(each.histogram.counts),
            "remarks": "; ".join(alert.reason for alert in each.alerts),
        }
        for each in table.columns
    ]
    return pd.DataFrame(rows)


def _range(column: Column) -> str:
    if not column.kind.is_numeric or np.isnan(column.low):
        return ""
    if column.kind is Kind.DATE:
        return f"{date_of(column.low)} to {date_of(column.high)}"
    return f"{figure(column.low)} to {figure(column.high)}"
