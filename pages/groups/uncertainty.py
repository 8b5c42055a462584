"""How sure is each group: whether it is found again, and how far its numbers could be off, once it is asked for."""

from __future__ import annotations

import streamlit as st

from core.analysis.uncertainty.intervals import Intervals, intervals
from core.analysis.uncertainty.stability import Stability, stability
from core.charts.scene import Scene
from core.charts.uncertainty.intervals import mean_intervals
from core.numbers import count, share
from core.scale.threads import over_cores
from pages.app import jobs
from pages.app.results import Analysis
from pages.app.session import choice
from pages.groups.choices import UncertaintyChoice
from pages.ui import widgets
from pages.ui.drawing import draw
from pages.ui.messages import plain

FOUND_AGAIN = {
    "group": st.column_config.TextColumn("Group"),
    "similarity": st.column_config.ProgressColumn(
        "Similarity when found again", min_value=0, max_value=1, format="%.2f"
    ),
    "lost": st.column_config.NumberColumn("Draws without it"),
    "stability": st.column_config.TextColumn("How stable", width="large"),
}
NUMBERS = {
    "group": st.column_config.TextColumn("Group"),
    "feature": st.column_config.TextColumn("Column"),
} | {
    f"{what}{end}": st.column_config.NumberColumn(f"{label}{tail}", format="%.4g")
    for what, label in {"weight": "Weight", "mean": "Mean", "sd": "Spread"}.items()
    for end, tail in {"": "", "_low": ", at least", "_high": ", at most"}.items()
}


def show(analysis: Analysis, scene: Scene) -> None:
    """The section of the Groups page, or the offer to find out."""
    st.subheader("How sure is each group?", anchor=False)
    fitted, rows = scene.fit, analysis.rows
    asked = (fitted.family.name, fitted.components)
    if choice(UncertaintyChoice).of != asked:
        said = "Other rows from the same source would give somewhat other groups. Drawing them anew shows how much."
        widgets.offer(said, "Draw the rows anew", "sure", UncertaintyChoice(asked), ":material/casino:")
        return
    found = jobs.result(
        analysis.model.groups_key("stability"),
        "Drawing the rows anew",
        lambda watch: stability(fitted, rows.taking_part, grouping=scene.grouping, watch=watch, over=over_cores),
    )
    if found is None:
        return
    show_stability(found, scene)
    ranges = jobs.result(
        analysis.model.key("intervals"),
        "Weighing the rows anew",
        lambda watch: intervals(fitted, rows.taking_part, watch=watch, over=over_cores),
    )
    if ranges is not None:
        show_intervals(ranges, scene)


def show_stability(found: Stability, scene: Scene) -> None:
    """Whether each group is found again."""
    st.markdown(f"**{plain(found.sentence(scene.names), 400)}**")
    st.dataframe(found.frame(scene.names), hide_index=True, column_config=FOUND_AGAIN)
    of = "" if found.rows == found.of else f" of {found.rows:,} rows drawn from {found.of:,}"
    st.caption(
        f"{count(len(found.similarities), 'draw')}{of} with replacement, each fitted anew. Similarity: rows in both "
        "groups over rows in either (Jaccard). Over 0.85 is very stable, under 0.6 not to be trusted (Hennig 2007)."
    )


def show_intervals(found: Intervals, scene: Scene) -> None:
    """How far the model's numbers could be off."""
    names, what = scene.names, "group"
    if scene.grouping.merges:  # an interval is of a component's numbers
        inside = [scene.names[group] for group in scene.grouping.of]
        names, what = tuple(f"Component {k + 1}, in {name}" for k, name in enumerate(inside)), "component"
    telling = scene.plane().columns[0] if len(found.features) > 1 else 0
    column = st.selectbox("Column", found.features, telling, key="interval-column")
    draw(mean_intervals(found, found.features.index(column), names, scene.component_slots, what))
    with st.expander("Every number with its interval"):
        st.dataframe(found.frame(names), hide_index=True, column_config=NUMBERS)
        lost = "" if not found.failed else f" {count(found.failed, 'draw')} collapsed and was left out."
        st.caption(
            f"{share(found.level)} intervals by the weighted-likelihood bootstrap, {count(found.draws, 'draw')}.{lost}"
        )
