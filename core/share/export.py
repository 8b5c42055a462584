"""Export: the user's rows with what was found of them, as CSV and XLSX that no spreadsheet will run."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
import xlsxwriter

from ..analysis.anomaly.odd_rows import Anomalies
from ..analysis.anomaly.reasons import Reasons
from ..analysis.anomaly.reviews import Reviews
from ..analysis.groups.grouping import Grouping
from ..analysis.groups.identity import cluster_slots
from ..analysis.groups.listing import REVIEW
from ..analysis.uncertainty.classification import classify
from ..arrays import Array
from ..data.prepare import Matrix
from ..data.table import Table
from ..errors import DataError
from ..kmeans import Partition
from ..mixture.fit import Fit
from .formulas import safe

# Of a worksheet (Microsoft, "Excel specifications and limits").
SHEET_ROWS, SHEET_COLUMNS, CELL_CHARACTERS = 1_048_576, 16_384, 32_767
LONGEST_WHOLE = 10**15  # a spreadsheet rounds longer whole numbers, so they are written as text
BLOCK_ROWS = 10_000  # turned into cells at a time, so that memory does not grow with the table
ODD, NOT_COMPARABLE, TOOK_PART = "odd", "not comparable", "shaped the groups"
FIRST_YEAR, LAST_YEAR = 1900, 9999  # of a spreadsheet's dates

Cell = float | int | bool | str | datetime.date | None  # None is a blank


@dataclass(frozen=True)
class Labelled:
    """What the analysis says of each row of a matrix."""

    matrix: Matrix
    fit: Fit
    odd: Anomalies
    partition: Partition | None = None
    grouping: Grouping | None = None  # which components make up one group; None: each is one
    reviews: Reviews = field(default_factory=Reviews)  # what the user said of rows of the table
    not_comparable: Sequence[int] = ()  # positions in the table of rows that are neither odd nor usual
    took_part: npt.NDArray[np.bool_] | None = None  # (n,) rows that shaped the groups; None: all did

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self.grouping.groups if self.grouping is not None else self.fit.components

    @property
    def n_columns(self) -> int:
        """How many columns it adds to a table."""
        shares = self.groups + (self.fit.mixture.noise is not None)
        level = self.odd.level is not self.odd.score
        own = 3 + 2 * (shares > 1)  # the mixture's group, the next one with its lead, the score, and whether it is odd
        own += self.grouping is not None and self.grouping.is_named
        own += self.took_part is not None
        return 1 + own + shares + (self.partition is not None) + level + bool(self.reviews.said)


def labelled_frame(table: Table, found: Labelled) -> pd.DataFrame:
    """Every row of the table under its original names, then what was found; rows left out of the fit have blanks.

    Groups are numbered from 1, those of K-Means by the group of the mixture that they share most rows with, as in the
    app; 0 is noise. A name that the table has already is numbered.
    """
    frame = original_frame(table)
    taken = set(frame.columns)
    added = {}
    numbers = pd.Series(np.arange(1, len(frame) + 1))  # as the app has them, so that a row can be found again
    added[unlike("row", taken)] = numbers
    taken |= added.keys()
    for name, values in _found_columns(found).items():
        own = unlike(name, taken)
        taken.add(own)
        added[own] = values.set_axis(found.matrix.row_ids).reindex(range(len(frame)))
        if name == ODD and len(found.not_comparable):
            added[own] = added[own].astype(object)
            added[own].iloc[list(found.not_comparable)] = NOT_COMPARABLE
    if found.reviews.said:  # also of rows that are left out now
        added[unlike(REVIEW, taken)] = pd.Series(found.reviews.words(np.arange(len(frame))))
    return pd.concat([frame, pd.DataFrame(added, index=range(len(frame))).set_axis(frame.index)], axis=1)


def original_frame(table: Table) -> pd.DataFrame:
    """The table under its original names; where the file has none, under the name that is shown."""
    return table.frame.set_axis(pd.Index([each.original or each.name for each in table.columns], dtype=object), axis=1)


def odd_frame(table: Table, found: Labelled, why: Reasons | None = None) -> pd.DataFrame:
    """The flagged rows with their original columns, the oddest first, and what speaks against those that why is of."""
    whole = labelled_frame(table, found)
    frame = whole.iloc[found.matrix.row_ids[found.odd.ranking]]
    if why is None:
        return frame
    said = {int(row): " ".join(why.sentences(at)) for at, row in enumerate(why.rows)}
    return frame.assign(**{unlike("why", frame.columns): [said.get(int(row), "") for row in found.odd.ranking]})


def to_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it right; cells that they would run are made text."""
    return neutral(frame).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_xlsx(frame: pd.DataFrame) -> bytes:
    """One sheet; numbers stay numbers, text is no formula and no link. Raises DataError for what no sheet can hold."""
    refusal = beyond_a_sheet(frame)
    if refusal is not None:
        raise refusal
    tame = neutral(frame)
    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("data")
        write = _writers(book, sheet)
        for i, row in enumerate(chain([tuple(tame.columns)], _rows(tame))):
            for j, cell in enumerate(row):
                if cell is not None:
                    write[type(cell)](i, j, cell)
    return target.getvalue()


