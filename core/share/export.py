"""Export: the user's rows with their labels, as CSV and XLSX that no spreadsheet will run."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xlsxwriter

from core.analysis.anomaly import Anomalies
from core.data.prepare import Matrix
from core.data.table import Table
from core.errors import DataError
from core.kmeans import Partition
from core.mixture.fit import Fit

SHEET_ROWS, SHEET_COLUMNS, CELL_CHARACTERS = 1_048_576, 16_384, 32_767
_STARTS_FORMULA = re.compile(r"^[=+\-@\t\r\n|%]")
_NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s?%?$")


@dataclass(frozen=True)
class Labelled:
    """What the analysis says of each row of a matrix."""

    matrix: Matrix
    fit: Fit
    odd: Anomalies
    partition: Partition | None = None


def labelled_frame(table: Table, found: Labelled) -> pd.DataFrame:
    """Every row of the table under its original names, then what was found; rows left out of the fit have blanks.

    Groups are numbered from 1, the largest first.
    """
    frame = table.frame.copy()
    frame.columns = pd.Index([each.original or each.name for each in table.columns], dtype=object)
    rows = found.matrix.row_ids
    responsibilities = found.fit.mixture.responsibilities(found.matrix.values)
    added: dict[str, pd.Series] = {}
    if found.partition is not None:
        added["K-Means group"] = _spread(pd.Series(found.partition.labels + 1, dtype="Int64"), rows, len(frame))
    added["GMM group"] = _spread(pd.Series(responsibilities.argmax(axis=1) + 1, dtype="Int64"), rows, len(frame))
    for k in range(responsibilities.shape[1]):
        added[f"share of group {k + 1}"] = _spread(pd.Series(responsibilities[:, k]), rows, len(frame))
    added["score (-log p)"] = _spread(pd.Series(found.odd.score), rows, len(frame))
    added["odd"] = _spread(pd.Series(np.where(found.odd.flagged, "yes", "no")), rows, len(frame))
    return pd.concat([frame, pd.DataFrame(added, index=frame.index)], axis=1)


def odd_frame(table: Table, found: Labelled) -> pd.DataFrame:
    """The flagged rows with their original columns, the oddest first."""
    whole = labelled_frame(table, found)
    return whole.iloc[found.matrix.row_ids[found.odd.ranking]]


def to_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read it right; cells that they would run are made text."""
    return neutral(frame).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_xlsx(frame: pd.DataFrame) -> bytes:
    """One sheet; numbers stay numbers, text is no formula and no link. Raises DataError for what no sheet can hold."""
    if len(frame) + 1 > SHEET_ROWS or frame.shape[1] > SHEET_COLUMNS:
        raise DataError(
            "The table is too large for a worksheet.",
            f"A sheet holds {SHEET_ROWS - 1:,} rows and {SHEET_COLUMNS:,} columns.",
            "Download it as CSV.",
        )
    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet("data")
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for j, name in enumerate(frame.columns):
        sheet.write_string(0, j, _safe(str(name))[:CELL_CHARACTERS])
    for i, row in enumerate(frame.itertuples(index=False, name=None), start=1):
        for j, value in enumerate(row):
            _write(sheet, i, j, value, date)
    book.close()
    return target.getvalue()


def neutral(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with an apostrophe before every text, also a name, that a spreadsheet would run."""
    safe = frame.copy()
    safe.columns = pd.Index([_safe(str(name)) for name in frame.columns], dtype=object)
    for j, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_datetime64_any_dtype(kind):
            cells = frame.iloc[:, j].astype(object)
            safe.isetitem(j, pd.array([_safe(cell) if isinstance(cell, str) else cell for cell in cells], dtype=object))
    return safe


def _safe(text: str) -> str:
    if _STARTS_FORMULA.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text


def _write(sheet: xlsxwriter.worksheet.Worksheet, i: int, j: int, value: object, date: object) -> None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(i, j, bool(value))
    elif isinstance(value, int | float | np.integer | np.floating):
        sheet.write_number(i, j, float(value))
    elif isinstance(value, pd.Timestamp) and value.year >= 1900:
        sheet.write_datetime(i, j, value.to_pydatetime().replace(tzinfo=None), date)
    else:
        sheet.write_string(i, j, _safe(str(value))[:CELL_CHARACTERS])


def _spread(values: pd.Series, rows: npt.NDArray[np.int64], total: int) -> pd.Series:
    """A value for each row of the matrix, at its place in the table; blank elsewhere."""
    return values.set_axis(rows).reindex(range(total))
