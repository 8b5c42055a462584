"""The palette: colours as plain values, for what is drawn without Altair too; what they are for is said in `theme`."""

from __future__ import annotations

GROUPS = ("#0072B2", "#BA7B00", "#009B71", "#BC6F9A", "#398FC2", "#7A7400")
DASHES = ((1, 0), (7, 3), (2, 2), (8, 3, 2, 3), (4, 4), (10, 4), (1, 3))

# A red outside Okabe and Ito's set, at least 0.15 from each group's colour in OKLab, and a shape of its own: a saltire.
ACCENT = "#E6004C"
GREY = "#7A7A7A"  # undecided rows, noise, and whatever is only there to compare with

# Fills behind marks: a tint of each group's colour, for a light and for a dark background.
TINTS_LIGHT = ("#E3EFF7", "#F7F0E3", "#E3F4EF", "#F8EFF4", "#E9F3F8", "#F0F0E3")
TINTS_DARK = ("#0C2131", "#2B2313", "#0C2826", "#2C212D", "#152634", "#202213")

# On paper, which is always light: text, text that explains, lines between things, and what lies behind a table's head.
PRINTED, SOFT_PRINTED, LINE_PRINTED, SHADE_PRINTED = "#262730", "#5F6370", "#D5D8DE", "#F4F5F7"


def colour(slot: int) -> str:
    """The colour of a group's slot."""
    return GROUPS[slot % len(GROUPS)]


def dash(slot: int) -> list[int]:
    """The dash of a group's slot where a line cannot have a shape."""
    return list(DASHES[slot % len(DASHES)])
