"""Left out: notes on the rows and columns of a sheet that are not in its table, with the way to read them as well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..table import Note, NoteKind, Offer, Reading
from .heading import Heading
from .sheet import Rows, Sheet

NAMED_LINES = 5


@dataclass(frozen=True)
class Plan:
    """Which rows of a sheet are what."""

    start: int  # the first row of the names
    stop: int  # the row after the table
    heading: Heading
    body: Rows  # rows that are kept
    repeated: Rows  # rows that repeat the names
    titles: Rows  # rows that are titles of sections
    sections: tuple[str, ...]  # the title of each row of the body; () without
    subtotals: Rows  # rows of totals between the others
    foot: Rows  # totals and remarks at the end
    width: int  # columns that belong to the table


def row_notes(sheet: Sheet, plan: Plan) -> list[Note]:
    """Rows that are not in the table."""
    filled = sheet.some
    above, below = sheet.lines[: plan.start][filled[: plan.start]], sheet.lines[plan.stop :][filled[plan.stop :]]
    notes = []
    if len(above):
        end = sheet.n - 1 - int(plan.body[-1])
        too = Offer("Read them as well", Reading(skip=int(above[0]) - 1, foot=end))
        notes.append(left_out(len(above), "above the table", above, offer=too))
    if len(below):
        instead = Offer("Read them instead", Reading(skip=int(below[0]) - 1))
        other = instead if len(below) > 2 else Offer("Read them as well", Reading(foot=0))
        notes.append(left_out(len(below), "below the table", below, offer=other))
    if len(plan.repeated):
        again = "that repeats the names" if len(plan.repeated) == 1 else "that repeat the names"
        notes.append(left_out(len(plan.repeated), again, sheet.lines[plan.repeated], _alone(sheet, plan)))
    if len(plan.titles):
        notes.append(_title_note(sheet, plan))
    if len(plan.subtotals):
        keep = Offer("Keep them", Reading(subtotals=True))
        notes.append(
            left_out(len(plan.subtotals), "of totals between the rows", sheet.lines[plan.subtotals], offer=keep)
        )
    if len(plan.foot):
        keep = Offer("Keep them", Reading(foot=sheet.n - plan.stop))
        notes.append(left_out(len(plan.foot), "of totals or remarks at the end", sheet.lines[plan.foot], offer=keep))
    if len(plan.body) == 1 and not plan.heading.header:
        what = "The table has one row alone. If it holds the names of columns, no rows stand below them."
        notes.append(Note(what, 1, NoteKind.HINT))
    if plan.heading.header > 1:
        notes.append(_names_note(sheet, plan))
    if plan.heading.n_units:
        units = sheet.lines[plan.start + plan.heading.header :][: plan.heading.n_units]
        keep = Offer("Keep them as rows", Reading(units=0))
        notes.append(left_out(len(units), "of units or descriptions below the names", units, offer=keep))
    blank = int((~filled).sum())
    if blank:
        notes.append(Note(f"{blank:,} blank {'row' if blank == 1 else 'rows'} left out.", blank, NoteKind.ROWS))
    return notes + _ragged_notes(sheet, plan)


def column_notes(sheet: Sheet, plan: Plan, kept: list[int]) -> list[Note]:
    """Columns that are not in the table."""
    notes = []
    beside = int(sheet.filled[plan.body][:, plan.width :].any(axis=0).sum())
    if beside:
        columns = "column" if beside == 1 else "columns"
        keep = Offer("Keep them", Reading(width=sheet.w))
        what = f"{beside:,} {columns} of remarks beside the table left out."
        notes.append(Note(what, beside, NoteKind.COLUMNS, keep))
    empty = sheet.before + sheet.w - len(kept) - beside
    if empty:
        columns = "column" if empty == 1 else "columns"
        notes.append(Note(f"{empty:,} empty {columns} left out.", empty, NoteKind.COLUMNS))
    return notes


def _names_note(sheet: Sheet, plan: Plan) -> Note:
    """That the names take several rows, and how to read the last of them alone."""
    rows = plan.heading.header
    last = Offer("Only the last of them", Reading(skip=int(sheet.lines[plan.start + rows - 1]) - 1, header=1))
    return Note(f"The names of the columns take {rows} rows.", rows, offer=last)


def _title_note(sheet: Sheet, plan: Plan) -> Note:
    """Titles of sections, and where they went."""
    lines = sheet.lines[plan.titles]
    other = _alone(sheet, plan) or Offer("Read them as rows", Reading(sections=False))
    if not plan.sections:
        return left_out(len(lines), "of titles between the rows", lines, offer=other)
    parts = len(set(plan.sections))
    what = f"The table has {parts:,} sections; their titles ({_lines(lines)}) stand in a column of their own."
    return Note(what, len(lines), NoteKind.ROWS, other)


def _alone(sheet: Sheet, plan: Plan) -> Offer | None:
    """The way to one section alone; only blank rows part them."""
    parted = not sheet.some[plan.start : plan.stop].all()
    return Offer("Read the largest section alone", Reading(sections=False)) if parted else None


def _ragged_notes(sheet: Sheet, plan: Plan) -> list[Note]:
    """Rows with fewer cells than most rows, or more than there are names."""
    widths = sheet.widths[plan.body]
    if widths.min() == widths.max() and (not plan.heading.header or sheet.widths[plan.start] >= widths[0]):
        return []
    usual = Counter(widths.tolist()).most_common(1)[0][0]
    named = usual
    if plan.heading.header:
        written = int(sheet.widths[plan.start : plan.start + plan.heading.rows].max())
        named = max(written, max((j + 1 for j, name in enumerate(plan.heading.names) if name), default=0))
        usual = max(usual, written)
    filled = sheet.filled[plan.body]
    ends = np.where(filled.any(axis=1), sheet.w - filled[:, ::-1].argmax(axis=1), 0)
    notes = []
    for uneven, what in (
        (widths < usual, "fewer cells than most; blank at its end"),
        (ends > named, "more cells than there are names; they stand in columns of their own"),
    ):
        count = int(uneven.sum())
        if count:
            has = "row has" if count == 1 else "rows have"
            where = _lines(sheet.lines[plan.body][uneven])
            notes.append(Note(f"{count:,} {has} {what} ({where}).", count, NoteKind.RAGGED))
    return notes


def left_out(count: int, what: str, lines: Rows, offer: Offer | None = None) -> Note:
    """That rows are not in the table, where they stand, and the way to read them."""
    rows = "row" if count == 1 else "rows"
    return Note(f"{count:,} {rows} {what} left out ({_lines(lines)}).", count, NoteKind.ROWS, offer)


def _lines(lines: Rows) -> str:
    """Which lines, by number: a run by its ends, of others the first few."""
    if len(lines) > 2 and lines[-1] - lines[0] == len(lines) - 1:
        return f"lines {lines[0]:,} to {lines[-1]:,}"
    named = ", ".join(f"{line:,}" for line in lines[:NAMED_LINES])
    return f"{'line' if len(lines) == 1 else 'lines'} {named}{', …' if len(lines) > NAMED_LINES else ''}"
