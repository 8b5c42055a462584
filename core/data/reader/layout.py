"""Layout: from the cells of a sheet to a table below its names, with a note on everything left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from core.data.reader.around import foot_of, of_rows_in, repeats, width_of, without_comments
from core.data.reader.extent import find_extent
from core.data.reader.heading import Heading, find_heading
from core.data.reader.sheet import Cells, Rows, Sheet
from core.data.table import Note, NoteKind, Offer, Reading
from core.errors import ReadError

NAMED_LINES = 5


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
class _Plan:
    """Which rows of a sheet are what."""

    start: int  # the first row of the names
    stop: int  # the row after the table
    heading: Heading
    body: Rows  # rows that are kept
    repeated: Rows  # rows that repeat the names
    foot: Rows  # totals and remarks at the end
    width: int  # columns that belong to the table


def lay_out(sheet: Sheet, reading: Reading) -> Grid:
    """The table of a sheet. Raises ReadError for a sheet without cells, or without a row below the names."""
    if not sheet.some.any():
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    commented = without_comments(sheet, reading.comment)
    sheet = commented.sheet
    plan = _planned(sheet, reading)
    heading = plan.heading
    named = [bool(name or unit) for name, unit in zip(heading.names, heading.units, strict=True)]
    kept = [j for j in range(plan.width) if named[j] or sheet.filled[plan.body, j].any()]
    notes = [
        *sheet.notes,
        *_comment_notes(commented.lines),
        *_row_notes(sheet, plan),
        *_column_notes(sheet, plan, kept),
    ]
    resolved = replace(
        reading,
        skip=int(sheet.lines[plan.start]) - 1,
        header=heading.header,
        units=heading.n_units,
        foot=sheet.n - 1 - int(plan.body[-1]),
        width=plan.width,
        comment=commented.mark,
    )
    return Grid(
        tuple(heading.names[j] for j in kept),
        tuple(heading.units[j] for j in kept),
        tuple(of_rows_in(sheet.columns[j], plan.body) for j in kept),
        sheet.lines[plan.body],
        resolved,
        tuple(notes),
    )


def _planned(sheet: Sheet, reading: Reading) -> _Plan:
    start, stop = find_extent(sheet, reading.skip, reading.foot)
    heading = find_heading(sheet, start, stop, reading)
    rows = np.arange(start + heading.rows, stop)
    rows = rows[sheet.some[rows]]
    if not len(rows):
        raise ReadError("The file has names of columns but no rows.", remedy="Choose a file with rows below the names.")
    repeated = repeats(sheet, rows, heading)
    repeated = repeated[:0] if len(repeated) == len(rows) else repeated
    rows = np.setdiff1d(rows, repeated) if len(repeated) else rows
    width = width_of(sheet, rows, heading) if reading.width is None else min(max(1, reading.width), sheet.w)
    foot = foot_of(sheet, rows, width) if reading.foot is None else 0
    body = rows[: len(rows) - foot]
    return _Plan(start, stop, heading, body, repeated, rows[len(body) :], width)


def _comment_notes(lines: Rows) -> list[Note]:
    return [_left_out(len(lines), "of comments", lines)] if len(lines) else []


def _row_notes(sheet: Sheet, plan: _Plan) -> list[Note]:
    """Rows that are not in the table."""
    filled = sheet.some
    above, below = sheet.lines[: plan.start][filled[: plan.start]], sheet.lines[plan.stop :][filled[plan.stop :]]
    notes = []
    if len(above):
        notes.append(_left_out(len(above), "above the table", above))
    if len(below):
        other = Offer("Read them instead", (("skip", int(below[0]) - 1),)) if len(below) > 2 else None
        notes.append(_left_out(len(below), "below the table", below, offer=other))
    if len(plan.repeated):
        notes.append(_left_out(len(plan.repeated), "that repeat the names", sheet.lines[plan.repeated]))
    if len(plan.foot):
        keep = Offer("Keep them", (("foot", sheet.n - plan.stop),))
        notes.append(_left_out(len(plan.foot), "of totals or remarks at the end", sheet.lines[plan.foot], offer=keep))
    if plan.heading.header > 1:
        notes.append(Note(f"The names of the columns take {plan.heading.header} rows.", plan.heading.header))
    if plan.heading.n_units:
        units = sheet.lines[plan.start + plan.heading.header :][: plan.heading.n_units]
        notes.append(_left_out(len(units), "of units or descriptions below the names", units))
    blank = int((~filled).sum())
    if blank:
        notes.append(Note(f"{blank:,} blank {'row' if blank == 1 else 'rows'} left out.", blank, NoteKind.ROWS))
    return notes + _ragged_notes(sheet, plan)


def _column_notes(sheet: Sheet, plan: _Plan, kept: list[int]) -> list[Note]:
    """Columns that are not in the table."""
    notes = []
    beside = int(sheet.filled[plan.body][:, plan.width :].any(axis=0).sum())
    if beside:
        columns = "column" if beside == 1 else "columns"
        notes.append(Note(f"{beside:,} {columns} of remarks beside the table left out.", beside, NoteKind.COLUMNS))
    empty = sheet.before + sheet.w - len(kept) - beside
    if empty:
        columns = "column" if empty == 1 else "columns"
        notes.append(Note(f"{empty:,} empty {columns} left out.", empty, NoteKind.COLUMNS))
    return notes


def _ragged_notes(sheet: Sheet, plan: _Plan) -> list[Note]:
    """Rows with fewer cells than most rows, or more than there are names."""
    widths = sheet.widths[plan.body]
    if widths.min() == widths.max() and (not plan.heading.header or sheet.widths[plan.start] >= widths[0]):
        return []
    usual = Counter(widths.tolist()).most_common(1)[0][0]
    if plan.heading.header:
        usual = max(usual, int(sheet.widths[plan.start : plan.start + plan.heading.rows].max()))
    filled = sheet.filled[plan.body]
    ends = np.where(filled.any(axis=1), sheet.w - filled[:, ::-1].argmax(axis=1), 0)
    notes = []
    for uneven, what in (
        (widths < usual, "fewer cells than most; blank at its end"),
        (ends > usual, "more cells than there are names; they stand in columns of their own"),
    ):
        count = int(uneven.sum())
        if count:
            has = "row has" if count == 1 else "rows have"
            where = _lines(sheet.lines[plan.body][uneven])
            notes.append(Note(f"{count:,} {has} {what} ({where}).", count, NoteKind.RAGGED))
    return notes


def _left_out(count: int, what: str, lines: Rows, offer: Offer | None = None) -> Note:
    rows = "row" if count == 1 else "rows"
    return Note(f"{count:,} {rows} {what} left out ({_lines(lines)}).", count, NoteKind.ROWS, offer)


def _lines(lines: Rows) -> str:
    """Which lines, by number: a run by its ends, of others the first few."""
    if len(lines) > 2 and lines[-1] - lines[0] == len(lines) - 1:
        return f"lines {lines[0]:,} to {lines[-1]:,}"
    named = ", ".join(f"{line:,}" for line in lines[:NAMED_LINES])
    return f"{'line' if len(lines) == 1 else 'lines'} {named}{', …' if len(lines) > NAMED_LINES else ''}"
