"""Filled: the user's table with expected values in its blank cells, and how far they may be off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data.columns import numbers_of
from ..data.prepare import Matrix
from ..data.table import Kind, Table
from ..mixture.fit import Fit
from ..mixture.missing import fill
from .export import original_frame, unlike


def filled_frame(table: Table, matrix: Matrix, fit: Fit) -> pd.DataFrame:
    """Every row of the table under its original names, blanks of fitted columns filled with what the fit expects.

    For each such column another gives the conditional standard deviation of what was filled, in the column's units,
    and is blank where the table has a value of its own. Dates are not filled, nor are rows that were left out.
    """
    found = fill(fit.mixture, matrix.rows)
    to_raw = matrix.transform.to_raw
    expected = to_raw(found.values)
    spread = (to_raw(found.values + found.deviations) - to_raw(found.values - found.deviations)) / 2
    frame = original_frame(table).copy()
    taken = set(frame.columns)
    places = {each.name: at for at, each in enumerate(table.columns) if each.kind is Kind.NUMBER}
    for j, name in enumerate(matrix.features):
        own = numbers_of(table, name) if name in places else np.empty(0)
        blank = np.flatnonzero(np.isnan(own[matrix.row_ids])) if len(own) else np.empty(0, dtype=np.intp)
        if not len(blank):
            continue
        values, deviations = own.copy(), np.full(len(own), np.nan)
        values[matrix.row_ids[blank]] = expected[blank, j]
        deviations[matrix.row_ids[blank]] = spread[blank, j]
        frame.isetitem(places[name], values)
        added = unlike(f"{frame.columns[places[name]]} (spread where filled)", taken)
        taken.add(added)
        frame[added] = deviations
    return frame