def beyond_a_sheet(frame: pd.DataFrame, more_columns: int = 0) -> DataError | None:
    """Why a table, with so many columns more, cannot become a worksheet; None if it can."""
    remedy = "Download it as CSV."
    if len(frame) + 1 > SHEET_ROWS or frame.shape[1] + more_columns > SHEET_COLUMNS:
        holds = f"A sheet holds {SHEET_ROWS - 1:,} rows below the names, and {SHEET_COLUMNS:,} columns."
        return DataError("The table is too large for a worksheet.", holds, remedy)
    for j, name in enumerate(frame.columns):
        longest = max(_units(str(name)), _longest(frame.iloc[:, j]))
        if longest > CELL_CHARACTERS:
            where = str(name) if len(str(name)) <= 60 else f"{str(name)[:59]}…"
            why = f"A cell holds {CELL_CHARACTERS:,} characters, and one in {where!r} has {longest:,}."
            return DataError("The table has a text too long for a worksheet.", why, remedy)
    return None


def neutral(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with an apostrophe before every text, also a name, that a spreadsheet would run."""
    tame = frame.copy()
    tame.columns = pd.Index([safe(str(name)) for name in frame.columns], dtype=object)
    for j in _texts(frame):
        cells = frame.iloc[:, j].astype(object)
        tame.isetitem(j, pd.array([safe(cell) if isinstance(cell, str) else cell for cell in cells], dtype=object))
    return tame


def _found_columns(found: Labelled) -> dict[str, pd.Series]:
    """What was found of each row of the matrix, by the name of its column."""
    shares: Array = found.fit.mixture.responsibilities(found.matrix.values)
    if found.grouping is not None:
        shares = found.grouping.shares(shares)
    K, groups = found.groups, shares.argmax(axis=1)
    columns: dict[str, pd.Series] = {}
    if found.partition is not None:
        own = np.array(cluster_slots(groups, range(K), found.partition.labels, found.partition.components))
        columns["K-Means group"] = _whole(own[found.partition.labels] + 1)
    columns["GMM group"] = _whole(np.where(groups < K, groups + 1, 0))
    if found.grouping is not None and found.grouping.is_named:
        columns["GMM group name"] = pd.Series(np.array([*found.grouping.names, "Noise"], dtype=object)[groups])
    for k, share in enumerate(shares.T):
        columns[f"share of group {k + 1}" if k < K else "share of noise"] = pd.Series(share)
    if shares.shape[1] > 1:
        tops = classify(shares)
        columns["next group"] = _whole(np.where(tops.second < K, tops.second + 1, 0))
        columns["lead over the next group"] = pd.Series(tops.margin)
    columns["score (-log p)"] = pd.Series(found.odd.score)
    if found.odd.level is not found.odd.score:
        columns["score as of a row without blanks"] = pd.Series(found.odd.level)
    columns[ODD] = pd.Series(np.where(found.odd.flagged, "yes", "no"))
    if found.took_part is not None:
        columns[TOOK_PART] = pd.Series(np.where(found.took_part, "yes", "no"))
    return columns


def _whole(values: npt.NDArray[np.intp]) -> pd.Series:
    """Whole numbers that stay whole beside blanks."""
    return pd.Series(values, dtype="Int64")


def unlike(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first number from 2 under which it is free."""
    own, number = name, 2
    while own in taken:
        own, number = f"{name} ({number})", number + 1
    return own


def _texts(frame: pd.DataFrame) -> list[int]:
    """Positions of the columns that may hold text."""
    typed = (pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype)
    return [j for j, kind in enumerate(frame.dtypes) if not any(is_(kind) for is_ in typed)]


def _longest(column: pd.Series) -> int:
    """Characters of the longest text in a column."""
    if not _texts(column.to_frame()):
        return 0
    texts = column.cat.categories.to_series() if isinstance(column.dtype, pd.CategoricalDtype) else column
    texts = texts.dropna().astype(str)
    suspects = texts[texts.str.len() > CELL_CHARACTERS // 2]  # no shorter text takes too many units
    return max(map(_units, suspects), default=0)


def _units(text: str) -> int:
    """Length as a spreadsheet counts it, once it is safe: characters beyond the basic plane, as emoji, are two."""
    return len(safe(text).encode("utf-16-le", "surrogatepass")) // 2


def _writers(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet
) -> dict[type, Callable[[int, int, Cell], object]]:
    """How a cell of each type is written."""
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    return {
        float: sheet.write_number,
        int: sheet.write_number,
        bool: sheet.write_boolean,
        str: sheet.write_string,
        datetime.date: lambda i, j, cell: sheet.write_datetime(i, j, cell, day),
        datetime.datetime: lambda i, j, cell: sheet.write_datetime(i, j, cell, moment),
    }


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Cell, ...]]:
    """Row by row what a worksheet can hold; whole days as dates."""
    days = [_whole_days(frame.iloc[:, j]) for j in range(frame.shape[1])]
    for at in range(0, len(frame), BLOCK_ROWS):
        block = frame.iloc[at : at + BLOCK_ROWS]
        columns = [[_cell(value) for value in block.iloc[:, j].astype(object)] for j in range(frame.shape[1])]
        for j in np.flatnonzero(days):
            columns[j] = [cell.date() if isinstance(cell, datetime.datetime) else cell for cell in columns[j]]
        yield from zip(*columns, strict=True)


def _whole_days(column: pd.Series) -> bool:
    """Whether a column holds dates without a time of day."""
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return False
    moments = column.dropna()
    return bool((moments == moments.dt.normalize()).all())


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value) if abs(int(value)) < LONGEST_WHOLE else str(value)
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, datetime.datetime):
        return _moment(value)
    return str(value)


def _number(value: float) -> Cell:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else str(value)  # a worksheet has no infinity


def _moment(value: datetime.datetime) -> Cell:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        return str(value)
    moment = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
    return moment.replace(tzinfo=None)  # a worksheet knows the time on the wall alone
