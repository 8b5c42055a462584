"""Damage: what becomes of files on bad disks, in bad programs and in bad hands, drawn from a seed."""

import io
import random
import sqlite3
import struct
import zipfile
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

EXTREMES = (0, 1, -1, 2**7, 2**15, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 64, 4096, 1 << 20)
MOST_ROWS = 300


@dataclass(frozen=True)
class Input:
    """A damaged file, and what was done to it."""

    content: bytes
    what: str


def damaged(number, seeds):
    """The input of a number: one of some files by format, damaged in one of the ways that its format allows."""
    rng = random.Random(number)
    content, other = (rng.choice(seeds[rng.choice(sorted(seeds))]).read_bytes() for _ in range(2))
    ways = [flip, flip, cut, splice]
    if zipfile.is_zipfile(io.BytesIO(content)):
        ways += [in_member] * 6
    ways += [in_arrow] * 2 + [in_parquet, in_database]
    way = rng.choice(ways)
    return Input(way(content, other, rng), way.__name__)


def flip(content, _, rng):
    """Bits turned over."""
    turned = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if turned:
            turned[rng.randrange(len(turned))] ^= 1 << rng.randrange(8)
    return bytes(turned)


def cut(content, _, rng):
    """An end, a beginning or a middle that is missing."""
    first, last = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice((content[:first], content[last:], content[:first] + content[last:]))


def splice(content, other, rng):
    """A part of another file, put in or over."""
    start = rng.randrange(len(other) + 1)
    part = other[start : start + rng.choice((1, 8, 100, 5_000))]
    place = rng.randrange(len(content) + 1)
    return content[:place] + part + content[place + rng.choice((0, len(part))) :]


def in_member(content, other, rng):
    """Damage within one member of an archive, which is packed again with sums that are right."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = {each.filename: archive.read(each) for each in archive.infolist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        return flip(content, other, rng)
    if members:
        name = rng.choice(sorted(members))
        members[name] = rng.choice((flip, cut, splice))(members[name], other, rng)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, member in members.items():
            packed.writestr(name, member)
    return target.getvalue()


def in_arrow(content, _, rng):
    """An Arrow file or stream whose description is whole and whose buffers, offsets among them, are not."""
    table, target = _table(content, rng), io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=rng.choice((None, None, None, "lz4", "zstd")))
    with rng.choice((pa.ipc.new_file, pa.ipc.new_stream))(target, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=rng.choice((None, 50)))
    plain = target.getvalue()
    start = 8 if plain.startswith(b"ARROW1") else 0
    bodies = [message.body for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(plain[start:])) if message.body]
    bodies = [body.to_pybytes() for body in bodies if body.size >= 8]
    if not bodies:
        return flip(plain, b"", rng)
    body = rng.choice(bodies)
    return plain.replace(body, _with_words(body, rng), 1)


def in_parquet(content, _, rng):
    """A Parquet file whose footer is whole and whose pages are not."""
    target = io.BytesIO()
    packing = rng.choice(("none", "none", "snappy", "zstd"))
    parquet.write_table(_table(content, rng), target, compression=packing, use_dictionary=rng.random() < 0.5)
    plain = target.getvalue()
    end = len(plain) - 8 - int.from_bytes(plain[-8:-4], "little")
    return plain[:4] + rng.choice((_with_words, _flipped))(plain[4:end], rng) + plain[end:]


def in_database(content, _, rng):
    """A database whose first page is whole and whose others are not, or one with text in another encoding."""
    table = _table(content, rng)
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f"c{j}" for j in range(table.num_columns))
    connection.execute(f"CREATE TABLE t ({names})")
    marks = ", ".join("?" * table.num_columns)
    rows = zip(*(map(_simple, _cells(column)) for column in table.columns), strict=True)
    connection.executemany(f"INSERT INTO t VALUES ({marks})", rows)
    plain = connection.serialize()
    return plain[:100] + _flipped(plain[100:], rng)


def _cells(column):
    """What a column holds; a file of the corpus has text that is none."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column.to_pylist()
    cells = column.cast(pa.large_binary()).to_pylist()
    return [cell if cell is None else cell.decode(errors="replace") for cell in cells]


def _simple(cell):
    return cell if isinstance(cell, int | float | str | bytes | None) and not _too_long(cell) else str(cell)


def _too_long(cell):
    return isinstance(cell, int) and abs(cell) >= 2**63


def _flipped(content, rng):
    return flip(content, b"", rng)


def _with_words(content, rng):
    """Some whole numbers of four or eight bytes replaced, by extremes or by what is near."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5))):
        size = rng.choice((4, 8))
        if len(changed) < size:
            continue
        place = rng.randrange(len(changed) // size) * size
        before = int.from_bytes(changed[place : place + size], "little", signed=True)
        value = rng.choice((rng.choice(EXTREMES), before + rng.choice((-1, 1, 7, 400, 100_000))))
        value = max(-(2 ** (8 * size - 1)), min(2 ** (8 * size - 1) - 1, value))
        changed[place : place + size] = struct.pack("<i" if size == 4 else "<q", value)
    return bytes(changed)


def _table(content, rng):
    """A file's own table where it has one that Arrow reads at once, and otherwise one of its lines and bytes."""
    try:
        if content.startswith(b"PAR1"):
            return parquet.read_table(pa.BufferReader(content)).slice(0, MOST_ROWS)
        if content.startswith(b"ARROW1"):
            return feather.read_table(pa.BufferReader(content)).slice(0, MOST_ROWS)
    except (pa.ArrowException, OSError, ValueError):
        pass
    lines = content.decode("latin-1").split("\n")[:MOST_ROWS]
    words = pa.array([line[:40] for line in lines])
    columns = {
        "number": pa.array([float(len(line)) for line in lines]),
        "count": pa.array([line.count(",") for line in lines], pa.int32()),
        "word": words,
        "code": words.dictionary_encode() if rng.random() < 0.5 else words.cast(pa.large_string()),
        "when": pa.array([86_400_000_000 * len(line) for line in lines], pa.timestamp(rng.choice(("us", "ns")))),
        "parts": pa.array([line[:60].split(",") for line in lines]),
        "some": pa.array([None if len(line) % 3 else line[:5] for line in lines]),
    }
    return pa.table({name: columns[name] for name in rng.sample(list(columns), rng.randint(2, len(columns)))})
