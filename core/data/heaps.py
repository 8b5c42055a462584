"""Heaps: values that far more rows of a column share than lie beside them, such as zeros, ceilings and defaults."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array
from ..numbers import figure, share
from .columns import numbers_of
from .raw_values import as_table
from .table import Table

LEAST_SHARE = 0.03  # of a column's cells
FEWEST = 10  # cells
FEW_VALUES = 10  # a column of so few is no matter of heaps
BESIDE = 3  # values on either side that a heap is compared with
AS_ROUND = 3  # other values of a column at least that are as round, for a heap to be compared with these too
DIGITS = 6  # of a number, that can make it round
ABOVE_EACH = 3.0  # times as often as any of them
ABOVE_MOST = 5.0  # times as often as half of them
MOST = 3  # heaps of a column


class Place(StrEnum):
    """Where in its column a heap lies; the value is what users read."""

    LOWEST = "the lowest value"
    WITHIN = "a value among others"
    HIGHEST = "the highest value"


@dataclass(frozen=True)
class Heap:
    """A value that many rows share.

    Attributes:
        column: display name of the column.
        value: the number that they share.
        share: share of the column's cells that hold it.
        place: whether it is the lowest or highest value, or lies among others.

    Examples:
        >>> core.heaps(core.sample("faithful").load())
        ()
    """

    column: str
    value: float
    share: float
    place: Place

    @property
    def sentence(self) -> str:
        """What it is, in words."""
        return (
            f"{share(self.share)} of “{self.column[:60]}” hold {figure(self.value)}, far more than any value near it."
        )


def heaps(table: Table | pd.DataFrame, columns: tuple[str, ...] | None = None) -> tuple[Heap, ...]:
    """The heaps of some columns of numbers, or of all of them.

    Raises ChoiceError for what is no table.

    Examples:
        >>> core.heaps(core.sample("faithful").load())
        ()
    """
    table = as_table(table)
    names = [each.name for each in table.columns if each.kind.is_numeric] if columns is None else columns
    return tuple(heap for name in names for heap in _heaps_of(name, numbers_of(table, name)))


def _heaps_of(name: str, numbers: Array) -> list[Heap]:
    """The heaps of a column, the largest first."""
    present = numbers[np.isfinite(numbers)]
    values, counts = np.unique(present, return_counts=True)
    if len(values) <= FEW_VALUES:
        return []
    found: list[Heap] = []
    for at in np.argsort(-counts, kind="stable")[: 2 * MOST]:
        if counts[at] < max(LEAST_SHARE * len(present), FEWEST) or len(found) == MOST:
            break
        round_ones = _as_round(values, int(at))
        if _stands_out(counts, int(at)) and _stands_out(counts[round_ones], int(round_ones[:at].sum())):
            place = Place.LOWEST if at == 0 else Place.HIGHEST if at == len(values) - 1 else Place.WITHIN
            found.append(Heap(name, float(values[at]), float(counts[at] / len(present)), place))
    return found


def _stands_out(counts: npt.NDArray[np.intp], at: int) -> bool:
    """Whether a value is far more common than those beside it; counts are in the order of the values."""
    beside = np.concatenate([counts[max(0, at - BESIDE) : at], counts[at + 1 : at + 1 + BESIDE]])
    return bool(counts[at] >= max(ABOVE_EACH * beside.max(), ABOVE_MOST * float(np.median(beside))))


def _as_round(values: Array, at: int) -> npt.NDArray[np.bool_]:
    """The values that the largest power of ten divides that divides the one at a place and a few others.

    People prefer round numbers: of lengths in tenths, many are whole, and none of these is a heap.
    """
    most = int(np.floor(np.log10(np.abs(values).max())))
    for power in range(most, most - DIGITS, -1):
        parts = values / 10.0**power
        found = np.abs(parts - np.rint(parts)) < 1e-6
        if found[at] and found.sum() > AS_ROUND:
            return found
    return np.ones(len(values), dtype=np.bool_)
