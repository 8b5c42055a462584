"""Kinds: the cells of a column read as numbers, dates, spans of time or truths, whatever kind they turn out to be."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..table import Kind, Note, NoteKind, Offer, Reading
from . import datetimes, numerals
from .named import Named, counts_of
from .number_notes import number_notes, quantity_notes
from .quantities import Apart, Quantities, settled
from .sheet import Cell

PAIRS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("ja", "nein"), ("oui", "non"), ("si", "no"))
TRUE = frozenset({yes for yes, _ in PAIRS} | {"sí"})
FALSE = frozenset(no for _, no in PAIRS)
MOSTLY = 0.9  # a column is of a kind when at least this share of its cells that are not blank are
HALF = 0.5  # below this share of a sample, a kind is not tried
SAMPLE = 200


def whole_if_possible(values: npt.NDArray[np.float64]) -> pa.Array:
    """Numbers as int64 if all are whole and exact, NaN as null."""
    blank = np.isnan(values)
    with np.errstate(invalid="ignore"):
        whole = (values == np.round(values)) & (np.abs(values) < numerals.LARGEST_INTEGER)
    if (whole | blank).all() and not blank.all():
        return pa.array(np.where(blank, 0, values).astype(np.int64), mask=blank)
    return pa.array(values, mask=blank)


def are_compact_dates(values: npt.NDArray[np.float64]) -> bool:
    """Whether whole numbers are all days such as 20200131, and enough of them to be sure."""
    known = np.unique(values[~np.isnan(values)])
    if len(known) < 5 or known[0] < 19_000_101 or known[-1] > 21_001_231:
        return False
    return not np.isnat(datetimes.dates(pa.array(known.astype(np.int64)).cast(pa.string()), ("compact",), False)).any()


class Parts:
    """A column's cells, taken apart by type."""

    def __init__(self, texts: pa.Array, cells: Sequence[Cell] = (), apart: Apart | None = None) -> None:
        self.texts = texts  # (n,) null where the cell is no text
        self.cells = cells  # (n,) of a workbook's column with more than text, else empty
        self.apart = apart or Apart()

    @cached_property
    def clean(self) -> pa.Array:
        """(n,) texts without white space around them."""
        return pc.utf8_trim_whitespace(self.texts)

    @cached_property
    def lower(self) -> pa.Array:
        """(n,) texts in lower case."""
        return pc.utf8_lower(self.clean)

    def of_type(self, *types: type) -> list[Cell]:
        """(n,) cells of some types, None for the others."""
        return [cell if type(cell) in types else None for cell in self.cells]


@dataclass(frozen=True)
class Read:
    """A column read as one kind."""

    values: pa.Array  # (n,) null where a cell is not of the kind
    notes: tuple[Note, ...] = ()
    unit: str = ""  # that stands behind the numbers
    excused: pa.Array | None = None  # (n,) whether a cell that was not read is told of already


@dataclass(frozen=True)
class Sample:
    """Some different texts of a column, with how often each stands there."""

    texts: tuple[str, ...]
    counts: tuple[int, ...]

    def share(self, test: Callable[[str], object]) -> float:
        """The share of cells whose text passes a test; 0 without texts."""
        good = sum(count for text, count in zip(self.texts, self.counts, strict=True) if test(text))
        return good / max(1, sum(self.counts))


Reader = Callable[[Named, Parts, pa.DictionaryArray, Sample], Read | None]


def _booleans(named: Named, parts: Parts, coded: pa.DictionaryArray, sample: Sample) -> Read | None:
    words = {text.lower() for text in coded.dictionary.to_pylist()} if len(coded.dictionary) <= 6 else {"many"}
    truths = parts.of_type(bool)
    if not any(words <= set(pair) | ({"sí"} if "si" in pair else set()) for pair in PAIRS):
        return None
    if not words and not any(truth is not None for truth in truths):
        return None
    if len(words) == 1 and not words <= {"yes", "no", "true", "false"}:
        return None
    of = pa.array([text.lower() in TRUE for text in coded.dictionary.to_pylist()], pa.bool_())
    return Read(_overlaid(_taken(of, coded), truths, pa.bool_()))


