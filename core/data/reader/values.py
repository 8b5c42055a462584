"""Values: from the cells of a column to one typed column, with a note on every cell that could not be read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.data.reader import moments, numerals
from core.data.reader.sheet import Cell, Cells, Mask, Rows
from core.data.table import Kind, Note, NoteKind

TEXT_BLANKS = frozenset({"", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>", "n.a."})
BLANKS = TEXT_BLANKS | frozenset(
    {"none", "nil", "-", "--", "---", "–", "—", "?", ".", "..", "...", "*", "missing", "\\n", "nat", "n.d.", "nd"}
    | {"-nan", "1.#qnan", "-1.#ind", "not available", "#null!"}
)
ERRORS = frozenset({"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data", "err:502", "#error!"})
PAIRS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("ja", "nein"), ("oui", "non"), ("si", "no"))
TRUE = frozenset({yes for yes, _ in PAIRS} | {"sí"})
FALSE = frozenset(no for _, no in PAIRS)
MOSTLY = 0.9  # a column is of a kind when at least this share of its cells that are not blank are
HALF = 0.5  # below this share of a sample, a kind is not tried
SAMPLE = 200
SHOWN = 3


@dataclass(frozen=True)
class Manner:
    """How a file writes its values."""

    decimal: str = "."
    day_first: bool = False
    ambiguous: bool = False  # whether nothing in the file told if the day comes first
    blanks: frozenset[str] = frozenset()  # more spellings of blank


@dataclass(frozen=True)
class Typed:
    """A column after typing."""

    values: pa.Array  # int64, float64, bool, timestamp[us], duration[us] or string
    notes: tuple[Note, ...] = ()
    blanks: Counter[str] = field(default_factory=Counter)  # spellings of blank, and how often


@dataclass(frozen=True)
class Named:
    """A column to be typed: its name and where its cells stand."""

    name: str
    lines: Rows  # (n,)
    manner: Manner
    kind: Kind | None = None  # given by the user

    @property
    def title(self) -> str:
        """The name as notes quote it."""
        return f"“{self.name if len(self.name) <= 60 else self.name[:59] + '…'}”"


def typed(named: Named, cells: Cells) -> Typed:
    """One column of one type: whichever nearly all of its cells are of, or the kind that was given."""
    if isinstance(cells, pa.Array):
        free = not named.kind and not named.manner.blanks
        quick = _quick(cells, named.manner.decimal) if free else None
        return quick or _typed(named, _Parts(cells))
    more = {spelling.strip().lower() for spelling in named.manner.blanks}
    spelt = Counter(_written(cell) for cell in cells if not isinstance(cell, str) and _written(cell) in more)
    if spelt:
        cells = [None if not isinstance(cell, str) and _written(cell) in more else cell for cell in cells]
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {int, float} and kinds and not named.kind:
        plain = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
        return Typed(whole_if_possible(plain), (), spelt)
    texts = pa.array([cell if isinstance(cell, str) else None for cell in cells], pa.string())
    found = _typed(named, _Parts(texts, () if kinds <= {str} else cells))
    return replace(found, blanks=found.blanks + spelt)


def whole_if_possible(values: npt.NDArray[np.float64]) -> pa.Array:
    """Numbers as int64 if all are whole and exact, NaN as null."""
    blank = np.isnan(values)
    with np.errstate(invalid="ignore"):
        whole = (values == np.round(values)) & (np.abs(values) < numerals.LARGEST_INTEGER)
    if (whole | blank).all() and not blank.all():
        return pa.array(np.where(blank, 0, values).astype(np.int64), mask=blank)
    return pa.array(values, mask=blank)


def _quick(texts: pa.Array, decimal: str) -> Typed | None:
    """Columns of nothing but plain numbers and empty cells."""
    if decimal != "." and pc.any(pc.match_substring(texts, ".")).as_py():
        return None
    present = pc.if_else(pc.equal(texts, ""), None, texts)
    values = numerals.plain_numbers(present)
    if values is None or values.null_count == len(values) or numerals.has_leading_zeros(present):
        return None
    floats = values.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    if values.type == pa.float64() and np.isnan(floats).sum() > values.null_count:
        return None
    if numerals.is_long_whole(present, floats) or (values.type == pa.int64() and _are_compact_dates(floats)):
        return None
    return Typed(values)


def _are_compact_dates(values: npt.NDArray[np.float64]) -> bool:
    """Whether whole numbers are all days such as 20200131, and enough of them to be sure."""
    known = np.unique(values[~np.isnan(values)])
    if len(known) < 5 or known[0] < 19_000_101 or known[-1] > 21_001_231:
        return False
    return not np.isnat(moments.dates(pa.array(known.astype(np.int64)).cast(pa.string()), ("compact",), False)).any()


class _Parts:
    """A column's cells, taken apart by type."""

    def __init__(self, texts: pa.Array, cells: Sequence[Cell] = ()) -> None:
        self.texts = texts  # (n,) null where the cell is no text
        self.cells = cells  # (n,) of a workbook's column with more than text, else empty

    @cached_property
    def clean(self) -> pa.Array:
        """(n,) texts without white space around them."""
        return pc.utf8_trim_whitespace(self.texts)

    @cached_property
    def lower(self) -> pa.Array:
        """(n,) texts in lower case."""
        return pc.utf8_lower(self.clean)

    def present(self, blanks: frozenset[str]) -> pa.Array:
        """(n,) texts that are no spelling of blank."""
        return pc.if_else(pc.is_in(self.lower, pa.array(sorted(blanks | ERRORS), pa.string())), None, self.clean)

    def of_type(self, *types: type) -> list[Cell]:
        """(n,) cells of some types, None for the others."""
        return [cell if type(cell) in types else None for cell in self.cells]


