"""Heading: which rows at the top of a table name its columns, and which hold units or descriptions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from ..table import Reading
from .sheet import Cell, Sheet
from .sorts import CELLS, MOSTLY, Row, datetime_columns, is_datetime, is_value, is_word, is_year, value_columns, whole

LOOKED_AT = 100  # rows below the names that tell what columns hold, or so many that they have about CELLS cells,
FEWEST = 10  # but not fewer than these
FEW_YEARS = 0.2  # of the numbers of columns that are named by years may look like years themselves
LONGEST_NAME = 120
LAST_FILLED = 0.5  # share of the rows with a cell beyond the names at which the first column may have no name

_MARKED = re.compile(r"[<>≤≥~≈]?\s*[-+−]?(\d[\d.,' ]*)\s*(?:[^\w\s]{1,3}|[a-zA-Z]|\(\w{1,3}\)|\[\w{1,3}\])?")
_UNIT = re.compile(
    r"[(\[].{1,12}[)\]]|.{0,8}[/%°²³µ$€£¥·^].{0,8}|[mkcnµ]?[mgslvawj]|min|hr?s?|kwh?|[mgk]?hz|[mk]?pa|bar|mol|ppm|usd|eur|gbp"
    r"|int(eger)?|float|number|numeric|double",
    re.IGNORECASE,
)


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


def find_heading(sheet: Sheet, start: int, stop: int, reading: Reading) -> Heading:
    """The names and units at the top of the table in rows start to stop - 1, as found or as given."""
    rows = sheet.rows(start, min(stop, start + looked_at(sheet.w) + 5))
    header = _header_rows(rows) if reading.header is None else min(int(reading.header), len(rows))
    units = 0
    if header:
        units = _unit_rows(rows, header) if reading.units is None else min(reading.units, len(rows) - header)
    names = _names(rows[:header], [_reach(sheet, start + i) for i in range(header)], sheet.w)
    if header == 1 and _has_row_names(sheet, start, stop, names):
        names = ("", *names[:-1])
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
    datetimes_below = datetime_columns(below)
    pairs = [(cell, values[j], datetimes_below[j]) for j, cell in enumerate(first) if cell is not None and filled[j]]
    months = [is_datetime(cell) and of_values and not of_datetimes for cell, of_values, of_datetimes in pairs]
    months = months if sum(months) > 1 else []
    other = sum(is_word(cell) if of_values else is_value(cell) for cell, of_values, _ in pairs) + sum(months)
    same = sum(is_value(cell) for cell, of_values, _ in pairs if of_values) - sum(months)
    if other or same:
        return other > same or _counts_up(first, below) or _is_another_sort_of_label(first, below)
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


def _has_row_names(sheet: Sheet, start: int, stop: int, names: Sequence[str]) -> bool:
    """Whether the first column has no name, as R writes row names.

    Rows are longer than the names by one then, which is also so where each ends with a delimiter, or with a remark.
    """
    written, below = int(sheet.widths[start]), sheet.widths[start + 1 : stop]
    if not len(below) or not written + 1 == below.min() == below.max() or not all(names[:written]):
        return False
    if sheet.filled[start + 1 : stop, written].mean() < LAST_FILLED:
        return False
    rows = sheet.rows(start + 1, min(stop, start + 1 + looked_at(sheet.w)))
    return _are_row_names([row[0] for row in rows], [row[written] for row in rows])


def _are_row_names(first: Row, last: Row) -> bool:
    """Whether cells differ from row to row, and are words or count up where the last column holds words, as remarks.

    Of one row only a word before a value tells.
    """
    values = [is_value(cell) for cell in last if cell is not None]
    worded = all(map(is_word, first))
    if len(first) == 1:
        return worded and all(values)
    if len(set(first)) < len(first) or None in first:
        return False
    counted = [whole(cell) for cell in first] == list(range(1, len(first) + 1))
    return 2 * sum(values) > len(values) or worded or counted


def _header_rows(rows: Sequence[Row]) -> int:
    """How many rows at the top name the columns."""
    if len(rows) == 1:
        return int(not any(map(is_value, rows[0])))
    groups = group_rows(rows)
    return groups + 1 if groups else int(is_header(rows[0], rows[1:]))


def _counts_up(first: Row, below: Sequence[Row]) -> bool:
    """Whether the values among some names are consecutive years, the numbers of the columns, or go up in equal steps.

    Equal steps tell names only where the rows below do not go up so as well.
    """
    numbers = _wholes(first)
    if _are_years_above_other_numbers(first, below):
        return True
    if len(numbers) < 3:
        return False
    steps = {b - a for a, b in pairwise(numbers)}
    even = all(map(is_year, numbers)) and len(steps) == 1 and steps <= {1, -1, 5, 10}
    if even or (steps == {1} and numbers[0] in (0, 1)):
        return True
    labelled = any(row[0] is not None and not is_value(row[0]) for row in below[:5])
    corner = is_word(first[0]) or (first[0] is None and labelled)
    return corner and len(steps) == 1 and steps != {0} and not any(_is_even(_wholes(row)) for row in below[:5])


def _are_years_above_other_numbers(first: Row, below: Sequence[Row]) -> bool:
    """Whether a row goes on from words of its own, or a blank above labels, to different years with few years below.

    So few as two tell names then, since a row of the table would have years where the others have some.
    """
    at = [j for j, cell in enumerate(first) if is_value(cell)]
    words = [j for j, cell in enumerate(first) if is_word(cell)]
    if len({whole(first[j]) for j in at}) < max(2, len(at)) or not all(is_year(first[j]) for j in at):
        return False
    if words and (words[0] != 0 or words[-1] > at[0] or any(row[j] == first[j] for row in below for j in words)):
        return False
    if not words and not (first[0] is None and all(map(is_word, (row[0] for row in below)))):
        return False
    numbers = [[row[j] for j in at if row[j] is not None] for row in below]
    cells = list(chain.from_iterable(numbers))
    few = len(cells) > 2 * len(at) and sum(map(is_year, cells)) <= FEW_YEARS * len(cells)
    return few and not any(len(row) > 1 and all(map(is_year, row)) for row in numbers)


def _is_another_sort_of_label(first: Row, below: Sequence[Row]) -> bool:
    """Whether numbers that go up, such as doses, stand beside a plain word above numbered labels, such as A1."""
    labels = [text_of(row[0]) for row in below if row[0] is not None]
    numbered = {re.sub(r"\d+", "0", label) for label in labels}
    if not is_word(first[0]) or len(numbered) > 1 or not all(any(map(str.isdigit, label)) for label in labels):
        return False
    if not labels or any(map(str.isdigit, text_of(first[0]))):
        return False
    return _goes_up(first) and not all(map(_goes_up, below))


def _goes_up(row: Row) -> bool:
    numbers = [float(cell) for cell in map(_plain_number, row) if cell is not None]
    return len(numbers) > 2 and all(a < b for a, b in pairwise(numbers))


def _plain_number(cell: Cell) -> float | None:
    try:
        return float(cell) if isinstance(cell, str | int | float) and not isinstance(cell, bool) else None
    except ValueError:
        return None


def _is_even(numbers: Sequence[int]) -> bool:
    return len(numbers) >= 3 and len({b - a for a, b in pairwise(numbers)}) == 1


def _wholes(row: Row) -> list[int]:
    """The values of a row, if all are whole numbers."""
    values = [cell for cell in row if is_value(cell)]
    numbers = [number for number in map(whole, values) if number is not None]
    return numbers if len(numbers) == len(values) else []


def group_rows(rows: Sequence[Row]) -> int:
    """How many rows at the top group the names below them: words with gaps above words or years, values below all."""
    if len(rows) <= 3 or not may_be_groups(rows[0]):
        return 0
    filled = [j for j, cell in enumerate(rows[0]) if cell is not None]
    if not filled:
        return 0
    groups = Counter(cell for cell in rows[0] if cell is not None)
    if not (any(cell is None for cell in rows[0][filled[0] :]) or max(groups.values()) > 1):
        return 0
    if _names_what_is_below(rows[1], rows[2:]):
        return 1
    deeper = group_rows(rows[1:]) if len(rows) > 4 else 0
    return 1 + deeper if deeper == 1 else 0


def _names_what_is_below(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row below group names has words, or years, in nearly all columns of values."""
    values = value_columns(below)
    if not values.any() or sum(cell is not None for cell in row) < 2:
        return False
    named = [cell for cell, of_values in zip(row, values, strict=True) if of_values]
    told = [cell for cell in row if is_value(cell)]
    years = len(told) >= 2 and all(map(is_year, told)) and not any(map(is_year, below[0]))
    words = sum(is_word(cell) or (years and is_year(cell)) for cell in named)
    return words >= 0.7 * len(named) and (not told or years)


