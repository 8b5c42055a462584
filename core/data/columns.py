"""Columns: what kind each is, how its values spread, what is special about it, and which are fitted at first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.arrays import Array
from core.data.combinations import combinations
from core.data.names import unique_names
from core.data.table import Alert, AlertKind, Column, Histogram, Kind, Note, Reading, Table
from core.numbers import figure

BINS = 20
FEW_VALUES = 10  # this many distinct values or fewer make spikes of a density
SPIKE_SHARE = 0.3  # more than this share of the rows at one value
BLANK_SHARE = 0.2  # blanks that would drop more than this share of the rows
COPY = 0.999  # correlation beyond which one column is nearly a copy of another
CATEGORY_VALUES = 50  # text with at most this many distinct values is a category
MOST_COMPARED = 300  # columns that are compared with each other
COMPARED_ROWS = 2_000
IQR_TO_SD = 1.349  # the distance between a normal's quartiles, in standard deviations
ID_NAME = re.compile(
    r"(^|[_\s.-])(id|ids|uuid|guid|key|index|idx|row|rownum|no|nr|number|code)$|^unnamed|\wID$|\wId$", re.I
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
    columns = [_describe(named[name], original) for name, original in zip(named.columns, originals, strict=True)]
    alerts = _alerts(named, columns)
    columns = [replace(each, alerts=tuple(alerts[each.name])) for each in columns]
    return Table(named, tuple(columns), tuple(notes), reading or Reading())


def numbers_of(table: Table, name: str) -> Array:
    """(n,) a column's numbers, NaN where blank; dates as days since 1 January 1970.

    Raises KeyError for a name that is not there; a column that is not numeric has NaN throughout.
    """
    return _numbers(table.frame[name])


def default_columns(table: Table) -> tuple[str, ...]:
    """The numeric columns that no alert leaves out; failing those, the ones with the mildest alerts."""
    numeric = [each for each in table.columns if each.kind.is_numeric]
    chosen = [each.name for each in numeric if not each.left_out]
    mild = {AlertKind.FEW_VALUES, AlertKind.SPIKE}
    if not chosen:
        chosen = [each.name for each in numeric if {a.kind for a in each.alerts if a.leaves_out} <= mild]
    return tuple(chosen)


def left_out(table: Table) -> tuple[LeftOut, ...]:
    """The numeric columns that are not fitted at first, each with its reason."""
    chosen = set(default_columns(table))
    return tuple(
        LeftOut(each.name, next(alert.reason for alert in each.alerts if alert.leaves_out))
        for each in table.columns
        if each.kind.is_numeric and each.left_out and each.name not in chosen
    )


def _kind(values: pd.Series) -> Kind:
    if values.isna().all():
        return Kind.EMPTY
    if pd.api.types.is_bool_dtype(values):
        return Kind.BOOLEAN
    if pd.api.types.is_datetime64_any_dtype(values):
        return Kind.DATE
    if pd.api.types.is_numeric_dtype(values):
        return Kind.NUMBER
    return Kind.CATEGORY if values.nunique() <= min(CATEGORY_VALUES, max(2, len(values) // 2)) else Kind.TEXT


def _numbers(values: pd.Series) -> Array:
    if pd.api.types.is_datetime64_any_dtype(values):
        plain = values.dt.tz_localize(None) if values.dt.tz is not None else values
        return np.asarray((plain - pd.Timestamp(0)) / pd.Timedelta(days=1), dtype=np.float64)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.full(len(values), np.nan)


def _describe(values: pd.Series, original: str) -> Column:
    kind = _kind(values)
    missing, distinct = int(values.isna().sum()), int(values.nunique())
    plain = Column(str(values.name), original, kind, missing, distinct)
    if not kind.is_numeric:
        return plain
    numbers = _numbers(values)
    finite = np.sort(numbers[np.isfinite(numbers)])
    if len(finite) == 0:
        return plain
    lower, middle, upper = np.quantile(finite, [0.25, 0.5, 0.75])
    return replace(
        plain,
        low=float(finite[0]),
        high=float(finite[-1]),
        mean=float(finite[0] + (finite - finite[0]).mean()) if abs(finite).max() < 1e300 else float("nan"),
        median=float(middle),
        spread=float((upper - lower) / IQR_TO_SD),
        histogram=_histogram(finite),
    )


def _histogram(finite: Array) -> Histogram:
    low, high = finite[0], finite[-1]
    with np.errstate(over="ignore"):
        width = high - low
    if not np.isfinite(width):
        return Histogram((), ())
    edges = np.linspace(low, high, BINS + 1) if width > 0 else np.array([low - 0.5, low + 0.5])
    counts = np.diff(np.searchsorted(finite, edges, side="left"))
    counts[-1] += len(finite) - np.searchsorted(finite, edges[-1], side="left")
    return Histogram(tuple(float(e) for e in edges), tuple(int(c) for c in counts))


def _alerts(frame: pd.DataFrame, columns: Sequence[Column]) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {each.name: [] for each in columns}
    numeric = [each for each in columns if each.kind.is_numeric]
    values = {each.name: _numbers(frame[each.name]) for each in numeric}
    for each in numeric:
        found[each.name] += _own_alerts(each, values[each.name])
    for name, reason in _combinations(numeric, values, found).items():
        found[name].append(Alert(AlertKind.COMBINATION, reason, True))
    for name, alert in _copies([each for each in numeric if each.n_distinct > 1], values):
        found[name].append(alert)
    return found


def _combinations(numeric: Sequence[Column], values: dict[str, Array], found: dict[str, list[Alert]]) -> dict[str, str]:
    """Among the columns that would be fitted, those that the others determine."""
    fitted = [each.name for each in numeric if not any(alert.leaves_out for alert in found[each.name])][:MOST_COMPARED]
    if len(fitted) < 2:
        return {}
    stacked = np.column_stack([values[name] for name in fitted])
    return combinations(fitted, stacked[:: max(1, len(stacked) // COMPARED_ROWS)])


def _own_alerts(column: Column, values: Array) -> list[Alert]:
    """What a column's own values say, the strongest reason first."""
    present = values[~np.isnan(values)]
    if column.n_distinct <= 1:
        return [Alert(AlertKind.CONSTANT, "the same value in every row", True)]
    alerts = []
    if column.kind is Kind.DATE:
        alerts.append(Alert(AlertKind.DATE, "a date; it would count as a number of days", True))
    if _is_identifier(column, present):
        alerts.append(Alert(AlertKind.IDENTIFIER, "an identifier or a running number", True))
    if column.n_missing > BLANK_SHARE * len(values):
        share = 100 * column.n_missing / len(values)
        reason = f"its blanks would drop {share:.0f} % of the rows"
        alerts.append(Alert(AlertKind.BLANKS, reason, True))
    if column.n_distinct <= FEW_VALUES:
        alerts.append(Alert(AlertKind.FEW_VALUES, f"only {column.n_distinct} different values", True))
    elif len(present):
        most, count = _most_common(present)
        if count > SPIKE_SHARE * len(present):
            reason = f"{100 * count / len(present):.0f} % of the rows hold the one value {most:,.6g}"
            alerts.append(Alert(AlertKind.SPIKE, reason, True))
    return alerts


