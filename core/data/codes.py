"""Codes: numbers such as -999 that stand for blank, found by how far they stand from the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from .code_numbers import codes_among, spelt
from .columns import numbers_of, profile
from .summary import Numbers
from .table import AlertKind, Note, NoteKind, Offer, Reading, Table

SHOWN = 3


def without_codes(table: Table) -> Table:
    """The table with its codes for blank as blanks and a note on each, unless its reading keeps them."""
    asked = table.reading.codes
    if asked is False:
        return table
    kept = asked if isinstance(asked, tuple) else ()
    found = {name: tuple(code for code in codes if spelt(code) not in kept) for name, codes in _codes(table).items()}
    if not any(found.values()):
        return table
    reading, originals = replace(table.reading, codes=kept or True), [each.original for each in table.columns]
    return profile(_blanked(table, found), (*table.notes, *_notes(table, found, kept)), reading, originals)


def codes_of(table: Table, name: str) -> tuple[float, ...]:
    """The codes that count as blank in a column, as far as its table's notes tell: those that it has no cell of."""
    offers = [note.offer for note in table.notes if note.offer is not None]
    told = [each.reading.codes[-1] for each in offers if isinstance(each.reading.codes, tuple)]
    present = numbers_of(table, name) if told else np.empty(0)
    return tuple(float(code) for code in told if not (present == float(code)).any())


def _codes(table: Table) -> dict[str, tuple[float, ...]]:
    """The codes of each column that has some, whether or not they stay numbers: none hides another."""
    marked = [each.name for each in table.columns if any(alert.kind is AlertKind.CODE for alert in each.alerts)]
    return {name: codes_among(Numbers(numbers_of(table, name))) for name in marked}


def _blanked(table: Table, found: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    frame = table.frame.copy(deep=False)
    for name, codes in found.items():
        if codes:
            values = frame[name]
            whole = pd.api.types.is_integer_dtype(values)
            values = values.astype(pd.Int64Dtype()) if whole else values
            frame[name] = values.mask(np.isin(numbers_of(table, name), codes))
    return frame


def _notes(table: Table, found: Mapping[str, Sequence[float]], kept: tuple[str, ...]) -> list[Note]:
    """A note on each code, with the offer to keep it as well as those that are kept."""
    columns = defaultdict(list)
    for name, codes in found.items():
        for code in codes:
            columns[code].append(name)
    notes = []
    for code, names in columns.items():
        count = sum(int((numbers_of(table, name) == code).sum()) for name in names)
        where = ", ".join(f"“{name[:60]}”" for name in names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        what = f"{count:,} cells of {where} hold {spelt(code)}, far from the rest: they count as blank."
        offer = Offer(f"{spelt(code)} is a number", Reading(codes=(*kept, spelt(code))))
        notes.append(Note(what, count, NoteKind.CELLS, offer))
    return notes
