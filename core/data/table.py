"""Table: what was read of a file, what each column is like, and what the reader did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the reader's child process does without pandas
    import pandas as pd


class Kind(StrEnum):
    """What a column holds; the value is the word for the user."""

    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"
    TEXT = "text"
    BOOLEAN = "yes or no"
    EMPTY = "empty"

    @property
    def is_numeric(self) -> bool:
        """Whether the column can be fitted; dates count as numbers of days."""
        return self in (Kind.NUMBER, Kind.DATE)


class AlertKind(StrEnum):
    """What is special about a column; the value is the word for the user."""

    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    DUPLICATE = "duplicate"
    CORRELATED = "nearly a copy"
    COMBINATION = "follows from others"
    FEW_VALUES = "few values"
    SPIKE = "spike"
    BLANKS = "many blanks"
    DATE = "date"


@dataclass(frozen=True)
class Alert:
    """Something to know about a column, and whether it is a reason to leave the column out at first."""

    kind: AlertKind
    reason: str
    leaves_out: bool


@dataclass(frozen=True)
class Histogram:
    """Counts of a column's values in equal bins."""

    edges: tuple[float, ...]  # bins + 1
    counts: tuple[int, ...]  # bins


@dataclass(frozen=True)
class Column:
    """One column, as profiled; the numbers are blank (NaN) where the column is not numeric."""

    name: str  # unique, for display
    original: str  # as it stands in the file
    kind: Kind
    n_missing: int
    n_distinct: int
    low: float = float("nan")
    high: float = float("nan")
    mean: float = float("nan")
    median: float = float("nan")
    spread: float = float("nan")  # half the distance between the quartiles, scaled to a normal's sd
    histogram: Histogram = Histogram((), ())
    alerts: tuple[Alert, ...] = ()

    @property
    def left_out(self) -> bool:
        """Whether an alert leaves the column out at first."""
        return any(alert.leaves_out for alert in self.alerts)


@dataclass(frozen=True)
class Note:
    """Something the reader did or left out, in plain words."""

    what: str
    count: int | None = None  # how many cells, rows or columns it touched

    def __str__(self) -> str:
        """The sentence."""
        return self.what


@dataclass(frozen=True)
class Reading:
    """How to read a file; None lets the reader find out."""

    name: str | None = None  # the file's name, for display only
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None  # whether the first row names the columns
    skip: int | None = None  # lines above the table
    decimal: str | None = None  # "." or ","


@dataclass(frozen=True)
class Table:
    """A file as a table; its frame is never changed."""

    frame: pd.DataFrame  # typed: numbers as float64 or Int64, dates as datetime64, the rest as str or category
    columns: tuple[Column, ...]  # in the frame's order
    notes: tuple[Note, ...]
    reading: Reading  # with everything that was found out filled in
    sheets: tuple[str, ...] = ()  # of a workbook
    source_id: str = ""  # the sha256 of the file's bytes

    @property
    def name(self) -> str:
        """The file's name."""
        return self.reading.name or "table"

    @property
    def n_rows(self) -> int:
        """Rows."""
        return len(self.frame)

    def column(self, name: str) -> Column:
        """The column of a display name; KeyError if there is none."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(name)
