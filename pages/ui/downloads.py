"""Downloads: the rows with what was found, as CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.analysis.anomaly.reasons import Reasons
from core.data.table import Table
from core.share.export import Labelled, labelled_frame, odd_frame, original_frame, to_csv
from core.share.filled import filled_frame
from core.share.notebook import notebook
from core.share.report.page import html_report
from core.share.script import scoring_script
from core.share.sheet import beyond_a_sheet, to_xlsx
from core.share.sql import can_be_sql, labels_sql
from core.share.workbook import MOST_ADDED, file_name, workbook
from pages.app import sharing
from pages.app.choices import ReviewsChoice
from pages.app.results import Analysis
from pages.ui.messages import plain

if TYPE_CHECKING:
    from pandas import DataFrame

TEXT = "text/plain"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed_on(analysis: Analysis) -> None:
    """The answer for others, and the analysis to come back to."""
    answer = sharing.answered(analysis)
    if answer is None:
        return
    refusal = beyond_a_sheet(original_frame(analysis.rows.table), more_columns=MOST_ADDED)
    files = (
        ("Report (HTML)", "report", "html", "text/html", lambda: html_report(answer, sharing.recipe(analysis, answer))),
        ("Workbook (XLSX)", "workbook", "xlsx", SHEET, lambda: workbook(answer, sharing.recipe(analysis, answer))),
        ("Python script that scores other files", "scorer", "py", TEXT, lambda: scoring_script(answer)),
        ("SQL for DuckDB and PostgreSQL", "groups", "sql", TEXT, lambda: labels_sql(answer)),
        ("Notebook", "notebook", "ipynb", TEXT, lambda: notebook(sharing.recipe(analysis, answer))),
        ("Save analysis (JSON)", "analysis", "json", TEXT, lambda: sharing.recipe(analysis, answer).to_json()),
    )
    with st.popover("Take it with you", icon=":material/download:"):
        for title, what, suffix, kind, make in files:
            blocked = refusal if suffix == "xlsx" else None
            st.download_button(
                title,
                make,
                file_name(answer, what, suffix),
                kind,
                key=f"hand-on-{suffix}",
                on_click="ignore",
                disabled=blocked is not None or (suffix == "sql" and not can_be_sql(answer)),
                help=None if blocked is None else plain(str(blocked), 400),
                width="stretch",
            )


def labelled(analysis: Analysis) -> None:
    """Every row with its groups, shares and score."""
    found, table = _found(analysis), analysis.rows.table
    if found is not None:
        title = "All rows with groups and scores"
        pair(title, "labelled", table, lambda: labelled_frame(table, found), found.n_columns)


def odd(analysis: Analysis, why: Reasons) -> None:
    """The odd rows alone."""
    found, table = _found(analysis), analysis.rows.table
    if found is not None:
        title = "Odd rows with reasons and reviews"
        pair(title, "odd-rows", table, lambda: odd_frame(table, found, why), found.n_columns + 1)


def pair(title: str, name: str, table: Table, make: Callable[[], DataFrame], more_columns: int) -> None:
    """A frame, made when it is asked for of a table with so many columns more, as CSV and as a workbook."""
    with st.container(horizontal=True):
        st.download_button(
            f"{title} (CSV)",
            lambda: to_csv(make()),
            f"{name}.csv",
            "text/csv",
            key=f"{name}-csv",
            on_click="ignore",
        )
        refusal = beyond_a_sheet(original_frame(table), more_columns=more_columns)
        st.download_button(
            "The same as a workbook (XLSX)",
            lambda: to_xlsx(make()),
            f"{name}.xlsx",
            SHEET,
            key=f"{name}-xlsx",
            on_click="ignore",
            disabled=refusal is not None,
            help=None if refusal is None else plain(str(refusal), 400),
        )


def filled(analysis: Analysis) -> None:
    """The table with its blanks filled, where the fit has some."""
    scene = analysis.scene
    if scene is None or not scene.matrix.has_blanks:
        return
    st.download_button(
        "The table with blanks filled (CSV)",
        lambda: to_csv(filled_frame(analysis.rows.table, scene.matrix, scene.fit)),
        "filled.csv",
        "text/csv",
        key="filled-csv",
        on_click="ignore",
        help="Each blank of the fitted columns gets the value that the model expects given the row's other cells; "
        "a column beside it says how far it may be off (a standard deviation).",
    )


def _found(analysis: Analysis) -> Labelled | None:
    scene, partition = analysis.scene, analysis.partition
    if scene is None or scene.odd is None or partition is None:
        return None
    rows = analysis.rows
    said = rows.session[ReviewsChoice].reviews
    took_part = None if rows.all_took_part else rows.first.settled.took_part
    return Labelled(rows.matrix, scene.fit, scene.odd, partition, scene.grouping, said, took_part=took_part)
