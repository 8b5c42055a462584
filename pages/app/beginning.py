"""The beginning of an analysis: a session's table, its first answer, and how its rows are prepared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from core.analysis.answer.first import FirstAnswer, first_answer
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.merging import Merging
from core.data.columns import default_columns
from core.data.prepare import Matrix, Preparation, prepare, suggested_row_name
from core.data.samples import sample
from core.data.table import Reading, Table
from core.mixture.fit import Fit
from core.progress import Watch
from core.scale.threads import over_cores
from pages.app import jobs
from pages.app.choices import DataChoice, ModelChoice, PreparationChoice, ReadingChoice, RowNameChoice
from pages.app.reader import Read, readers
from pages.app.session import Session, current
from pages.app.store import kept, key, recall


def row_name(session: Session, found: Table) -> str | None:
    """The column that says what a row is; None where rows go by their number."""
    asked = session[RowNameChoice].column
    if asked is None or (asked and asked not in found.frame.columns):  # the file may have been read anew
        return suggested_row_name(found)
    return asked or None


def table(session: Session) -> Table | None:
    """The session's table. Raises ReadError for a file that is none."""
    data = session[DataChoice]
    if data.upload is None:
        return kept(table_key(session), lambda: sample(str(data.sample)).load())
    read, name = Read(readers(), data.upload, _reading(session)), data.upload.name
    found = jobs.result(table_key(session), "Reading the file", read, stop=read.stop)
    return None if found is None else replace(found, reading=replace(found.reading, name=name))


def first(session: Session, found: Table) -> FirstAnswer | None:
    """The first answer: to the table, or to its rows as the visitor had them prepared."""

    def work(watch: Watch) -> FirstAnswer:
        chosen = session[PreparationChoice].preparation
        return first_answer(found if chosen is None else prepare(found, chosen), watch=watch, over=over_cores)

    return jobs.result(first_key(session), "Looking for groups", work)


def preparation(session: Session, found: Table) -> Preparation:
    """How the rows are prepared: as chosen, else as in the first answer, or by default until that is there."""
    chosen = session[PreparationChoice].preparation
    if chosen is not None:
        return chosen
    answer = _known_first(session)
    found_so = None if answer is None else answer.preparation
    return Preparation(columns=default_columns(found)) if found_so is None else found_so


def grouped(found: Merging, groups: int | None) -> Grouping:
    """So many groups of the components, or those that no valley parts."""
    return found.chosen if groups is None else found.grouping(min(groups, found.components))


@dataclass(frozen=True)
class Known:
    """What is known of a session's analysis without waiting for anything."""

    table: Table | None
    matrix: Matrix | None
    preparation: Preparation | None
    fit: Fit | None
    grouping: Grouping | None


def known() -> Known:
    """What the current session's analysis has come to so far."""
    session = current()
    choice, answer, fitted = session[ModelChoice], _known_first(session), None
    merged: Merging | None = None
    if choice.model is not None:
        fitted = cast("Fit | None", recall(fit_key(session)))
        merged = cast("Merging | None", recall(merging_key(session)))
    elif answer is not None:
        fitted, merged = answer.fit, answer.merging
    read = cast("Table | None", recall(table_key(session)))
    rows = None if answer is None else answer.matrix
    how = None if read is None else preparation(session, read)
    return Known(read, rows, how, fitted, None if merged is None else grouped(merged, choice.merged))


def _known_first(session: Session) -> FirstAnswer | None:
    return cast("FirstAnswer | None", recall(first_key(session)))


def table_key(session: Session) -> str:
    """The file or sample, and how it is read; a file's name is not part of it."""
    data = session[DataChoice]
    source = data.upload.sha256 if data.upload is not None else f"sample {data.sample}"
    return key("table", source, _reading(session))


def _reading(session: Session) -> Reading:
    return replace(session[ReadingChoice].reading, name=None)


def rows_key(session: Session) -> str:
    """The rows: the table, and how it is prepared, which may be as the first answer finds best."""
    return key("rows", table_key(session), session[PreparationChoice].preparation)


def first_key(session: Session) -> str:
    """The first answer."""
    return key("first", rows_key(session))


def fit_key(session: Session) -> str:
    """The fit of the model that was chosen."""
    return key("fit", rows_key(session), session[ModelChoice].model)


def merging_key(session: Session) -> str:
    """Which components of the model that was chosen are one group."""
    return key("merging", rows_key(session), session[ModelChoice].model)
