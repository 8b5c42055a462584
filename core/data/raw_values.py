"""Raw values: cells of a table as the numbers that are fitted, before any transform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arrays import Array
from ..errors import DataError, expect
from ..numbers import count
from .columns import numbers_of, profile
from .levels import keys, told_apart
from .table import Note, NoteKind, Table

LARGEST = 1e150  # beyond it a square overflows


@dataclass(frozen=True)
class Level:
    """A value of a category that is a feature of its own: 1 where a row has it, 0 where it has another."""

    column: str
    value: str


def as_table(table: Table | pd.DataFrame) -> Table:
    """A Table, profiled if it is a plain DataFrame."""
    if isinstance(table, pd.DataFrame):
        return profile(table)
    expect(table, Table, "A table, as read_table gives one, or a DataFrame")
    return table


def raw_values(
    table: Table,
    features: tuple[str, ...],
    levels: tuple[Level | None, ...],
    heaps: tuple[tuple[str, float], ...] = (),
) -> tuple[Array, tuple[Note, ...]]:
    """(n, d) numbers of the features, cells that cannot be computed with and heaps as blanks, and notes on those."""
    columns, notes = [], []
    encoded = dict.fromkeys(level.column for level in levels if level is not None)
    categories = {name: told_apart(table.frame[name]) for name in encoded}
    for name, level in zip(features, levels, strict=True):
        if level is not None:
            columns.append(_indicator(categories[level.column], level.value))
            continue
        values = numbers_of(table, name)
        wild = np.isinf(values) | (np.abs(values) > LARGEST)
        if wild.any():
            cells = int(wild.sum())
            verb = "is infinite or beyond 1e150 and counts" if cells == 1 else "are infinite or beyond 1e150 and count"
            notes.append(Note(f"{count(cells, 'cell')} of {name!r} {verb} as blank.", cells, NoteKind.CELLS))
            values = np.where(wild, np.nan, values)
        heaped = np.isin(values, [value for column, value in heaps if column == name])
        columns.append(np.where(heaped, np.nan, values) if heaped.any() else values)
    return np.column_stack(columns) if columns else np.empty((table.n_rows, 0)), tuple(notes)


def row_weights(table: Table, name: str) -> Array:
    """(n,) row weights, NaN where blank. Raises DataError for a column that cannot be weights."""
    values = numbers_of(table, name)
    values = np.where(np.isinf(values), np.nan, values)
    if not (values > 0).any():
        raise DataError(f"Column {name!r} has no number above zero, so it cannot weigh the rows.")
    if (values < 0).any():
        remedy = "Choose another column for the weights."
        raise DataError(f"Column {name!r} has negative numbers, so it cannot weigh the rows.", remedy=remedy)
    return values


def _indicator(values: pd.Series, level: str) -> Array:
    """1 where the values of a category, as they are told apart, are this one, 0 where another, NaN where blank."""
    return np.where(values.isna(), np.nan, values.isin(keys([level])).to_numpy(dtype=np.float64))
