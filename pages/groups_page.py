import math

import streamlit as st

from core.analysis.answer.words import in_words
from core.analysis.groups.grouping import labels_of
from core.analysis.groups.listing import differing_rows
from core.analysis.kmeans_or_mixture.grounds import comparison, facts, recommend
from core.analysis.kmeans_or_mixture.ladder import Ladder
from core.charts.density.marginal import marginal_density
from core.charts.groups.levels import category_bars, cluster_bars
from core.charts.groups.side_by_side import cluster_names, cluster_order, side_by_side
from core.charts.groups.tables import agreement_table
from core.charts.kmeans_or_mixture.ladder import ladder_chart
from core.numbers import count, share
from pages.app.results import Analysis
from pages.groups import about_groups, uncertainty
from pages.groups.results import Pair, ladder_to, pair_of
from pages.ui import downloads, widgets
from pages.ui.drawing import draw
from pages.ui.messages import refusals
from pages.ui.tables import looks
from pages.ui.words import NO_NUMBERS

BEHIND = ("Nothing", "Where a new row would go", "How sure it would be")
STEPS = {
    "name": st.column_config.TextColumn("Step"),
    "n_parameters": st.column_config.NumberColumn("Free parameters"),
    "log_likelihood": st.column_config.NumberColumn("Log-likelihood", format="%.2f"),
    "moved": st.column_config.NumberColumn("Rows that change group"),
    "agreement": st.column_config.NumberColumn("Adjusted Rand index with the step before", format="%.3f"),
    "with_k_means": st.column_config.NumberColumn("... with K-Means", format="%.3f"),
    "held_out": st.column_config.NumberColumn("Held-out log density per row", format="%.4f"),
    "gain": st.column_config.NumberColumn("Gain over the step before", format="%.4f"),
    "gain_error": st.column_config.NumberColumn("Standard error of that", format="%.4f"),
    "reason": st.column_config.TextColumn("Why there is none"),
}


def show_split_of_words(found: Pair) -> None:
    """The two splits where no column of numbers takes part: how often each group has each level."""
    st.markdown(NO_NUMBERS)
    names = found.scene.categories
    column = st.selectbox("Column", range(len(names)), format_func=names.__getitem__, key="split-column", width=300)
    clusters = cluster_names(found.scene, found.partition, found.cluster_slots)
    one, other = st.columns(2)
    one.caption("Groups of K-Means")
    draw(cluster_bars(found.scene, found.partition, found.cluster_slots, clusters, column), one)
    other.caption("Groups of the mixture")
    draw(category_bars(found.scene, column), other)


def show_split(analysis: Analysis, found: Pair) -> None:
    """The two splits on the same axes, in the same colours; of one column its density with the groups' parts."""
    if found.partition.balance:
        st.caption(found.partition.balance)
    if not found.scene.features:
        show_split_of_words(found)
        return
    if len(found.scene.features) == 1:
        draw(marginal_density(found.scene))
        return
    behind = st.segmented_control("Behind the rows", BEHIND, default=BEHIND[0], required=True, key="behind")
    columns = widgets.axes_choice(analysis, found.scene.plane().columns)
    left, right = side_by_side(
        found.scene,
        found.partition,
        found.cluster_slots,
        columns,
        regions=behind == BEHIND[1],
        uncertainty=behind == BEHIND[2],
    )
    one, other = st.columns(2)
    draw(left, one)
    draw(right, other)
    widgets.lesson_link(analysis, columns, found.scene.fit)


def show_differences(analysis: Analysis, found: Pair) -> None:
    """Where the two disagree."""
    split = found.split
    st.subheader(f"They agree on {share(split.share_agreeing)} of the rows", anchor=False)
    names = cluster_names(found.scene, found.partition, found.cluster_slots)
    draw(agreement_table(split, found.scene.names, names, cluster_order(found.scene.slots, found.cluster_slots)))
    if len(split.differing):
        st.markdown(
            f"{count(len(split.differing), 'row')} on which they differ, the ones the mixture is surest of first:"
        )
        both = (found.scene.labels, found.partition.labels)
        called = (found.scene.grouping.labels, labels_of(names))
        rows = analysis.rows
        frame = differing_rows(rows.table, rows.matrix, split.differing, both, called, rows.name)
        st.dataframe(frame, hide_index=True, height=240, column_config=looks(rows.table))


def show_lesson(found: Pair, rungs: Ladder | None) -> None:
    """Which of the two to use here, and the two side by side in words."""
    fit = found.scene.fit
    gain = rungs.gain_over_k_means(fit.family.name) if rungs is not None else (math.nan, math.nan)
    measured = facts(fit, found.scene.responsibilities, found.split, found.scene.blended, gain)
    recommendation = recommend(measured)
    st.subheader(f"{recommendation.sentence}", anchor=False)
    widgets.notes(recommendation.grounds)
    assert found.scene.odd is not None
    lines = comparison(measured, found.scene.fit, found.partition, found.scene.odd)
    st.table(
        {
            "": [r.aspect for r in lines],
            "K-Means": [r.k_means for r in lines],
            "Gaussian mixture": [r.mixture for r in lines],
        }
    )


def show_ladder(rungs: Ladder, components: int) -> None:
    """What each freedom changes on the way from K-Means to the mixture."""
    st.subheader("From K-Means to the mixture, step by step", anchor=False)
    st.markdown(f"{rungs.sentence} Every step begins with the same {components} clusters of K-Means. {rungs.note}")
    draw(ladder_chart(rungs))
    with st.expander("Every step as a table"):
        st.dataframe(rungs.frame, hide_index=True, column_config=STEPS)


st.title("What are the groups?", anchor=False)
analysis = widgets.need_data()
if analysis is not None:
    with refusals():
        found = pair_of(analysis)
        if found is not None and found.scene.odd is not None:
            st.subheader(in_words(found.scene.groups, found.scene.largest, found.scene.odd), anchor=False)
        widgets.model_choice(analysis)
        widgets.merging_note(analysis)
        if found is not None:
            show_split(analysis, found)
            lesson, steps = st.container(), st.container()
            show_differences(analysis, found)
            about_groups.show(analysis, found.scene)
            uncertainty.show(analysis, found.scene)
            downloads.handed_on(analysis)
            downloads.labelled(analysis)
            downloads.filled(analysis)
            with steps:  # last, as it may take a while
                several = found.scene.fit.components > 1 and found.scene.features  # shapes are of numbers
                rungs = ladder_to(analysis, found.scene.fit) if several else None
                if rungs is not None:
                    show_ladder(rungs, found.scene.fit.components)
            with lesson:
                show_lesson(found, rungs)
