"""The answer of a reader's child process: how it travels, and what is checked of it before anything touches it.

It is a head in JSON and the bare buffers of columns of six types, whose sizes follow from the number of rows. There is
nothing in it to decompress, to decode by rules of its own or to point elsewhere, and Arrow validates every column.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import CoreError, ReadError
from .limits import Limits
from .schema import loaded
from .table import Note, Reading

MOST_HEAD = 8_000_000  # bytes; 20,000 columns with names of 20 letters take 2.5 MB
FIRST_MOMENT, LAST_MOMENT = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds of the years 1 to 9999
_STEP = 64  # bytes; every buffer begins at a multiple of it


class Sort(StrEnum):
    """What a column that travels is made of."""

    WHOLE = "whole"
    FLOAT = "float"
    TRUTH = "truth"
    DATETIME = "datetime"
    SPAN = "span"
    TEXT = "text"


_ARROW = {
    Sort.WHOLE: pa.int64(),
    Sort.FLOAT: pa.float64(),
    Sort.TRUTH: pa.bool_(),
    Sort.DATETIME: pa.timestamp("us"),
    Sort.SPAN: pa.duration("us"),
    Sort.TEXT: pa.string(),
}
_SORTS = {kind: sort for sort, kind in _ARROW.items()}


@dataclass(frozen=True)
class Sent:
    """A column that travels."""

    sort: Sort
    blanks: bool  # whether a bitmap says which cells are there
    text: int = 0  # bytes of all texts


@dataclass(frozen=True)
class Head:
    """What was made of a file, but for its cells."""

    names: tuple[str, ...]  # for display, unique
    originals: tuple[str, ...]  # as they stand in the file
    reading: Reading
    notes: tuple[Note, ...]
    sheets: tuple[str, ...]
    rows: int
    first_line: int
    lines: bool  # whether the last column is none, but the rows' lines, which do not simply count up
    columns: tuple[Sent, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why there is no table."""

    what: str
    why: str
    remedy: str


@dataclass(frozen=True)
class Reply:
    """One of the two."""

    head: Head | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Answer:
    """What the child made of a file; the columns hold what their types say."""

    head: Head
    columns: tuple[pa.Array, ...]  # as many as names
    lines: pa.Array | None = None  # (n,) None: they count up from the first


def written(head: Head, columns: Sequence[pa.Array]) -> Iterator[bytes | pa.Buffer]:
    """The pieces of an answer as they travel: two sizes, the head and the buffers.

    Raises ArrowInvalid for a column that is not sound, and ReadError for a head that is too long.
    """
    packed = [_packed(column) for column in columns]
    buffers = [buffer for _, parts in packed for buffer in parts]
    yield from _framed(Reply(head=replace(head, columns=tuple(sent for sent, _ in packed))), buffers)


def refused(refusal: CoreError) -> Iterator[bytes | pa.Buffer]:
    """The same for a refusal."""
    yield from _framed(Reply(refusal=Refusal(refusal.what, refusal.why, refusal.remedy)), [])


def sizes(start: bytes, limits: Limits) -> tuple[int, int]:
    """Bytes of the head and of all buffers, as an answer announces them. Raises ReadError for more than may be."""
    head, body = int.from_bytes(start[:8], "big"), int.from_bytes(start[8:], "big")
    if head > MOST_HEAD or body > limits.memory:
        raise unsound()
    return head, body


def opened(head: bytes, body: pa.Buffer, limits: Limits) -> Answer:
    """The answer, once all of it was found to be sound. Raises ReadError, also where it is a refusal."""
    try:
        reply = loaded(head, Reply)
        if reply.refusal is not None:
            raise ReadError(reply.refusal.what, reply.refusal.why, reply.refusal.remedy)
        if reply.head is None:
            raise ValueError("neither a table nor a refusal")
        _check(reply.head, limits)
        return _columns(reply.head, body)
    except (ValueError, TypeError, OverflowError, pa.ArrowException):
        raise unsound() from None


def unsound() -> ReadError:
    """The refusal of an answer that no sound reader gives."""
    return ReadError(
        "This file could not be read.",
        "It is damaged, or holds something that the reader cannot handle.",
        "Save it as CSV or XLSX and try again.",
    )