def _numbers(named: Named, parts: Parts, coded: pa.DictionaryArray, sample: Sample) -> Read | None:
    natives = parts.of_type(int, float)
    native = _count(natives) > 0
    texts = coded.dictionary
    decimal = _decimal_of(named, sample.texts, texts)
    if named.kind is not Kind.NUMBER and not native and not _are_mostly_numbers(parts.apart, sample, decimal):
        return None
    if len(texts) and named.kind is None and (numerals.has_leading_zeros(texts) or numerals.are_codes(texts)):
        return None
    values = numerals.plain_numbers(texts) if decimal == "." else None
    values = parts.apart.numbers(texts, decimal) if values is None else values
    if named.kind is None and (numerals.is_long_whole(texts, values) or are_compact_dates(values)):
        return None
    plain = not np.isnan(values).any() and not any(numerals.currencies(texts))
    found = Quantities(values) if plain else _in_one_unit(named, parts.apart, coded, decimal)
    if found is None:
        return None
    taken = _taken(pa.array(found.values, mask=np.isnan(found.values)), coded)
    floats = _overlaid(taken, natives, pa.float64())
    marked = any(bool(pc.any(pc.match_substring(texts, mark)).as_py()) for mark in (decimal, "%", "e", "E"))
    numbers = floats if marked else whole_if_possible(floats.to_numpy(zero_copy_only=False).astype(np.float64))
    notes = (*number_notes(named, coded, decimal), *quantity_notes(named, coded, found, _count(natives)))
    excused = _taken(pa.array(found.limits), coded) if found.limits.any() else None
    return Read(numbers, notes, found.unit, excused)


def _count(natives: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in natives)


def _are_mostly_numbers(apart: Apart, sample: Sample, decimal: str) -> bool:
    if apart.share(sample.texts, sample.counts, decimal) >= HALF:
        return True
    return sample.share(numerals.looks_like_number) >= HALF


def _in_one_unit(named: Named, apart: Apart, coded: pa.DictionaryArray, decimal: str) -> Quantities | None:
    """The numbers of the different texts in one unit; None for several units, unless numbers are asked for."""
    found = apart.of(coded.dictionary.to_pylist(), decimal)
    one = settled(found, counts_of(coded))
    return one or (found if named.kind is Kind.NUMBER else None)


def _decimal_of(named: Named, sample: Sequence[str], texts: pa.Array) -> str:
    """The file's decimal mark, unless this column plainly uses the other."""
    point, comma = numerals.marks(sample)
    if named.kind is Kind.NUMBER:
        return named.manner.decimal
    if point != comma:
        return "." if point > comma else ","
    other = {".": ",", ",": "."}[named.manner.decimal]
    return other if numerals.are_grouped(texts, named.manner.decimal) else named.manner.decimal


def _dates(named: Named, parts: Parts, coded: pa.DictionaryArray, sample: Sample) -> Read | None:
    natives = parts.of_type(dt.datetime, dt.date)
    native = any(cell is not None for cell in natives)
    told = Counter(family for family in map(datetimes.family, sample.texts) if family)
    if sample.share(datetimes.family) < HALF and not native and named.kind is not Kind.DATE:
        if not all(len(text) == 8 and text.isdigit() for text in sample.texts):
            return None
        told = Counter({"compact": 1})
    families = [family for family, _ in told.most_common()]
    majority = datetimes.votes(coded.dictionary).majority if set(families) & set(datetimes.ORDERED) else None
    day_first = named.manner.day_first if majority is None else majority
    when = datetimes.dates(coded.dictionary, families, day_first)
    of = pa.array(when, pa.timestamp("us"))
    plain = [_at_midnight(cell) for cell in natives]
    values = _overlaid(_taken(of, coded), plain, pa.timestamp("us"))
    notes = _date_notes(named, coded, families)
    if majority is None and named.manner.ambiguous and set(families) & set(datetimes.ORDERED):
        notes += _order_notes(named, coded, when, datetimes.dates(coded.dictionary, families, not day_first))
    return Read(values, tuple(notes))


