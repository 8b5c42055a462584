"""Marks: columns side by side that hold one value or nothing, as where all that applies is ticked; nothing means no."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pandas as pd

from ..numbers import count
from .columns import profile
from .levels import spelled
from .table import Column, Kind, Note, NoteKind, Offer, Reading, Table

FEWEST = 3  # columns side by side: one or two that hold one value may as well be blank
NO = "no"
SHOWN = 3


def with_marks(table: Table) -> Table:
    """The table with no for the blanks beside marks and a note of it, unless its reading keeps them.

    A row without any mark in such columns stays blank there, since nobody may have asked.
    """
    if table.reading.marks is False:
        return table
    frame, notes = table.frame.copy(deep=False), []
    for columns in _runs(table):
        names = [each.name for each in columns]
        blank = frame[names].isna()
        answered = ~blank.all(axis=1)
        if not blank[answered].to_numpy().any():
            continue
        for each in columns:
            frame[each.name] = _filled(frame[each.name], answered & blank[each.name], each)
        notes.append(_note(names, int((blank.sum(axis=1) * answered).sum()), int((~answered).sum())))
    if not notes:
        return table
    reading, originals = replace(table.reading, marks=True), [each.original for each in table.columns]
    return profile(frame, (*table.notes, *notes), reading, originals)


def _runs(table: Table) -> list[list[Column]]:
    """Columns side by side that are marks, enough of them to tell."""
    runs = [list(some) for is_mark, some in groupby(table.columns, lambda each: _is_mark(each, table)) if is_mark]
    return [each for each in runs if len(each) >= FEWEST]


def _is_mark(column: Column, table: Table) -> bool:
    """Whether a column holds one value, which is no no, and blanks besides."""
    if column.kind not in (Kind.CATEGORY, Kind.TEXT, Kind.BOOLEAN) or column.n_distinct != 1 or not column.n_missing:
        return False
    (mark,) = np.unique(spelled(table.frame[column.name].dropna()))
    return str(mark).strip().casefold() not in (NO, "false", "n", "0", "-")


def _filled(cells: pd.Series, where: pd.Series, column: Column) -> pd.Series:
    """The column with no in some of its blanks."""
    no = False if column.kind is Kind.BOOLEAN else NO
    return cells.astype(object).where(~where, no).astype(cells.dtype)


def _note(names: list[str], filled: int, unanswered: int) -> Note:
    """What was filled, and the offer to leave it blank."""
    where = ", ".join(f"“{name[:60]}”" for name in names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    what = f"{len(names):,} columns ({where}) hold one value or nothing: {filled:,} blanks beside it count as no."
    if unanswered:
        what += f" Where none of them is filled ({count(unanswered, 'row')}), they stay blank."
    return Note(what, filled, NoteKind.READ, Offer("They are blank", Reading(marks=False)))