def _typed(named: Named, parts: _Parts) -> Typed:
    more = frozenset(spelling.strip().lower() for spelling in named.manner.blanks)
    present = parts.present(BLANKS | more)
    coded = present.dictionary_encode()
    sample = _sample(coded)
    natives = sum(cell is not None and not isinstance(cell, str) for cell in parts.cells)
    total = len(present) - present.null_count + natives
    notes = _error_notes(named, parts)
    if total and named.kind not in (Kind.TEXT, Kind.CATEGORY):
        for kind, read in _READERS.items():
            if named.kind not in (None, kind):
                continue
            found = read(named, parts, coded, sample)
            if found is None:
                continue
            covered = len(found.values) - found.values.null_count
            if covered >= MOSTLY * total or (named.kind is kind and covered):
                unread = _unread_notes(named, parts, present, found.values, kind)
                return Typed(found.values, (*notes, *found.notes, *unread), _spellings(parts, present))
    kept = parts.present(TEXT_BLANKS | more)
    return Typed(_as_text(parts, kept), (*notes, *_text_notes(named, present, sample)), _spellings(parts, kept))


@dataclass(frozen=True)
class _Read:
    values: pa.Array  # (n,) null where a cell is not of the kind
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Sample:
    """Some different texts of a column, with how often each stands there."""

    texts: tuple[str, ...]
    counts: tuple[int, ...]

    def share(self, test: Callable[[str], object]) -> float:
        """The share of cells whose text passes a test; 0 without texts."""
        good = sum(count for text, count in zip(self.texts, self.counts, strict=True) if test(text))
        return good / max(1, sum(self.counts))


_Reader = Callable[[Named, _Parts, pa.DictionaryArray, _Sample], _Read | None]


def _booleans(named: Named, parts: _Parts, coded: pa.DictionaryArray, sample: _Sample) -> _Read | None:
    words = {text.lower() for text in coded.dictionary.to_pylist()} if len(coded.dictionary) <= 6 else {"many"}
    truths = parts.of_type(bool)
    if not any(words <= set(pair) | ({"sí"} if "si" in pair else set()) for pair in PAIRS):
        return None
    if not words and not any(truth is not None for truth in truths):
        return None
    if len(words) == 1 and not words <= {"yes", "no", "true", "false"}:
        return None
    of = pa.array([text.lower() in TRUE for text in coded.dictionary.to_pylist()], pa.bool_())
    return _Read(_overlaid(_taken(of, coded), truths, pa.bool_()))


