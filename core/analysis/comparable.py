"""Comparable: which rows of another table have cells that have no place among the values that were fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data.columns import numbers_of
from ..data.levels import keys, spelled, told_apart
from ..data.raw_values import LARGEST
from ..data.table import Kind, Table
from ..data.transform import Transform
from . import words

MOST_NAMED = 5  # values
LONGEST = 40  # characters of a value that is named


@dataclass(frozen=True, eq=False)
class Unlike:
    """Cells of a column that cannot be compared with those that were fitted."""

    column: str
    rows: npt.NDArray[np.bool_]  # (n,) of the table
    why: str  # what the column holds there

    @property
    def sentence(self) -> str:
        """Which column, in how many rows, and why."""
        return words.comparable_sentence(self)


def unlike(transform: Transform, table: Table) -> tuple[Unlike, ...]:
    """What of a table's fitted columns is unlike what they held: another kind, a value not seen, no logarithm."""
    found = (*_of_numbers(transform, table), *_of_categories(transform, table))
    return tuple(each for each in found if each.rows.any())


def _of_numbers(transform: Transform, table: Table) -> Iterator[Unlike]:
    levels = transform.levels or (None,) * len(transform.features)
    for j, (name, level) in enumerate(zip(transform.features, levels, strict=True)):
        if level is not None:
            continue
        cells, kind = table.frame[name], table.column(name).kind
        was = Kind.DATE if j in transform.dates else Kind.DURATION if j in transform.hours else Kind.NUMBER
        if kind not in (was, Kind.EMPTY):
            there = cells.notna().to_numpy()
            named = _named(cells[there].astype(str).unique().tolist()) if there.any() else ""
            yield Unlike(name, there, f"{_HOLDS[kind]} where {_HOLDS[was]} were fitted ({named})")
            continue
        numbers = numbers_of(table, name)
        wild = np.isinf(numbers) | (np.abs(numbers) > LARGEST)
        yield Unlike(name, wild, "numbers that are infinite or beyond 1e150")
        transformed = transform.column_forward(j, np.where(wild, np.nan, numbers))
        without = np.isnan(transformed) & ~np.isnan(numbers) & ~wild
        yield Unlike(name, without, "zero or less, of which there is no logarithm")


def _of_categories(transform: Transform, table: Table) -> Iterator[Unlike]:
    levels = [each for each in transform.levels if each is not None]
    for base in transform.commonest:
        known = keys([base.value, *(each.value for each in levels if each.column == base.column)])
        cells = table.frame[base.column]
        new = (cells.notna() & ~told_apart(cells).isin(known)).to_numpy(dtype=bool)
        named = _named(spelled(cells[new]).unique().tolist())
        yield Unlike(base.column, new, f"values that no fitted row has ({named})")
    for each in transform.categories:
        cells = table.frame[each.column]
        new = cells.notna().to_numpy(dtype=bool) & np.isnan(each.codes_of(cells))
        named = _named(spelled(cells[new]).unique().tolist())
        yield Unlike(each.column, new, f"values that no fitted row has ({named})")


def _named(values: list[str]) -> str:
    """Some of the values."""
    some = [each if len(each) <= LONGEST else f"{each[: LONGEST - 1]}…" for each in values[:MOST_NAMED]]
    return ", ".join(some) + (f" and {len(values) - MOST_NAMED:,} more" if len(values) > MOST_NAMED else "")


_HOLDS = {
    Kind.NUMBER: "numbers",
    Kind.DATE: "dates",
    Kind.DURATION: "durations",
    Kind.CATEGORY: "text",
    Kind.TEXT: "text",
    Kind.BOOLEAN: "yes or no",
}
