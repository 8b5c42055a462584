"""Subtotals: rows between the others that hold the totals of those above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .around import TOTALS
from .heading import looked_at
from .numerals import Floats
from .sheet import Cells, Mask, Rows
from .sorts import is_value, value_columns
from .sums import Figures, is_mean, is_sum, of_rows_in

MOST = 5_000  # rows that are called totals and looked at; with more of them they are rows
MOST_LABELS = 8  # columns of words that are searched
ALWAYS = 0.95  # share of the rows in which a column has words, so that a row without is another sort of row
_WORDS = "|".join(sorted(map(re.escape, TOTALS - {"mean", "media", "sum"}), key=len, reverse=True))
_LABEL = rf"(?i)^\s*(?:(?:{_WORDS})\b.*|.*\b(?:{_WORDS})\s*:?|(?:mean|sum|media):?)\s*$"


def subtotals(figures: Figures, body: Rows, width: int) -> Rows:
    """Rows of the body that are called totals and either lack a word that all others have or add up what is above.

    The body is the figures' rows, or the first of them.
    """
    sheet = figures.sheet
    head = sheet.rows(int(body[0]), int(body[0]) + looked_at(sheet.w))
    values = value_columns(head)[:width]
    words = [j for j in range(width) if not values[j]][:MOST_LABELS]
    called = np.zeros(len(body), dtype=np.bool_)
    for j in words:
        called |= _labels(of_rows_in(sheet.columns[j], body))
    places = np.flatnonzero(called)
    if not values.any() or not 0 < len(places) <= min(MOST, len(body) // 2):
        return body[:0]
    always = [j for j in words if sheet.filled[body[~called], j].mean() >= ALWAYS]
    numbers = [j for j in range(width) if values[j]]
    found: list[int] = []
    since = 0
    for at in places:
        cells = sheet.rows(int(body[at]), int(body[at]) + 1)[0]
        lacks = any(cells[j] is None for j in always) and any(is_value(cells[j]) for j in numbers)
        if lacks or _adds_up(figures, since, int(at), numbers):
            found.append(int(body[at]))
            since = int(at) + 1
    return np.array(found, dtype=np.int64)


def _labels(cells: Cells) -> Mask:
    """Which cells are a word for a total, or begin or end with one."""
    if isinstance(cells, pa.Array):
        found = pc.match_substring_regex(cells, _LABEL).fill_null(False)
        return np.array(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.array([isinstance(cell, str) and re.match(_LABEL, cell) is not None for cell in cells], dtype=np.bool_)


def _adds_up(figures: Figures, since: int, at: int, numbers: Sequence[int]) -> bool:
    """Whether half of the numbers in a row, or more, are the sums or the means of those above it since another row."""
    told = [j for j in numbers if np.isfinite(figures.of(j)[at])]
    good = sum(_is_of(figures.of(j)[since:at], float(figures.of(j)[at])) for j in told)
    return bool(told) and 2 * good >= len(told)


def _is_of(above: Floats, told: float) -> bool:
    return is_sum(above, told, fewest=2) or is_mean(above, told)