def may_be_groups(row: Row) -> bool:
    """Whether a row holds nothing but words and years."""
    return all(cell is None or is_word(cell) or is_year(cell) for cell in row)


def _unit_rows(rows: Sequence[Row], header: int) -> int:
    """Rows below the names with words in nearly all columns of values: units, types or descriptions."""
    count = 0
    while (
        count < 3 and header + count + 3 <= len(rows) and _are_units(rows[header + count], rows[header + count + 1 :])
    ):
        count += 1
    return count


def _are_units(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row holds units: no values, no numbers with marks, no words that come again, such as codes.

    One word alone beside a row's label is a unit only if it looks like one.
    """
    values = value_columns(below)
    columns = [[cell for cell in column if cell is not None] for column in zip(*below, strict=True)]
    cells = [(cell, j) for j, cell in enumerate(row) if values[j]]
    present = [(cell, j) for cell, j in cells if cell is not None]
    if not present or any(is_value(cell) for cell, _ in present):
        return False
    if sum(is_word(cell) for cell, _ in present) < MOSTLY * len(cells):
        return False
    if any(_is_marked(cell) or cell in columns[j] for cell, j in present):
        return False
    labelled = any(cell is not None and columns[j] and not values[j] for j, cell in enumerate(row))
    return not labelled or len(present) > 1 or _UNIT.fullmatch(str(present[0][0]).strip()) is not None


def _is_marked(cell: Cell) -> bool:
    """Whether a cell is a number with a mark at it, such as 47.5* or <0.2."""
    found = _MARKED.fullmatch(str(cell).strip())
    return found is not None and re.fullmatch(r"1[0.,' ]*", found[1]) is None


def _reach(sheet: Sheet, row: int) -> dict[int, int]:
    """Up to which column the merged cells of a row go, by their first column; empty where none are merged across."""
    return {each.left: each.right for each in sheet.merged if each.top == row and each.left < each.right}


def _names(rows: Sequence[Row], reaches: Sequence[dict[int, int]], width: int) -> tuple[str, ...]:
    """(w,) names as they stand; with more rows, the groups go before the name unless it says them again."""
    if not rows:
        return ("",) * width
    names = [text_of(cell) for cell in rows[-1]]
    for row, reach in zip(reversed(rows[:-1]), reversed(reaches[:-1]), strict=True):
        group, last = "", width
        for j, cell in enumerate(row):
            text = text_of(cell).strip()
            if text:
                group, last = text, reach.get(j, j if reach else width)
            before = group if j <= last else ""
            if names[j] or cell is not None:
                names[j] = names[j] if _says(names[j], before) else f"{before} {names[j]}".strip()
    return tuple(names)


def _says(name: str, group: str) -> bool:
    name, group = name.strip().lower(), group.lower()
    return name == group or name.startswith(f"{group} ")
