"""Dialect: how a text file parts its cells, found by trying every way on its beginning.

A way is good when rows come out equally long and cells look like clean values: the consistency measure of van den
Burg, Nazabal and Sutton (2019), with fewer types and a rule against delimiters that only words contain.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product

from ...errors import ReadError
from . import datetimes, numerals
from .rulings import BARS, cut, spans, without_ruling_lines

HEAD = 100_000  # characters that are looked at
ROWS = 300
FEW = 5  # rows of which none need be as long as another
WIDE = "  "  # two spaces or more, or columns of fixed width below a ruling
USUAL = (",", "\t", ";", "|", *BARS)
RARE = ("||", "::", "~", "^", "¦", "¬", "\x01", "\x1e", "\x1f", " ", WIDE)  # only when no usual one parts the rows
STAND_IN = "\ue000"  # a private character in the place of a delimiter of several characters
FIELD_LIMIT = 10_000_000
_CLEAN = re.compile(r"[\w \u00a0\-.'’!?()/&+#%°:@*<>=$€£\[\]{}\\…–—,\n\r]*")
_HALVES = re.compile(r"[-+]?\d+,\d+")
_TOLD = re.compile(
    r'\ufeff?"?sep=([^\r\n"])"?[,;\t]*(?:\r?\n|\r)', re.IGNORECASE
)  # for spreadsheets, in the first line
_MIXED = re.compile(r"[;|\t\"~^]|\w,\w")


@dataclass(frozen=True)
class Dialect:
    """How cells are parted."""

    delimiter: str = ","  # "" where a row is one cell
    quote: str = '"'  # "" where nothing is quoted
    escape: str = ""  # before a quote inside quotes; "" where quotes are doubled

    @property
    def mark(self) -> str:
        """The one character that parts cells in prepared text."""
        return self.delimiter if len(self.delimiter) == 1 else STAND_IN

    def options(self) -> dict[str, object]:
        """As the csv module wants it."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        return {
            "delimiter": self.mark,
            "quotechar": self.quote or None,
            "quoting": quoting,
            "escapechar": self.escape or None,
            "doublequote": not self.escape,
            "skipinitialspace": self.delimiter != "\t",
        }


def prepared(text: str, dialect: Dialect) -> str:
    """Text whose delimiter is one character; runs of spaces part cells once."""
    if dialect.delimiter == " ":
        return re.sub(r"[ \t]+", " ", "\n".join(line.strip(" \t") for line in text.splitlines()))
    if dialect.delimiter == WIDE:
        places = spans(text)
        if places:
            return "\n".join(STAND_IN.join(cut(line, places)) for line in text.splitlines())
        return re.sub(r" {2,}|\t", STAND_IN, "\n".join(line.strip() for line in text.splitlines()))
    return text.replace(dialect.delimiter, STAND_IN) if len(dialect.delimiter) > 1 else text


