"""The Bayesian mixture on demand: how many components it needs, from several starts."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.analysis.selection.effective import EffectiveComponents
from core.charts.selection.effective import weights_by_start
from core.mixture.bayes.variational import BayesPlan
from core.numbers import count
from pages.app.results import Analysis
from pages.app.session import choice
from pages.how_many import results
from pages.how_many.choices import EvidenceChoice
from pages.ui import widgets
from pages.ui.drawing import draw

EXPLANATION = (
    "It is given more components than it should need and a prior by which every further one costs evidence, so it "
    "leaves needless ones empty. It does not always come to the same number: those that it keeps depend on where it "
    "starts and on the prior. So look at the spread, and take it as one more witness beside BIC."
)
COLUMNS = {
    "seed": st.column_config.NumberColumn("Seed"),
    "groups": st.column_config.NumberColumn("Components it keeps"),
    "evidence": st.column_config.NumberColumn("Lower bound of the log evidence", format="%.3f"),
    "passes": st.column_config.NumberColumn("Passes"),
    "outcome": st.column_config.TextColumn("How the run ended"),
}


def how_many(analysis: Analysis) -> EffectiveComponents | None:
    """The offer, the progress, or how many components Bayesian mixtures keep over their starts."""
    st.subheader("How many components does a Bayesian mixture need?", anchor=False)
    if not choice(EvidenceChoice).bayesian:
        most = count(BayesPlan().components, "component")
        said, label = f"It is given {most} and leaves empty what it does not need.", "Find how many it needs"
        widgets.offer(said, label, "bayesian", replace(choice(EvidenceChoice), bayesian=True), ":material/filter_alt:")
        return None
    found = results.needed(analysis.rows)
    if found is None:
        return None
    st.markdown(f"**{found.sentence}** {found.grounds}")
    draw(weights_by_start(found))
    if found.rows < len(analysis.rows.taking_part.values):
        st.caption(f"On {count(found.rows, 'row')} drawn at random.")
    with st.expander("How a Bayesian mixture finds a number, and how far to trust it"):
        st.markdown(EXPLANATION)
        st.dataframe(found.frame, hide_index=True, column_config=COLUMNS)
    return found
