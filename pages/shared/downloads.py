"""Downloads: the rows with what was found, as CSV and XLSX."""

from __future__ import annotations

import streamlit as st

from core.share.export import Labelled, beyond_a_sheet, labelled_frame, odd_frame, original_frame, to_csv, to_xlsx
from core.share.filled import filled_frame
from pages.shared.derived import Analysis
from pages.shared.messages import plain

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def labelled(analysis: Analysis) -> None:
    """Every row with its groups, shares and score."""
    found = _found(analysis)
    if found is None:
        return
    with st.container(horizontal=True):
        st.download_button(
            "All rows with groups and scores (CSV)",
            lambda: to_csv(labelled_frame(analysis.table, found)),
            "labelled.csv",
            "text/csv",
            key="labelled-csv",
            on_click="ignore",
        )
        refusal = beyond_a_sheet(original_frame(analysis.table), more_columns=found.n_columns)
        st.download_button(
            "The same as a workbook (XLSX)",
            lambda: to_xlsx(labelled_frame(analysis.table, found)),
            "labelled.xlsx",
            SHEET,
            key="labelled-xlsx",
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
        lambda: to_csv(filled_frame(analysis.table, scene.matrix, scene.fit)),
        "filled.csv",
        "text/csv",
        key="filled-csv",
        on_click="ignore",
        help="Each blank of the fitted columns gets the value that the model expects given the row's other cells; "
        "a column beside it says how far it may be off (a standard deviation).",
    )


def odd(analysis: Analysis) -> None:
    """The odd rows alone."""
    found = _found(analysis)
    if found is not None:
        with st.container(horizontal=True):
            st.download_button(
                "Odd rows (CSV)",
                lambda: to_csv(odd_frame(analysis.table, found)),
                "odd-rows.csv",
                "text/csv",
                key="odd-csv",
                on_click="ignore",
            )
            refusal = beyond_a_sheet(original_frame(analysis.table), more_columns=found.n_columns)
            st.download_button(
                "The same as a workbook (XLSX)",
                lambda: to_xlsx(odd_frame(analysis.table, found)),
                "odd-rows.xlsx",
                SHEET,
                key="odd-xlsx",
                on_click="ignore",
                disabled=refusal is not None,
                help=None if refusal is None else plain(str(refusal), 400),
            )


def _found(analysis: Analysis) -> Labelled | None:
    scene, partition = analysis.scene, analysis.partition
    if scene is None or scene.odd is None or partition is None:
        return None
    said = analysis.session.judgements
    return Labelled(analysis.matrix, scene.fit, scene.odd, partition, scene.grouping, said)
