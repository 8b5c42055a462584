"""Words for what has a technical name."""

from __future__ import annotations

from core.mixture.family import Family

OWN_ROWS = "Your data"  # what the lesson calls the present rows
EM_FIGURE = "EM, step by step"  # and its figure to which other pages lead
NO_NUMBERS = "No column of numbers takes part, so the pictures show how often each group has each answer."

FAMILY_WORDS = {
    "EII": "round, all of one width",
    "VII": "round, each of its own width",
    "EEI": "along the axes, all alike",
    "VEI": "along the axes, one shape in own sizes",
    "EVI": "along the axes, own shapes of one size",
    "VVI": "along the axes, own shapes and sizes",
    "EEE": "tilted, all alike",
    "VEE": "tilted alike, one shape in own sizes",
    "EVE": "tilted alike, own shapes of one size",
    "VVE": "tilted alike, own shapes and sizes",
    "EEV": "own tilts, one shape and size",
    "VEV": "own tilts and sizes, one shape",
    "EVV": "own tilts and shapes, one size",
    "VVV": "own tilts, shapes and sizes",
}


def family_label(family: Family) -> str:
    """A family's name with what it means."""
    return f"{family.name}: {FAMILY_WORDS[family.name]}"
