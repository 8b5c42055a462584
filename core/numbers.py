"""Numbers as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def figure(value: float, digits: int = 3) -> str:
    """Three significant digits, thousands separated, whole numbers below a million in full."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", "−")
    size = math.floor(math.log10(abs(value)))
    if not -4 < size < 9:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    text = f"{round(value, digits - 1 - size):,.{max(0, digits - 1 - size)}f}"
    return text.replace("-", "−")


def figures(values: Sequence[float]) -> list[str]:
    """Numbers of one column to be read together: three significant digits, or as many as show how they differ."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    spread = max(values, default=0.0) - min(values, default=0.0) if len(finite) == len(values) else 0.0
    # One digit beyond the first in which they differ.
    digits = math.ceil(math.log10(max(finite) / spread)) + 1 if 0 < spread < math.inf else 3
    return [_written_out(float(value), min(max(digits, 3), 15)) for value in values]


def _written_out(value: float, digits: int) -> str:
    """As `figure`, but written out up to 10**15 where more digits than three are wanted."""
    if digits == 3 or not 1e-4 <= abs(value) < 1e15:
        return figure(value, digits)
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}".replace("-", "−")


def share(value: float) -> str:
    """A share of 0 to 1 as whole percent; what is neither none nor all never reads as 0 % or 100 %."""
    percent = 100 * value
    if 0 < percent < 0.5:
        return "under 1 %"
    if 99.5 <= percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
