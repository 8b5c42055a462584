"""Newcomers: the rows of another file under the current model."""

from __future__ import annotations

from dataclasses import dataclass

from core.analysis.scoring import Newcomers, score_rows
from core.data.table import Reading, Table
from core.share.export import Labelled
from pages.shared import jobs
from pages.shared.derived import Analysis, rows_key
from pages.shared.reader import Read, readers
from pages.shared.session import Session, Upload
from pages.shared.store import key


@dataclass(frozen=True, eq=False)
class Arrived:
    """The other file, and what the model says of its rows."""

    table: Table
    found: Newcomers
    labelled: Labelled


def arrived(analysis: Analysis) -> Arrived | None:
    """The other file under the current model; None without one or while it is being read or scored.

    Raises ReadError for a file that is no table, and DataError for one that lacks columns.
    """
    upload, session, matrix = analysis.session.newcomers, analysis.session, analysis.matrix
    fitted, groups, odd = analysis.fit, analysis.grouping, analysis.odd
    if upload is None or fitted is None or groups is None or odd is None:
        return None
    table = _table(upload)
    if table is None:
        return None
    found = jobs.result(
        _key(session, upload),
        "Scoring the other file",
        lambda watch: score_rows(fitted, matrix, odd, table, groups, watch=watch),
    )
    return None if found is None else Arrived(table, found, Labelled(found.matrix, fitted, found.odd, None, groups))


def _table(upload: Upload) -> Table | None:
    read = Read(readers(), upload, Reading())
    return jobs.result(key("other table", upload.sha256), "Reading the other file", read, stop=read.stop)


def _key(session: Session, upload: Upload) -> str:
    return key("newcomers", rows_key(session), session.model, session.merged, session.policy, upload.sha256)
