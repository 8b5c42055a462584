"""Evidence on demand: what takes longer than a moment and is computed when the visitor asks for it."""

from __future__ import annotations

import streamlit as st

from core.analysis.selection import Board
from core.charts.held_out import held_out_curves
from core.numbers import count
from pages.shared.derived import Analysis
from pages.shared.session import choose, current

COLUMNS = {
    "family": st.column_config.TextColumn("Shape"),
    "components": st.column_config.NumberColumn("Groups"),
    "n_parameters": st.column_config.NumberColumn("Free parameters"),
    "density": st.column_config.NumberColumn("Held-out log density per row", format="%.4f"),
    "behind": st.column_config.NumberColumn("Behind the best", format="%.4f"),
    "error": st.column_config.NumberColumn("Standard error of that", format="%.4f"),
    "failed": st.column_config.NumberColumn("Parts without a sound fit"),
}


def held_out(analysis: Analysis, board: Board) -> bool:
    """How well the board's models predict rows that they have not seen; False while that is being computed."""
    st.subheader("Which model predicts new rows best?", anchor=False)
    if not current().held_out:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown("Criteria reckon with what a model costs. Holding rows out measures it.", width="stretch")
            st.button(
                f"Hold rows out for {count(len(board.cells), 'model')}",
                key="held-out",
                icon=":material/call_split:",
                on_click=choose,
                kwargs={"held_out": True},
            )
        return True
    found = analysis.held_out(board.search)
    if found is None:
        return False
    st.markdown(f"**{found.sentence}** {found.grounds}")
    st.altair_chart(held_out_curves(found, current().curves))
    with st.expander("Every model held out, as a table"):
        st.dataframe(found.frame, hide_index=True, column_config=COLUMNS)
    return True