def parsed(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """The rows of a text. Raises ReadError for what the csv module refuses."""
    csv.field_size_limit(FIELD_LIMIT)
    try:
        yield from csv.reader(io.StringIO(prepared(text, dialect), newline=""), **dialect.options())  # type: ignore[arg-type]
    except csv.Error as fault:
        raise ReadError("The file cannot be parted into cells.", f"The reader says: {fault}.") from None


def tell_dialect(text: str) -> Dialect:
    """The dialect that explains the beginning of a text best."""
    head, cut_off = text[:HEAD], len(text) > HEAD
    if spans(head):
        return Dialect(WIDE, "")
    told = _TOLD.match(head)
    if told is not None:
        return _best(head[told.end() :], [told[1]], cut=cut_off) or Dialect(told[1])
    head = without_ruling_lines(_without_comments(head))
    best = _best(head, [mark for mark in USUAL if mark in head], cut=cut_off)
    if best is None or head.count(best.delimiter) == 2 * head.count(2 * best.delimiter):
        best = _best(head, [mark for mark in RARE if mark in head], cut=cut_off) or best
    return best or Dialect("")


def _without_comments(head: str) -> str:
    """The lines that do not begin with #, where they are enough to tell by."""
    lines = head.splitlines(keepends=True)
    rest = [line for line in lines if not line.lstrip().startswith("#")]
    return "".join(rest) if len(rest) >= min(FEW, len(lines)) else head


def _best(head: str, delimiters: Sequence[str], *, cut: bool) -> Dialect | None:
    """The dialect with the highest score, if it parts the rows at all; the last row may be cut."""
    stray = _stray_quotes(head) > cut
    quotes = ['"', *(["'"] if _quotes_fields(head, "'") else []), *([""] if stray else [])]
    escapes = ["", *(["\\"] if '\\"' in head else [])]
    best, most = None, 0.0
    for delimiter, quote, escape in product(delimiters, quotes, escapes):
        if escape and not quote:
            continue
        dialect = Dialect(delimiter, quote, escape)
        rows = _first_rows(head, dialect)
        rows = rows[:-1] if cut and len(rows) > 1 else rows
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        pattern = _pattern_score(rows)
        if pattern <= most or not _parts(rows) or (delimiter == "," and _are_decimals(rows)):
            continue
        score = pattern * _type_score(rows, numbers_only=delimiter == " ")
        if score > most * 1.000_001:
            best, most = dialect, score
    return best


def _quotes_fields(head: str, quote: str) -> bool:
    """Whether a quote stands where cells begin and end."""
    return re.search(rf"(?:^|[,;|\t]){quote}[^{quote}\n]*{quote}(?:[,;|\t]|\r?$)", head, re.MULTILINE) is not None


def _stray_quotes(head: str) -> int:
    """Quotes that stand where no cell begins or ends, or are not closed."""
    bare = re.sub(r'(?:^|(?<=[,;|\t ]))"(?:[^"]|"")*"(?=[,;|\t ]|\r?$)', "", head, flags=re.MULTILINE)
    return bare.count('"')


def _first_rows(head: str, dialect: Dialect) -> list[list[str]]:
    rows = []
    try:
        for row in parsed(head, dialect):
            rows.append(row)
            if len(rows) == ROWS:
                break
    except ReadError:
        return []
    return rows


def _are_decimals(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a comma only parts whole numbers from their decimals, below one name."""
    halves = [row for row in rows if len(row) > 1]
    return len(rows[0]) == 1 and all(len(row) == 2 and _HALVES.fullmatch(",".join(row)) for row in halves)


def _parts(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a good part of the rows stand together in equal width of two or more, or few rows all are wide."""
    if 1 < len(rows) <= FEW and all(len(row) > 1 and not any(cell[:1].isspace() for cell in row) for row in rows):
        return True
    runs = [(width, sum(1 for _ in run)) for width, run in groupby(rows, key=len)]
    wide = Counter[int]()
    for width, length in runs:
        if width > 1:
            wide[width] += length
    if not wide:
        return False
    most = wide.most_common(1)[0][1]
    longest = max(length for width, length in runs if width > 1)
    return most >= 0.5 * len(rows) or longest >= 5


def _pattern_score(rows: Sequence[Sequence[str]]) -> float:
    widths = Counter(map(len, rows))
    return sum(count * max(1e-3, width - 1) / width for width, count in widths.items()) / max(1, len(widths))


def _type_score(rows: Sequence[Sequence[str]], *, numbers_only: bool) -> float:
    """The share of cells that look like one clean value; of rows below the first where only numbers count."""
    cells = Counter(cell.strip() for row in (rows[1:] if numbers_only and len(rows) > 1 else rows) for cell in row)
    good = sum(count * _cleanness(cell) for cell, count in cells.items())
    share = good / max(1, cells.total())
    if numbers_only:
        numeric = sum(count for cell, count in cells.items() if numerals.looks_like_number(cell))
        return share if numeric >= 0.6 * cells.total() else 0.0
    return max(share, 1e-10)


def _cleanness(cell: str) -> float:
    if not cell or numerals.looks_like_number(cell) or datetimes.looks_like_datetime(cell):
        return 1.0
    if not _CLEAN.fullmatch(cell):
        return 0.0
    return 0.5 if _MIXED.search(cell) else 1.0
