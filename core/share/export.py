"""Export: the user's rows with what was found of them, and CSV of which no spreadsheet runs anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

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
from ..kmeans import Partition
from ..mixture.fit import Fit
from .formulas import safe

ODD, NOT_COMPARABLE, TOOK_PART = "odd", "not comparable", "shaped the groups"


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


def neutral(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with an apostrophe before every text, also a name, that a spreadsheet would run."""
    tame = frame.copy()
    tame.columns = pd.Index([safe(str(name)) for name in frame.columns], dtype=object)
    for j in texts_in(frame):
        cells = frame.iloc[:, j].astype(object)
        tame.isetitem(j, pd.array([safe(cell) if isinstance(cell, str) else cell for cell in cells], dtype=object))
    return tame


def _found_columns(found: Labelled) -> dict[str, pd.Series]:
    """What was found of each row of the matrix, by the name of its column."""
    shares: Array = found.fit.mixture.responsibilities(found.matrix.rows)
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


def texts_in(frame: pd.DataFrame) -> list[int]:
    """Positions of the columns that may hold text."""
    typed = (pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype)
    return [j for j, kind in enumerate(frame.dtypes) if not any(is_(kind) for is_ in typed)]
