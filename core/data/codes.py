"""Codes: numbers such as -999 that stand for blank, found by how far they stand from the rest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pandas as pd

from .columns import numbers_of, profile
from .table import AlertKind, Note, NoteKind, Offer, Reading, Table

DOUBTFUL = ("-1",)  # often a value of its own: only remarked on
MOST_ROUNDS = 3  # a column may have several codes, of which one hides the next
SHOWN = 3


def without_codes(table: Table) -> Table:
    """The table with its codes for blank as blanks and a note on each, unless its reading keeps them."""
    if table.reading.codes is False:
        return table
    for _ in range(MOST_ROUNDS):
        found = _codes(table)
        if not found:
            return table
        originals = [each.original for each in table.columns]
        notes = (*table.notes, *_notes(table, found))
        table = profile(_blanked(table, found), notes, replace(table.reading, codes=True), originals)
    return table


def _codes(table: Table) -> dict[str, str]:
    """The code of each column that has one."""
    alerts = ((each.name, alert) for each in table.columns for alert in each.alerts)
    return {name: alert.code for name, alert in alerts if alert.kind is AlertKind.CODE and alert.code not in DOUBTFUL}


def _blanked(table: Table, found: dict[str, str]) -> pd.DataFrame:
    frame = table.frame.copy()
    for name, code in found.items():
        values = frame[name]
        whole = pd.api.types.is_integer_dtype(values)
        values = values.astype(pd.Int64Dtype()) if whole else values
        frame[name] = values.mask(numbers_of(table, name) == float(code))
    return frame


def _notes(table: Table, found: dict[str, str]) -> list[Note]:
    columns = defaultdict(list)
    for name, code in found.items():
        columns[code].append(name)
    notes = []
    for code, names in columns.items():
        count = sum(int((numbers_of(table, name) == float(code)).sum()) for name in names)
        where = ", ".join(f"“{name[:60]}”" for name in names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        what = f"{count:,} cells of {where} hold {code}, far from all other values: they count as blank."
        notes.append(Note(what, count, NoteKind.CELLS, Offer(f"{code} is a number", Reading(codes=False))))
    return notes