def _at_midnight(cell: Cell) -> dt.datetime | None:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    return dt.datetime(cell.year, cell.month, cell.day) if isinstance(cell, dt.date) else None


def _date_notes(named: Named, coded: pa.DictionaryArray, families: Sequence[str]) -> list[Note]:
    notes = []
    if "compact" in families:
        what = f"Numbers of eight digits in {named.title} were read as dates."
        notes.append(Note(what, offer=named.offer("Keep the numbers", Kind.NUMBER)))
    if datetimes.has_zone(coded.dictionary, families):
        what = f"Dates in {named.title} were brought to UTC."
        notes.append(Note(what, offer=named.offer("Keep it as text", Kind.TEXT)))
    return notes


def _order_notes(named: Named, coded: pa.DictionaryArray, when: datetimes.Times, other: datetimes.Times) -> list[Note]:
    """What to tell of dates that are others with the day and the month changed about, by the first of them."""
    differ = ~np.isnat(when) & ~np.isnat(other) & (when != other)
    if not differ.any():
        return []
    at = int(differ.argmax())
    day, instead = when[at].astype(object), other[at].astype(object)
    say = f"“{coded.dictionary[at].as_py()}” was read as {day.day} {day:%B %Y}, not as {instead.day} {instead:%B %Y}"
    first = "month" if named.manner.day_first else "day"
    offer = Offer(f"Read the {first} first", Reading(day_first=not named.manner.day_first))
    what = f"Dates in {named.title} can be read in two ways: {say}."
    return [Note(what, int(counts_of(coded)[differ].sum()), NoteKind.READ, offer)]


def _spans(named: Named, parts: Parts, coded: pa.DictionaryArray, sample: Sample) -> Read | None:
    natives = parts.of_type(dt.timedelta, dt.time)
    native = any(cell is not None for cell in natives)
    if sample.share(datetimes.is_span) < HALF and not native and named.kind is not Kind.DURATION:
        return None
    of = pa.array(datetimes.spans(coded.dictionary), pa.duration("us"))
    plain = [_length(cell) for cell in natives]
    values = _overlaid(_taken(of, coded), plain, pa.duration("us"))
    note = Note(f"Times in {named.title} count as numbers of hours.", offer=named.offer("Keep it as text", Kind.TEXT))
    return Read(values, (note,))


def _length(cell: Cell) -> dt.timedelta | None:
    if isinstance(cell, dt.time):
        return dt.timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    return cell if isinstance(cell, dt.timedelta) else None


READERS: dict[Kind, Reader] = {
    Kind.BOOLEAN: _booleans,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.DURATION: _spans,
}


def _taken(of: pa.Array, coded: pa.DictionaryArray) -> pa.Array:
    """(n,) the values of coded texts."""
    return of.take(coded.indices)


def _overlaid(values: pa.Array, natives: Sequence[object], kind: pa.DataType) -> pa.Array:
    """(n,) values, filled up with what the workbook had typed itself."""
    return pc.coalesce(pa.array(natives, kind), values) if len(natives) else values


def sample_of(coded: pa.DictionaryArray) -> Sample:
    """About SAMPLE of a column's different texts, evenly from its rows."""
    different = len(coded.dictionary)
    chosen = np.arange(0, different, max(1, different // SAMPLE))
    counts = counts_of(coded)
    return Sample(tuple(coded.dictionary.take(pa.array(chosen)).to_pylist()), tuple(counts[chosen].tolist()))
