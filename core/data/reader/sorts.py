"""Sorts: what a cell looks like, before it is read: a number, a date or time, blank, an error or a word."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

import numpy as np

from . import datetimes, numerals
from .sheet import Cell, Mask
from .values import BLANKS, ERRORS

CELLS = 100_000  # that are looked at to tell what columns hold, or about as many
MOSTLY = 0.6  # of the cells of a column

Row = Sequence[Cell]


class _Sort(Enum):
    """What a text looks like."""

    NUMBER = auto()
    DATETIME = auto()
    BLANK = auto()
    ERROR = auto()
    WORD = auto()


_VALUES = (_Sort.NUMBER, _Sort.DATETIME)


@lru_cache(4 * CELLS)  # the same cells are looked at for names, for groups of names and for units
def _sort_of(text: str) -> _Sort:
    if numerals.looks_like_number(text):
        return _Sort.NUMBER
    plain = text.strip().lower()
    if plain in BLANKS:
        return _Sort.BLANK
    if plain in ERRORS:
        return _Sort.ERROR
    return _Sort.DATETIME if datetimes.looks_like_datetime(text) else _Sort.WORD


def is_value(cell: Cell) -> bool:
    """Whether a cell is a number, a date or a time, rather than a word."""
    if isinstance(cell, str):
        return _sort_of(cell) in _VALUES
    return cell is not None and not isinstance(cell, bool)


def is_word(cell: Cell) -> bool:
    """Whether a cell is text that is neither a value nor a spelling of blank."""
    return isinstance(cell, str) and _sort_of(cell) is _Sort.WORD


def value_columns(rows: Sequence[Row]) -> Mask:
    """(w,) whether most cells of a column that are not blank are values."""
    return np.array([_share_of_values(column) > MOSTLY for column in zip(*rows, strict=True)], dtype=np.bool_)


def datetime_columns(rows: Sequence[Row]) -> Mask:
    """(w,) whether most values of a column are dates or times."""
    columns = [[cell for cell in column if is_value(cell)] for column in zip(*rows, strict=True)]
    shares = [2 * sum(map(is_datetime, column)) > len(column) for column in columns]
    return np.array(shares, dtype=np.bool_)


def is_datetime(cell: Cell) -> bool:
    """Whether a cell is a date or a time."""
    if isinstance(cell, str):
        return _sort_of(cell) is _Sort.DATETIME
    return is_value(cell) and not isinstance(cell, int | float)


def is_year(cell: Cell) -> bool:
    """Whether a cell is a whole number that may be a year."""
    return 1800 <= (whole(cell) or 0) <= 2200


def whole(cell: Cell) -> int | None:
    """A cell's whole number, if it is one."""
    text = str(cell).strip().removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _share_of_values(cells: Row) -> float:
    sorts = [_sort_of(cell) for cell in cells if isinstance(cell, str)]
    others = [cell for cell in cells if cell is not None and not isinstance(cell, str)]
    present = len(sorts) - sorts.count(_Sort.BLANK) + len(others)
    values = sorts.count(_Sort.NUMBER) + sorts.count(_Sort.DATETIME) + sum(map(is_value, others))
    return values / present if present else 0.0
