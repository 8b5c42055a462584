"""Around a table: comments, totals, repeated names, and remarks below and beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .extent import runs
from .heading import Heading
from .sheet import Cell, Cells, Mask, Rows, Sheet, taken
from .sorts import is_value, is_word
from .sums import Figures, is_sum, of_rows_in

_TOTALS = (
    "total totals subtotal subtotals sum sums overall average averages mean summe gesamt gesamtsumme insgesamt "
    "zwischensumme mittelwert somme moyenne totaal suma totale somma media promedio итого всего 合計 总计 小计"
)
TOTALS = frozenset(_TOTALS.split())
_REMARK = re.compile(
    r"\(?\d[\d,. ]* (rows?|records?)\b|[*†‡§¹²³]+\s?\w|\(?[a-z0-9]\)\s\w"
    r"|(sources?|notes?|quellen?|fuente|fonte|anmerkung|remarque)\s*:",
    re.IGNORECASE,
)
LONGEST_FOOT = 10
BESIDE = 0.3  # share of the rows that a column of remarks fills at most


@dataclass(frozen=True)
class Commented:
    """A sheet without its comments."""

    sheet: Sheet
    lines: Rows  # of the comments
    mark: str  # what they begin with; "" without comments


def without_comments(sheet: Sheet, mark: str | None) -> Commented:
    """The sheet without lines that begin with a mark; without one given, with # if no such line is as wide as rows."""
    none = Commented(sheet, sheet.lines[:0], mark or "")
    looked_for = "#" if mark is None else mark
    if not looked_for or sheet.w < 2:
        return none
    starts = _starts_with(sheet.columns[0], looked_for)
    rows = sheet.some & ~starts
    if not starts.any() or not rows.any():
        return none
    if mark is None:  # comments may well be more than rows
        usual = Counter(sheet.widths[rows].tolist()).most_common(1)[0][0]
        if (sheet.widths[starts] == usual).any():
            return none
    keep = np.flatnonzero(~starts)
    columns = tuple(taken(cells, keep) for cells in sheet.columns)
    rest = replace(sheet, columns=columns, lines=sheet.lines[keep], widths=sheet.widths[keep], merged=())
    return Commented(rest, sheet.lines[starts], looked_for)


def repeats(sheet: Sheet, body: Rows, start: int, heading: Heading) -> Rows:
    """Rows of the body that say a row of the heading, which begins at start, again."""
    found = [body[:0]]
    for row in sheet.rows(start, start + heading.rows):
        filled = [j for j, cell in enumerate(row) if cell is not None]
        if len(filled) < 2:
            continue
        same = body[_equals(of_rows_in(sheet.columns[filled[0]], body), row[filled[0]])]
        again = [sheet.rows(int(each), int(each) + 1)[0] == row for each in same]
        found.append(same[np.array(again, dtype=np.bool_)] if len(same) else same)
    return np.unique(np.concatenate(found))


def foot_of(figures: Figures, width: int) -> int:
    """Rows at the end of a body, whose figures are given, that are totals or remarks."""
    sheet, body = figures.sheet, figures.rows
    usual = float(np.median(sheet.filled[body[-1_000:]].sum(axis=1)))
    foot = 0
    while foot < min(LONGEST_FOOT, len(body) - 2):
        row = int(body[-1 - foot])
        cells = sheet.rows(row, row + 1)[0][:width]
        present = [cell for cell in cells if cell is not None]
        remark = usual >= 3 and len(present) == 1 and cells[0] is not None and is_word(cells[0])
        remark = remark or (len(present) == 1 and _is_remark(present[0]))
        if not (remark or _is_total(present) or _is_sum(figures, len(body) - 1 - foot, cells)):
            break
        foot += 1
    return foot


def width_of(sheet: Sheet, body: Rows, heading: Heading) -> int:
    """Columns up to the last of the table; beyond an empty column stand only remarks."""
    shares = sheet.filled[body].mean(axis=0)
    there = (shares > 0) | np.array([bool(name) for name in heading.names])
    stretches = runs(there)
    main = int(np.argmax([shares[start:stop].sum() for start, stop in stretches]))
    kept = [at for at, (start, stop) in enumerate(stretches) if at <= main or shares[start:stop].max() >= BESIDE]
    return sheet.w if kept[-1] == len(stretches) - 1 else stretches[kept[-1]][1]


def _starts_with(cells: Cells, mark: str) -> Mask:
    if isinstance(cells, pa.Array):
        found = pc.starts_with(pc.utf8_ltrim_whitespace(cells), mark).fill_null(False)
        return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.array([isinstance(cell, str) and cell.lstrip().startswith(mark) for cell in cells], dtype=np.bool_)


def _equals(cells: Cells, wanted: Cell) -> Mask:
    if isinstance(cells, pa.Array):
        return np.asarray(pc.equal(cells, wanted).fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.array([cell == wanted for cell in cells], dtype=np.bool_)


def _is_remark(cell: Cell) -> bool:
    """Whether the one cell of a row is a remark by its own words, such as a source or a count of rows."""
    return isinstance(cell, str) and _REMARK.match(cell.strip()) is not None


def _is_total(present: Sequence[Cell]) -> bool:
    """Whether a row begins with a word for a total and goes on with values."""
    if len(present) < 2 or not isinstance(present[0], str):
        return False
    label = present[0].strip().lower().rstrip(":").strip()
    told = label in TOTALS or label.startswith(("total ", "grand total", "sub total", "sub-total"))
    return told and any(map(is_value, present[1:]))


def _is_sum(figures: Figures, at: int, cells: Sequence[Cell]) -> bool:
    """Whether a row of figures, without a label, holds the sums of the columns above it."""
    if cells[0] is not None or not 4 <= at <= 20_000:
        return False
    columns = [j for j, cell in enumerate(cells) if is_value(cell)][:20]
    return bool(columns) and all(is_sum(figures.of(j)[:at], figures.of(j)[at], fewest=3) for j in columns)
