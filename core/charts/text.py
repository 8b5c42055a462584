"""Words and numbers on pictures: three significant digits, thousands separated, nothing longer than its place."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import numpy.typing as npt

from ..data.names import shortened
from . import theme

NAME_LENGTH = 32  # characters of a column's name on an axis
TITLE_WIDTHS = (
    (400, 37),
    (520, 52),
    (640, 66),
    (760, 80),
)  # pixels below which a line of a title has so many characters
TITLE_WIDEST = 100
# The width of the whole picture: `width` is that of the plot inside it, and only says when to look again.
OUTER_WIDTH = "(isFinite(containerSize()[0]) ? max(containerSize()[0], width) : width)"
SUBTITLE_WIDTH = 52  # fits a phone; a subtitle cannot ask how wide the picture is
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Words:
    """What a picture says: what to see, how to read it, and the takeaway for those who do not see it."""

    title: str
    subtitle: str
    description: str


def shorten(name: object, length: int = NAME_LENGTH) -> str:
    """The name on one line, its middle left out where it is longer than `length`, so that ends still tell it apart."""
    # Marks that turn the direction of writing would turn the rest of the line with them.
    line = "".join(c if c.isprintable() else " " for c in str(name))
    line = " ".join(line.split()) or "(no name)"
    return shortened(line, length)


def listed(items: Sequence[str]) -> str:
    """Items as a phrase: "a", "a and b", "a, b and c"."""
    return ", ".join(items[:-1]) + " and " + items[-1] if len(items) > 1 else "".join(items)


def in_text(name: object) -> str:
    """A column's name inside a sentence of a title."""
    return shorten(name, 24)


def tick_format(values: npt.ArrayLike) -> str:
    """A d3 format of an axis over these values: plain within 1e-3 .. 1e6, else with a prefix or a power of ten."""
    finite = np.abs(np.asarray(values, dtype=np.float64))
    largest = finite[np.isfinite(finite)].max(initial=0.0)
    if largest == 0 or 1e-3 <= largest < 1e6:
        return ""
    return "s" if 1e6 <= largest < 1e15 else "e"


def value_format(values: npt.ArrayLike) -> str:
    """A d3 format that tells these raw values apart: whole numbers whole, others to a thousandth of their spread."""
    raw = np.asarray(values, dtype=np.float64)
    raw = raw[np.isfinite(raw)]
    largest, spread = np.abs(raw).max(initial=0.0), float(np.ptp(raw)) if raw.size else 0.0
    if largest >= 1e15 or 0 < largest < 1e-4:
        return ".4e"
    if (raw == np.round(raw)).all():
        return ",.0f"
    return f",.{int(np.clip(math.ceil(3 - math.log10(spread or largest)), 0, 12))}~f"


def titled(words: Words, beside: Words | None = None) -> alt.TitleParams:
    """The title of a picture, wrapped to whatever width it is drawn at.

    It takes as many lines as that of a picture beside it, so that their plots are of one height.
    """
    other = beside or words
    return alt.TitleParams(
        text=_wrapped(words.title, other.title),
        subtitle=_lines(words.subtitle, SUBTITLE_WIDTH, other.subtitle),
        subtitleColor=theme.SOFT_INK,
        subtitlePadding=6,
        anchor="start",
        frame="bounds",
    )


def _wrapped(text: str, other: str) -> alt.ExprRef:
    """An expression that breaks the text by the width of the picture."""
    widest = _array(_lines(text, TITLE_WIDEST, other))
    for width, characters in reversed(TITLE_WIDTHS):
        widest = f"{OUTER_WIDTH} < {width} ? {_array(_lines(text, characters, other))} : {widest}"
    return alt.ExprRef(widest)


def _lines(text: str, characters: int, other: str) -> list[str]:
    """The text wrapped, with blank lines up to as many as the other text takes."""
    lines = textwrap.wrap(text, characters)
    return lines + [NO_BREAK] * (len(textwrap.wrap(other, characters)) - len(lines))


def _array(lines: Sequence[str]) -> str:
    """The lines as an array literal of Vega's expression language."""
    return "[" + ", ".join(literal(line) for line in lines) + "]"


def literal(text: str) -> str:
    """A string literal whose content is only ever text, whatever a column is called."""
    return "'" + "".join(c if (c.isalnum() and c.isascii()) or c in " .,;:%()-+" else _escaped(c) for c in text) + "'"


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
