"""The reader's child process: a file on standard input, a table on standard output, within limits.

It answers in JSON and bare columns, so that nothing a file holds is ever unpickled, and dies with whatever went wrong.
Run as `python -m core.data.reader.child`; started by core.data.isolate.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.abc import MetaPathFinder
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from ...errors import CoreError, ReadError
from ..answer import Head, refused, unsound_cells, written
from ..lifeline import end_with
from ..limits import TOO_MUCH_MEMORY, Limits
from ..names import unique_names
from ..table import Note, Reading
from .assemble import assembled, display_names
from .formats import Format, tell_format, unpacked
from .layout import lay_out
from .repeated import repeats_in
from .sheet import Rows, Sheet
from .text import read_text

LONGEST_NAME = 5_000  # characters of a name that travel
_AS_STORED: dict[str, Any] = {  # the layout of records: the names, and rows below them
    "header": 1,
    "skip": 0,
    "units": 0,
    "foot": 0,
    "left": 0,
    "turned": False,
    "rulings": True,
    "sections": False,
    "subtotals": True,
}


@dataclass(frozen=True)
class Answer:
    """What was made of a file."""

    names: tuple[str, ...]  # for display, unique
    originals: tuple[str, ...]  # as they stand in the file
    columns: Sequence[pa.Array]
    reading: Reading
    notes: tuple[Note, ...] = ()
    sheets: tuple[str, ...] = ()
    lines: Rows | None = None  # (n,) None: 1, 2, ...


class _WithoutPandas(MetaPathFinder):
    """Keeps Arrow from loading pandas, which it does for nothing here and which takes half a second."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """None for what others may find; pandas is not there."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def main() -> None:
    """Read one request, answer it, and end."""
    gc.disable()  # one file and the end: nothing is worth collecting
    sys.meta_path.insert(0, _WithoutPandas())
    request, content = _receive(sys.stdin.buffer)
    end_with(sys.stdin.fileno())
    limits = Limits(**request["limits"])
    _limit(limits)
    try:
        _send(_answered(content, Reading(**request["reading"]), limits))
    except MemoryError:
        os._exit(TOO_MUCH_MEMORY)


def _answered(content: bytes, reading: Reading, limits: Limits) -> list[bytes | pa.Buffer]:
    """The pieces of the answer, a refusal included."""
    try:
        head, columns = _packed(read(content, reading, limits))
        return list(_sound(head, columns))
    except UnicodeEncodeError as fault:  # halves of letters, which JSON can spell
        return list(refused(unsound_cells(fault)))
    except CoreError as refusal:
        return list(refused(refusal))


def _sound(head: Head, columns: list[pa.Array]) -> Iterator[bytes | pa.Buffer]:
    try:
        yield from written(head, columns)
    except pa.ArrowInvalid as fault:
        raise unsound_cells(fault) from None


def read(content: bytes, reading: Reading, limits: Limits) -> Answer:
    """The typed columns of a file; the format is told by the content. Raises ReadError."""
    if not content:
        raise ReadError("The file is empty.", remedy="Choose a file with a table in it.")
    content, notes = unpacked(content, limits.bytes)
    answer = _read(content, reading, limits)
    return _without_repeats(replace(answer, notes=(*notes, *answer.notes)))


def _read(content: bytes, reading: Reading, limits: Limits) -> Answer:
    """The same of what is not packed."""
    kind = tell_format(content)
    if kind is Format.PARQUET or kind is Format.ARROW:
        return _columnar(kind, content, reading, limits)
    sheet, reading, sheets = _sheet(kind, content, reading, limits)
    grid = lay_out(sheet, reading)
    del content, sheet
    columns, grid = assembled(grid)
    names = tuple(display_names(grid.names, grid.units))
    return Answer(names, grid.names, columns, grid.reading, grid.notes, sheets, grid.lines)


def _without_repeats(answer: Answer) -> Answer:
    """The answer with what is to be told of rows that repeat others, or without those."""
    keep, notes = repeats_in(answer.columns, answer.lines, kept=answer.reading.repeats is not False)
    if keep.all():
        return replace(answer, notes=(*answer.notes, *notes))
    lines = answer.lines if answer.lines is not None else np.arange(1, len(keep) + 1)
    columns = [column.filter(pa.array(keep)) for column in answer.columns]
    return replace(answer, columns=columns, lines=lines[keep], notes=(*answer.notes, *notes))


def _sheet(kind: Format, content: bytes, reading: Reading, limits: Limits) -> tuple[Sheet, Reading, tuple[str, ...]]:
    """The cells of a file of cells. The readers are loaded when they are needed: start-up time counts."""
    if kind is Format.TEXT:
        return *read_text(content, reading, limits.cells), ()
    if kind is Format.JSON:
        from .records import read_records

        sheet, resolved = read_records(content, reading, limits.cells)
        return sheet, replace(resolved, **_AS_STORED), ()
    if kind is Format.SQLITE:
        from .database import read_database

        found = read_database(content, reading, limits.cells)
        return found.sheet, replace(found.reading, **_AS_STORED), found.sheets
    from .workbook import read_workbook

    found = read_workbook(content, reading, limits.cells)
    return found.sheet, found.reading, found.sheets


def _columnar(kind: Format, content: bytes, reading: Reading, limits: Limits) -> Answer:
    from .columnar import plain, read_arrow, read_parquet

    table = (read_parquet if kind is Format.PARQUET else read_arrow)(content, limits.cells)
    columns, notes = plain(table)
    originals = tuple(map(str, table.column_names))
    return Answer(tuple(unique_names(originals)), originals, columns, reading, tuple(notes))


def _packed(answer: Answer) -> tuple[Head, list[pa.Array]]:
    """Head and columns as they travel; lines only if they do not simply count up."""
    columns, rows = list(answer.columns), len(answer.columns[0]) if answer.columns else 0
    first, lines = 1, False
    if answer.lines is not None and len(answer.lines):
        first = int(answer.lines[0])
        lines = bool(answer.lines[-1] - first != len(answer.lines) - 1)
    if lines:
        columns.append(pa.array(answer.lines))
    originals, sheets = (tuple(map(_sendable, texts)) for texts in (answer.originals, answer.sheets))
    names = tuple(map(_sendable, answer.names))
    return Head(names, originals, answer.reading, answer.notes, sheets, rows, first, lines), columns


def _sendable(text: str) -> str:
    """A text of a bearable length that UTF-8 can write."""
    return text[:LONGEST_NAME].encode("utf-8", errors="replace").decode()


def _limit(limits: Limits) -> None:
    """Have the system end this process when it takes more than it may."""
    if os.name != "posix":
        return
    import resource

    _lower(resource.RLIMIT_CPU, limits.work)
    if sys.platform == "linux":
        with open("/proc/self/statm") as status:
            mapped = int(status.read().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, mapped + limits.memory)
    else:  # macOS takes no notice of that limit
        threading.Thread(target=_watch_memory, args=(limits.memory,), daemon=True).start()


def _lower(what: int, most: int) -> None:
    import resource

    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _watch_memory(more: int) -> None:
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + more  # bytes there
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < most:
        time.sleep(0.05)
    os._exit(TOO_MUCH_MEMORY)


def _receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(stream.read(8), "big")
    request = json.loads(stream.read(size) or "{}")
    content = stream.read(request.get("bytes", 0))
    if len(content) != request.get("bytes"):
        sys.exit()  # closed without a whole request
    return request, content


def _send(pieces: Iterable[bytes | pa.Buffer]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
