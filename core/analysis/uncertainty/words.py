"""Words: how surely groups are found again, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...numbers import figure
from ...progress import so_far

if TYPE_CHECKING:
    from .stability import Stability


# Hennig (2008, section 4): what a mean Jaccard similarity says of a group.
GRADES = (
    (0.85, "very stable"),
    (0.75, "stable"),
    (0.6, "a pattern, but which rows belong to it is uncertain"),
    (0.0, "not to be trusted: other rows would have given another group"),
)
UNKNOWN = "unknown: no rows were drawn anew"


def stability_sentence(found: Stability, names: Sequence[str]) -> str:
    """The groups that would not be found again, or that all would."""
    before = so_far(found.cancelled)
    if not len(found.similarities):
        return f"{before}No rows were drawn anew."
    unstable = [name for name, value in zip(names, found.mean, strict=True) if value < GRADES[1][0]]
    if not unstable:
        least = figure(float(found.mean.min()), 2)
        return f"{before}Every group is found again when the rows are drawn anew (similarity {least} or more)."
    which = ", ".join(unstable)
    verb = "is" if len(unstable) == 1 else "are"
    return f"{before}{which} {verb} not found again reliably when the rows are drawn anew."
