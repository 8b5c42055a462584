"""Sections: one table in parts, each below a title, with its names again or without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .extent import SECTION_TITLE
from .heading import text_of
from .sheet import Rows, Sheet, part
from .sorts import is_word

FEWEST_CELLS = 3  # of usual rows, beside which one cell alone is a title
MOST_BANDS = 0.34  # share of the rows that are titles
_PAGE = re.compile(
    r"\b(?:page|seite|p[áa]gina|blatt|sheet|p\.|pag\.)\s*:?\s*\d+(?:\s*(?:of|von|de|di|/)\s*\d+)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Sections:
    """The rows of titles in a body, and the title of each row that is left; no titles where they say nothing."""

    rows: Rows  # of titles
    body: Rows  # without them
    titles: tuple[str, ...] = ()  # of each row of the body


def find_sections(sheet: Sheet, start: int, body: Rows, repeated: Rows) -> Sections:
    """The sections of a body whose names stand at row start and come again at the repeated rows."""
    counts = sheet.filled[body].sum(axis=1)
    usual = int(np.median(counts))
    if len(repeated):
        return _below_names(sheet, start, body, repeated, max(1, usual // 2))
    return _below_bands(sheet, body, counts, usual)


def _below_names(sheet: Sheet, start: int, body: Rows, repeated: Rows, sparse: int) -> Sections:
    """Sections whose names come again, with rows of few cells above them."""
    begins = repeated[np.diff(repeated, prepend=-2) > 1]
    known, out, titles = set(body.tolist()), [], [_title(sheet, _above(sheet, start, None, sparse))]
    for row in begins:
        above = _above(sheet, int(row), known, sparse)
        out += above
        titles.append(_title(sheet, above))
    rows = np.array(sorted(out), dtype=np.int64)
    rest = np.setdiff1d(body, rows)
    if not all(titles) or len(set(titles)) < 2 or not len(rest):
        return Sections(rows, rest)
    return Sections(rows, rest, tuple(titles[at] for at in np.searchsorted(begins, rest)))


def _above(sheet: Sheet, row: int, known: set[int] | None, sparse: int) -> list[int]:
    """Rows of few cells, without values but for page numbers, right above a row, blank rows aside."""
    found: list[int] = []
    at = row - 1
    while at >= 0 and len(found) < SECTION_TITLE and row - at <= 2 * SECTION_TITLE:
        if sheet.some[at]:
            if not _is_title(sheet, at, sparse) or (known is not None and at not in known):
                break
            found.append(at)
        at -= 1
    return found


def _is_title(sheet: Sheet, row: int, sparse: int) -> bool:
    present = [cell for cell in sheet.rows(row, row + 1)[0] if cell is not None]
    words = all(map(is_word, present)) or any(_PAGE.search(text_of(cell)) for cell in present)
    return len(present) == 1 or (len(present) <= sparse and words)


def _title(sheet: Sheet, rows: Sequence[int]) -> str:
    """What the rows above some names say, from the nearest on, page numbers aside."""
    for row in rows:
        text = " ".join(text_of(cell).strip() for cell in sheet.rows(row, row + 1)[0] if cell is not None)
        text = _PAGE.sub("", text).strip(" -–—|,;")
        if text:
            return text
    return ""


def _below_bands(sheet: Sheet, body: Rows, counts: Rows, usual: int) -> Sections:
    """Sections below rows whose only cell is a title in the first column; the first row of the body is one."""
    none = Sections(body[:0], body)
    single = np.flatnonzero(counts == 1)
    if usual < FEWEST_CELLS or len(single) < 2 or single[0] != 0 or len(single) > MOST_BANDS * len(body):
        return none
    rows = sheet.filled[body]
    column = int(rows[0].argmax())
    single = single[rows[single, column]]
    if len(single) < 2 or single[-1] == len(body) - 1 or (np.diff(single) == 1).any():
        return none  # a remark below the rows is no title
    texts = [part(sheet.columns[column], slice(row, row + 1))[0] for row in body[single]]
    if not all(map(is_word, texts)) or _are_labels(sheet, body, single, column, list(map(text_of, texts))):
        return none
    keep = np.setdiff1d(np.arange(len(body)), single)
    titles = [text_of(text).strip() for text in texts]
    return Sections(body[single], body[keep], tuple(titles[at] for at in np.searchsorted(single, keep) - 1))


def _are_labels(sheet: Sheet, body: Rows, single: Rows, column: int, texts: Sequence[str]) -> bool:
    """Whether titles are written as labels of other rows are, such as p1 beside p2: rows without values then."""
    others = np.setdiff1d(np.arange(len(body)), single)[:200]
    shapes = {
        _shape(text_of(cell)) for row in body[others] for cell in part(sheet.columns[column], slice(row, row + 1))
    }
    return all(any(map(str.isdigit, text)) and _shape(text) in shapes for text in texts)


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "0", text))
