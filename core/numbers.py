"""Numbers as a person reads them."""

from __future__ import annotations

import math


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
