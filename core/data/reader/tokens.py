"""Tokens: the cells of a delimited text, quickly where the file is regular, patiently where it is not."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from ...errors import ReadError
from ..table import Note, NoteKind
from .dialect import FIELD_LIMIT, STAND_IN, Dialect, prepared
from .sheet import Cells, Sheet, check_width

QUICK_BYTES = 1_000_000  # smaller files are read patiently: the time does not matter there
NARROW = 50  # columns up to which Arrow parts the cells: it reserves a whole block of memory for each column
BLOCK_BYTES = 1_000_000  # for that; not below the threshold from which the child gives memory back at once
WIDE_BLOCK_BYTES = 4_000_000
CELLS_AT_ONCE = 10_000
LONGEST_CELL = 500  # lines; a cell that seems longer has a quote that is not closed
END = "\ue001"  # a private character in a line of its own after the last


def tokenise(content: bytes, encoding: str, dialect: Dialect, most_cells: int) -> Sheet:
    """The cells of a text in its encoding and dialect. Raises ReadError for too many of them."""
    if len(content) >= QUICK_BYTES and encoding in ("utf-8", "utf-8-sig"):
        sheet = _quick(content, dialect)
        if sheet is not None:
            return sheet
    return _patient(content, encoding, dialect, most_cells)


def _quick(content: bytes, dialect: Dialect) -> Sheet | None:
    """A sheet of equally wide rows of one line each; None if the file is not so."""
    plain = dialect.mark == dialect.delimiter and dialect.mark.isascii() and dialect.delimiter != " "
    returns = content.count(b"\r")
    if not plain or (returns and returns != content.count(b"\r\n")) or b"\n\n" in content or b"\r\n\r\n" in content:
        return None
    quote = dialect.quote.encode()
    if quote and dialect.mark.encode() + b" " + quote in content:
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    width = len(next(csv.reader([content[: content.find(b"\n")].decode("utf-8-sig", "replace")], **dialect.options())))  # type: ignore[arg-type]
    check_width(width)
    try:
        columns = (_by_arrow if width <= NARROW else _by_blocks)(content, dialect, width)
    except pa.ArrowInvalid:
        return None
    if columns is None or len(columns[0]) != lines:
        return None
    return Sheet(columns, np.arange(1, lines + 1, dtype=np.int64), np.full(lines, width, dtype=np.int32))


def _by_arrow(content: bytes, dialect: Dialect, width: int) -> tuple[Cells, ...]:
    """The columns as Arrow parts them, which sets aside a block of memory for each. Raises ArrowInvalid."""
    names = [str(j) for j in range(width)]
    table = arrow_csv.read_csv(
        pa.py_buffer(content),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.mark,
            quote_char=dialect.quote or False,
            double_quote=not dialect.escape,
            escape_char=dialect.escape or False,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )
    return tuple(_one_array(column) for column in table.columns)


def _by_blocks(content: bytes, dialect: Dialect, width: int) -> tuple[Cells, ...] | None:
    """The columns of wide rows, in memory that goes by the text alone; None if a line is not one row of this width.

    Raises ArrowInvalid for what is not UTF-8.
    """
    content = content.replace(b"\r\n", b"\n")
    special = [each.encode() for each in (dialect.quote, dialect.escape) if each]
    chunks: list[list[pa.Array]] = []
    start = 0
    while start < len(content):
        stop = content.rfind(b"\n", start, start + WIDE_BLOCK_BYTES) + 1 or content.find(b"\n", start) + 1
        block = content[start : stop or len(content)]
        start += len(block)
        quoted = any(each in block for each in special)
        columns = _of_quoted_lines(block, dialect, width) if quoted else _of_plain_lines(block, dialect, width)
        if columns is None:
            return None
        chunks.append(columns)
    return tuple(pa.concat_arrays([columns[j] for columns in chunks]) for j in range(width))


def _of_plain_lines(block: bytes, dialect: Dialect, width: int) -> list[pa.Array] | None:
    """The columns of lines in which nothing is quoted: the bytes between the marks, turned from rows into columns."""
    text = np.frombuffer(block if block.endswith(b"\n") else block + b"\n", np.uint8)
    ends = (text == ord(dialect.mark)) | (text == ord("\n"))
    at = np.flatnonzero(ends)
    count = len(at) // width
    if count * width != len(at):
        return None
    breaks = (text[at] == ord("\n")).reshape(count, width)
    if not breaks[:, -1].all() or breaks[:, :-1].any():
        return None
    offsets = np.concatenate([[0], at - np.arange(len(at))]).astype(np.int32)
    cells = pa.StringArray.from_buffers(len(at), pa.py_buffer(offsets), pa.py_buffer(text[~ends]))
    cells.validate(full=True)
    by_column = cells.take(pa.array(np.arange(len(at)).reshape(count, width).T.ravel()))
    return [by_column[j * count : (j + 1) * count] for j in range(width)]


def _of_quoted_lines(block: bytes, dialect: Dialect, width: int) -> list[pa.Array] | None:
    """The same for lines of which some have quotes, as long as no cell goes on in the next line."""
    csv.field_size_limit(FIELD_LIMIT)
    lines = io.StringIO(block.decode(errors="replace"), newline="\n")
    try:
        rows = list(csv.reader(lines, **dialect.options()))  # type: ignore[arg-type]
    except csv.Error:
        return None
    if len(rows) != block.count(b"\n") + (not block.endswith(b"\n")) or any(len(row) != width for row in rows):
        return None
    return [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]


def _patient(content: bytes, encoding: str, dialect: Dialect, most_cells: int) -> Sheet:
    """A sheet of rows of any width; a quote that is never closed is taken as a plain character."""
    lines = _Lines(_stream(content, encoding, dialect))
    try:
        sheet = _gathered(_rows(lines, dialect), dialect, most_cells)
    except csv.Error as fault:
        raise ReadError("The file cannot be parted into cells.", f"The reader says: {fault}.") from None
    if not lines.unclosed:
        return sheet
    count = len(lines.unclosed)
    quotes = "quote is" if count == 1 else "quotes are"
    where = ", ".join(f"{line:,}" for line in lines.unclosed[:5])
    what = f"{count:,} {quotes} never closed and taken as plain characters, in line {where}."
    return replace(sheet, notes=(Note(what, count, NoteKind.RAGGED),))


def _stream(content: bytes, encoding: str, dialect: Dialect) -> Iterable[str]:
    if len(dialect.delimiter) < 2 and dialect.delimiter != " ":
        return io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline="")
    return io.StringIO(prepared(content.decode(encoding, errors="replace"), dialect), newline="")


class _Lines:
    """The lines of a text, which can be put back."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._coming = chain(stream, [END])
        self._back: deque[str] = deque()
        self.taken: list[str] = []  # since the row began
        self.at = 1  # the line at which the row began
        self.unclosed: list[int] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._coming)
        self.taken.append(line)
        return line

    def begin_row(self) -> None:
        """What was taken is done with."""
        self.at += len(self.taken)
        self.taken = []

    def put_back_all_but_first(self) -> str:
        """The first line of a row whose quote is not closed; the rest comes again."""
        first, *rest = self.taken
        self._back.extendleft(reversed(rest))
        self.taken = [first]
        self.unclosed.append(self.at)
        return first


