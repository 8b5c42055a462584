"""What the page Data alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from pages.app.choices import DataChoice
from pages.app.session import Part, change, choice


@dataclass(frozen=True)
class TicksChoice(Part):
    """Where the table of columns began: it keeps the ticks that were changed since then itself."""

    after, is_step = (DataChoice,), False
    columns: tuple[str, ...] = ()
    drawn: int = 0  # counts the times that it had to begin anew


def tick_anew() -> None:
    """Have the table of columns begin anew, from the columns that take part by then."""
    change(TicksChoice, columns=(), drawn=choice(TicksChoice).drawn + 1)
