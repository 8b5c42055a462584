"""Rulings: lines drawn with characters round the cells of a table, as Markdown, psql, MySQL and reports have them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .sheet import Cells, Mask, Rows, Sheet, taken

BARS = ("│", "┃", "║")  # what parts the cells of a drawn table
LOOKED_AT = 200  # lines that may tell where columns of fixed width begin
_LINES = r"[-=_+:|~\s─-╿]*"
_LINE = "(?:---|===|___|:-|-:|-\\+|[─━═]{2})"
_ONLY_LINES, _SOME_LINE = re.compile(_LINES), re.compile(_LINE)
_STROKES = re.compile(r"\s*(?:-{2,}|={2,})(?:\s+(?:-+|=+))+\s*")
_STROKE = re.compile(r"-+|=+")


def is_ruling(text: str) -> bool:
    """Whether a line or a cell holds nothing but strokes."""
    return _ONLY_LINES.fullmatch(text) is not None and _SOME_LINE.search(text) is not None  # in linear time


def without_ruling_lines(text: str) -> str:
    """A text without its ruling lines."""
    if not re.search(r"---|===|-\+|─|━|═", text):
        return text
    return "".join(line for line in text.splitlines(keepends=True) if not is_ruling(line.strip()))


def without_rulings(sheet: Sheet) -> tuple[Sheet, Rows]:
    """The sheet without rows whose filled cells are all strokes, and their lines."""
    drawn = sheet.some.copy() if sheet.n else np.zeros(0, dtype=np.bool_)
    for j, cells in enumerate(sheet.columns):
        drawn &= ~sheet.filled[:, j] | _are_strokes(cells)
        if not drawn.any():
            return sheet, sheet.lines[:0]
    keep = np.flatnonzero(~drawn)
    if not len(keep):
        return sheet, sheet.lines[:0]
    columns = tuple(taken(cells, keep) for cells in sheet.columns)
    rest = replace(sheet, columns=columns, lines=sheet.lines[keep], widths=sheet.widths[keep], merged=())
    return rest, sheet.lines[drawn]


def spans(text: str) -> tuple[tuple[int, int | None], ...]:
    """Where columns of fixed width begin and end, by a ruling whose strokes are parted by spaces; () without one.

    The last one has no end. Most lines below the ruling must have spaces where it has them.
    """
    lines = text.splitlines()[:LOOKED_AT]
    for at, line in enumerate(lines):
        if _STROKES.fullmatch(line):
            starts = [found.start() for found in _STROKE.finditer(line)]
            found = tuple(zip(starts, [*starts[1:], None], strict=True))
            below = [each for each in lines[at + 1 :] if each.strip() and not is_ruling(each)]
            fits = Counter(len(cut(each, found)) for each in below)
            if below and fits[len(found)] >= 0.8 * len(below):
                return found
    return ()


def cut(line: str, places: Sequence[tuple[int, int | None]]) -> list[str]:
    """The cells of a line of fixed width; the line as it is where something stands across a border, or it is ruled."""
    across = any(line[start - 1 : start].strip() for start, _ in places if start)
    if across or is_ruling(line.strip()):
        return [line.strip()]
    return [line[start:stop].strip() for start, stop in places]


def _are_strokes(cells: Cells) -> Mask:
    if isinstance(cells, pa.Array):
        if pa.types.is_null(cells.type):
            return np.zeros(len(cells), dtype=np.bool_)
        found = pc.match_substring_regex(cells, f"^{_LINES}{_LINE}{_LINES}$").fill_null(False)
        return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.array([isinstance(cell, str) and is_ruling(cell) for cell in cells], dtype=np.bool_)
