"""Names: unique ones for display, from those that stand in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

LONGEST = 60  # characters of a name that are shown


def unique_names(originals: Sequence[str]) -> list[str]:
    """Display names: blanks are numbered, long ones are cut, repeats are counted."""
    taken: Counter[str] = Counter()
    names = []
    for position, original in enumerate(originals, start=1):
        plain = " ".join(original.split()) or f"column {position}"
        plain = plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
        name, repeat = plain, taken[plain]
        while taken[name]:
            repeat += 1
            name = f"{plain} ({repeat})"
        taken[name] += 1
        if name != plain:
            taken[plain] = repeat
        names.append(name)
    return names
