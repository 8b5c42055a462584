"""Repeated: rows that equal earlier rows in every cell, and files that were appended to themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...numbers import count
from ..table import Note, NoteKind, Offer, Reading
from .sheet import Mask, Rows

MOST_COLUMNS = 5_000  # beyond which equal rows are not looked for
FEWEST = 5  # rows of a file that may have been appended to itself
Hashes = npt.NDArray[np.uint64]


def repeats_in(columns: Sequence[pa.Array], lines: Rows | None, *, kept: bool) -> tuple[Mask, list[Note]]:
    """(n,) which rows are kept, and what is told of rows that repeat earlier ones; those stay if kept."""
    n = len(columns[0]) if columns else 0
    everything = np.ones(n, dtype=np.bool_)
    if not 2 <= len(columns) <= MOST_COLUMNS or n < 2:
        return everything, []
    hashes = _hashes(columns)
    first = _first_of_their_kind(columns, hashes)
    repeated = n - int(first.sum())
    if not repeated:
        return everything, []
    if not kept:
        again = "repeats an earlier one" if repeated == 1 else "repeat earlier ones"
        what = f"{count(repeated, 'row')} that {again} left out."
        return first, [Note(what, repeated, NoteKind.ROWS)]
    offer = Offer("Leave repeats out", Reading(repeats=False))
    period = _period(hashes)
    if period and not first[period:].any():
        at = int(lines[period]) if lines is not None else period + 1
        what = f"From line {at:,} on, all rows come again in the same order: the file may hold them twice."
        return everything, [Note(what, repeated, NoteKind.HINT, offer)]
    again = "repeats an earlier one" if repeated == 1 else "repeat earlier ones"
    what = f"{count(repeated, 'row')} {again} in every cell."
    return everything, [Note(what, repeated, NoteKind.HINT, offer)]


def _first_of_their_kind(columns: Sequence[pa.Array], hashes: Hashes) -> Mask:
    """(n,) which rows equal no earlier one: those of a number that came before are compared cell by cell."""
    _, at, kind = np.unique(hashes, return_index=True, return_inverse=True)
    earliest = at[kind]
    again = np.flatnonzero(earliest != np.arange(len(hashes)))
    for column in columns if len(again) else ():
        codes = _codes(column)
        again = again[codes[again] == codes[earliest[again]]]
    first = np.ones(len(hashes), dtype=np.bool_)
    first[again] = False
    return first


def _period(hashes: Hashes) -> int:
    """After how many rows all rows come again in the same order; 0 if they do not."""
    n = len(hashes)
    again = np.flatnonzero(hashes[FEWEST:] == hashes[0]) + FEWEST
    for period in again[:3].tolist():
        if n % period == 0 and (hashes[period:] == hashes[:-period]).all():
            return int(period) if len(np.unique(hashes[:period])) >= FEWEST else 0
    return 0


def _hashes(columns: Sequence[pa.Array]) -> Hashes:
    """(n,) a number of 64 bits of each row: alike for equal rows, and for hardly any others."""
    found = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        found ^= _codes(column)
        found *= np.uint64(0x9E3779B97F4A7C15)
        found ^= found >> np.uint64(29)
        found *= np.uint64(0xBF58476D1CE4E5B9)
        found ^= found >> np.uint64(32)
    return found


def _codes(column: pa.Array) -> Hashes:
    """A number of each cell, alike for equal cells; blanks have one of their own."""
    if pa.types.is_floating(column.type):
        plain = column.to_numpy(zero_copy_only=False).astype(np.float64) + 0.0
        return np.where(np.isnan(plain), np.nan, plain).view(np.uint64)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    indices = pc.fill_null(column.indices, -1) if column.indices.null_count else column.indices
    return indices.to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
