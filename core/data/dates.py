"""Dates as numbers of days since 1 January 1970, and as a person reads them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

import numpy as np

from ..arrays import Array

EPOCH = datetime.date(1970, 1, 1)
MINUTES = 1_440  # of a day
FEW_DAYS = 3.0  # within which the time of day is told too
# Distances between marks on an axis, in units of numpy's calendar, with how d3 writes a mark.
STEPS = (
    *(("D", step, "%-d %b %Y") for step in (1, 2, 7, 14)),
    *(("M", step, "%b %Y") for step in (1, 3, 6)),
    *(("Y", step, "%Y") for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)),
)


def dates(values: Sequence[float]) -> list[str]:
    """Days as dates, such as 2024-03-05; with the time of day where they lie within three days and are not whole."""
    known = [value for value in values if math.isfinite(value)]
    spread = max(known, default=0.0) - min(known, default=0.0)
    whole = spread > FEW_DAYS or len(known) < 2 or all(value == round(value) for value in known)
    return [_date(value) if whole else _moment(value) for value in values]


def date_of(days: float) -> datetime.date:
    """The day as a date, of the years 1 to 9999 that the calendar has."""
    first, last = (each.toordinal() for each in (datetime.date.min, datetime.date.max))
    return datetime.date.fromordinal(min(max(EPOCH.toordinal() + math.floor(days), first), last))


def days_of(date: datetime.date) -> float:
    """A date as a number of days."""
    return float((date - EPOCH).days)


def marks_between(low: float, high: float, most: int = 6) -> tuple[Array, str]:
    """(m,) days on which an axis from low to high bears a mark, at most so many, and how d3 writes them."""
    ends = np.array([math.floor(low), math.ceil(high)]).astype("datetime64[D]")
    for unit, step, form in STEPS:
        first, last = ends.astype(f"datetime64[{unit}]").astype(np.int64) + _shift(unit)
        places = np.arange(first // step * step, last + 1, step) - _shift(unit)
        days = places.astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(np.float64)
        days = days[(days >= low) & (days <= high)]
        if len(days) <= most:
            return days, form
    return np.empty(0), ""


def _shift(unit: str) -> int:
    """From numpy's count, which begins in 1970, to one whose round numbers are those of the calendar."""
    return {"Y": 1970, "D": 3}.get(unit, 0)  # weeks begin on Monday, three days before 1 January 1970


def _date(days: float) -> str:
    return str(np.datetime64(math.floor(days), "D")) if math.isfinite(days) else "–"


def _moment(days: float) -> str:
    if not math.isfinite(days):
        return "–"
    return str(np.datetime64(round(days * MINUTES), "m")).replace("T", " ")
