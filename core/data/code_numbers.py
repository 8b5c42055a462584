"""Code numbers: which numbers of a column, such as -999, stand for blank, by how far they stand from the rest."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..arrays import Array
from .summary import Numbers

AMBIGUOUS = -1.0  # often a value of its own: only remarked on
MOST_AT_AN_END = 4
_NINES = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0)
_PARTS = (-9.99, -99.9, -99.99, -999.9, -999.99, -9999.9, 99.99, 999.9, 999.99)
_LIMITS = (-32768.0, 32767.0, -2147483648.0, 2147483647.0, -1e20, 1e20, 1e30, -1e30, 9.969209968386869e36)
_ALONE = frozenset((*_NINES, *_PARTS, *_LIMITS, float(np.finfo(np.float32).max), float(np.finfo(np.float32).min)))
# Beside one of those: what says why a value is blank, such as 98 for "does not know".
_BESIDE = frozenset(sign * float(digit * n) for digit in "6789" for n in range(2, 6) for sign in (1, -1))
_BESIDE |= frozenset(sign * float("9" * n + digit) for digit in "678" for n in range(1, 5) for sign in (1, -1))


def codes_among(numbers: Numbers) -> tuple[float, ...]:
    """Values that stand for blank, at both ends of a column: farther from all others than those go, and more than once.

    As many as may be are taken, so that none hides another.
    """
    values = numbers.ordered
    if numbers.n_distinct <= 1:
        return ()
    lower, upper = _at_an_end(values), _at_an_end(values[::-1])
    ways = product(range(len(lower) + 1), range(len(upper) + 1))
    for few, many in sorted(ways, key=sum, reverse=True):
        codes = (*lower[:few], *upper[:many])
        if codes and _stand_apart(values, lower[:few], upper[:many]):
            return codes
    return ()


def is_ambiguous(numbers: Numbers) -> bool:
    """Whether -1 stands below whole numbers without a sign, more than once."""
    ordered = numbers.ordered
    if numbers.n_distinct <= 1 or ordered[0] != AMBIGUOUS or numbers.count(AMBIGUOUS) < 2:
        return False
    rest = ordered[ordered != AMBIGUOUS]
    return bool(rest[0] > 0 and rest[-1] > 10 and (rest == np.round(rest)).all())


def spelt(code: float) -> str:
    """A code as it is told, and as a reading names it."""
    return f"{code:.15g}"


def _at_an_end(values: Array) -> list[float]:
    """The codes with which values that go up or down begin, the outermost first."""
    found: list[float] = []
    while len(values) and len(found) < MOST_AT_AN_END and float(values[0]) in _ALONE | _BESIDE:
        found.append(float(values[0]))
        values = values[np.argmax(values != values[0]) :] if (values != values[0]).any() else values[:0]
    return found


def _stand_apart(values: Array, lower: list[float], upper: list[float]) -> bool:
    """Whether the codes at the ends of ordered values stand farther from the others than those go."""
    rest = values[np.searchsorted(values, lower[-1], "right") if lower else 0 :]
    rest = rest[: np.searchsorted(rest, upper[-1], "left") if upper else len(rest)]
    if not len(rest):
        return False
    reach = float(rest[-1] - rest[0])
    gaps = [(code, float(rest[0]) - code) for code in lower] + [(code, code - float(rest[-1])) for code in upper]
    return all(_is_told(values, end) for end in (lower, upper) if end) and all(
        gap > max(reach, abs(code) / 10) for code, gap in gaps
    )


def _is_told(values: Array, end: list[float]) -> bool:
    """Whether one of the codes at an end needs no other beside it and stands there more than once."""
    counts = [np.searchsorted(values, code, "right") - np.searchsorted(values, code, "left") for code in end]
    return any(code in _ALONE and count > 1 for code, count in zip(end, counts, strict=True))
