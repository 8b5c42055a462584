"""Heading: which rows at the top of a table name its columns, and which hold units or descriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from core.data.reader import moments, numerals
from core.data.reader.sheet import Cell, Mask, Sheet
from core.data.reader.values import BLANKS, ERRORS
from core.data.table import Reading

LOOKED_AT = 100  # rows below the names that tell what columns hold,
CELLS = 100_000  # or so many that they have about as many cells,
FEWEST = 10  # but not fewer than these
MOSTLY = 0.6
LONGEST_NAME = 120

Row = Sequence[Cell]


@dataclass(frozen=True)
class Heading:
    """The rows above the body of a table."""

    names: tuple[str, ...]  # w of them
    units: tuple[str, ...]  # w of them
    header: int  # rows of names
    n_units: int  # rows of units

    @property
    def rows(self) -> int:
        """Rows above the body."""
        return self.header + self.n_units


def looked_at(width: int) -> int:
    """Rows of so many cells that tell what columns hold."""
    return min(LOOKED_AT, max(FEWEST, CELLS // width))


def is_value(cell: Cell) -> bool:
    """Whether a cell is a number, a date or a time, rather than a word."""
    if isinstance(cell, str):
        return _is_value_in_text(cell)
    return cell is not None and not isinstance(cell, bool)


@lru_cache(2 * CELLS)  # the same cells are looked at for names, for groups of names and for units
def _is_value_in_text(text: str) -> bool:
    return numerals.looks_like_number(text) or moments.looks_like_moment(text)


def is_word(cell: Cell) -> bool:
    """Whether a cell is text that is neither a value nor a spelling of blank."""
    return isinstance(cell, str) and not is_value(cell) and cell.strip().lower() not in BLANKS | ERRORS


def value_columns(rows: Sequence[Row]) -> Mask:
    """(w,) whether most cells of a column that are not blank are values."""
    return np.array([_share_of_values(column) > MOSTLY for column in zip(*rows, strict=True)], dtype=np.bool_)


def find_heading(sheet: Sheet, start: int, stop: int, reading: Reading) -> Heading:
    """The names and units at the top of the table in rows start to stop - 1, as found or as given."""
    rows = sheet.rows(start, min(stop, start + looked_at(sheet.w) + 5))
    header = _header_rows(rows) if reading.header is None else min(int(reading.header), len(rows))
    units = 0
    if header:
        units = _unit_rows(rows, header) if reading.units is None else min(reading.units, len(rows) - header)
    names = _names(rows[:header], sheet.w)
    written, below = int(sheet.widths[start]), sheet.widths[start + header : stop]
    if header == 1 and len(below) and written + 1 == below.min() == below.max() and all(names[:written]):
        names = ("", *names[:-1])  # row names without a name of their own, as R writes them
    texts = [" ".join(text_of(row[j]) for row in rows[header : header + units]) for j in range(sheet.w)]
    return Heading(names, tuple(texts), header, units)


def is_header(first: Row, below: Sequence[Row]) -> bool:
    """Whether a row names what is below it.

    A cell of another sort than the cells below speaks for it, a value above values against; where all are words,
    a row that comes again below is none.
    """
    cells = [cell for cell in first if cell is not None]
    if not cells:
        return False
    values, filled = (
        value_columns(below),
        [any(cell is not None for cell in column) for column in zip(*below, strict=True)],
    )
    pairs = [(cell, values[j]) for j, cell in enumerate(first) if cell is not None and filled[j]]
    other = sum(is_word(cell) if of_values else is_value(cell) for cell, of_values in pairs)
    same = sum(is_value(cell) for cell, of_values in pairs if of_values)
    if other or same:
        return other > same or _counts_up(cells)
    if any(map(is_value, cells)):
        return False
    texts = [text_of(cell).strip() for cell in cells]
    again = sum(any(row[j] == cell for row in below) for j, cell in enumerate(first) if cell is not None)
    return 2 * len(set(texts)) > len(texts) and 4 * again <= len(texts) and max(map(len, texts)) <= LONGEST_NAME


def text_of(cell: Cell) -> str:
    """A cell as text; whole numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _share_of_values(cells: Row) -> float:
    present = [cell for cell in cells if cell is not None and not _is_blank(cell)]
    return sum(map(is_value, present)) / len(present) if present else 0.0


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in BLANKS


def _header_rows(rows: Sequence[Row]) -> int:
    """How many rows at the top name the columns."""
    if len(rows) == 1:
        return int(not any(map(is_value, rows[0])))
    if len(rows) > 3 and _is_group_row(rows):
        return 2
    return int(is_header(rows[0], rows[1:]))


def _counts_up(cells: Row) -> bool:
    """Whether the values among some names are consecutive years, or the numbers of the columns."""
    numbers = [whole for whole in map(_whole, cells) if whole is not None]
    if len(numbers) < 3 or len(numbers) < sum(map(is_value, cells)):
        return False
    steps = {b - a for a, b in pairwise(numbers)}
    years = all(1800 <= number <= 2200 for number in numbers) and len(steps) == 1 and steps <= {1, -1, 5, 10}
    return years or (steps == {1} and numbers[0] in (0, 1))


def _is_group_row(rows: Sequence[Row]) -> bool:
    """Whether the first row groups the names in the second: words with gaps above words, values below both."""
    first, second, below = rows[0], rows[1], rows[2:]
    values = value_columns(below)
    if not values.any() or not may_be_groups(first):
        return False
    named = [cell for cell, of_values in zip(second, values, strict=True) if of_values]
    if sum(map(is_word, named)) < 0.7 * len(named) or any(map(is_value, second)):
        return False
    filled = [j for j, cell in enumerate(first) if cell is not None]
    if not filled or sum(cell is not None for cell in second) < 2:
        return False
    groups = Counter(cell for cell in first if cell is not None)
    return any(cell is None for cell in first[filled[0] :]) or max(groups.values()) > 1


def may_be_groups(row: Row) -> bool:
    """Whether a row holds nothing but words and years."""
    return all(cell is None or is_word(cell) or _is_year(cell) for cell in row)


def _is_year(cell: Cell) -> bool:
    return 1800 <= (_whole(cell) or 0) <= 2200


def _whole(cell: Cell) -> int | None:
    """A cell's whole number, if it is one."""
    text = str(cell).strip().removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _unit_rows(rows: Sequence[Row], header: int) -> int:
    """Rows below the names with words in nearly all columns of values: units, types or descriptions."""
    count = 0
    while count < 3 and header + count + 3 <= len(rows):
        row, below = rows[header + count], rows[header + count + 1 :]
        cells = [cell for cell, of_values in zip(row, value_columns(below), strict=True) if of_values]
        present = [cell for cell in cells if cell is not None]
        if not present or any(map(is_value, present)) or sum(map(is_word, present)) < MOSTLY * len(cells):
            break
        count += 1
    return count


def _names(rows: Sequence[Row], width: int) -> tuple[str, ...]:
    """(w,) names as they stand; with two rows, the group goes before the name."""
    if not rows:
        return ("",) * width
    names = [text_of(cell) for cell in rows[-1]]
    for row in reversed(rows[:-1]):
        group = ""
        for j, cell in enumerate(row):
            group = text_of(cell).strip() or group
            names[j] = f"{group} {names[j]}".strip() if names[j] or cell is not None else ""
    return tuple(names)
