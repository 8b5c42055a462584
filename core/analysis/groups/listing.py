"""Listings: rows of the user's table with what was found of them, to be looked through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array
from ...data.prepare import Matrix, Transform
from ...data.table import Table
from ...mixture.model import Mixture
from ..anomaly.odd_rows import Anomalies
from ..anomaly.reasons import Reasons
from ..anomaly.reviews import Reviews
from .examples import Examples
from .grouping import Grouping

MOST_LISTED, MOST_NAMED = 1_000, 6
REVIEW = "your review"


def differing_rows(
    table: Table,
    matrix: Matrix,
    rows: npt.NDArray[np.intp],
    both: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    called: tuple[Sequence[str], Sequence[str]],
    named: str | None = None,
) -> pd.DataFrame:
    """Rows (positions in the matrix) with their group by the mixture and by K-Means, and their cells.

    both are the (n,) groups and the (n,) clusters, counted from 0, and called is what they are called; a group past
    those is noise. named is the column that says what a row is.
    """
    rows, (groups, clusters), (labels, of_clusters) = rows[:MOST_LISTED], both, called
    found = {
        "row": matrix.row_ids[rows] + 1,
        "by the mixture": np.array([*labels, "noise"], dtype=object)[groups[rows]],
        "by K-Means": np.array(of_clusters, dtype=object)[clusters[rows]],
    }
    return _beside(found, table, matrix, rows, named)


def listed(odd: Anomalies) -> npt.NDArray[np.intp]:
    """Positions of the flagged rows that a list shows, the oddest first."""
    return odd.ranking[:MOST_LISTED]


def apart(took_part: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Positions of the rows that took no part in shaping the groups, of (n,) whether each did."""
    return np.flatnonzero(~took_part)


def apart_in_words(names: Sequence[str]) -> str:
    """Which rows took no part in shaping the groups, the first of them by name; nothing if there are none."""
    if not names:
        return ""
    rest = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"Took no part in shaping the groups: {', '.join(names[:MOST_NAMED])}{rest}."


def nearest_groups(mixture: Mixture, values: Array, grouping: Grouping) -> list[str]:
    """What the likeliest group of (m, d) rows is called, also of rows that a noise component claims."""
    groups_alone = mixture.marginal(range(mixture.columns))
    labels = grouping.labels
    return [labels[group] for group in grouping.shares(groups_alone.responsibilities(values)).argmax(axis=1)]


def odd_rows(
    table: Table,
    matrix: Matrix,
    odd: Anomalies,
    nearest: Sequence[str],
    why: Reasons,
    said: Reviews,
    named: str | None = None,
) -> pd.DataFrame:
    """The flagged rows, the oddest first: review, score, chance, nearest group, the column to blame, and their cells.

    Chance is how often a row drawn from the model scores as high; nearest (m,) and why are of the rows listed;
    named is the column that says what a row is.
    """
    rows = listed(odd)
    found = {
        "row": matrix.row_ids[rows] + 1,
        REVIEW: pd.array(said.words(matrix.row_ids[rows]), dtype="str"),  # of one type, reviews or none
        "score": odd.level[rows],
        "chance": odd.p_value[rows],
        "nearest group": np.array(nearest, dtype=object),
        "why": np.array([why.brief(at) for at in range(len(rows))], dtype=object),
    }
    return _beside(found, table, matrix, rows, named)


def with_dates(
    frame: pd.DataFrame, transform: Transform, days: Sequence[str], spans: Sequence[str] = (), name: str = "column"
) -> pd.DataFrame:
    """A table with a row per feature, named in a column, for a person; as it is where all are plain numbers.

    days are the columns of raw values, spans those of differences of raw values; both become text.
    """
    places = {each: j for j, each in enumerate(transform.features)}
    at = [places.get(each, -1) for each in frame[name]]  # -1: a category, which has none of these figures
    if not set(at) & {*transform.dates, *transform.hours}:
        return frame
    told = {each: [transform.in_words(j, [x])[0] if j >= 0 else "" for j, x in zip(at, frame[each], strict=True)]
            for each in days}  # fmt: skip
    told |= {each: [transform.spread_in_words(j, x) if j >= 0 else "" for j, x in zip(at, frame[each], strict=True)]
             for each in spans}  # fmt: skip
    return frame.assign(**told)


def rows_of_table(table: Table, matrix: Matrix, rows: Sequence[int], named: str | None = None) -> pd.DataFrame:
    """Some rows (positions in the matrix) with their numbers, the column that names them, and their cells."""
    chosen = np.asarray(rows, dtype=np.intp)
    return _beside({"row": matrix.row_ids[chosen] + 1}, table, matrix, chosen, named)


def example_rows(
    table: Table, matrix: Matrix, found: Examples, names: Sequence[str], named: str | None = None
) -> pd.DataFrame:
    """The rows that show what a group is like, each with what it is; names are those of all groups."""
    what = ["most typical"] * len(found.typical) + [f"nearly in {names[k]}" for k in found.following]
    frame = rows_of_table(table, matrix, [*found.typical.tolist(), *found.borderline.tolist()], named)
    return pd.concat([pd.DataFrame({"this row is": np.array(what, dtype=object)}), frame], axis=1)


def _beside(
    found: Mapping[str, Any], table: Table, matrix: Matrix, rows: npt.NDArray[np.intp], named: str | None
) -> pd.DataFrame:
    """Rows' numbers and names, what was found, and their other cells, fitted ones first; equal names are told apart."""
    cells = table.frame.iloc[matrix.row_ids[rows]].reset_index(drop=True)
    fitted = [
        name for name in (*matrix.features, *matrix.categories) if name in cells.columns
    ]  # values of a category are no columns
    cells = cells[fitted + [name for name in cells.columns if name not in fitted]]
    cells.columns = pd.Index([f"{name} (column)" if name in found else name for name in cells.columns], dtype=object)
    frame = pd.concat([pd.DataFrame(found), cells], axis=1)
    own = f"{named} (column)" if named in found else named
    return frame if own is None else frame[["row", own, *(name for name in frame.columns if name not in ("row", own))]]