def _rows(lines: _Lines, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line at which each begins."""
    csv.field_size_limit(FIELD_LIMIT)
    options = dialect.options()
    unquoted = replace(dialect, quote="", escape="").options()
    reader = csv.reader(lines, **options)  # type: ignore[arg-type]
    widths = Counter[int]()
    while True:
        row = next(reader, None)
        if row is None or row == [END]:
            return
        if len(lines.taken) > 1 and _is_unclosed(lines.taken, unquoted, widths):
            row = next(csv.reader([lines.put_back_all_but_first()], **unquoted))  # type: ignore[arg-type]
        elif len(widths) < 50:
            widths[len(row)] += 1
        yield lines.at, row
        lines.begin_row()


def _is_unclosed(taken: Sequence[str], unquoted: dict[str, object], widths: Counter[int]) -> bool:
    """Whether the quote that made one row of these lines is a plain character.

    It is if the file ends before it is closed, if the cell were very long, or if every line were a row of its own.
    """
    if taken[-1] == END or len(taken) > LONGEST_CELL:
        return True
    usual, times = widths.most_common(1)[0] if widths else (1, 0)
    if usual < 2 or times < 5:
        return False
    return all(len(next(csv.reader([line], **unquoted))) == usual for line in taken)  # type: ignore[arg-type]


def _gathered(rows: Iterator[tuple[int, list[str]]], dialect: Dialect, most_cells: int) -> Sheet:
    """Columns of strings, chunk by chunk, so that no more than one chunk is ever held as Python strings."""
    chunks: list[list[pa.Array]] = []
    sizes: list[int] = []
    lines, widths = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    count = 0
    step = 100
    while some := list(islice(rows, step)):
        columns = [pa.array(cells, pa.string()) for cells in zip_longest(*(row for _, row in some), fillvalue=None)]
        check_width(len(columns))
        count += len(some) * len(columns)
        if count > most_cells:
            raise ReadError(
                "The table is too large.", f"It has more than {most_cells:,} cells.", "Upload a part of it."
            )
        chunks.append(columns)
        sizes.append(len(some))
        lines.append(np.fromiter((line for line, _ in some), np.int64, len(some)))
        widths.append(np.fromiter((len(row) for _, row in some), np.int32, len(some)))
        step = max(1, CELLS_AT_ONCE // max(1, len(columns)))
    joined = _joined(chunks, sizes)
    if len(dialect.delimiter) > 1:
        joined = tuple(pa.compute.replace_substring(column, STAND_IN, dialect.delimiter) for column in joined)
    return Sheet(joined, np.concatenate(lines), np.concatenate(widths))


def _joined(chunks: Sequence[Sequence[pa.Array]], sizes: Sequence[int]) -> tuple[Cells, ...]:
    width = max(map(len, chunks), default=0)
    return tuple(
        pa.concat_arrays(
            [
                columns[j] if j < len(columns) else pa.nulls(size, pa.string())
                for columns, size in zip(chunks, sizes, strict=True)
            ]
        )
        for j in range(width)
    )


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
