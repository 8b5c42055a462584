"""Values: from the cells of a column to one typed column, with a note on every cell that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..table import Kind, Note, NoteKind, Offer, Reading
from . import datetimes, numerals
from .kinds import (
    HALF,
    MOSTLY,
    READERS,
    Parts,
    Read,
    Sample,
    are_compact_dates,
    sample_of,
    whole_if_possible,
)
from .named import Named
from .quantities import Apart, units_of
from .sheet import Cell, Cells, Mask, end_to_end, is_text

TEXT_BLANKS = frozenset({"", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>", "n.a."})
BLANKS = TEXT_BLANKS | frozenset(
    {"none", "nil", "-", "--", "---", "–", "—", "?", ".", "..", "...", "*", "missing", "\\n", "nat", "n.d.", "nd"}
    | {"-nan", "1.#qnan", "-1.#ind", "not available", "#null!", "k.a.", "k. a.", "k.a", "keine angabe", "entf.", ":"}
    | {f":{gap}{flag}" for gap in ("", " ") for flag in "bcdefinprsuz"}  # as offices of statistics write it
)
ERRORS = frozenset({"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data", "err:502", "#error!"})
SHOWN = 3
MOST_UNITS = 6  # more different words behind numbers are no units
CODE = "na"
FEWEST_CODES = 5  # cells


@dataclass(frozen=True)
class Typed:
    """A column after typing."""

    values: pa.Array  # int64, float64, bool, timestamp[us], duration[us] or string
    notes: tuple[Note, ...] = ()
    blanks: Counter[str] = field(default_factory=Counter)  # spellings of blank, and how often
    unit: str = ""  # that stands behind the numbers


def typed(named: Named, cells: Cells, apart: Apart | None = None) -> Typed:
    """One column of one type: whichever nearly all of its cells are of, or the kind that was given.

    apart has its texts taken apart, where that was done already.
    """
    free = is_text(cells) and not named.kind and not named.manner.blanks
    quick = _quick([cells], named.manner.decimal) if free else None
    return quick[0] if quick else _typed_patiently(named, cells, apart)


def typed_together(named: Sequence[Named], columns: Sequence[Cells]) -> list[Typed]:
    """The same for some columns at once, which is quick where all are of a text file and hold plain numbers."""
    if len(columns) == 1:
        return [typed(named[0], columns[0])]
    free = all(map(is_text, columns)) and not any(each.kind or each.manner.blanks for each in named)
    quick = _quick(columns, named[0].manner.decimal) if free else None
    if quick:
        return quick
    apart = Apart(pc.utf8_trim_whitespace(pa.concat_arrays(list(map(_texts, columns)))))
    return [typed(each, cells, apart) for each, cells in zip(named, columns, strict=True)]


def with_datetimes(named: Named, column: Typed) -> Typed:
    """The column, as dates if its whole numbers count the time since 1970."""
    if named.kind is not None or not pa.types.is_integer(column.values.type):
        return column
    floats = column.values.to_numpy(zero_copy_only=False).astype(np.float64)
    when = datetimes.epochs(named.name, floats)
    if when is None:
        return column
    at = int(np.flatnonzero(~np.isnat(when))[0])
    moment = str(when[at].astype("M8[s]")).replace("T", " ")
    what = f"Numbers in {named.title} count the time since 1970: {floats[at]:.0f} was read as {moment} (UTC)."
    note = Note(what, offer=named.offer("Keep the numbers", Kind.NUMBER))
    return replace(column, values=pa.array(when, pa.timestamp("us")), notes=(*column.notes, note))


def _texts(cells: Cells) -> pa.Array:
    """(n,) the texts of a column, null for other cells."""
    if isinstance(cells, pa.Array):
        return cells.cast(pa.string())
    return pa.array([cell if isinstance(cell, str) else None for cell in cells], pa.string())


def _typed_patiently(named: Named, cells: Cells, apart: Apart | None) -> Typed:
    if isinstance(cells, pa.Array):
        return _typed(named, Parts(cells, apart=apart))
    more = {spelling.strip().lower() for spelling in named.manner.blanks}
    spelt = Counter(_written(cell) for cell in cells if not isinstance(cell, str) and _written(cell) in more)
    if spelt:
        cells = [None if not isinstance(cell, str) and _written(cell) in more else cell for cell in cells]
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {int, float} and kinds and not named.kind:
        plain = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
        return Typed(whole_if_possible(plain), (), spelt)
    found = _typed(named, Parts(_texts(cells), () if kinds <= {str} else cells, apart))
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
    blank = np.isnan(floats)
    if blank.sum() > present.null_count or blank.reshape(len(columns), -1).all(axis=1).any():
        return None
    points, powers = _marked(present, "."), _marked(present, "e", "E")
    if powers.any() and numerals.are_codes(present):
        return None
    found = []
    for at, column in enumerate(columns):
        own = slice(at * len(column), (at + 1) * len(column))
        values, pointed = floats[own], points[own]
        if pointed.any() and not (pointed | blank[own]).all() and numerals.are_grouped(column, "."):
            return None
        whole = None if pointed.any() or powers[own].any() else whole_if_possible(values)
        if whole is not None and pa.types.is_integer(whole.type) and are_compact_dates(values):
            return None
        found.append(Typed(pa.array(values, mask=blank[own]) if whole is None else whole))
    return found


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
            excused = 0 if found.excused is None else pc.sum(found.excused).as_py() or 0
            covered = len(found.values) - found.values.null_count
            if (covered + excused >= MOSTLY * total and covered >= excused) or (named.kind is kind and covered):
                unread = _unread_notes(named, parts, present, found, kind)
                return Typed(found.values, (*notes, *found.notes, *unread), _spellings(parts, present), found.unit)
    return _kept_as_text(named, parts, present, sample, notes)


def _kept_as_text(named: Named, parts: Parts, present: pa.Array, sample: Sample, notes: tuple[Note, ...]) -> Typed:
    more = frozenset(spelling.strip().lower() for spelling in named.manner.blanks)
    blanks = TEXT_BLANKS | more
    kept = _present(parts, blanks)
    if CODE not in more and _is_code_here(parts, kept):
        kept = _present(parts, blanks - {CODE})
        count = pc.sum(pc.equal(parts.lower, CODE)).as_py()
        spelt = parts.clean.filter(pc.equal(parts.lower, CODE).fill_null(False))[0].as_py()
        what = f"“{spelt}” in {named.title} ({count:,}) is read as a code like the others there, not as blank."
        notes = (
            *notes,
            Note(what, count, offer=Offer(f"{spelt} is blank", Reading(blanks=(*named.manner.blanks, spelt)))),
        )
    return Typed(_as_text(parts, kept), (*notes, *_text_notes(named, parts, present, sample)), _spellings(parts, kept))


def _is_code_here(parts: Parts, kept: pa.Array) -> bool:
    """Whether NA stands among codes of two capital letters, as Namibia's among countries, or Na among elements."""
    others = kept.drop_null()
    if len(others) < FEWEST_CODES or len(others.unique()) < 3:
        return False
    spelt = set(parts.clean.filter(pc.equal(parts.lower, CODE).fill_null(False)).unique().to_pylist())
    form = {"NA": "^[A-Z]{2}$", "Na": "^[A-Z][a-z]?$"}.get(spelt.pop()) if len(spelt) == 1 else None
    return form is not None and bool(pc.all(pc.match_substring_regex(others, form)).as_py())


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
    if not present.null_count:
        return Counter()
    blank = pc.and_(pc.is_null(present), pc.greater(pc.binary_length(parts.clean), 0))
    words = parts.clean.filter(pc.and_not(blank, pc.is_in(parts.lower, pa.array(sorted(ERRORS)))).fill_null(False))
    return Counter({each["values"]: each["counts"] for each in pc.value_counts(words).to_pylist()})


