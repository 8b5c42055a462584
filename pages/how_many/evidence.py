"""Evidence on demand: what takes longer than a moment and is computed when the visitor asks for it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.analysis.selection.board import Board
from core.analysis.selection.bootstrap_test import BootstrapTest
from core.analysis.selection.effective import EffectiveComponents
from core.analysis.selection.held_out import HeldOut
from core.charts.groups.merging import entropy_plot
from core.charts.selection.held_out import held_out_curves
from core.mixture.fit import Fit
from core.numbers import count
from pages.app.choices import Model, ModelChoice
from pages.app.results import Analysis
from pages.app.session import change, choice
from pages.how_many import bayesian, results
from pages.how_many.choices import CurvesChoice, EvidenceChoice
from pages.ui import widgets
from pages.ui.drawing import draw

COLUMNS = {
    "family": st.column_config.TextColumn("Shape"),
    "components": st.column_config.NumberColumn("Components"),
    "n_parameters": st.column_config.NumberColumn("Free parameters"),
    "density": st.column_config.NumberColumn("Held-out log density per row", format="%.4f"),
    "behind": st.column_config.NumberColumn("Behind the best", format="%.4f"),
    "error": st.column_config.NumberColumn("Standard error of that", format="%.4f"),
    "failed": st.column_config.NumberColumn("Parts without a sound fit"),
}


def more(
    analysis: Analysis, board: Board, present: Fit
) -> tuple[HeldOut | None, BootstrapTest | None, EffectiveComponents | None]:
    """What can be asked for, one job at a time, and what of it is there."""
    merging(analysis)
    held = held_out(analysis, board)
    if held is None and choice(EvidenceChoice).held_out == board.search:
        return None, None, None
    test = one_more(analysis, present)
    if test is None and choice(EvidenceChoice).tested == Model(present.family, present.components):
        return held, None, None
    return held, test, bayesian.how_many(analysis)


def held_out(analysis: Analysis, board: Board) -> HeldOut | None:
    """How well the board's models predict rows that they have not seen, or the offer to find out."""
    st.subheader("Which model predicts new rows best?", anchor=False)
    if choice(EvidenceChoice).held_out != board.search:
        said = "Criteria estimate how well a model predicts new rows. Holding rows out measures it."
        label = f"Hold rows out for {count(len(board.cells), 'model')}"
        take = replace(choice(EvidenceChoice), held_out=board.search)
        widgets.offer(said, label, "held-out", take, ":material/call_split:")
        return None
    found = results.predicted(analysis.rows, board.search)
    if found is not None:
        st.markdown(f"**{found.sentence}** {found.grounds}")
        draw(held_out_curves(found, choice(CurvesChoice).families))
        with st.expander("Every model held out, as a table"):
            st.dataframe(found.frame, hide_index=True, column_config=COLUMNS)
    return found


def merging(analysis: Analysis) -> None:
    """Which components make up one group, and the choice of another number of groups."""
    found, grouping = analysis.model.merging, analysis.model.grouping
    if found is None or grouping is None:
        return
    st.subheader("Are the components groups?", anchor=False)
    st.markdown(f"**{found.sentence}** {found.grounds}")
    if not found.merges:
        return
    st.caption(
        "One skewed or curved group takes several components. Groups that cross share one peak, and count as one."
    )
    left, right = st.columns([7, 3], gap="large")
    draw(entropy_plot(found), place=left)
    with right:
        st.session_state["merged"] = grouping.groups
        label, own = "Groups made of the components", found.chosen.groups
        st.number_input(label, 1, found.components, key="merged", on_change=take_merged, args=(own,))
        st.button(
            f"Back to {own}",
            key="merge",
            icon=":material/merge:",
            on_click=change,
            kwargs={"kind": ModelChoice, "merged": None},
            disabled=grouping.groups == own,
        )
        st.caption("The number holds on every page and in downloads; the model and its scores stay as they are.")


def take_merged(own: int) -> None:
    """Adopt so many groups; own is how many there are if nobody chooses."""
    groups = st.session_state["merged"]
    change(ModelChoice, merged=None if groups == own else groups)


def one_more(analysis: Analysis, present: Fit) -> BootstrapTest | None:
    """The test of the present model against one with a component more, or the offer of it."""
    K = present.components
    st.subheader(f"Would {count(K + 1, 'component')} be better than {K}?", anchor=False)
    model = Model(present.family, K)
    if choice(EvidenceChoice).tested != model:
        said = (
            "A further component always fits better. This test draws sets of rows from the present model, and "
            "measures how much a further one gains on those by chance."
        )
        take = replace(choice(EvidenceChoice), tested=model)
        widgets.offer(said, f"Test {K} against {K + 1}", "one-more", take, ":material/casino:")
        return None
    found = results.tested(analysis.rows, model)
    if found is not None:
        st.markdown(f"**{found.sentence}** {found.grounds}")
        st.caption("Bootstrap likelihood-ratio test (McLachlan 1987). It counts Gaussian components, not groups apart.")
    return found
