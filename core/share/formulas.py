"""Formulas: which texts a spreadsheet would run, and how they are kept from it (OWASP, "CSV Injection")."""

from __future__ import annotations

import re

# Wide forms of the signs count: some spreadsheets take them for the narrow ones.
_RUNS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# Digits however they are grouped, with a currency, an exponent or a per cent; or signs alone, which stand for blanks.
_NUMBER = re.compile(
    r"[+\-＋－]\s?[$€£¥]?\s?(\d[\d.,'’\u00a0\u202f ]*|[.,]\d+)([eE][+\-]?\d+)?\s?[%$€£¥]?|[+\-]+",
)
# Where semicolons or tabs separate cells, what follows one begins a cell, whatever quotes stand around the whole.
_INNER = re.compile(r"([;\t])(?=[=@]|[+\-][A-Za-z(])")


def safe(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run; numbers stay as they are."""
    within = _INNER.sub(r"\1'", text)
    return f"'{within}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else within
