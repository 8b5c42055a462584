"""Arrow's own files: IPC streams, IPC files (Feather) and Feather's first version, read without trusting them.

Arrow checks nothing of a file's cells when it opens it. Nothing may be computed of them before they were validated,
and joining a dictionary to what is added to it later would be; so such files are refused.
"""

from __future__ import annotations

import struct
import warnings

import pyarrow as pa
import pyarrow.feather as feather

from ...errors import ReadError

FILE, FIRST_VERSION = b"ARROW1", b"FEA1"
_HEAD = 8  # bytes of an IPC file before what is a stream, but for the list at the file's end
_KIND, _HEADER, _IS_DELTA = 1, 2, 2  # places of fields in Arrow's tables Message and DictionaryBatch
_DICTIONARY = 2  # the kind


def opened(content: bytes) -> pa.Table:
    """The table of a file, its cells not validated. Raises ReadError, and what Arrow raises."""
    if content.startswith(FIRST_VERSION):
        return _first_version(content)
    if not content.startswith(FILE):
        return _streamed(content)
    if not content.endswith(FILE):
        raise ReadError("This Arrow file is damaged.", "Its end is missing.", "Save it again, or as CSV.")
    try:
        return _streamed(memoryview(content)[_HEAD:])
    except (pa.ArrowException, OSError, ValueError):
        return _listed(content)


def _streamed(content: bytes | memoryview) -> pa.Table:
    """The batches in the order in which they stand."""
    for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(content)):
        if message.type == "dictionary" and _adds(message.metadata.to_pybytes()):
            raise ReadError("This Arrow file keeps its words in several parts.", remedy="Save it as CSV or Parquet.")
    with pa.ipc.open_stream(pa.py_buffer(content)) as stream:
        return stream.read_all()


def _listed(content: bytes) -> pa.Table:
    """The batches that the list at the end names, as files have them that are no stream; without dictionaries."""
    with pa.ipc.open_file(pa.py_buffer(content)) as file:
        if any(_has_dictionary(kind) for kind in file.schema.types):
            raise ReadError("This Arrow file is damaged.", "It does not read from its beginning to its end.")
        return file.read_all()


def _first_version(content: bytes) -> pa.Table:
    """Feather's first version, whose list of columns Arrow follows wherever it leads: names have to be the file's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        table = feather.read_table(pa.BufferReader(content), use_threads=False)
    listed = content[-int.from_bytes(content[-8:-4], "little") - 8 :]
    if any(name.encode() not in listed for name in table.column_names):
        raise ReadError("This Feather file is damaged.", "Its names lie outside of it.")
    return table


def _has_dictionary(kind: pa.DataType) -> bool:
    inner = [kind.field(j).type for j in range(kind.num_fields)]
    return bool(pa.types.is_dictionary(kind)) or any(map(_has_dictionary, inner))


def _adds(metadata: bytes) -> bool:
    """Whether a message adds to a dictionary; Arrow has checked that its tables lie within it."""
    root = _number("<I", metadata, 0)
    kind, header = _field(metadata, root, _KIND), _field(metadata, root, _HEADER)
    if kind is None or metadata[kind] != _DICTIONARY or header is None:
        return True
    delta = _field(metadata, header + _number("<I", metadata, header), _IS_DELTA)
    return delta is not None and metadata[delta] != 0


def _field(content: bytes, table: int, number: int) -> int | None:
    """Where a field of a FlatBuffers table stands; None where it is left out."""
    index = table - _number("<i", content, table)
    if 4 + 2 * number + 2 > _number("<H", content, index):
        return None
    offset = _number("<H", content, index + 4 + 2 * number)
    return table + offset if offset else None


def _number(form: str, content: bytes, place: int) -> int:
    return int(struct.unpack_from(form, content, place)[0])
