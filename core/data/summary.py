"""Summaries: what a column holds, in numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..arrays import Array
from .table import Column, Histogram, Kind

BINS = 20
CATEGORY_VALUES = 50  # text with at most this many distinct values is a category
IQR_TO_SD = 1.349  # the distance between a normal's quartiles, in standard deviations
LARGEST = 1e300  # beyond it a mean may overflow
_STEPS = np.linspace(0.0, 1.0, BINS + 1)
_NUMERIC = {"M": Kind.DATE, "m": Kind.DURATION}  # by the letter that NumPy has for dates and durations
_MICROSECONDS = {"M": 86_400e6, "m": 3_600e6}  # in a day, in an hour


@dataclass(frozen=True)
class Numbers:
    """The numbers of one column, and what follows from putting them in order."""

    values: Array  # (n,) NaN where blank

    @cached_property
    def _finite(self) -> npt.NDArray[np.bool_]:
        return np.isfinite(self.values)

    @cached_property
    def present(self) -> Array:
        """The values that are there, in the order of the rows; infinite ones are not."""
        return self.values if self._finite.all() else self.values[self._finite]

    @cached_property
    def ordered(self) -> Array:
        """The same, from low to high."""
        return np.sort(self.present)

    @cached_property
    def n_infinite(self) -> int:
        """Infinite values."""
        return 0 if len(self.present) == len(self.values) else int(np.isinf(self.values).sum())

    @property
    def n_missing(self) -> int:
        """Blanks."""
        return len(self.values) - len(self.present) - self.n_infinite

    @cached_property
    def _ends(self) -> npt.NDArray[np.intp]:
        """Where each run of equal values ends in the order."""
        ordered = self.ordered
        last = np.ones(len(ordered), dtype=np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=last[:-1])
        return np.flatnonzero(last) + 1

    @property
    def n_distinct(self) -> int:
        """Different values."""
        return len(self._ends)

    @cached_property
    def most_common(self) -> tuple[float, int]:
        """The value that occurs most, and how often; the lowest of several."""
        counts = self._ends.copy()
        counts[1:] -= self._ends[:-1]
        at = int(counts.argmax())
        return float(self.ordered[self._ends[at] - 1]), int(counts[at])

    def quantile(self, share: float) -> float:
        """The value below which a share lies, between two by a straight line."""
        return _between(self.ordered, share)

    def count(self, value: float) -> int:
        """How often a value occurs."""
        low, high = (np.searchsorted(self.ordered, value, side=side) for side in ("left", "right"))
        return int(high - low)


def summarised(name: str, original: str, values: pd.Series, numbers: Numbers | None) -> Column:
    """A column's kind, blanks and distinct values, and the figures of its numbers if it has some."""
    if numbers is None:
        missing, distinct = int(values.isna().sum()), _distinct(values)
        kind = Kind.EMPTY if missing == len(values) else _kind_of_words(values, distinct)
        return Column(name, original, kind, missing, distinct)
    missing, ordered = numbers.n_missing, numbers.ordered
    kind = Kind.EMPTY if missing == len(values) else _NUMERIC.get(values.dtype.kind, Kind.NUMBER)
    if not len(ordered):
        return Column(name, original, kind, missing, 0)
    low, high = float(ordered[0]), float(ordered[-1])
    lower, middle, upper = (numbers.quantile(share) for share in (0.25, 0.5, 0.75))
    return Column(
        name,
        original,
        kind,
        missing,
        numbers.n_distinct,
        low=low,
        high=high,
        mean=low + float((ordered - low).mean()) if max(abs(low), abs(high)) < LARGEST else float("nan"),
        median=middle,
        spread=upper / IQR_TO_SD - lower / IQR_TO_SD,
        histogram=_histogram(ordered),
    )


def numbers_in(values: pd.Series) -> Array | None:
    """(n,) numbers of a column, NaN where blank; days since 1 January 1970, hours; None for words and truths."""
    kind = values.dtype.kind
    if kind in _NUMERIC:
        return _times(values, kind)
    if kind in "fiu":
        if isinstance(values.dtype, np.dtype):
            return np.asarray(values.to_numpy(), dtype=np.float64)
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return None


def _times(values: pd.Series, kind: str) -> Array:
    """Days or hours, from whole microseconds: nanoseconds hold only the years 1677 to 2262."""
    if kind == "M" and values.dt.tz is not None:
        values = values.dt.tz_localize(None)
    plain = values.to_numpy().astype(f"{kind}8[us]")
    return np.where(np.isnat(plain), np.nan, plain.view(np.int64) / _MICROSECONDS[kind])


def _kind_of_words(values: pd.Series, distinct: int) -> Kind:
    if pd.api.types.is_bool_dtype(values):
        return Kind.BOOLEAN
    return Kind.CATEGORY if distinct <= min(CATEGORY_VALUES, max(2, len(values) // 2)) else Kind.TEXT


def _distinct(values: pd.Series) -> int:
    """Different values; Arrow counts strings many times faster than pandas."""
    try:
        return int(pc.count_distinct(pa.array(values, from_pandas=True), mode="only_valid").as_py())
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return int(values.astype(str)[values.notna()].nunique())


def _between(ordered: Array, share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    part = place - below
    return float(ordered[below] * (1 - part) + ordered[above] * part)


def _histogram(ordered: Array) -> Histogram:
    low, high = float(ordered[0]), float(ordered[-1])
    width = high - low
    if not math.isfinite(width):
        return Histogram((), ())
    edges = low + width * _STEPS if width > 0 else np.array([low - 0.5, low + 0.5])
    places = ordered.searchsorted(edges)
    counts = places[1:] - places[:-1]
    counts[-1] += len(ordered) - places[-1]
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))
