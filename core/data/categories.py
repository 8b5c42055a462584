"""Categories: columns of words that take part in the model by the codes of their levels, and which do at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arrays import Array
from ..errors import DataError
from .alerts import NEARLY_BLANK
from .levels import keys, spelled, told_apart
from .table import AlertKind, Column, Kind, Table

MOST_LEVELS = 12  # of a category that takes part at first
NEARLY_ALL = 0.97  # of the cells at one level: the others are too few to make a group known
FEWEST_EACH = 3  # cells of a level, in the mean
OTHER = "other"
MOST_EVER = 1_000  # levels of any category


@dataclass(frozen=True)
class Category:
    """A column of categories as it was fitted.

    Attributes:
        column: its name.
        levels: its values as they are spelled, in the order of their codes.
        other: values that count together as the last level.

    Examples:
        >>> matrix = core.prepare(core.sample("customers").load())
        >>> [each.column for each in matrix.transform.categories], matrix.levels[1]
        (['region', 'plan'], ('basic', 'family', 'premium'))
    """

    column: str
    levels: tuple[str, ...]
    other: tuple[str, ...] = ()

    def codes_of(self, cells: pd.Series) -> Array:
        """(n,) codes of cells, NaN where blank and where the value is none of the levels."""
        code = {key: at for at, level in enumerate(self.levels) for key in keys([level])}
        code |= dict.fromkeys(keys(self.other), len(self.levels) - 1)
        found = told_apart(cells).map(code).to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(found, dtype=np.float64)


def learned(table: Table, name: str, fewest: int = 1) -> Category:
    """A column's levels; those of fewer rows than asked for go together as one. Raises DataError for what has none."""
    if name not in table.frame.columns:
        raise DataError(f"There is no column {name!r}.", remedy="Choose among the columns of the table.")
    cells = table.frame[name].dropna()
    apart, texts = told_apart(cells), spelled(cells)
    counts = apart.value_counts()
    if not 2 <= len(counts) <= MOST_EVER:
        what = "the same value in every row" if len(counts) == 1 else f"{len(counts):,} different values"
        raise DataError(f"Column {name!r} has {what}, so it makes no categories.", remedy="Leave it out.")
    said = texts.groupby(apart).agg(lambda each: each.mode().iloc[0]).to_dict()
    often = _in_order([said[key] for key in counts.index[counts >= fewest]])
    rare = _in_order([said[key] for key in counts.index[counts < fewest]])
    if len(rare) < 2 or not often:
        return Category(name, _in_order([*often, *rare]))
    return Category(name, (*often, _unlike(often)), rare)


def _unlike(levels: Sequence[str]) -> str:
    """What rare levels are called together, unlike any other."""
    name = OTHER
    while name in levels:
        name += "s"
    return name


def _in_order(levels: Sequence[str]) -> tuple[str, ...]:
    """Numbers by size, words by the alphabet."""
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))


def codes_of(table: Table, categories: Sequence[Category]) -> Array:
    """(n, c) codes of a table's rows, NaN where blank and where a value is none of the levels."""
    columns = [each.codes_of(table.frame[each.column]) for each in categories]
    return np.column_stack(columns) if columns else np.empty((table.n_rows, 0))


def default_categories(table: Table) -> tuple[str, ...]:
    """The columns that take part as categories at first: words and yes or no of 2 to 12 levels, and numbers of so few
    values that they make spikes of a density.

    Examples:
        >>> core.default_categories(core.sample("customers").load())
        ('region', 'plan')
    """
    return tuple(each.name for each in table.columns if _is_words(each, table) or _is_few_valued(each, table))


def few_valued(table: Table) -> tuple[str, ...]:
    """The columns of few different numbers, as answers from 1 to 5, that could tell groups apart.

    Examples:
        >>> from core.data.categories import few_valued
        >>> few_valued(core.sample("customers").load())
        ()
    """
    return tuple(each.name for each in table.columns if _is_few_valued(each, table))


def _is_words(column: Column, table: Table) -> bool:
    if column.kind not in (Kind.CATEGORY, Kind.BOOLEAN, Kind.TEXT) or column.left_out:
        return False
    return 2 <= column.n_distinct <= MOST_LEVELS and _varies(column, table)


def _is_few_valued(column: Column, table: Table) -> bool:
    """Whether nothing but its few different values speaks against a column of numbers."""
    out = {alert.kind for alert in column.alerts if alert.leaves_out}
    if column.kind is not Kind.NUMBER or AlertKind.FEW_VALUES not in out:
        return False
    return out <= {AlertKind.FEW_VALUES, AlertKind.SPIKE} and _varies(column, table)


def _varies(column: Column, table: Table) -> bool:
    """Whether levels come again, as names of rows do not, and enough cells hold another than the commonest."""
    counts = told_apart(table.frame[column.name].dropna()).value_counts()
    cells = int(counts.sum())
    enough = 1 < len(counts) <= cells / FEWEST_EACH and column.n_missing <= NEARLY_BLANK * table.n_rows
    return enough and int(counts.iloc[0]) <= NEARLY_ALL * cells
