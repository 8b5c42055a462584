"""Second opinions: what other detectors make of the rows, on demand."""

from __future__ import annotations

import streamlit as st

from core.analysis.anomaly.detectors import Comparison, ask_detectors, compare_detectors
from core.charts.anomaly.detectors import rank_scatter
from core.charts.scene import Scene
from pages.app import jobs
from pages.app.results import Analysis
from pages.app.session import choice
from pages.app.store import kept
from pages.odd_rows.choices import SecondOpinionsChoice
from pages.ui import widgets
from pages.ui.drawing import draw

MOST_DIFFERING = 10


def against_others(analysis: Analysis, scene: Scene) -> None:
    """How other detectors rank the rows, or the offer to find out."""
    st.subheader("Do other detectors agree?", anchor=False)
    if not choice(SecondOpinionsChoice).asked:
        said = (
            "Isolation Forest and Local Outlier Factor look for odd rows without groups. What all find odd does not "
            "depend on the model."
        )
        widgets.offer(said, "Ask them", "others", SecondOpinionsChoice(asked=True), ":material/groups:")
        return
    if analysis.partition is None:  # the downloads above wait for it, and one job is at work at a time
        return
    found = _compared(analysis, scene)
    if found is not None:
        _show(scene, found)


def _compared(analysis: Analysis, scene: Scene) -> Comparison | None:
    odd, model = scene.odd, analysis.model
    assert odd is not None
    asked = jobs.result(
        model.key("detectors"),
        "Asking other detectors",
        lambda watch: ask_detectors(odd.scored, analysis.rows.matrix, watch=watch),
    )
    if asked is None:
        return None
    return kept(model.key("compared", analysis.policy), lambda: compare_detectors(odd, asked))


def _show(scene: Scene, found: Comparison) -> None:
    widgets.notes(found.sentences)
    names = scene.names_of(found.rows)
    for place, opinion in zip(st.columns(len(found.opinions)), found.opinions, strict=True):
        draw(rank_scatter(found, opinion, names), place)
    st.caption("The rows on which they differ most, by rank: 1 is the oddest.")
    looks = {name: st.column_config.NumberColumn(name, format="localized") for name in _detectors(found)}
    st.dataframe(
        found.frame(names, MOST_DIFFERING),
        hide_index=True,
        column_config={"row": "Row", "mixture": st.column_config.NumberColumn("Mixture", format="localized")} | looks,
    )


def _detectors(found: Comparison) -> list[str]:
    return [each.detector for each in found.opinions]
