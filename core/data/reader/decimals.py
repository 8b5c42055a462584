"""Decimals: which decimal mark the first cells of a file tell."""

from __future__ import annotations

from collections.abc import Sequence

from . import numerals
from .sheet import Cells, part

HEAD = 300  # cells of a column that tell its decimal mark
HEADS = 600_000  # of all columns together, but for
FEWEST = 20  # of each


def heads_of(columns: Sequence[Cells]) -> list[list[str]]:
    """The first texts of each column, as many as tell how a file writes its values."""
    looked_at = min(HEAD, max(FEWEST, HEADS // max(1, len(columns))))
    return [texts_in(cells, looked_at) for cells in columns]


def texts_in(cells: Cells, most: int) -> list[str]:
    """The texts among the first cells of a column."""
    return [cell for cell in part(cells, slice(0, most)) if isinstance(cell, str)]


def decimal_of(heads: Sequence[Sequence[str]], delimiter: str | None) -> str:
    """The mark that more numbers can only be read with; where none tells, a comma between semicolons is one."""
    votes = [numerals.marks(column) for column in heads]
    point, comma = sum(vote[0] for vote in votes), sum(vote[1] for vote in votes)
    if point == comma == 0 and delimiter == ";":
        commas = (text for head in heads for text in head if "," in text)
        return "," if any(numerals.looks_like_number(text, ",") for text in commas) else "."
    return "," if comma > point else "."
