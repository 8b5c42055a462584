"""Beside: tables that stand side by side on one sheet, with a blank column between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...numbers import count
from ..table import Note, NoteKind, Offer, Reading
from .extent import find_extent, runs
from .heading import is_header, looked_at
from .sheet import Sheet
from .sorts import Row

FEWEST_ROWS = 3
MOST_TOLD = 3  # other tables that are offered


@dataclass(frozen=True)
class _Part:
    """Columns of a sheet that are filled without a gap, and where a table stands in them."""

    left: int
    right: int  # the column after the last
    start: int  # the first row of two cells or more
    stop: int  # the row after the last one
    names: tuple[object, ...]
    cells: int

    def is_apart_from(self, other: _Part) -> bool:
        """Whether two parts are tables of their own: of other rows, or with a name in common."""
        same = set(self.names) & set(other.names) - {None}
        slack = max(1, 0.1 * max(self.stop - self.start, other.stop - other.start))
        ends = max(abs(self.start - other.start), abs(self.stop - other.stop)) > slack
        return ends or 2 * len(same) >= len(self.names)


def columns_of(sheet: Sheet, reading: Reading) -> tuple[Sheet, int, tuple[Note, ...]]:
    """The columns of the largest of the tables that stand side by side, those to its left, and notes on the others."""
    if reading.left is not None:
        stop = sheet.w if reading.width is None else reading.left + max(1, reading.width)
        left = min(reading.left, sheet.w - 1)
        return _cut(sheet, left, min(max(stop, left + 1), sheet.w)), left, ()
    parts = _parts(sheet) if reading.width is None else []
    if len(parts) < 2:
        return sheet, 0, ()
    main = max(parts, key=lambda each: each.cells)
    others = [each for each in parts if each is not main and each.is_apart_from(main)]
    if not others:
        return sheet, 0, ()
    left = max((each.right for each in others if each.right <= main.left), default=0)
    right = min((each.left for each in others if each.left >= main.right), default=sheet.w)
    while not sheet.filled[:, left].any():
        left += 1
    while not sheet.filled[:, right - 1].any():
        right -= 1
    return _cut(sheet, left, right), left, tuple(map(_note, others[:MOST_TOLD]))


def _parts(sheet: Sheet) -> list[_Part]:
    """The parts of a sheet that are tables with names."""
    stretches = runs(np.asarray(sheet.filled.any(axis=0), dtype=np.bool_))
    if len(stretches) < 2 or not all(a[1] < b[0] for a, b in pairwise(stretches)):
        return []
    return [part for left, right in stretches if right - left > 1 and (part := _part(sheet, left, right)) is not None]


def _part(sheet: Sheet, left: int, right: int) -> _Part | None:
    cut = _cut(sheet, left, right)
    full = np.flatnonzero(cut.filled.sum(axis=1) >= 2)
    if len(full) < FEWEST_ROWS:
        return None
    start, stop = find_extent(cut, None, None, sections=True)
    rows: list[Row] = [*cut.rows(start, min(stop, start + looked_at(cut.w)))]
    if len(rows) < FEWEST_ROWS or not is_header(rows[0], rows[1:]):
        return None
    cells = int(cut.filled[start:stop].sum())
    return _Part(left, right, int(full[0]), int(full[-1]) + 1, tuple(rows[0]), cells)


def _cut(sheet: Sheet, left: int, right: int) -> Sheet:
    """Some columns of a sheet."""
    if (left, right) == (0, sheet.w):
        return sheet
    merged = tuple(
        replace(each, left=each.left - left, right=each.right - left)
        for each in sheet.merged
        if left <= each.left and each.right < right
    )
    widths = np.clip(sheet.widths - left, 0, right - left).astype(np.int32)
    n = int(np.flatnonzero(sheet.filled[:, left:right].any(axis=1))[-1]) + 1  # the other table may go on below
    columns = tuple(cells[:n] for cells in sheet.columns[left:right])
    there = np.asarray(sheet.filled.any(axis=0), dtype=np.bool_)
    blank = sheet.w - (right - left) - int(there[:left].sum()) - int(there[right:].sum())
    return Sheet(columns, sheet.lines[:n], widths[:n], sheet.before + blank, merged, sheet.notes)


def _note(part: _Part) -> Note:
    width = part.right - part.left
    what = f"Another table of {count(width, 'column')} stands beside this one and was left out."
    return Note(what, width, NoteKind.COLUMNS, Offer("Read it instead", Reading(left=part.left, width=width)))
