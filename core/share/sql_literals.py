"""Literals: names, texts and numbers as SQL has them."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A name of a column or a table."""
    return '"' + name.replace("\0", "").replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def real(value: float) -> str:
    """A number to its last digit; with an exponent, so that it is taken for one of double precision."""
    written = repr(float(value))
    return written if "e" in written else f"{written}e0"
