"""Values: from the cells of a column to one typed column, with a note on every cell that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.reader import numerals
from core.data.reader.kinds import (
    HALF,
    MOSTLY,
    READERS,
    Named,
    Parts,
    Sample,
    are_compact_dates,
    sample_of,
    whole_if_possible,
)
from core.data.reader.sheet import Cell, Cells, Mask, end_to_end, is_text
from core.data.table import Kind, Note, NoteKind

TEXT_BLANKS = frozenset({"", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>", "n.a."})
BLANKS = TEXT_BLANKS | frozenset(
    {"none", "nil", "-", "--", "---", "–", "—", "?", ".", "..", "...", "*", "missing", "\\n", "nat", "n.d.", "nd"}
    | {"-nan", "1.#qnan", "-1.#ind", "not available", "#null!"}
)
ERRORS = frozenset({"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data", "err:502", "#error!"})
SHOWN = 3


@dataclass(frozen=True)
class Typed:
    """A column after typing."""

    values: pa.Array  # int64, float64, bool, timestamp[us], duration[us] or string
    notes: tuple[Note, ...] = ()
    blanks: Counter[str] = field(default_factory=Counter)  # spellings of blank, and how often


def typed(named: Named, cells: Cells) -> Typed:
    """One column of one type: whichever nearly all of its cells are of, or the kind that was given."""
    free = is_text(cells) and not named.kind and not named.manner.blanks
    quick = _quick([cells], named.manner.decimal) if free else None
    return quick[0] if quick else _typed_patiently(named, cells)


def typed_together(named: Sequence[Named], columns: Sequence[Cells]) -> list[Typed]:
    """The same for some columns of a text file at once, which is quick where all hold plain numbers."""
    free = len(columns) > 1 and not any(each.kind or each.manner.blanks for each in named)
    return (_quick(columns, named[0].manner.decimal) if free else None) or list(map(typed, named, columns))


def _typed_patiently(named: Named, cells: Cells) -> Typed:
    if isinstance(cells, pa.Array):
        return _typed(named, Parts(cells))
    more = {spelling.strip().lower() for spelling in named.manner.blanks}
    spelt = Counter(_written(cell) for cell in cells if not isinstance(cell, str) and _written(cell) in more)
    if spelt:
        cells = [None if not isinstance(cell, str) and _written(cell) in more else cell for cell in cells]
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {int, float} and kinds and not named.kind:
        plain = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
        return Typed(whole_if_possible(plain), (), spelt)
    texts = pa.array([cell if isinstance(cell, str) else None for cell in cells], pa.string())
    found = _typed(named, Parts(texts, () if kinds <= {str} else cells))
    return replace(found, blanks=found.blanks + spelt)


def _quick(columns: Sequence[pa.Array], decimal: str) -> list[Typed] | None:
    """Columns of nothing but plain numbers and empty cells; None if any of them is something else."""
    texts = end_to_end(columns)
    if decimal != "." and pc.any(pc.match_substring(texts, ".")).as_py():
        return None
    present = pc.if_else(pc.equal(texts, ""), None, texts)
    floats = numerals.plain_numbers(present)
    if floats is None or numerals.has_leading_zeros(present) or numerals.is_long_whole(present, floats):
        return None
    of_columns = floats.reshape(len(columns), -1)
    blank = np.isnan(of_columns)
    if blank.sum() > present.null_count or blank.all(axis=1).any():
        return None
    fractions: Mask = np.any(_marked(present, ".", "e", "E").reshape(blank.shape), axis=1)
    whole = [None if marked else whole_if_possible(each) for each, marked in zip(of_columns, fractions, strict=True)]
    if any(
        each is not None and pa.types.is_integer(each.type) and are_compact_dates(of_columns[at])
        for at, each in enumerate(whole)
    ):
        return None
    return [
        Typed(pa.array(values, mask=gaps) if each is None else each)
        for values, gaps, each in zip(of_columns, blank, whole, strict=True)
    ]


def _marked(texts: pa.Array, *marks: str) -> Mask:
    """(n,) which texts hold one of some marks."""
    found = np.zeros(len(texts), dtype=np.bool_)
    for mark in marks:
        found |= np.asarray(pc.match_substring(texts, mark).fill_null(False).to_numpy(zero_copy_only=False))
    return found


def _present(parts: Parts, blanks: frozenset[str]) -> pa.Array:
    """(n,) texts that are no spelling of blank."""
    return pc.if_else(pc.is_in(parts.lower, pa.array(sorted(blanks | ERRORS), pa.string())), None, parts.clean)


def _typed(named: Named, parts: Parts) -> Typed:
    more = frozenset(spelling.strip().lower() for spelling in named.manner.blanks)
    present = _present(parts, BLANKS | more)
    coded = present.dictionary_encode()
    sample = sample_of(coded)
    natives = sum(cell is not None and not isinstance(cell, str) for cell in parts.cells)
    total = len(present) - present.null_count + natives
    notes = _error_notes(named, parts)
    if total and named.kind not in (Kind.TEXT, Kind.CATEGORY):
        for kind, read in READERS.items():
            if named.kind not in (None, kind):
                continue
            found = read(named, parts, coded, sample)
            if found is None:
                continue
            covered = len(found.values) - found.values.null_count
            if covered >= MOSTLY * total or (named.kind is kind and covered):
                unread = _unread_notes(named, parts, present, found.values, kind)
                return Typed(found.values, (*notes, *found.notes, *unread), _spellings(parts, present))
    kept = _present(parts, TEXT_BLANKS | more)
    return Typed(_as_text(parts, kept), (*notes, *_text_notes(named, present, sample)), _spellings(parts, kept))


_WORDS = {Kind.BOOLEAN: "yes or no", Kind.NUMBER: "a number", Kind.DATE: "a date", Kind.DURATION: "a time"}


def _as_text(parts: Parts, kept: pa.Array) -> pa.Array:
    if not parts.cells:
        return kept
    texts = kept.to_pylist()
    return pa.array(
        [
            text if cell is None or isinstance(cell, str) else _written(cell)
            for text, cell in zip(texts, parts.cells, strict=True)
        ],
        pa.string(),
    )


def _written(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < numerals.LARGEST_INTEGER:
        return str(int(cell))
    return str(cell)


def _error_notes(named: Named, parts: Parts) -> tuple[Note, ...]:
    count = pc.sum(pc.is_in(parts.lower, pa.array(sorted(ERRORS)))).as_py() or 0
    if not count:
        return ()
    cells = "cell holds" if count == 1 else "cells hold"
    return (Note(f"{count:,} {cells} an error such as #DIV/0! in {named.title}: blank.", count, NoteKind.CELLS),)


def _spellings(parts: Parts, present: pa.Array) -> Counter[str]:
    """Spellings of blank other than an empty cell, with their numbers."""
    blank = pc.and_(pc.is_null(present), pc.greater(pc.binary_length(parts.clean), 0))
    words = parts.clean.filter(pc.and_not(blank, pc.is_in(parts.lower, pa.array(sorted(ERRORS)))).fill_null(False))
    return Counter({each["values"]: each["counts"] for each in pc.value_counts(words).to_pylist()})


def _unread_notes(named: Named, parts: Parts, present: pa.Array, values: pa.Array, kind: Kind) -> tuple[Note, ...]:
    there: Mask = np.asarray(present.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
    if parts.cells:
        there = there | np.array([cell is not None and not isinstance(cell, str) for cell in parts.cells])
    lost = np.flatnonzero(there & np.asarray(values.is_null().to_numpy(zero_copy_only=False)))
    if not len(lost):
        return ()
    shown = [str(parts.cells[i] if parts.cells else present[i].as_py()) for i in lost[:SHOWN].tolist()]
    where = [f"“{text[:20]}” in row {named.lines[i]:,}" for text, i in zip(shown, lost, strict=False)]
    more = ", and more" if len(lost) > SHOWN else ""
    count = f"{len(lost):,} {'cell' if len(lost) == 1 else 'cells'} of {named.title}"
    verb = "counts" if len(lost) == 1 else "count"
    what = f"{count} could not be read as {_WORDS[kind]} and {verb} as blank: {', '.join(where)}{more}."
    return (Note(what, len(lost), NoteKind.CELLS),)


def _text_notes(named: Named, present: pa.Array, sample: Sample) -> tuple[Note, ...]:
    """Why a column that looks like numbers in part was kept as text."""
    if named.kind is not None:
        return ()
    if sample.share(numerals.looks_like_number) >= HALF:
        if numerals.has_leading_zeros(present):
            why = "its numbers begin with zeros, as codes do"
        elif numerals.is_long_whole(present, numerals.numbers(present, ".")):
            why = "its numbers have more digits than can be computed with"
        else:
            why = "too many of its cells are no numbers"
        return (Note(f"{named.title} was kept as text: {why}.", None, NoteKind.READ),)
    return ()