def unsound_cells(fault: BaseException) -> ReadError:
    """The refusal of cells that are not what they should be, as Arrow or Python found."""
    if isinstance(fault, UnicodeError) or "UTF8" in str(fault):
        return ReadError(
            "A cell of this file holds bytes that are no text.",
            "Text has to be in UTF-8.",
            "Save the file again with its text in UTF-8, or as CSV.",
        )
    return ReadError("This file is damaged.", "Its parts do not fit together.", "Save it again, or as CSV.")


def _packed(column: pa.Array) -> tuple[Sent, list[pa.Buffer]]:
    """A column's buffers, cut to what its rows need."""
    column.validate(full=True)
    if column.offset:
        column = pa.concat_arrays([column])
    there, *buffers = column.buffers()
    sort, rows = _SORTS[column.type], len(column)
    blanks = there is not None and column.null_count > 0
    text = _extent(buffers[0], rows) if sort is Sort.TEXT else 0
    sent = Sent(sort, blanks, text)
    parts = [there, *buffers] if blanks else buffers
    return sent, [_cut(part, size) for part, size in zip(parts, _sizes(sent, rows), strict=True)]


def _extent(offsets: pa.Buffer | None, rows: int) -> int:
    """Where the last text ends; without rows there may be no offsets."""
    return int.from_bytes(offsets[4 * rows : 4 * rows + 4].to_pybytes(), "little") if rows and offsets else 0


def _cut(buffer: pa.Buffer | None, size: int) -> pa.Buffer:
    return pa.py_buffer(bytes(size)) if buffer is None or buffer.size < size else buffer.slice(0, size)


def _sizes(sent: Sent, rows: int) -> list[int]:
    """Bytes of each buffer of a column."""
    bits = (rows + 7) // 8
    width = bits if sent.sort is Sort.TRUTH else 8 * rows
    cells = [4 * (rows + 1), sent.text] if sent.sort is Sort.TEXT else [width]
    return [bits, *cells] if sent.blanks else cells


def _framed(reply: Reply, buffers: Iterable[pa.Buffer]) -> Iterator[bytes | pa.Buffer]:
    text = json.dumps(vars(reply), default=vars).encode()  # all that is no word, number or list has fields
    if len(text) > MOST_HEAD:
        raise ReadError("The names of the columns are too long.", remedy="Give the columns shorter names.")
    buffers = list(buffers)
    yield len(text).to_bytes(8, "big") + sum(map(_room, (each.size for each in buffers))).to_bytes(8, "big") + text
    for each in buffers:
        yield each
        yield bytes(_room(each.size) - each.size)


def _room(size: int) -> int:
    return -(-size // _STEP) * _STEP


def _check(head: Head, limits: Limits) -> None:
    """That the parts of a head fit each other and the limits."""
    width = len(head.names)
    if not (len(head.originals) == width == len(head.columns) - head.lines == len(set(head.names))):
        raise ValueError("names and columns do not go together")
    if not 0 <= head.rows * max(1, width) <= limits.cells:
        raise ValueError("too many cells")
    if any(each.text < 0 or (each.text and each.sort is not Sort.TEXT) for each in head.columns):
        raise ValueError("no size of a text")
    if head.lines and head.columns[-1] != Sent(Sort.WHOLE, False):
        raise ValueError("no numbers of lines")


def _columns(head: Head, body: pa.Buffer) -> Answer:
    found, place = [], 0
    for sent in head.columns:
        parts = []
        for size in _sizes(sent, head.rows):
            if place + size > body.size:
                raise ValueError("too few bytes")
            parts.append(body.slice(place, size))
            place += _room(size)
        found.append(_array(sent, head.rows, parts))
    if place != body.size:
        raise ValueError("too many bytes")
    lines = found.pop() if head.lines else None
    return Answer(head, tuple(found), lines)


def _array(sent: Sent, rows: int, parts: list[pa.Buffer]) -> pa.Array:
    """A column of an answer, validated to its last cell. Raises ArrowInvalid or ValueError."""
    column = pa.Array.from_buffers(_ARROW[sent.sort], rows, parts if sent.blanks else [None, *parts])
    column.validate(full=True)
    if sent.sort is Sort.DATETIME and not are_told(column):
        raise ValueError("a date outside the years 1 to 9999")
    return column


def are_told(instants: pa.Array) -> bool:
    """Whether all instants, in microseconds, lie in years that calendars and programs can write."""
    span = pc.min_max(instants.view(pa.int64()))
    low, high = span["min"].as_py(), span["max"].as_py()
    return low is None or (low >= FIRST_MOMENT and high <= LAST_MOMENT)
