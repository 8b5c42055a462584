"""Axes: from the values of a column to places in a picture, and the marks that stand along it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...data.dates import marks_between
from ...data.prepare import Transform
from ...data.table import Shape
from ...numbers import figures

MARGIN = 0.05  # of the range, on either side
MARKS = 6  # along an axis, about


@dataclass(frozen=True)
class Axis:
    """One of the d columns along a line from first to last, in pixels; by its logarithm where that was fitted."""

    transform: Transform
    column: int
    low: float
    high: float
    first: float
    last: float

    @classmethod
    def over(cls, transform: Transform, column: int, values: Array, first: float, last: float) -> Axis:
        """An axis on which all values have a place."""
        power = transform.powers[column]
        finite = values[np.isfinite(values)]
        logarithmic = power is not None and power.shape is Shape.LOG
        finite = np.log(finite[finite > 0]) if logarithmic else finite
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        spare = MARGIN * (high - low) or 1.0
        return cls(transform, column, low - spare, high + spare, first, last)

    @property
    def is_logarithmic(self) -> bool:
        """Whether distances along it are ratios."""
        power = self.transform.powers[self.column]
        return power is not None and power.shape is Shape.LOG

    def places(self, values: Array) -> Array:
        """(m,) where values lie; those beyond an end lie at it, blank ones nowhere."""
        if self.is_logarithmic:
            values = np.log(values, out=np.full(len(values), np.nan), where=values > 0)
        along = np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)
        return np.asarray(self.first + along * (self.last - self.first))

    def beyond(self, values: Array) -> Array:
        """(m,) whether values lie beyond an end."""
        ends = np.exp([self.low, self.high]) if self.is_logarithmic else np.array([self.low, self.high])
        return np.asarray((values < ends[0]) | (values > ends[1]))

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Places along it with what stands there."""
        values = self._round()
        words = self.transform.in_words(self.column, values) if self._is_told else figures(values)
        return list(zip(self.places(np.array(values)).tolist(), words, strict=True))

    @property
    def _is_told(self) -> bool:
        return self.column in self.transform.dates or self.column in self.transform.hours

    def _round(self) -> list[float]:
        """Round values between the ends."""
        if self.column in self.transform.dates:
            return marks_between(self.low, self.high, MARKS)[0].tolist()
        if self.is_logarithmic:
            return _round_ratios(self.low, self.high)
        return _between(self.low, self.high)


def _between(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / MARKS
    power = 10.0 ** math.floor(math.log10(rough)) if 0 < rough < math.inf else 1.0
    step = next((each * power for each in (1, 2, 5) if each * power >= rough), 10 * power)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [each * step for each in range(first, last + 1)]


def _round_ratios(low: float, high: float) -> list[float]:
    """Values between two logarithms that are round, about so many."""
    powers = range(math.floor(low / math.log(10)), math.ceil(high / math.log(10)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        found = [each * 10.0**power for power in powers for each in steps]
        inside = [each for each in found if low <= math.log(each) <= high]
        if len(inside) >= MARKS - 2:
            return _thinned(inside)
    return _thinned(inside) if len(inside) > 1 else _between(math.exp(low), math.exp(high))


def _thinned(values: Sequence[float]) -> list[float]:
    return list(values[:: max(1, math.ceil(len(values) / (MARKS + 2)))])
