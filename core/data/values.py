"""Values: from the cells of a column, as text or as a workbook typed them, to one typed column and notes."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.table import Note

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None

BLANKS = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "—", "?", ".", "missing", "#null!"}
)
ERRORS = frozenset({"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data"})
TRUE, FALSE = frozenset({"true", "yes"}), frozenset({"false", "no"})
MOSTLY = 0.9  # a column is of a kind when at least this share of its cells that are not blank are
LARGEST_INTEGER = 2**53  # whole numbers beyond it are not exact as floats: they are identifiers

_NUMBER = r"(?:\d+(?:{t}\d{{3}})*|\d*)(?:{d}\d*)?(?:[eE][+-]?\d+)?"
_MARKS = re.compile(r"[\s\u00a0\u202f]|[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY)\b")
_LEADING_ZERO = re.compile(r"0\d+")
_DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
)
_LOOKS_LIKE_DATE = re.compile(r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4}")


@dataclass(frozen=True)
class Typed:
    """A column after typing."""

    values: pa.Array
    notes: tuple[Note, ...] = ()


def typed(name: str, cells: Sequence[Cell], decimal: str) -> Typed:
    """The column of some cells: numbers, dates, yes or no, or text, whichever nearly all of them are.

    decimal is "." or ",". Cells that are not of the column's kind become blanks and are counted in a note.
    """
    fast = _plain_numbers(cells) if decimal == "." else None
    if fast is not None:
        return Typed(fast)
    blanks = [_is_blank(cell) for cell in cells]
    errors = sum(isinstance(cell, str) and cell.strip().lower() in ERRORS for cell in cells)
    notes = (Note(f"{errors:,} error cells in “{name}” count as blank.", errors),) if errors else ()
    present = Counter(cell for cell, blank in zip(cells, blanks, strict=True) if not blank)
    if not present:
        return Typed(pa.nulls(len(cells), pa.string()), notes)
    for kind in (_booleans, _numbers_of, _dates):
        found = kind(name, present, decimal)
        if found is not None:
            of, type_, more = found
            values = [None if blank else of.get(cell) for cell, blank in zip(cells, blanks, strict=True)]
            return Typed(pa.array(values, type_), notes + more)
    return Typed(pa.array([None if b else _text(c) for c, b in zip(cells, blanks, strict=True)], pa.string()), notes)


def decimal_mark(cells: Sequence[Cell]) -> str:
    """The decimal mark that most cells of a file with ambiguous numbers use: "," only where "." cannot be."""
    comma = sum(isinstance(cell, str) and _reads(cell, ",") and not _reads(cell, ".") for cell in cells)
    point = sum(isinstance(cell, str) and _reads(cell, ".") and not _reads(cell, ",") for cell in cells)
    return "," if comma > point else "."


def looks_numeric(cell: Cell) -> bool:
    """Whether a cell is a number in either notation, or a date."""
    if isinstance(cell, str):
        return _reads(cell, ".") or _reads(cell, ",") or _LOOKS_LIKE_DATE.match(cell.strip()) is not None
    return cell is not None and not isinstance(cell, bool)


def _plain_numbers(cells: Sequence[Cell]) -> pa.Array | None:
    """The quick way, for columns of nothing but plain numbers and empty cells."""
    if not all(cell is None or type(cell) is str for cell in cells):
        return None
    text = pc.utf8_trim_whitespace(pa.array(cells, pa.string()))
    text = pc.if_else(pc.equal(text, ""), None, text)
    if pc.any(pc.match_substring_regex(text, r"^[-+]?0\d|[a-zA-Z]{3}|^[-+]?\d{16,}$")).as_py():
        return None
    try:
        values = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        return None
    return None if values.null_count == len(values) else values


def _is_blank(cell: Cell) -> bool:
    if isinstance(cell, str):
        plain = cell.strip().lower()
        return plain in BLANKS or plain in ERRORS
    return cell is None or (isinstance(cell, float) and np.isnan(cell))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_INTEGER:
        return str(int(cell))
    return str(cell)


_Found = tuple[dict[Cell, object], pa.DataType, tuple[Note, ...]]


def _booleans(name: str, present: Counter[Cell], decimal: str) -> _Found | None:
    of: dict[Cell, object] = {}
    for cell in present:
        word = cell.strip().lower() if isinstance(cell, str) else cell
        if word is not True and word is not False and word not in TRUE | FALSE:
            return None
        of[cell] = word is True or word in TRUE
    return of, pa.bool_(), ()


def _numbers_of(name: str, present: Counter[Cell], decimal: str) -> _Found | None:
    of: dict[Cell, object] = {}
    for cell in present:
        if isinstance(cell, str) and _LEADING_ZERO.fullmatch(cell.strip()):
            return None
        number = _number(cell, decimal)
        if number is not None:
            of[cell] = number
            whole = not isinstance(cell, str) or "." not in cell
            if whole and LARGEST_INTEGER < abs(number) < 1e40 and "e" not in str(cell).lower():
                return None
    return _of_kind(name, present, of, pa.float64(), "a number")


def _of_kind(name: str, present: Counter[Cell], of: dict[Cell, object], type_: pa.DataType, what: str) -> _Found | None:
    """The reading, if it covers most cells, with a note on those it does not."""
    total, covered = sum(present.values()), sum(present[cell] for cell in of)
    if covered < MOSTLY * total or covered == 0:
        return None
    if covered == total:
        return of, type_, ()
    lost = [cell for cell in present if cell not in of]
    shown = ", ".join(f"“{str(cell)[:20]}”" for cell in lost[:3])
    count = total - covered
    text = f"{count:,} {'cell' if count == 1 else 'cells'} of “{name}” could not be read as {what} ({shown})"
    return of, type_, (Note(f"{text} and {'counts' if count == 1 else 'count'} as blank.", count),)


def _number(cell: Cell, decimal: str) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds()
    if not isinstance(cell, str):
        return None
    plain = _MARKS.sub("", cell.strip())
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if negative else plain
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").replace("−", "-")
    thousands = "[,']" if decimal == "." else r"[.']"
    sign, digits = (plain[:1], plain[1:]) if plain[:1] in "+-" else ("", plain)
    pattern = _NUMBER.format(t=thousands, d=re.escape(decimal))
    if not any(c.isdigit() for c in digits) or not re.fullmatch(pattern, digits):
        return None
    digits = re.sub(thousands, "", digits).replace(decimal, ".")
    value = float(sign + digits) / (100 if percent else 1)
    return -value if negative else value


def _reads(cell: str, decimal: str) -> bool:
    return _number(cell, decimal) is not None


def _dates(name: str, present: Counter[Cell], decimal: str) -> _Found | None:
    of: dict[Cell, object] = {}
    for cell in present:
        if isinstance(cell, dt.datetime):
            of[cell] = cell.replace(tzinfo=None)
        elif isinstance(cell, dt.date):
            of[cell] = dt.datetime(cell.year, cell.month, cell.day)
    texts = [cell for cell in present if isinstance(cell, str) and _LOOKS_LIKE_DATE.match(cell.strip())]
    notes: tuple[Note, ...] = ()
    if len(texts) >= MOSTLY * sum(isinstance(cell, str) for cell in present) and texts:
        readings = sorted((_read_dates(texts, form) for form in _DATE_FORMATS), key=len, reverse=True)
        of |= readings[0]
        if len(readings[1]) == len(readings[0]) and readings[0] != readings[1]:
            first = next(iter(readings[0].items()))
            notes = (Note(f"Dates in “{name}” are ambiguous: “{first[0]}” was read as {first[1]:%-d %B %Y}.", len(of)),)
    found = _of_kind(name, present, of, pa.timestamp("us"), "a date")
    return found and (found[0], found[1], found[2] + notes)


def _read_dates(texts: Sequence[str], form: str) -> dict[Cell, object]:
    of: dict[Cell, object] = {}
    for text in texts:
        try:
            of[text] = dt.datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return of
