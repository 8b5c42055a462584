"""Layout: from the cells of a sheet to a table below its names, with a note on everything left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from ...errors import ReadError
from ..table import Note, NoteKind, Offer, Reading
from .around import foot_of, repeats, width_of, without_comments
from .beside import columns_of
from .extent import find_extent
from .heading import Heading, find_heading
from .left_out import Plan, column_notes, left_out, row_notes
from .rulings import without_rulings
from .sections import Sections, find_sections
from .sheet import Cells, Rows, Sheet
from .subtotals import subtotals
from .sums import Figures, of_rows_in
from .turned import upright

SECTION = "section"  # the name of the column of sections' titles


@dataclass(frozen=True)
class Grid:
    """The columns of a table below their names, before they are typed."""

    names: tuple[str, ...]  # as they stand in the file
    units: tuple[str, ...]  # of each column; "" without
    columns: tuple[Cells, ...]
    lines: Rows  # (n,) where each row stands in the file
    reading: Reading  # as resolved
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Cleared:
    """A sheet with nothing but the columns of one table, upright and without lines that are no rows."""

    sheet: Sheet
    reading: Reading  # with what was found
    notes: tuple[Note, ...]


def lay_out(sheet: Sheet, reading: Reading) -> Grid:
    """The table of a sheet. Raises ReadError for a sheet without cells, or without a row below the names."""
    if not sheet.some.any():
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    cleared = _cleared(sheet, reading)
    sheet = cleared.sheet
    plan = _planned(sheet, cleared.reading)
    heading = plan.heading
    named = [bool(name or unit) for name, unit in zip(heading.names, heading.units, strict=True)]
    kept = [j for j in range(plan.width) if named[j] or sheet.filled[plan.body, j].any()]
    notes = (*sheet.notes, *cleared.notes, *row_notes(sheet, plan), *column_notes(sheet, plan, kept))
    resolved = replace(
        cleared.reading,
        skip=int(sheet.lines[plan.start]) - 1,
        header=heading.header,
        units=heading.n_units,
        foot=sheet.n - 1 - int(plan.body[-1]),
        width=plan.width,
        sections=reading.sections is not False,
        subtotals=bool(reading.subtotals),
    )
    grid = Grid(
        tuple(heading.names[j] for j in kept),
        tuple(heading.units[j] for j in kept),
        tuple(of_rows_in(sheet.columns[j], plan.body) for j in kept),
        sheet.lines[plan.body],
        resolved,
        notes,
    )
    return _with_sections(grid, plan.sections) if plan.sections else grid


def _cleared(sheet: Sheet, reading: Reading) -> _Cleared:
    commented = without_comments(sheet, reading.comment)
    sheet, ruled = (commented.sheet, sheet.lines[:0]) if reading.rulings else without_rulings(commented.sheet)
    sheet, on_its_side = upright(sheet, reading)
    turned = on_its_side is not None and on_its_side.kind is not NoteKind.HINT
    sheet, left, beside = columns_of(sheet, reading)
    notes = []
    if len(commented.lines):
        keep = Offer("Keep them", Reading(comment=""))
        notes.append(left_out(len(commented.lines), "of comments", commented.lines, offer=keep))
    if len(ruled):
        keep = Offer("Keep them", Reading(rulings=True))
        notes.append(left_out(len(ruled), "of strokes, as rulings are,", ruled, offer=keep))
    notes += [*([on_its_side] if on_its_side is not None else []), *beside]
    found = replace(reading, comment=commented.mark, rulings=bool(reading.rulings), turned=turned, left=left)
    return _Cleared(sheet, found, tuple(notes))


def _planned(sheet: Sheet, reading: Reading) -> Plan:
    sections = reading.sections is not False
    start, stop, heading = _headed(sheet, reading)
    rows = np.arange(start + heading.rows, stop)
    rows = rows[sheet.some[rows]]
    repeated = repeats(sheet, rows, start, heading)
    repeated = repeated[:0] if len(repeated) == len(rows) else repeated
    rows = np.setdiff1d(rows, repeated) if len(repeated) else rows
    parts = find_sections(sheet, start, rows, repeated) if sections else Sections(rows[:0], rows)
    width = width_of(sheet, parts.body, heading) if reading.width is None else min(max(1, reading.width), sheet.w)
    figures = Figures(sheet, parts.body, reading)
    foot = foot_of(figures, width) if reading.foot is None else 0
    body = parts.body[: len(parts.body) - foot]
    totals = body[:0] if reading.subtotals else subtotals(figures, body, width)
    if reading.foot is not None and len(totals) and totals[-1] == body[-1]:
        totals = totals[:-1]  # a total at the end was asked for
    kept = np.isin(body, totals, invert=True)
    titles = tuple(title for title, keep in zip(parts.titles, kept, strict=False) if keep)
    return Plan(start, stop, heading, body[kept], repeated, parts.rows, titles, totals, parts.body[len(body) :], width)


def _headed(sheet: Sheet, reading: Reading) -> tuple[int, int, Heading]:
    """The rows of the table and its heading. Raises ReadError where names that were asked for leave no row.

    Where nothing stands below the names that were found, all of the sheet is the table, and what is still one row is
    a row.
    """
    start, stop = find_extent(sheet, reading.skip, reading.foot, sections=reading.sections is not False)
    heading = find_heading(sheet, start, stop, reading)
    if not _is_empty(sheet, start, stop, heading):
        return start, stop, heading
    if reading.skip is None and reading.foot is None:
        start, stop = int(np.flatnonzero(sheet.some)[0]), int(np.flatnonzero(sheet.some)[-1]) + 1
        heading = find_heading(sheet, start, stop, reading)
    if _is_empty(sheet, start, stop, heading) and not reading.header and not reading.units:
        heading = find_heading(sheet, start, stop, replace(reading, header=0, units=0))
    if _is_empty(sheet, start, stop, heading):
        raise ReadError("The file has names of columns but no rows.", remedy="Choose a file with rows below the names.")
    return start, stop, heading


def _is_empty(sheet: Sheet, start: int, stop: int, heading: Heading) -> bool:
    return not sheet.some[start + heading.rows : stop].any()


def _with_sections(grid: Grid, titles: tuple[str, ...]) -> Grid:
    """The grid with the titles of its sections in a first column."""
    column = pa.array(titles, pa.string())
    return replace(grid, names=(SECTION, *grid.names), units=("", *grid.units), columns=(column, *grid.columns))
