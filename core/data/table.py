"""Table: what was read of a file, what each column is like, and what the reader did."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # the reader's child process does without pandas
    import pandas as pd


class Kind(StrEnum):
    """What a column holds; the value is the word for the user."""

    NUMBER = "number"
    DATE = "date"
    DURATION = "duration"
    CATEGORY = "category"
    TEXT = "text"
    BOOLEAN = "yes or no"
    EMPTY = "empty"

    @property
    def is_numeric(self) -> bool:
        """Whether the column can be fitted; dates count as numbers of days, durations as numbers of hours."""
        return self in (Kind.NUMBER, Kind.DATE, Kind.DURATION)


class Shape(StrEnum):
    """A transform that brings a skewed column nearer to a bell."""

    LOG = "log"
    YEO_JOHNSON = "yeo-johnson"  # Yeo and Johnson 2000


class AlertKind(StrEnum):
    """What is special about a column; the value is the word for the user."""

    IDENTIFIER = "identifier"
    CONSTANT = "constant"
    NEAR_CONSTANT = "nearly constant"
    DUPLICATE = "duplicate"
    CORRELATED = "nearly a copy"
    COMBINATION = "follows from others"
    FEW_VALUES = "few values"
    SPIKE = "spike"
    BLANKS = "many blanks"
    DATE = "date"
    HEAVY_TAIL = "long tail"
    CODE = "code for blank"
    INFINITE = "infinite"
    OWN_RESULT = "found by this app"


@dataclass(frozen=True)
class Alert:
    """Something to know about a column, and whether it is a reason to leave the column out at first."""

    kind: AlertKind
    reason: str
    leaves_out: bool
    offers: Shape | None = None  # a transform that may help
    code: str = ""  # a value that may mean blank, as Reading.blanks takes it


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


class NoteKind(StrEnum):
    """What a note is about."""

    READ = "how it was read"
    ROWS = "rows left out"
    COLUMNS = "columns left out"
    CELLS = "cells that count as blank"
    RAGGED = "rows of uneven length"
    HINT = "a suggestion"


@dataclass(frozen=True)
class Reading:
    """How to read a file; None lets the reader find out.

    Attributes:
        name: name of the file, for display only.
        sheet: a workbook's sheet or a database's table; None takes the first that shows a table, or the longest.
        encoding: name of the text's encoding, such as "cp1252".
        delimiter: what stands between two cells of a text, such as ";".
        quote: what stands around quoted cells; "" where nothing is quoted.
        escape: what stands before a quote inside quotes; "" where quotes are doubled.
        comment: what lines begin with that are no rows; "" where there are none.
        skip: number of lines above the names.
        header: number of rows that name the columns: 0 (False), 1 (True), 2 or 3.
        units: number of rows below the names that hold units or descriptions.
        foot: number of rows below the table, with the totals and remarks at its end.
        left: number of columns to the left of the table.
        width: number of columns that belong to the table.
        turned: whether the names stand in the first column, one row a column.
        rulings: whether lines drawn with strokes are rows.
        sections: whether rows below names that come again, or below titles, are of the same table.
        subtotals: whether totals between the rows are rows.
        repeats: whether rows that repeat others exactly are kept.
        hidden: whether rows that a workbook hides are read.
        fill_merged: whether merged cells all hold what the first one does.
        decimal: decimal mark, "." or ",".
        day_first: whether 3/4/2020 is in April.
        blanks: more spellings of blank, such as ("-999",).
        codes: whether numbers such as -999 that stand far from the rest are blank: all (True), none (False), or all but
            some, such as ("-999",).
        marks: whether blanks in columns side by side that hold one value or nothing mean no.
        kinds: (column, kind) for columns, by display name, whose kind is given, such as ("zip", "text").

    Examples:
        >>> reading = core.Reading(delimiter=";", decimal=",", kinds=[("zip", "text")])
        >>> reading.decimal, reading.encoding
        (',', None)
    """

    name: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    skip: int | None = None
    header: int | None = None
    units: int | None = None
    foot: int | None = None
    left: int | None = None
    width: int | None = None
    turned: bool | None = None
    rulings: bool | None = None
    sections: bool | None = None
    subtotals: bool | None = None
    repeats: bool | None = None
    hidden: bool | None = None
    fill_merged: bool | None = None
    decimal: str | None = None
    day_first: bool | None = None
    blanks: tuple[str, ...] | None = None
    codes: bool | tuple[str, ...] | None = None
    marks: bool | None = None
    kinds: tuple[tuple[str, Kind], ...] | None = None

    def __post_init__(self) -> None:
        """Take lists, as JSON has them, and plain words."""
        if self.blanks is not None:
            object.__setattr__(self, "blanks", tuple(self.blanks))
        if isinstance(self.codes, list | tuple):
            object.__setattr__(self, "codes", tuple(map(str, self.codes)))
        if self.kinds is not None:
            object.__setattr__(self, "kinds", tuple((name, Kind(kind)) for name, kind in self.kinds))

    @property
    def of_values(self) -> Reading:
        """How cells are read, without the layout: for another file of the same columns.

        Examples:
            >>> core.Reading(skip=3, delimiter=";", decimal=",").of_values == core.Reading(decimal=",")
            True
        """
        return Reading(
            decimal=self.decimal,
            day_first=self.day_first,
            blanks=self.blanks,
            codes=self.codes,
            marks=self.marks,
            kinds=self.kinds,
        )


@dataclass(frozen=True)
class Offer:
    """The other way to read what a note tells of: what a button says, and what it changes of a Reading."""

    label: str
    reading: Reading  # the fields that are not None are changed

    @property
    def changes(self) -> dict[str, Any]:
        """What it changes, by field."""
        return {name: value for name, value in vars(self.reading).items() if value is not None}

    def applied(self, reading: Reading) -> Reading:
        """The reading with these changes."""
        return replace(reading, **self.changes)


@dataclass(frozen=True)
class Note:
    """Something the reader did or left out, in plain words.

    Attributes:
        what: the sentence for the user.
        count: how many cells, rows or columns it touched; None where none are counted.
        kind: what it is about: how the file was read, what was left out, or a suggestion.
        offer: the other way to read it, with what to change of the Reading; None where there is none.

    Examples:
        >>> print(core.Note("2 rows are blank and left out.", count=2))
        2 rows are blank and left out.
    """

    what: str
    count: int | None = None
    kind: NoteKind = NoteKind.READ
    offer: Offer | None = None

    def __str__(self) -> str:
        """The sentence."""
        return self.what


@dataclass(frozen=True)
class Table:
    """A file as a table; its frame is never changed.

    Attributes:
        frame: numbers as float64 or (nullable) integers, dates as datetime64, durations as timedelta64.
        columns: profile of each column, in the frame's order: its name, kind, range, blanks and alerts.
        notes: what the reader did or left out.
        reading: how it was read, with everything that was found out filled in.
        sheets: names of the sheets of a workbook, or of the tables of a database; () for other files.
        source_id: sha256 of the file's bytes, or of a sample; "" where there is neither.
        row_numbers: (n,) line or sheet row of each row; None is 1, 2, ...

    Examples:
        >>> table = core.sample("faithful").load()
        >>> table.n_rows, [column.name for column in table.columns]
        (272, ['eruptions', 'waiting'])
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    reading: Reading
    sheets: tuple[str, ...] = ()
    source_id: str = ""
    row_numbers: npt.NDArray[np.int64] | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.reading.name or "table"

    @property
    def n_rows(self) -> int:
        """Rows."""
        return len(self.frame)

    @property
    def data_id(self) -> str:
        """The sha256 of the file's bytes and of how they were read, whatever the file's name."""
        choices = json.dumps(asdict(replace(self.reading, name=None)), sort_keys=True)
        return hashlib.sha256(f"{self.source_id} {choices}".encode()).hexdigest()

    def column(self, name: str) -> Column:
        """The column of a display name; KeyError if there is none."""
        return self._named[name]

    @cached_property
    def _named(self) -> dict[str, Column]:
        return {each.name: each for each in self.columns}
