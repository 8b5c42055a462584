"""Sheet: the cells of a file in rows and columns, before anything is made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import ReadError
from ..table import Note, NoteKind

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Cells: TypeAlias = pa.Array | Sequence[Cell]  # the strings of a text file, or cells as a workbook typed them
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_COLUMNS = 20_000
TOGETHER = 20_000  # cells


@dataclass(frozen=True)
class Merged:
    """A block of merged cells, whose value stands in its first cell; rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """n rows of w cells."""

    columns: tuple[Cells, ...]  # w columns of n cells
    lines: Rows  # (n,) where each row stands in the file, from 1
    widths: npt.NDArray[np.int32]  # (n,) cells that each row was written with
    before: int = 0  # empty columns to the left
    merged: tuple[Merged, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.lines)

    @property
    def w(self) -> int:
        """Columns."""
        return len(self.columns)

    def rows(self, start: int, stop: int) -> list[list[Cell]]:
        """The cells of rows start to stop - 1; blank cells are None."""
        some = slice(start, min(stop, self.n))
        if all(map(is_text, self.columns)) and self.columns:
            texts = pa.concat_arrays([cells[some] for cells in self.columns]).to_numpy(zero_copy_only=False).tolist()
            plain = [None if text is None or not text or text.isspace() else text for text in texts]
            height = len(plain) // self.w
            return [plain[at::height] for at in range(height)]
        parts = [list(map(_plain, part(cells, some))) for cells in self.columns]
        return [list(row) for row in zip(*parts, strict=True)]

    @cached_property
    def filled(self) -> Mask:
        """(n, w) which cells hold something."""
        found = np.empty((self.n, self.w), dtype=np.bool_, order="F")
        for stretch in stretches(self.columns):
            found[:, stretch] = filled(end_to_end(self.columns[stretch])).reshape(-1, self.n).T
        return found

    @cached_property
    def some(self) -> Mask:
        """(n,) which rows hold something."""
        return np.asarray(self.filled.any(axis=1), dtype=np.bool_)


def part(cells: Cells, rows: slice) -> list[Cell]:
    """Some cells of a column."""
    return cells[rows].to_pylist() if isinstance(cells, pa.Array) else list(cells[rows])


def filled(cells: Cells) -> Mask:
    """Which cells hold more than white space."""
    if isinstance(cells, pa.Array):
        if pa.types.is_null(cells.type):
            return np.zeros(len(cells), dtype=np.bool_)
        some = pc.and_not(pc.greater(pc.binary_length(cells), 0), pc.utf8_is_space(cells))
        return np.asarray(some.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.fromiter((_plain(cell) is not None for cell in cells), np.bool_, len(cells))


def stretches(columns: Sequence[Cells]) -> list[slice]:
    """The columns in groups of some TOGETHER cells, to be worked on at once: a call costs more than a short column."""
    if not columns or all(map(is_text, columns)):
        return groups(columns)
    return [slice(at, at + 1) for at in range(len(columns))]


def groups(columns: Sequence[Cells]) -> list[slice]:
    """The same of columns of any kind."""
    each = max(1, TOGETHER // max(1, len(columns[0]))) if columns else 1
    return [slice(start, start + each) for start in range(0, len(columns), each)]


def end_to_end(columns: Sequence[Cells]) -> Cells:
    """The cells of some columns of text, or of a single one of any kind, one column behind the other."""
    return columns[0] if len(columns) == 1 else pa.concat_arrays(columns)


def is_text(cells: Cells) -> bool:
    """Whether a column comes from a text file."""
    return isinstance(cells, pa.Array) and pa.types.is_string(cells.type)


def taken(cells: Cells, rows: Rows) -> Cells:
    """The cells of some rows, in their order."""
    if isinstance(cells, pa.Array):
        return cells.take(pa.array(rows))
    return [cells[row] for row in rows]


def of_rows(rows: Sequence[Sequence[Cell]], first_line: int = 1) -> Sheet:
    """A sheet of rows of cells. Raises ReadError if they are too wide."""
    widths = np.fromiter(map(len, rows), np.int32, len(rows))
    width = int(widths.max(initial=0))
    check_width(width)
    even = rows if (widths == width).all() else [[*row, *[None] * (width - len(row))] for row in rows]
    columns = tuple(list(cells) for cells in zip(*even, strict=True))
    return Sheet(columns, np.arange(first_line, first_line + len(rows), dtype=np.int64), widths)


def check_width(width: int) -> None:
    """Raises ReadError for more columns than can be read."""
    if width > MOST_COLUMNS:
        raise ReadError(
            "The table is too wide.",
            f"It has {width:,} columns; {MOST_COLUMNS:,} can be read.",
            "Upload a part of its columns.",
        )


def no_text_note(count: int) -> Note:
    """What is told of cells that hold bytes, such as pictures, and no text."""
    holds, counts = ("cell holds", "counts") if count == 1 else ("cells hold", "count")
    return Note(f"{count:,} {holds} data that are no text and {counts} as blank.", count, NoteKind.CELLS)


def _plain(cell: Cell) -> Cell:
    """The cell, or None if it holds nothing."""
    if isinstance(cell, str) and (not cell or cell.isspace()):
        return None
    return None if isinstance(cell, float) and cell != cell else cell
