"""Excel's error cells (#DIV/0!, #N/A and their like): how many a sheet has, which the cell reader hands over as blank.

Only cells are counted, nothing is interpreted: XLSX by the cells' type, XLSB ([MS-XLSB] 2.4.308, 2.4.673) and XLS
([MS-XLS] 2.4.24, 2.4.127) by their records.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from collections.abc import Iterator

STEP = 1 << 20
_LONGEST_TAG = 400
_ERROR = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bt="e"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
_XLSB_ERRORS = {3, 11}  # BrtCellError, BrtFmlaError
_XLSB_SHEET = 156  # BrtBundleSh
_BIFF_BOF, _BIFF_EOF, _BIFF_SHEET, _BIFF_BOOL_OR_ERROR, _BIFF_FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFF0  # sector numbers from here on are marks


def error_cells(content: bytes, sheet: str) -> int:
    """Error cells of a sheet, by its name; 0 where they cannot be told."""
    try:
        if content.startswith(b"PK"):
            return _in_archive(zipfile.ZipFile(io.BytesIO(content)), sheet)
        return _in_stream(_workbook_stream(content) if content.startswith(_OLE) else content, sheet)
    except (zipfile.BadZipFile, KeyError, ValueError, struct.error, IndexError, NotImplementedError, OSError):
        return 0  # the workbook is damaged, and was read as far as it can be


def _in_archive(archive: zipfile.ZipFile, sheet: str) -> int:
    path = sheet_member(archive, sheet)
    if path is None:
        return 0
    with archive.open(path) as stream:
        if path.lower().endswith(".bin"):
            return sum(kind in _XLSB_ERRORS for kind, _ in _binary_records(stream.read()))
        return _errors_in_xml(iter(lambda: stream.read(STEP), b""))


def sheet_member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The member of an XLSX or XLSB archive that holds a sheet; None in other archives."""
    names = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
    binary = "xl/workbook.bin" in names
    if not binary and "xl/workbook.xml" not in names:
        return None
    relations = archive.read(names[f"xl/_rels/workbook.{'bin' if binary else 'xml'}.rels"]).decode("utf-8", "replace")
    targets = {found["Id"]: found["Target"] for found in map(_attributes, _RELATION.findall(relations))}
    book = archive.read(names["xl/workbook.bin" if binary else "xl/workbook.xml"])
    sheets = dict(_binary_sheets(book) if binary else _xml_sheets(book.decode("utf-8", "replace")))
    target = targets[sheets[sheet]].lstrip("/")
    path = (target if target.startswith("xl/") else f"xl/{target}").lower()
    return names[path]


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _xml_sheets(text: str) -> Iterator[tuple[str, str]]:
    """(name, relation) of each sheet."""
    for found in map(_attributes, _SHEET.findall(text)):
        relation = next((value for name, value in found.items() if name.endswith(":id")), None)
        if relation is not None:
            yield found["name"], relation


def _errors_in_xml(pieces: Iterator[bytes]) -> int:
    """Cells of type error, also where a tag lies across two pieces."""
    count, rest = 0, b""
    for piece in pieces:
        text = rest + piece
        cut = max(text.rfind(b"<"), len(text) - _LONGEST_TAG)
        count += len(_ERROR.findall(text[:cut]))
        rest = text[cut:]
    return count + len(_ERROR.findall(rest))


def _binary_records(content: bytes) -> Iterator[tuple[int, memoryview]]:
    """(kind, data) of each record: both kind and size are written in groups of seven bits."""
    at, view = 0, memoryview(content)
    while at < len(content):
        kind, at = content[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (content[at] << 7), at + 1
        size = shift = 0
        while True:
            byte, at = content[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        yield kind, view[at : at + size]
        at += size


def _binary_sheets(book: bytes) -> Iterator[tuple[str, str]]:
    """(name, relation) of each sheet."""
    for kind, data in _binary_records(book):
        if kind == _XLSB_SHEET:
            length = int.from_bytes(data[8:12], "little")
            relation = bytes(data[12 : 12 + 2 * length]).decode("utf-16-le")
            at = 12 + 2 * length
            size = int.from_bytes(data[at : at + 4], "little")
            yield bytes(data[at + 4 : at + 4 + 2 * size]).decode("utf-16-le"), relation


def _in_stream(stream: bytes, sheet: str) -> int:
    """Error cells of a sheet in a BIFF stream, in which each sheet is a stretch of records of its own."""
    starts = {}
    for kind, data in _biff_records(stream, 0):
        if kind == _BIFF_SHEET:
            starts[_biff_name(data)] = int.from_bytes(data[:4], "little")
        elif kind == _BIFF_EOF:
            break
    count = depth = 0
    for kind, data in _biff_records(stream, starts[sheet]):
        depth += (kind == _BIFF_BOF) - (kind == _BIFF_EOF)
        if depth == 0:
            break
        if kind == _BIFF_BOOL_OR_ERROR:
            count += data[7] == 1
        elif kind == _BIFF_FORMULA:
            count += data[6] == 2 and data[12] == data[13] == 0xFF
    return count


def _biff_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _biff_name(data: bytes) -> str:
    length = data[6]
    if len(data) == 7 + length:  # before Excel 97
        return data[7:].decode("cp1252", "replace")
    wide = data[7] & 1
    return data[8:].decode("utf-16-le" if wide else "latin-1", "replace")[:length]


def _workbook_stream(content: bytes) -> bytes:
    """The workbook in a compound file ([MS-CFB] 2): its sectors, put together along their chain."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    sectors = (len(content) + size - 1) // size

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    def chain(first: int) -> bytes:
        parts: list[bytes] = []
        while first < _END_OF_CHAIN and len(parts) <= sectors:
            parts.append(sector(first))
            first = table[first]
        return b"".join(parts)

    listed = list(struct.unpack_from("<109I", content, 76))
    more, left = struct.unpack_from("<II", content, 68)
    while more < _END_OF_CHAIN and left:
        *numbers, more = struct.unpack(f"<{size // 4}I", sector(more))
        listed += numbers
        left -= 1
    table = [n for each in listed if each < sectors for n in struct.unpack(f"<{len(sector(each)) // 4}I", sector(each))]
    entries = chain(struct.unpack_from("<I", content, 48)[0])
    for at in range(0, len(entries) - 127, 128):
        name = entries[at : at + 64].decode("utf-16-le", "replace").split("\0")[0]
        if name in ("Workbook", "Book"):
            first, length = struct.unpack_from("<IQ", entries, at + 116)
            return chain(first)[: length & 0xFFFFFFFF]
    raise KeyError("Workbook")
