"""Category choice: which columns may take part as categories, and why others do not at first."""

from __future__ import annotations

from collections.abc import Collection

from ..numbers import count
from .alerts import NEARLY_BLANK
from .categories import MOST_EVER, MOST_LEVELS, NEARLY_ALL
from .columns import LeftOut
from .levels import told_apart
from .table import Column, Kind, Table

NAMES = 0.9  # of the cells of a column of texts that differ: they name rows
WORDS = (Kind.CATEGORY, Kind.BOOLEAN, Kind.TEXT)


def possible_categories(table: Table) -> tuple[str, ...]:
    """The columns whose values could be levels without more ado: words, and numbers of few different values.

    Examples:
        >>> possible_categories(core.sample("customers").load())
        ('region', 'newsletter')
    """
    return tuple(each.name for each in table.columns if _is_possible(each, table))


def left_out_words(table: Table, taken: Collection[str]) -> tuple[LeftOut, ...]:
    """The columns of words that could take part as categories and do not, each with its reason."""
    return tuple(
        LeftOut(each.name, _reason(each, table))
        for each in table.columns
        if each.kind in WORDS and each.name not in taken and 2 <= each.n_distinct <= MOST_EVER
    )


def _is_possible(column: Column, table: Table) -> bool:
    if not 2 <= column.n_distinct <= MOST_LEVELS:
        return False
    return column.kind in WORDS or (column.kind is Kind.NUMBER and 2 * column.n_distinct < table.n_rows)


def _reason(column: Column, table: Table) -> str:
    filled = table.n_rows - column.n_missing
    if column.n_distinct >= NAMES * filled:
        return "nearly every row has a value of its own, which names rows rather than sorts them"
    if column.n_distinct > MOST_LEVELS:
        return f"{count(column.n_distinct, 'different value')}, of which most come too seldom"
    if column.n_missing > NEARLY_BLANK * table.n_rows:
        return f"{100 * column.n_missing / table.n_rows:.0f} % of its cells are blank"
    most = int(told_apart(table.frame[column.name].dropna()).value_counts().iloc[0])
    return "nearly all rows hold one value" if most > NEARLY_ALL * filled else "not chosen"
