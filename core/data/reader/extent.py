"""Extent: in which rows of a sheet the table stands, when blank rows part it from titles, remarks and other tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...errors import ReadError
from .heading import group_rows, is_header, looked_at, may_be_groups
from .sheet import Cell, Mask, Sheet
from .sorts import is_value, value_columns

SECTION_TITLE = 4  # rows of a section's title at most
BY_CHANCE = 3.0  # times as many blank rows as blank cells would make by chance: what parts tables comes without those
LONGEST_TITLE = 12  # rows of a title right above the names

Counts = npt.NDArray[np.int64]


def find_extent(sheet: Sheet, skip: int | None, foot: int | None, *, sections: bool) -> tuple[int, int]:
    """The first row of the table and the row after its last.

    skip is the number of lines above the table and foot that of the rows below it, where they are given; sections says
    whether blocks below the same names are one table. Raises ReadError if nothing is left between them.
    """
    counts: Counts = sheet.filled.sum(axis=1)
    begin = 0 if skip is None else int(np.searchsorted(sheet.lines, skip, side="right"))
    end = sheet.n - (foot or 0)
    blocks = [
        _Block(sheet, counts, max(start, begin), min(stop, end))
        for start, stop in runs(counts > 0)
        if stop > begin and start < end
    ]
    if not blocks:
        raise ReadError("No rows are left between the lines that are left out.", remedy="Leave out fewer lines.")
    if foot is not None:
        start = blocks[0].start if skip is not None else _found(sheet, counts, blocks, sections=sections)[0]
        return start, blocks[-1].stop
    if skip is not None:
        return blocks[0].start, _last(blocks, 0, sections=sections)
    return _found(sheet, counts, blocks, sections=sections)


def _found(sheet: Sheet, counts: Counts, blocks: list[_Block], *, sections: bool) -> tuple[int, int]:
    """The rows of the table, from the block that is most of it."""
    if _blank_by_chance(sheet, counts, blocks):
        return blocks[0].first_full_row, blocks[-1].stop
    main = max(range(len(blocks)), key=lambda at: (blocks[at].weight, -at))
    first = main
    while first and blocks[main].is_preceded_by(blocks[first - 1]):
        first -= 1
    if sections and blocks[main].names:
        first = min(first, _section_ends(blocks, main, -1))
    whole = _Block(sheet, counts, blocks[first].start, _last(blocks, main, sections=sections))
    if not whole.is_table and sum(each.cells for each in blocks) > 2 * whole.cells:
        return blocks[0].start, blocks[-1].stop  # a form rather than a table: nothing is taken for a remark
    return whole.first_full_row, whole.stop


def _blank_by_chance(sheet: Sheet, counts: Counts, blocks: list[_Block]) -> bool:
    """Whether rows without a cell are those of one table in which cells are blank here and there.

    Then there are no more of them than blanks in each column, independent of each other, would bring about, and no row
    below the names holds a word in a column of values.
    """
    begin, end = blocks[0].first_full_row + 1, blocks[-1].stop
    if sheet.w < 2 or len(blocks) < 2 or not blocks[0].names or begin >= end:
        return False
    filled = sheet.filled[begin:end]
    by_chance = float((1 - filled.mean(axis=0)).prod()) * len(filled)
    if int((counts[begin:end] == 0).sum()) > BY_CHANCE * by_chance:
        return False
    rows = [row for row in sheet.rows(begin, end) if any(cell is not None for cell in row)]
    values = value_columns(rows)
    return bool(values.any()) and all(
        is_value(cell)
        for row in rows
        for cell, of_values in zip(row, values, strict=True)
        if of_values and cell is not None
    )


def runs(there: Mask) -> list[tuple[int, int]]:
    """Stretches of true places, as start and stop."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _last(blocks: list[_Block], main: int, *, sections: bool) -> int:
    """The end of the table: the blocks below the main one go on with it while they look like it, or say its names."""
    last = _section_ends(blocks, main, 1) if sections and blocks[main].names else main
    for at in range(last + 1, len(blocks)):
        again = bool(blocks[main].names) and blocks[at].says(blocks[main].names)
        if again or not blocks[main].is_followed_by(blocks[at]):
            break
        last = at
    return blocks[last].stop


def _section_ends(blocks: list[_Block], main: int, step: int) -> int:
    """The farthest block up or down that begins with the names of the main one; only titles stand between."""
    end, at = main, main + step
    while 0 <= at < len(blocks):
        if blocks[at].says(blocks[main].names) or (at - end == step == 1 and blocks[main].is_followed_by(blocks[at])):
            end = at
        elif not blocks[at].may_be_title(blocks[main].usual):
            break
        at += step
    return end


