"""Sums: the numbers of a sheet as they will be read, and whether some of them are the sums of those above."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..table import Reading
from .decimals import HEAD, decimal_of, heads_of
from .named import Manner, Named
from .numerals import Floats
from .sheet import Cells, Rows, Sheet, taken
from .values import typed


@dataclass(frozen=True)
class Figures:
    """The numbers in some rows of a sheet, each column read in the way it will be typed."""

    sheet: Sheet
    rows: Rows  # (n,)
    reading: Reading

    def of(self, column: int) -> Floats:
        """(n,) the numbers of a column; NaN where there is none, and throughout a column of another kind."""
        if column not in self._read:
            values = typed(Named("", self.rows, self._manner), of_rows_in(self.sheet.columns[column], self.rows)).values
            numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
            floats = pc.cast(values, pa.float64()) if numeric else pa.nulls(len(values), pa.float64())
            self._read[column] = floats.to_numpy(zero_copy_only=False).astype(np.float64)
        return self._read[column]

    @cached_property
    def _read(self) -> dict[int, Floats]:
        """Columns by their place, as they are asked for."""
        return {}

    @cached_property
    def _manner(self) -> Manner:
        reading = self.reading
        columns = [of_rows_in(cells, self.rows[:HEAD]) for cells in self.sheet.columns]
        decimal = reading.decimal or decimal_of(heads_of(columns), reading.delimiter)
        return Manner(decimal, blanks=frozenset(reading.blanks or ()))


def of_rows_in(cells: Cells, rows: Rows) -> Cells:
    """The cells of some rows that go up; a view where they follow each other."""
    if len(rows) and len(rows) == rows[-1] - rows[0] + 1:
        return cells[int(rows[0]) : int(rows[-1]) + 1]
    return taken(cells, rows)


def is_sum(numbers: Floats, told: float, fewest: int) -> bool:
    """Whether a number is the sum of some others, of which there are enough, as far as its digits tell."""
    known = numbers[np.isfinite(numbers)]
    size = float(np.abs(known).sum())
    return len(known) >= fewest and size > 0 and bool(abs(known.sum() - told) <= 1e-6 * size)


def is_mean(numbers: Floats, told: float) -> bool:
    """Whether a number is the mean of two others or more, as far as its digits tell."""
    known = numbers[np.isfinite(numbers)]
    size = float(np.abs(known).sum())
    return len(known) >= 2 and size > 0 and bool(abs(known.mean() - told) <= 1e-4 * size / len(known))
