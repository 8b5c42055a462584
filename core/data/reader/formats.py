"""Formats: what a file is, told by its first bytes and never by its name, and what is packed in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import IO, cast

import pyarrow as pa

from ...errors import ReadError
from ..table import Note
from .database import MAGIC

STEP = 1_000_000


class Format(Enum):
    """What a file holds."""

    TEXT = "text"
    JSON = "JSON"
    WORKBOOK = "workbook"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    SQLITE = "SQLite"


_OLE = b"\xd0\xcf\x11\xe0"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")  # workbooks without a container
_ZIP = b"PK\x03\x04"
_BOOKS = ("[content_types].xml", "xl/", "content.xml", "mimetype", "_rels/")
_PARQUET = (b"PAR1", b"PARE")
_STREAM = b"\xff\xff\xff\xff"
_OTHERS = {  # by more than what a name of a column may begin with, such as “%PDF share”
    rb"%PDF-\d": "a PDF",
    rb"\x89PNG": "a picture",
    rb"\xff\xd8\xff": "a picture",
    rb"GIF8[79]a": "a picture",
    rb"7z\xbc\xaf": "a 7z archive",
    rb"Rar!\x1a\x07": "a RAR archive",
    rb"\x93NUMPY": "a NumPy file",
    rb"\x80\x04\x95": "a Python pickle, which is never opened",
}
_JSON = re.compile(rb"""[\xef\xbb\xbf\xff\xfe \t\r\n]*(?:\{\s*(?:["'}]|\w+\s*:)|\[\s*[\[{]|\[[\r\n])""")
_TABLES = re.compile(
    r"\.(?:[ct]sv|tab|xls[xmb]?|ods|json|jsonl|ndjson|parquet|pq|feather|arrow|sqlite3?|db)(?:\.(?:gz|bz2|xz|zst))?$",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r"(?<!readme)(?<!license)(?<!licence)\.(?:txt|dat|data|asc)$", re.IGNORECASE)


def tell_format(content: bytes) -> Format:
    """What a file holds. Raises ReadError for what is known to be no table."""
    for magic, what in _OTHERS.items():
        if re.match(magic, content):
            raise ReadError(f"This is {what}, not a table.", remedy="Save the table as CSV or XLSX and try again.")
    head_is_binary = b"\0" in content[:64] or content[-4:] in _PARQUET
    if content[:4] in _PARQUET and head_is_binary:
        return Format.PARQUET
    if content.startswith(_STREAM) or (content.startswith((b"ARROW1", b"FEA1")) and head_is_binary):
        return Format.ARROW
    if content.startswith(MAGIC):
        return Format.SQLITE
    if content.startswith((_OLE, _ZIP)) or (content[:2] in _BIFF and b"\0" in content[:64]):
        return Format.WORKBOOK
    return Format.JSON if _JSON.match(content[:4096].replace(b"\0", b"")) else Format.TEXT


def unpacked(content: bytes, most_bytes: int) -> tuple[bytes, tuple[Note, ...]]:
    """What a compressed file or an archive of one table holds, or the bytes themselves, and what is told of it.

    Raises ReadError for an archive of several tables, a damaged one, and for more than most_bytes.
    """
    notes: tuple[Note, ...] = ()
    for _ in range(2):  # as in table.csv.gz.zip
        stream, told = _opened(content)
        if stream is None:
            return content, notes
        notes += told
        try:
            content = b"".join(_limited(stream, most_bytes))
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException) as fault:
            raise ReadError("This compressed file is damaged.", f"The reader says: {fault}.") from None
    return content, notes


def _opened(content: bytes) -> tuple[IO[bytes] | None, tuple[Note, ...]]:
    """A stream of what is packed, None if nothing is, and what is told of it."""
    return _member(content) if content.startswith((_ZIP, b"PK\x05\x06")) else (_decompressed(content), ())


def _decompressed(content: bytes) -> IO[bytes] | None:
    if content.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=io.BytesIO(content)))
    if re.match(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", content):
        return cast(IO[bytes], bz2.BZ2File(io.BytesIO(content)))
    if content.startswith(b"\xfd7zXZ\0"):
        return cast(IO[bytes], lzma.LZMAFile(io.BytesIO(content)))
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        return pa.CompressedInputStream(pa.BufferReader(content), "zstd")
    return None


def _member(content: bytes) -> tuple[IO[bytes] | None, tuple[Note, ...]]:
    """The one table in a ZIP archive, and what is told of it; None if the archive is itself a workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        files = [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None, ()  # the workbook reader says what is wrong
    if any(each.filename.lower().replace("\\", "/").startswith(_BOOKS) for each in files):
        return None, ()
    table, notes = _one_table(files)
    if table.flag_bits & 1:
        raise ReadError("The archive is protected with a password.", remedy="Upload the file without it.")
    try:
        return archive.open(table), notes
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
        raise ReadError("This archive is damaged.", f"The reader says: {fault}.") from None


def _one_table(files: Sequence[zipfile.ZipInfo]) -> tuple[zipfile.ZipInfo, tuple[Note, ...]]:
    """The only file, or the only one of several that by its name is a table. Raises ReadError."""
    if len(files) == 1:
        return files[0], ()
    tables = [each for each in files if _TABLES.search(each.filename)]
    tables = tables or [each for each in files if _PERHAPS.search(each.filename)]
    if len(tables) != 1:
        what = f"It holds {len(files):,} files." if files else "It is empty."
        raise ReadError("The archive cannot be read as one table.", what, "Upload the file with the table alone.")
    others = "another file that is" if len(files) == 2 else f"{len(files) - 1:,} other files that are"
    what = f"“{tables[0].filename[-60:]}” was read of an archive that holds {others} no table by name."
    return tables[0], (Note(what),)


def _limited(stream: IO[bytes], most_bytes: int) -> Iterator[bytes]:
    size = 0
    while piece := stream.read(STEP):
        size += len(piece)
        if size > most_bytes:
            raise ReadError("The file is too large once it is unpacked.", f"It has over {most_bytes / 1e6:,.0f} MB.")
        yield piece
