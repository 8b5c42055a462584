"""Wrapped: texts of which every row stands in quotes as one cell, as a spreadsheet's single column is saved."""

from __future__ import annotations

import csv
import re

from ..table import Note, Offer, Reading

FEWEST = 3  # rows
_ROW = re.compile(r'"((?:[^"]|"")*)"[,;\t]*')
_MARKS = (",", ";", "\t", "|")


def unwrapped(text: str) -> str | None:
    """The rows without the quotes around each; None unless all rows are so and have the same number of cells inside."""
    rows = []
    for line in filter(None, map(str.strip, text.lstrip("\ufeff").splitlines())):
        found = _ROW.fullmatch(line)
        if found is None:
            return None
        rows.append(found[1].replace('""', '"'))
    if len(rows) < FEWEST or not any(_are_even(rows, mark) for mark in _MARKS):
        return None
    return "\n".join(rows) + "\n"


def wrapped_note() -> Note:
    """What is told of them."""
    keep = Offer("Keep each row as one cell", Reading(delimiter=""))
    return Note("Every row stands in quotes as one cell: it was read as several.", offer=keep)


def _are_even(rows: list[str], mark: str) -> bool:
    """Whether a mark parts all rows into as many cells, of two or more."""
    try:
        widths = {len(row) for row in csv.reader(rows, delimiter=mark, strict=True)}
    except csv.Error:
        return False
    return len(widths) == 1 and widths != {1}
