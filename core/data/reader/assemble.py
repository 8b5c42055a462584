"""Assembling: from the grid of a file to typed columns, with what holds for the file as a whole decided first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from ..names import unique_names
from ..table import Note, NoteKind, Offer, Reading
from . import datetimes, numerals
from .decimals import HEAD, decimal_of, heads_of, texts_in
from .layout import Grid
from .named import Manner, Named
from .sheet import Cells, groups, is_text
from .values import Typed, typed_together, with_datetimes

MARKS = {".": "point", ",": "comma"}
MOST_NOTES = 12  # of one kind on single columns; the rest is counted
THREADS = 4


def assembled(grid: Grid) -> tuple[list[pa.Array], Grid]:
    """Typed columns, and the grid with its reading resolved and the notes on values added."""
    displayed = display_names(grid.names, grid.units)
    given = {bare_name(name, displayed): kind for name, kind in grid.reading.kinds or ()}
    found, reading = _manner(grid)
    named = [
        Named(
            name, grid.lines, found, given.get(name), tuple((other, given[other]) for other in given if other != name)
        )
        for name in displayed
    ]
    columns = [with_datetimes(*each) for each in zip(named, _typed(named, grid.columns), strict=True)]
    notes = [*grid.notes, *_blank_notes(columns), *_few(note for column in columns for note in column.notes)]
    notes += _decimal_notes(grid, found)
    units = tuple(unit or column.unit for unit, column in zip(grid.units, columns, strict=True))
    return [column.values for column in columns], replace(grid, reading=reading, notes=tuple(notes), units=units)


def bare_name(name: str, names: Sequence[str]) -> str:
    """Which of some names a column had before the unit of its cells went into it."""
    return name if name in names or " (" not in name else name[: name.rindex(" (")]


def display_names(names: Sequence[str], units: Sequence[str]) -> list[str]:
    """Unique names for display, short units in brackets behind them."""
    texts = []
    for name, unit in zip(names, units, strict=True):
        bare = unit.strip().strip("()[]").strip()
        texts.append(f"{name} ({bare})" if name and 0 < len(bare) <= 12 and bare.lower() not in name.lower() else name)
    return unique_names(texts)


def _typed(named: Sequence[Named], columns: Sequence[Cells]) -> list[Typed]:
    """Large columns on a few threads: nearly all of the work is done in Arrow, which lets the others run."""
    parts = groups(columns)
    some, cells = [named[each] for each in parts], [columns[each] for each in parts]
    if all(map(is_text, columns)) and len(columns) * len(columns[0]) > 500_000:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(chain.from_iterable(pool.map(typed_together, some, cells)))
    return list(chain.from_iterable(map(typed_together, some, cells)))


def _manner(grid: Grid) -> tuple[Manner, Reading]:
    """How this file writes its values, as given or as its cells tell."""
    reading = grid.reading
    texts = heads_of(grid.columns)
    decimal = reading.decimal or decimal_of(texts, reading.delimiter)
    day_first, ambiguous = reading.day_first, False
    if day_first is None:
        day_first, ambiguous = _day_first(grid.columns, texts, decimal, reading.delimiter)
    blanks = frozenset(reading.blanks or ())
    manner = Manner(decimal, bool(day_first), ambiguous, blanks)
    return manner, replace(reading, decimal=decimal, day_first=day_first)


def _day_first(
    columns: Sequence[Cells], texts: Sequence[Sequence[str]], decimal: str, delimiter: str | None
) -> tuple[bool | None, bool]:
    """Whether days come before months, and whether nothing told; None and False without such dates."""
    families: Counter[str] = Counter()
    total = datetimes.Votes()
    for cells, head in zip(columns, texts, strict=True):
        here = Counter(filter(None, map(datetimes.ordered_family, head[:50])))
        if here.total() >= len(head[:50]) / 2 and here:
            families += here
            whole = (
                cells if isinstance(cells, pa.Array) else pa.array([c if isinstance(c, str) else None for c in cells])
            )
            total += datetimes.votes(whole.dictionary_encode().dictionary)
    if not families:
        return None, False
    if total.majority is not None:
        return total.majority, False
    european = decimal == "," or delimiter == ";" or families.most_common(1)[0][0] == "numbers by ."
    return european, True


def _decimal_notes(grid: Grid, manner: Manner) -> list[Note]:
    """Which decimal mark the file has, and whether that is but a guess."""
    if grid.reading.decimal is not None:
        return []
    other = {".": ",", ",": "."}[manner.decimal]
    offer = Offer(f"Read a decimal {MARKS[other]}", Reading(decimal=other))
    heads = [texts_in(cells, HEAD) for cells in grid.columns] if grid.reading.delimiter not in (",", None) else []
    if not any(numerals.marks(head) != (0, 0) for head in heads):
        for head in heads:
            for mark in (".", ","):
                if numerals.may_be_grouped(head, mark) and not numerals.are_grouped(pa.array(head), mark):
                    return [_doubtful(next(text for text in head if mark in text), mark, manner.decimal, offer)]
    return [Note("Numbers are written with a decimal comma.", offer=offer)] if manner.decimal == "," else []


def _doubtful(text: str, mark: str, decimal: str, offer: Offer) -> Note:
    read = re.sub(r"\.?0+$", "", text.strip().replace(mark, ".")) if mark == decimal else text.strip().replace(mark, "")
    return Note(f"Numbers such as “{text.strip()}” can be read in two ways; it was read as {read}.", offer=offer)


def _blank_notes(columns: Sequence[Typed]) -> list[Note]:
    """Spellings of blank over the whole table."""
    spelt: Counter[str] = Counter()
    for column in columns:
        spelt += column.blanks
    if not spelt:
        return []
    count = spelt.total()
    shown = ", ".join(f"“{word[:20]}” ({times:,})" for word, times in spelt.most_common(5))
    more = " and others" if len(spelt) > 5 else ""
    cells = "cell counts as blank, written as" if count == 1 else "cells count as blank, written as"
    return [Note(f"{count:,} {cells} {shown}{more}.", count, NoteKind.CELLS)]


def _few(notes: Iterable[Note]) -> list[Note]:
    """All notes, but for a count in the place of the many of one kind."""
    kept: list[Note] = []
    seen: Counter[NoteKind] = Counter()
    lost: Counter[NoteKind] = Counter()
    for note in notes:
        seen[note.kind] += 1
        if seen[note.kind] <= MOST_NOTES:
            kept.append(note)
        else:
            lost[note.kind] += note.count or 0
    for kind in lost:
        rest = seen[kind] - MOST_NOTES
        say = f": {lost[kind]:,} {kind.value}" if kind is NoteKind.CELLS else ""
        kept.append(Note(f"{rest:,} more columns have notes like these{say}.", lost[kind] or rest, kind))
    return kept
