"""Messages: refusals in plain sentences, and names that stay names wherever Markdown is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.data.names import shortened
from core.errors import CoreError

# An underscore between letters or digits marks nothing, and a label read out is better without a backslash.
_MARKS = re.compile(r"([!-/:-@\[-^`{-~]|(?<![^\W_])_|_(?![^\W_]))")
_ADDRESSES = re.compile(r"(:|@|\bwww)", re.IGNORECASE)
_JOINER = "\u2060"  # takes no room, and parts what would be made a link, an icon or an emoji


def plain(text: str, length: int = 80) -> str:
    """Any text as Markdown that shows just that text, on one line, its middle left out where it is longer."""
    line = " ".join(text.split())
    line = shortened(line, length)
    return _MARKS.sub(r"\\\1", _ADDRESSES.sub(rf"\1{_JOINER}", line))


@contextmanager
def refusals() -> Iterator[None]:
    """Show a refusal raised inside as one card, in the place of what was to come."""
    try:
        yield
    except CoreError as refusal:
        refuse(refusal)


def refuse(refusal: CoreError) -> None:
    """One card: what happened, why, and what to try."""
    rest = [plain(each, 400) for each in (refusal.why, refusal.remedy) if each]
    st.error("  \n".join([f"**{plain(refusal.what, 400)}**", " ".join(rest)]), icon=":material/error:")