def _numbers(named: Named, parts: _Parts, coded: pa.DictionaryArray, sample: _Sample) -> _Read | None:
    natives = parts.of_type(int, float)
    native = any(cell is not None for cell in natives)
    texts = coded.dictionary
    if sample.share(numerals.looks_like_number) < HALF and not native and named.kind is not Kind.NUMBER:
        return None
    if len(texts) and named.kind is None and numerals.has_leading_zeros(texts):
        return None
    decimal = _decimal_of(named, sample.texts)
    of = numerals.plain_numbers(texts) if decimal == "." else None
    of = numerals.numbers(texts, decimal) if of is None else of
    values = of.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    if named.kind is None and (numerals.is_long_whole(texts, values) or _are_compact_dates(values)):
        return None
    floats = _overlaid(_taken(of.cast(pa.float64()), coded), natives, pa.float64())
    marked = any(bool(pc.any(pc.match_substring(texts, mark)).as_py()) for mark in (decimal, "%", "e", "E"))
    plain = floats if marked else whole_if_possible(floats.to_numpy(zero_copy_only=False).astype(np.float64))
    return _Read(plain, _number_notes(named, texts, decimal))


def _decimal_of(named: Named, sample: Sequence[str]) -> str:
    """The file's decimal mark, unless this column plainly uses the other."""
    point, comma = numerals.marks(sample)
    if point == comma or named.kind is Kind.NUMBER:
        return named.manner.decimal
    return "." if point > comma else ","


def _number_notes(named: Named, texts: pa.Array, decimal: str) -> tuple[Note, ...]:
    notes = []
    if decimal != named.manner.decimal:
        mark = {".": "point", ",": "comma"}[decimal]
        notes.append(Note(f"Numbers in {named.title} are written with a decimal {mark}, unlike the rest of the file."))
    percent = pc.sum(pc.match_substring(texts, "%")).as_py() or 0
    if percent:
        notes.append(Note(f"Percentages in {named.title} are parts of one: 5 % was read as 0.05.", None))
        if percent < len(texts) * MOSTLY:
            notes.append(Note(f"Only some cells of {named.title} are percentages.", percent, NoteKind.HINT))
    return tuple(notes)


def _dates(named: Named, parts: _Parts, coded: pa.DictionaryArray, sample: _Sample) -> _Read | None:
    natives = parts.of_type(dt.datetime, dt.date)
    native = any(cell is not None for cell in natives)
    told = Counter(family for family in map(moments.family, sample.texts) if family)
    if sample.share(moments.family) < HALF and not native and named.kind is not Kind.DATE:
        if not all(len(text) == 8 and text.isdigit() for text in sample.texts):
            return None
        told = Counter({"compact": 1})
    families = [family for family, _ in told.most_common()]
    verdict = moments.votes(coded.dictionary).verdict if set(families) & set(moments.ORDERED) else None
    day_first = named.manner.day_first if verdict is None else verdict
    when = moments.dates(coded.dictionary, families, day_first)
    of = pa.array(when, pa.timestamp("us"))
    plain = [_at_midnight(cell) for cell in natives]
    values = _overlaid(_taken(of, coded), plain, pa.timestamp("us"))
    return _Read(values, tuple(_date_notes(named, coded.dictionary, families, verdict, when)))


def _at_midnight(cell: Cell) -> dt.datetime | None:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    return dt.datetime(cell.year, cell.month, cell.day) if isinstance(cell, dt.date) else None


def _date_notes(
    named: Named, texts: pa.Array, families: Sequence[str], verdict: bool | None, when: moments.Times
) -> list[Note]:
    notes = []
    if "compact" in families:
        notes.append(Note(f"Numbers of eight digits in {named.title} were read as dates."))
    numeric = set(families) & set(moments.ORDERED)
    if numeric and verdict is None and named.manner.ambiguous:
        at = next((i for i, name in enumerate(map(moments.family, texts.to_pylist())) if name in numeric), None)
        if at is not None and not np.isnat(when[at]):
            day = when[at].astype(object)
            say = f"“{texts[at].as_py()}” was read as {day.day} {day:%B %Y}"
            notes.append(Note(f"Dates in {named.title} can be read in two ways: {say}.", len(texts), NoteKind.READ))
    if moments.has_zone(texts, families):
        notes.append(Note(f"Dates in {named.title} were brought to UTC."))
    return notes


