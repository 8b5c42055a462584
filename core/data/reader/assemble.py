"""Assembling: from the grid of a file to typed columns, with what holds for the file as a whole decided first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from core.data.names import unique_names
from core.data.reader import moments, numerals
from core.data.reader.kinds import Manner, Named
from core.data.reader.layout import Grid
from core.data.reader.sheet import Cells, is_text, part, stretches
from core.data.reader.values import Typed, typed_together
from core.data.table import Note, NoteKind, Reading

HEAD = 300  # cells of a column that tell its decimal mark
HEADS = 600_000  # of all columns together, but for
FEWEST = 20  # of each
MOST_NOTES = 12  # of one kind on single columns; the rest is counted
THREADS = 4


def assembled(grid: Grid) -> tuple[list[pa.Array], Grid]:
    """Typed columns, and the grid with its reading resolved and the notes on values added."""
    displayed = display_names(grid.names, grid.units)
    kinds = dict(grid.reading.kinds or ())
    found, reading = _manner(grid)
    named = [Named(name, grid.lines, found, kinds.get(name)) for name in displayed]
    columns = _typed(named, grid.columns)
    notes = [*grid.notes, *_blank_notes(columns), *_few(note for column in columns for note in column.notes)]
    notes += _decimal_notes(grid, found)
    return [column.values for column in columns], replace(grid, reading=reading, notes=tuple(notes))


def display_names(names: Sequence[str], units: Sequence[str]) -> list[str]:
    """Unique names for display, short units in brackets behind them."""
    texts = []
    for name, unit in zip(names, units, strict=True):
        bare = unit.strip().strip("()[]").strip()
        texts.append(f"{name} ({bare})" if name and 0 < len(bare) <= 12 and bare.lower() not in name.lower() else name)
    return unique_names(texts)


def _typed(named: Sequence[Named], columns: Sequence[Cells]) -> list[Typed]:
    """Large columns on a few threads: nearly all of the work is done in Arrow, which lets the others run."""
    parts = stretches(columns)
    some, cells = [named[each] for each in parts], [columns[each] for each in parts]
    if all(map(is_text, columns)) and len(columns) * len(columns[0]) > 500_000:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(chain.from_iterable(pool.map(typed_together, some, cells)))
    return list(chain.from_iterable(map(typed_together, some, cells)))


def _manner(grid: Grid) -> tuple[Manner, Reading]:
    """How this file writes its values, as given or as its cells tell."""
    reading = grid.reading
    looked_at = min(HEAD, max(FEWEST, HEADS // len(grid.columns)))
    texts = [_texts(cells, looked_at) for cells in grid.columns]
    decimal = reading.decimal or _decimal(texts, reading.delimiter)
    day_first, ambiguous = reading.day_first, False
    if day_first is None:
        day_first, ambiguous = _day_first(grid.columns, texts, decimal, reading.delimiter)
    manner = Manner(decimal, bool(day_first), ambiguous, frozenset(reading.blanks or ()))
    return manner, replace(reading, decimal=decimal, day_first=day_first)


def _texts(cells: Cells, most: int) -> list[str]:
    return [cell for cell in part(cells, slice(0, most)) if isinstance(cell, str)]


def _decimal(texts: Sequence[Sequence[str]], delimiter: str | None) -> str:
    """The mark that more numbers can only be read with; where none tells, a comma between semicolons is one."""
    votes = [numerals.marks(column) for column in texts]
    point, comma = sum(vote[0] for vote in votes), sum(vote[1] for vote in votes)
    if point == comma == 0 and delimiter == ";":
        return (
            ","
            if any("," in text and numerals.looks_like_number(text, ",") for column in texts for text in column)
            else "."
        )
    return "," if comma > point else "."


def _day_first(
    columns: Sequence[Cells], texts: Sequence[Sequence[str]], decimal: str, delimiter: str | None
) -> tuple[bool | None, bool]:
    """Whether days come before months, and whether nothing told; None and False without such dates."""
    families: Counter[str] = Counter()
    total = moments.Votes()
    for cells, head in zip(columns, texts, strict=True):
        here = Counter(filter(None, map(moments.ordered_family, head[:50])))
        if here.total() >= len(head[:50]) / 2 and here:
            families += here
            whole = (
                cells if isinstance(cells, pa.Array) else pa.array([c if isinstance(c, str) else None for c in cells])
            )
            total += moments.votes(whole.dictionary_encode().dictionary)
    if not families:
        return None, False
    if total.verdict is not None:
        return total.verdict, False
    european = decimal == "," or delimiter == ";" or families.most_common(1)[0][0] == "numbers by ."
    return european, True


def _decimal_notes(grid: Grid, manner: Manner) -> list[Note]:
    if manner.decimal == "," and grid.reading.decimal is None:
        return [Note("Numbers are written with a decimal comma.")]
    return []


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
