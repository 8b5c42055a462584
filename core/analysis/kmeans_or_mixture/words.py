"""Words: how far from K-Means to the mixture it pays to go, as a person reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...numbers import figure
from ...progress import so_far

if TYPE_CHECKING:
    from .ladder import Ladder


K_MEANS = "K-Means"  # what the lowest rung is called


def times(gain: float) -> str:
    """A gain in nats as a factor of the density: "1.5 times"."""
    return f"{figure(math.exp(min(gain, 700.0)), 2)} times"


def ladder_note(found: Ladder) -> str:
    """How many rows it was computed on, where that is not every row."""
    return "" if found.rows == found.of else f"On {found.rows:,} of {found.of:,} rows, drawn at random."


def ladder_sentence(found: Ladder) -> str:
    """How far up it pays to go."""
    before = so_far(found.cancelled)
    if not found.scores.size:
        return f"{before}No row was held out."
    enough = found.enough
    if enough.name == K_MEANS:
        return f"{before}K-Means is enough: no mixture predicts rows held out clearly better."
    gain, error = found.gain_over_k_means(enough.name)
    return (
        f"{before}Go as far as {enough.name}: a row held out is {times(gain)} as likely as under K-Means "
        f"({figure(gain, 2)} ± {figure(error, 2)} nats), and nothing else is clearly better."
    )
