"""New rows: those of another file under the current model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.analysis.anomaly.reasons import reasons
from core.analysis.anomaly.reviews import Reviews
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.listing import REVIEW, listed, nearest_groups, odd_rows
from core.analysis.new_rows import NewRows, score_rows
from core.charts.drift import drift_ranges, group_shares
from core.charts.marks import Chart
from core.data.table import Reading, Table
from core.share.export import Labelled
from pages.app import jobs
from pages.app.reader import Read, readers
from pages.app.results import Analysis
from pages.app.store import kept, key
from pages.app.uploads import Upload
from pages.score.choices import OtherFileChoice

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class Arrived:
    """The other file, and what the model says of its rows."""

    table: Table
    found: NewRows
    labelled: Labelled
    key: str  # of all that the above depends on

    @property
    def odd(self) -> DataFrame:
        """The new rows that look odd, the oddest first, with the reasons."""
        found, fitted = self.found, self.labelled.fit
        scoring_fit = replace(fitted, mixture=found.odd.scored.mixture)
        rows = listed(found.odd)
        grouping = self.labelled.grouping or Grouping.apart(fitted.components)

        def make() -> DataFrame:
            why = reasons(scoring_fit, found.matrix, rows)
            nearest = nearest_groups(fitted.mixture, found.matrix.rows[rows], grouping)
            return odd_rows(self.table, found.matrix, found.odd, nearest, why, Reviews()).drop(columns=REVIEW)

        return kept(key("odd new rows", self.key), make)

    def pictures(self, analysis: Analysis, slots: tuple[int, ...]) -> tuple[Chart, Chart]:
        """How the columns have moved, and how the groups' shares have; slots are the groups' colours."""

        def make() -> tuple[Chart, Chart]:
            return drift_ranges(analysis.rows.matrix, self.found), group_shares(self.found, slots)

        return kept(key("drift", self.key), make)


def arrived(analysis: Analysis) -> Arrived | None:
    """The other file under the current model; None without one or while it is being read or scored.

    Raises ReadError for a file that is no table, and DataError for one that lacks columns.
    """
    upload, matrix = analysis.rows.session[OtherFileChoice].upload, analysis.rows.matrix
    fitted, groups, odd = analysis.model.fit, analysis.model.grouping, analysis.odd
    if upload is None or fitted is None or groups is None or odd is None:
        return None
    reading = analysis.rows.table.reading.of_values
    table = _table(upload, reading)
    if table is None:
        return None
    own = _key(analysis, upload, reading)
    found = jobs.result(
        own,
        "Scoring the other file",
        lambda watch: score_rows(fitted, matrix, odd, table, groups, watch=watch),
    )
    if found is None:
        return None
    labelled = Labelled(found.matrix, fitted, found.odd, None, groups, not_comparable=found.not_comparable.tolist())
    return Arrived(table, found, labelled, own)


def _table(upload: Upload, reading: Reading) -> Table | None:
    read = Read(readers(), upload, reading)
    return jobs.result(key("other table", upload.sha256, reading), "Reading the other file", read, stop=read.stop)


def _key(analysis: Analysis, upload: Upload, reading: Reading) -> str:
    return analysis.model.groups_key("other_file", analysis.model.group_names, analysis.policy, upload.sha256, reading)
