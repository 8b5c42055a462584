"""Levels: the columns of categories in a statement of SQL, by the codes of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import Array
from ..data.categories import Category
from ..data.codes import codes_of
from ..data.levels import keys
from ..data.table import Kind, Table
from ..errors import ChoiceError
from .sql_literals import literal, quoted, real

IMPOSSIBLE = -1e305  # a log density of zero, of which there is no literal


def is_written(table: Table, category: Category) -> bool:
    """Whether databases write a category's cells alike."""
    return table.column(category.column).kind in (Kind.BOOLEAN, Kind.NUMBER, Kind.CATEGORY, Kind.TEXT)


def cell(table: Table, category: Category, text: str) -> str:
    """A category's cell as it is compared, NULL where blank. Raises ChoiceError for a kind that databases spell apart.

    text is the type of texts.
    """
    name, kind = category.column, table.column(category.column).kind
    if kind is Kind.BOOLEAN:
        return quoted(name)
    if kind is Kind.NUMBER:
        number = f"CAST({quoted(name)} AS DOUBLE PRECISION)"
        for code in codes_of(table, name):
            number = f"NULLIF({number}, {real(code)})"
        return number
    if is_written(table, category):
        return f"CAST({quoted(name)} AS {text})"
    what = f"Column {name[:60]!r} takes part as a category, and databases write such cells in different ways."
    raise ChoiceError("This model is not written as SQL.", what, "Take the Python script.")


def code(table: Table, category: Category, compared: str) -> str:
    """The code of a cell's level, NULL where it is blank or of none."""
    kind, last = table.column(category.column).kind, len(category.levels) - 1
    cases = [(each, at) for at, each in enumerate(category.levels)] + [(each, last) for each in category.other]
    written = [(f"WHEN {value} THEN {at}") for each, at in cases for value in _spelled(each, kind)]
    return f"CASE {compared} {' '.join(dict.fromkeys(written))} END"


def _spelled(level: str, kind: Kind) -> Iterator[str]:
    """A level as a database may hold it."""
    (key,) = keys([level])
    if kind is Kind.NUMBER:
        try:
            yield real(float(key))
        except ValueError:  # what rare levels are called together
            return
    elif kind is Kind.BOOLEAN:
        if key in ("True", "False"):
            yield key.upper()
    else:
        yield from dict.fromkeys(map(literal, (key, level)))


def with_chances(numbers: str, names: Sequence[str], logs: Sequence[Array]) -> str:
    """What speaks for a component by its numbers, with the (L,) log chances of the codes of each category added."""
    never = [
        f"{name} IN ({', '.join(map(str, np.flatnonzero(np.isneginf(each))))})"
        for name, each in zip(names, logs, strict=True)
        if np.isneginf(each).any()
    ]
    terms = [_chance(name, each) for name, each in zip(names, logs, strict=True)]
    joined = " + ".join([numbers, *terms])
    return f"CASE WHEN {' OR '.join(never)} THEN {real(IMPOSSIBLE)} ELSE {joined} END" if never else joined


def _chance(name: str, logs: Array) -> str:
    cases = [f"WHEN {at} THEN {real(value)}" for at, value in enumerate(logs.tolist()) if value > -np.inf]
    return f"COALESCE(CASE {name} {' '.join(cases)} END, 0.0)"
