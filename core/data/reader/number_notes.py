"""Number notes: what is told of how the numbers of a column are written, each with the other reading."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..table import Kind, Note, NoteKind
from . import numerals
from .named import Named, counts_of
from .quantities import MULTIPLIERS, Quantities, units_of


def number_notes(named: Named, coded: pa.DictionaryArray, decimal: str) -> tuple[Note, ...]:
    """What was made of decimal marks, thousands and percents."""
    notes, texts = [], coded.dictionary
    if decimal != named.manner.decimal:
        mark = {".": "point", ",": "comma"}[decimal]
        other = {".": "comma", ",": "point"}[decimal]
        if numerals.are_grouped(texts, named.manner.decimal):
            what = f"In {named.title} a {other} stands between thousands: {_first_with(texts, named.manner.decimal)}."
        else:
            what = f"Numbers in {named.title} are written with a decimal {mark}, unlike the rest of the file."
        notes.append(Note(what, offer=named.offer(f"Read a decimal {other}", Kind.NUMBER)))
    notes += _percent_notes(named, coded, decimal)
    return tuple(notes)


def quantity_notes(named: Named, coded: pa.DictionaryArray, found: Quantities, natives: int) -> list[Note]:
    """What was made of units, multipliers, marks and limits; beside texts stand some numbers that a workbook typed."""
    notes, texts = [], coded.dictionary
    as_text = named.offer("Keep it as text", Kind.TEXT)
    several = named.kind is Kind.NUMBER and not found.unit and not found.multiplied and units_of(found)
    if found.unit:
        bare = natives + int(counts_of(coded)[found.bare].sum())
        cells = "1 cell without one is" if bare == 1 else f"{bare:,} cells without one are"
        more = f"; {cells} taken to be in it" if bare else ""
        what = f"Numbers in {named.title} are read without their unit, {found.unit}{more}."
        notes.append(Note(what, bare or None, offer=as_text))
    if found.multiplied:
        at = next(at for at, unit in enumerate(found.units) if unit in MULTIPLIERS)
        what = f"Thousands and millions in {named.title} are worked out: “{texts[at].as_py()}” was read as"
        notes.append(Note(f"{what} {found.values[at]:,.15g}.", offer=as_text))
    if several:
        what = f"Numbers in {named.title} are read without their units, which differ: {', '.join(several[:5])}."
        notes.append(Note(what, offer=as_text))
    if found.marked.any():
        count, shown = _those(found.marked, coded)
        cells = "1 cell of {} has" if count == 1 else f"{count:,} cells of {{}} have"
        what = (
            f"{cells.format(named.title)} a mark beside the number, such as “{shown}”: the number is read without it."
        )
        notes.append(Note(what, count, offer=as_text))
    if found.limits.any():
        count, shown = _those(found.limits, coded)
        cells = "1 cell of {} says" if count == 1 else f"{count:,} cells of {{}} say"
        ends = "it counts as blank" if count == 1 else "they count as blank"
        says = f"{cells.format(named.title)} only that a value is too low or too high to measure"
        what = f"{says}, such as “{shown}”: {ends}."
        notes.append(Note(what, count, NoteKind.CELLS, as_text))
    return notes


def _percent_notes(named: Named, coded: pa.DictionaryArray, decimal: str) -> list[Note]:
    """What was made of percents, and of numbers without the sign beside them."""
    texts = coded.dictionary
    signed = np.asarray(pc.match_substring_regex(texts, "[%‰]").to_numpy(zero_copy_only=False), dtype=np.bool_)
    if not signed.any():
        return []
    as_text = named.offer("Keep it as text", Kind.TEXT)
    notes = [Note(f"Percentages in {named.title} are parts of one: 5 % was read as 0.05.", offer=as_text)]
    values = numerals.numbers(texts, decimal)
    bare = ~signed & ~np.isnan(values) & (values != 0)
    if bare.any():
        count, shown = _those(bare, coded)
        cells = "1 cell has" if count == 1 else f"{count:,} cells have"
        what = (
            f"Only some cells of {named.title} are percentages: {cells} no sign, such as “{shown}”, read as it stands."
        )
        notes.append(Note(what, count, NoteKind.HINT, as_text))
    return notes


def _first_with(texts: pa.Array, mark: str) -> str:
    text = next(text for text in texts.to_pylist() if mark in text)
    digits = re.sub(r"[^\d-]", "", text)
    return f"“{text}” was read as {digits}"


def _those(which: npt.NDArray[np.bool_], coded: pa.DictionaryArray) -> tuple[int, str]:
    """How many cells of a column hold one of some of its different texts, and the first of those."""
    return int(counts_of(coded)[which].sum()), coded.dictionary[int(which.argmax())].as_py()[:20]