@dataclass(frozen=True)
class _Block:
    """Rows of a sheet that stand together."""

    sheet: Sheet
    counts: Counts  # filled cells of each row of the sheet
    start: int
    stop: int

    @cached_property
    def cells(self) -> int:
        """Filled cells."""
        return int(self.counts[self.start : self.stop].sum())

    @cached_property
    def weight(self) -> int:
        """Filled cells in rows of two or more count a thousandfold: a long list of remarks is no table."""
        counts = self.counts[self.start : self.stop]
        return int(counts[counts > 1].sum()) * 1_000 + self.cells

    @cached_property
    def usual(self) -> int:
        """The usual number of filled cells in a row."""
        counts = self.counts[self.start : self.stop]
        return int(np.median(counts[counts > 0]))

    @cached_property
    def width(self) -> int:
        """The usual number of cells that rows were written with."""
        return Counter(self.sheet.widths[self.start : self.stop].tolist()).most_common(1)[0][0]

    @cached_property
    def rows(self) -> list[list[Cell]]:
        """The first rows."""
        return self.sheet.rows(self.start, min(self.stop, self.start + looked_at(self.sheet.w)))

    @cached_property
    def values(self) -> Mask:
        """(w,) columns that hold mostly values below the first row."""
        return value_columns(self.rows[1:] or self.rows)

    @cached_property
    def pattern(self) -> Mask:
        """(w,) columns that are filled in most rows."""
        return np.asarray(self.sheet.filled[self.start : self.stop].mean(axis=0) > 0.5, dtype=np.bool_)

    @cached_property
    def names(self) -> list[Cell]:
        """The row that names what is below; [] without one."""
        first = self.first_full_row
        rows = self.sheet.rows(first, min(self.stop, first + looked_at(self.sheet.w)))
        known = len(rows) > 1 and sum(cell is not None for cell in rows[0]) > 1 and is_header(rows[0], rows[1:])
        return rows[0] if known else []

    def says(self, names: list[Cell]) -> bool:
        """Whether these names stand at its top, below a title at most."""
        return names in self.rows[: SECTION_TITLE + 1]

    def may_be_title(self, usual: int) -> bool:
        """Whether it may be the title of a section, or the head of a page, of a table with so many cells in a row."""
        few = self.usual == 1 or (self.usual <= usual // 2 and self.is_words)
        return few and self.stop - self.start <= SECTION_TITLE

    @property
    def is_table(self) -> bool:
        """Whether it has rows and columns."""
        return self.stop - self.start >= 3 and self.usual >= 2

    @property
    def has_names(self) -> bool:
        """Whether its first row names what is below."""
        return len(self.rows) > 1 and is_header(self.rows[0], self.rows[1:])

    @property
    def is_words(self) -> bool:
        """Whether it holds no value."""
        return not any(any(map(is_value, row)) for row in self.rows)

    def is_like(self, other: _Block) -> bool:
        """Whether both hold values in the same columns, or are alike in width where there are none."""
        if self.values.any():
            theirs = other.values if other.has_names else value_columns(other.rows)
            return bool((self.values & theirs).sum() >= 0.7 * self.values.sum())
        if isinstance(self.sheet.columns[0], pa.Array):
            return self.width == other.width
        return bool((self.pattern == other.pattern).all())

    def is_preceded_by(self, above: _Block) -> bool:
        """Whether the block above is its names, or rows of the same table parted from it by a blank row."""
        if above.usual < max(2, self.usual / 2):
            return self.usual == above.usual == 1 and not isinstance(self.sheet.columns[0], pa.Array)
        if self.has_names:
            return False
        if above.is_words and above.stop - above.start <= 3 and self.values.any():
            return True
        return self.is_like(above)

    def is_followed_by(self, below: _Block) -> bool:
        """Whether the block below goes on with the same table."""
        if self.usual > 1 and below.usual < max(2, 0.6 * self.usual):
            return False
        if self.values.any() and below.counts[below.start] > 1 and not any(map(is_value, below.rows[0])):
            return False
        return self.is_like(below)

    @property
    def first_full_row(self) -> int:
        """The first row that is as full as rows of the table are, or the row of group names above it."""
        if self.usual < 2 or self.stop - self.start < 2:
            return self.start
        counts = self.counts[self.start : self.stop]
        first = self.start + int(np.flatnonzero(counts >= max(2, (self.usual + 1) // 2))[0])
        first = self._names_below_a_title(first)
        while first > self.start and self._groups_names(first - 1):
            first -= 1
        return first

    def _names_below_a_title(self, first: int) -> int:
        """The first row as full as rows are, if it holds names and those above it are shorter and group none."""
        counts = self.counts[first : min(self.stop, first + LONGEST_TITLE)]
        full = first + int(np.flatnonzero(counts >= min(self.usual, counts.max()))[0])
        rows = self.sheet.rows(first, min(self.stop, full + looked_at(self.sheet.w)))
        below = rows[full - first + 1 :]
        groups = group_rows(rows) and not self._is_parted_title(first)
        if full == first or not below or groups or not is_header(rows[full - first], below):
            return first
        sparse = all(sum(cell is not None for cell in row) < self.usual - 1 for row in rows[: full - first])
        return full if sparse else first

    def _groups_names(self, row: int) -> bool:
        """Whether a row groups the names in the next one."""
        above, *below = self.sheet.rows(row, min(self.stop, row + 1 + looked_at(self.sheet.w)))
        spanning = [each for each in self.sheet.merged if each.top == row and each.left < each.right]
        filled = [j for j, cell in enumerate(above) if cell is not None]
        levels = group_rows([above, *below])
        if not may_be_groups(above) or not (len(filled) >= 2 or len(spanning) > 1):
            return False
        return not self._is_parted_title(row) and (levels > 0 or is_header(below[0], below[1:] or below))

    def _is_parted_title(self, row: int) -> bool:
        """Whether a row is a title with delimiters in it: cells without a gap, and fewer than the next row has."""
        return bool(self.counts[row] == self.sheet.widths[row] < self.sheet.widths[row + 1])