def _unread_notes(named: Named, parts: Parts, present: pa.Array, found: Read, kind: Kind) -> tuple[Note, ...]:
    there: Mask = np.asarray(present.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
    if parts.cells:
        there = there | np.array([cell is not None and not isinstance(cell, str) for cell in parts.cells])
    if found.excused is not None:
        there &= ~np.asarray(found.excused.fill_null(False).to_numpy(zero_copy_only=False))
    lost = np.flatnonzero(there & np.asarray(found.values.is_null().to_numpy(zero_copy_only=False)))
    if not len(lost):
        return ()
    shown = [str(parts.cells[i] if parts.cells else present[i].as_py()) for i in lost[:SHOWN].tolist()]
    where = [f"“{text[:20]}” in row {named.lines[i]:,}" for text, i in zip(shown, lost, strict=False)]
    more = ", and more" if len(lost) > SHOWN else ""
    count = f"{len(lost):,} {'cell' if len(lost) == 1 else 'cells'} of {named.title}"
    verb = "counts" if len(lost) == 1 else "count"
    what = f"{count} could not be read as {_WORDS[kind]} and {verb} as blank: {', '.join(where)}{more}."
    return (Note(what, len(lost), NoteKind.CELLS),)


def _text_notes(named: Named, parts: Parts, present: pa.Array, sample: Sample) -> tuple[Note, ...]:
    """Why a column that looks like numbers in part was kept as text."""
    if named.kind is not None:
        return ()
    share = parts.apart.share(sample.texts, sample.counts, named.manner.decimal)
    if share < HALF:
        return ()
    as_numbers = named.offer("Read it as numbers", Kind.NUMBER)
    units = units_of(parts.apart.of(sample.texts, named.manner.decimal))
    if sample.share(numerals.looks_like_number) >= HALF:
        if numerals.has_leading_zeros(present):
            why = "its numbers begin with zeros, as codes do"
        elif numerals.are_codes(present):
            why = "its numbers have powers of two digits without a sign, as codes do"
        elif numerals.is_long_whole(present, numerals.numbers(present, ".")):
            why = "its numbers have more digits than can be computed with"
        else:
            why = _of_units(units, share) or "too many of its cells are no numbers"
    else:
        why = _of_units(units, share)
    if not why:
        return ()
    return (Note(f"{named.title} was kept as text: {why}.", None, NoteKind.READ, as_numbers),)


def _of_units(units: Sequence[str], share: float) -> str:
    """What keeps numbers of these units, in a share of the cells, from being one column; "" where that is not it."""
    if share < MOSTLY or not 0 < len(units) <= MOST_UNITS:
        return ""
    if len(units) == 1:
        return f"only some of its numbers have a unit ({units[0]})"
    return f"its numbers have different units ({', '.join(units[:SHOWN])})"
