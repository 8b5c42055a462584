"""Formats: what a file is, told by its first bytes and never by its name, and what is packed in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum
from typing import IO, cast

import pyarrow as pa

from ...errors import ReadError
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
_STREAM = b"\xff\xff\xff\xff"
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x93NUMPY": "a NumPy file",
    b"\x80\x04\x95": "a Python pickle, which is never opened",
}


def tell_format(content: bytes) -> Format:
    """What a file holds. Raises ReadError for what is known to be no table."""
    for magic, what in _OTHERS.items():
        if content.startswith(magic):
            raise ReadError(f"This is {what}, not a table.", remedy="Save the table as CSV or XLSX and try again.")
    if content[:4] in (b"PAR1", b"PARE"):
        return Format.PARQUET
    if content.startswith((b"ARROW1", b"FEA1", _STREAM)):
        return Format.ARROW
    if content.startswith(MAGIC):
        return Format.SQLITE
    if content.startswith((_OLE, _ZIP)) or (content[:2] in _BIFF and b"\0" in content[:64]):
        return Format.WORKBOOK
    if content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[{", b"{", b"[[", b"[ {", b"[\n", b"[\r", b"[ [")):
        return Format.JSON if not content.lstrip().startswith(b"{\\rtf") else Format.TEXT
    return Format.TEXT


def unpacked(content: bytes, most_bytes: int) -> bytes:
    """What a compressed file or an archive of one file holds, or the bytes themselves.

    Raises ReadError for an archive of several files, a damaged one, and for more than most_bytes.
    """
    for _ in range(2):  # as in table.csv.gz.zip
        stream = _opened(content)
        if stream is None:
            return content
        try:
            content = b"".join(_limited(stream, most_bytes))
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException) as fault:
            raise ReadError("This compressed file is damaged.", f"The reader says: {fault}.") from None
    return content


def _opened(content: bytes) -> IO[bytes] | None:
    """A stream of what is packed; None if nothing is."""
    if content.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=io.BytesIO(content)))
    if content.startswith(b"BZh"):
        return cast(IO[bytes], bz2.BZ2File(io.BytesIO(content)))
    if content.startswith(b"\xfd7zXZ\0"):
        return cast(IO[bytes], lzma.LZMAFile(io.BytesIO(content)))
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        return pa.CompressedInputStream(pa.BufferReader(content), "zstd")
    return _member(content) if content.startswith((_ZIP, b"PK\x05\x06")) else None


def _member(content: bytes) -> IO[bytes] | None:
    """The one file in a ZIP archive; None if the archive is itself a workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        files = [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None  # the workbook reader says what is wrong
    if any(each.filename.lower().replace("\\", "/").startswith(_BOOKS) for each in files):
        return None
    if len(files) != 1:
        what = f"It holds {len(files):,} files." if files else "It is empty."
        raise ReadError("The archive cannot be read as one table.", what, "Upload the file with the table alone.")
    if files[0].flag_bits & 1:
        raise ReadError("The archive is protected with a password.", remedy="Upload the file without it.")
    try:
        return archive.open(files[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
        raise ReadError("This archive is damaged.", f"The reader says: {fault}.") from None


def _limited(stream: IO[bytes], most_bytes: int) -> Iterator[bytes]:
    size = 0
    while piece := stream.read(STEP):
        size += len(piece)
        if size > most_bytes:
            raise ReadError("The file is too large once it is unpacked.", f"It has over {most_bytes / 1e6:,.0f} MB.")
        yield piece