def _spans(named: Named, parts: _Parts, coded: pa.DictionaryArray, sample: _Sample) -> _Read | None:
    natives = parts.of_type(dt.timedelta, dt.time)
    native = any(cell is not None for cell in natives)
    if sample.share(moments.is_span) < HALF and not native and named.kind is not Kind.DURATION:
        return None
    of = pa.array(moments.spans(coded.dictionary), pa.duration("us"))
    plain = [_length(cell) for cell in natives]
    values = _overlaid(_taken(of, coded), plain, pa.duration("us"))
    return _Read(values, (Note(f"Times in {named.title} count as numbers of hours."),))


def _length(cell: Cell) -> dt.timedelta | None:
    if isinstance(cell, dt.time):
        return dt.timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    return cell if isinstance(cell, dt.timedelta) else None


_READERS: dict[Kind, _Reader] = {
    Kind.BOOLEAN: _booleans,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.DURATION: _spans,
}
_WORDS = {Kind.BOOLEAN: "yes or no", Kind.NUMBER: "a number", Kind.DATE: "a date", Kind.DURATION: "a time"}


def _taken(of: pa.Array, coded: pa.DictionaryArray) -> pa.Array:
    """(n,) the values of coded texts."""
    return of.take(coded.indices)


def _overlaid(values: pa.Array, natives: Sequence[object], kind: pa.DataType) -> pa.Array:
    """(n,) values, filled up with what the workbook had typed itself."""
    return pc.coalesce(pa.array(natives, kind), values) if len(natives) else values


def _sample(coded: pa.DictionaryArray) -> _Sample:
    different = len(coded.dictionary)
    chosen = np.arange(0, different, max(1, different // SAMPLE))
    counts = np.bincount(coded.indices.drop_null().to_numpy(zero_copy_only=False), minlength=different)
    return _Sample(tuple(coded.dictionary.take(pa.array(chosen)).to_pylist()), tuple(counts[chosen].tolist()))


def _as_text(parts: _Parts, kept: pa.Array) -> pa.Array:
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


def _error_notes(named: Named, parts: _Parts) -> tuple[Note, ...]:
    count = pc.sum(pc.is_in(parts.lower, pa.array(sorted(ERRORS)))).as_py() or 0
    if not count:
        return ()
    cells = "cell holds" if count == 1 else "cells hold"
    return (Note(f"{count:,} {cells} an error such as #DIV/0! in {named.title}: blank.", count, NoteKind.CELLS),)


def _spellings(parts: _Parts, present: pa.Array) -> Counter[str]:
    """Spellings of blank other than an empty cell, with their numbers."""
    blank = pc.and_(pc.is_null(present), pc.greater(pc.binary_length(parts.clean), 0))
    words = parts.clean.filter(pc.and_not(blank, pc.is_in(parts.lower, pa.array(sorted(ERRORS)))).fill_null(False))
    return Counter({each["values"]: each["counts"] for each in pc.value_counts(words).to_pylist()})


def _unread_notes(named: Named, parts: _Parts, present: pa.Array, values: pa.Array, kind: Kind) -> tuple[Note, ...]:
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


def _text_notes(named: Named, present: pa.Array, sample: _Sample) -> tuple[Note, ...]:
    """Why a column that looks like numbers in part was kept as text."""
    if named.kind is not None:
        return ()
    if sample.share(numerals.looks_like_number) >= HALF:
        if numerals.has_leading_zeros(present):
            why = "its numbers begin with zeros, as codes do"
        elif numerals.is_long_whole(present, numerals.numbers(present, ".").to_numpy(zero_copy_only=False)):
            why = "its numbers have more digits than can be computed with"
        else:
            why = "too many of its cells are no numbers"
        return (Note(f"{named.title} was kept as text: {why}.", None, NoteKind.READ),)
    return ()