def _is_identifier(column: Column, present: Array) -> bool:
    """Whole numbers, nearly all different, that run in equal steps or carry a name that says so."""
    if column.kind is not Kind.NUMBER or len(present) < 3 or (present != np.round(present)).any():
        return False
    if column.n_distinct < 0.98 * len(present):
        return False
    steps = np.diff(np.sort(present))
    runs = bool((steps <= 1).mean() > 0.98 and (np.diff(present) > 0).mean() > 0.98)
    return runs or ID_NAME.search(column.original.strip()) is not None


def _most_common(present: Array) -> tuple[float, int]:
    values, counts = np.unique(present, return_counts=True)
    at = int(counts.argmax())
    return float(values[at]), int(counts[at])


def _copies(columns: Sequence[Column], values: dict[str, Array]) -> list[tuple[str, Alert]]:
    """Columns that repeat an earlier one exactly, or but for a straight line."""
    columns = columns[:MOST_COMPARED]
    if len(columns) < 2:
        return []
    stacked = np.column_stack([values[each.name] for each in columns])
    correlation = _correlation(stacked)
    found = []
    for later in range(1, len(columns)):
        strength = np.abs(correlation[later, :later])
        at = int(np.nan_to_num(strength).argmax())
        if not strength[at] > COPY:
            continue
        name, other = columns[later].name, columns[at].name
        if np.array_equal(stacked[:, later], stacked[:, at], equal_nan=True):
            found.append((name, Alert(AlertKind.DUPLICATE, f"a copy of “{other}”", True)))
        else:
            found.append((name, Alert(AlertKind.CORRELATED, f"moves exactly with “{other}”", False)))
    return found


def _correlation(stacked: Array) -> Array:
    """(d, d) correlations over a regular sample of the rows, each pair over the rows where both are there."""
    rows = stacked[:: max(1, len(stacked) // COMPARED_ROWS)]
    rows = np.where(np.isfinite(rows), rows, np.nan)
    present = ~np.isnan(rows)
    with np.errstate(all="ignore"):
        centre = np.where(present, rows, 0.0).sum(axis=0) / present.sum(axis=0)
        centred = np.where(present, rows - centre, 0.0)
        scale = np.abs(centred).max(axis=0)
        centred = centred / np.where(scale > 0, scale, 1.0)
        shared = centred.T @ centred
        squares = (centred**2).T @ present.astype(float)
        correlation: Array = shared / np.sqrt(squares * squares.T)
    return correlation


def overview(table: Table, ticked: Sequence[str]) -> pd.DataFrame:
    """A row per column for a person: use, column, kind, blanks, values, range, histogram, remarks."""
    rows = [
        {
            "use": each.name in ticked,
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
        low, high = (f"{pd.Timestamp(0) + pd.Timedelta(days=days):%Y-%m-%d}" for days in (column.low, column.high))
        return f"{low} to {high}"
    return f"{figure(column.low)} to {figure(column.high)}"
