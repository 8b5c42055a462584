"""What each group is like: its name, its numbers column by column, and rows that show it."""

from __future__ import annotations

import streamlit as st

from core.analysis.groups.examples import examples
from core.analysis.groups.grouping import LONGEST_NAME, UNNAMED
from core.analysis.groups.listing import example_rows, with_dates
from core.analysis.groups.profile import Profiles
from core.analysis.kmeans_or_mixture.compare import Association, association, comparable, crosstab, strongest
from core.charts.density.marginal import marginal_density
from core.charts.groups.levels import category_bars
from core.charts.groups.profile_map import profile_map
from core.charts.groups.tables import category_table, column_ranges
from core.charts.scene import Scene
from core.numbers import figure
from pages.app.choices import Split, call_groups
from pages.app.results import Analysis
from pages.app.store import kept
from pages.groups.results import contributions_in, profiles_in, residuals_in
from pages.ui.drawing import draw
from pages.ui.messages import plain
from pages.ui.tables import looks

FIGURES = {
    "name": st.column_config.TextColumn("Group"),
    "feature": st.column_config.TextColumn("Column"),
    "mean": st.column_config.NumberColumn("Mean", format="%.4g"),
    "mean_low": st.column_config.NumberColumn("Mean, at least", format="%.4g"),
    "mean_high": st.column_config.NumberColumn("Mean, at most", format="%.4g"),
    "sd": st.column_config.NumberColumn("Standard deviation", format="%.4g"),
    "lower": st.column_config.NumberColumn("A quarter lies below", format="%.4g"),
    "median": st.column_config.NumberColumn("Median", format="%.4g"),
    "upper": st.column_config.NumberColumn("A quarter lies above", format="%.4g"),
    "effect": st.column_config.NumberColumn("Apart from the others (Cohen's d)", format="%.2f"),
}
LEVELS = {
    "name": st.column_config.TextColumn("Group"),
    "feature": st.column_config.TextColumn("Column"),
    "level": st.column_config.TextColumn("Level"),
    "rows": st.column_config.NumberColumn("Rows", format="localized"),
    "chance": st.column_config.NumberColumn("Share of the group", format="percent"),
    "overall": st.column_config.NumberColumn("Share of all rows", format="percent"),
    "effect": st.column_config.NumberColumn("Apart from the others (Cohen's h)", format="%.2f"),
}
TELLING = {
    "column": st.column_config.TextColumn("Column"),
    "kind": st.column_config.TextColumn("Type"),
    "nats": st.column_config.NumberColumn("Gain", format="%.3f"),
    "effect": st.column_config.NumberColumn("Effect", format="%.2f"),
    "word": st.column_config.TextColumn("The groups differ"),
}
TOGETHER = {
    "first": st.column_config.TextColumn("Column"),
    "second": st.column_config.TextColumn("Other column"),
    "residual": st.column_config.NumberColumn("Residual", format="%.2f"),
    "strength": st.column_config.NumberColumn("Strength", format="%.2f"),
    "word": st.column_config.TextColumn("They go together"),
    "p_value": st.column_config.NumberColumn("Chance of as much", format="%.2g"),
}
RAW = ("mean", "mean_low", "mean_high", "lower", "median", "upper")


def show(analysis: Analysis, scene: Scene) -> None:
    """The section of the Groups page."""
    known = profiles_in(analysis, scene)
    assert known is not None  # the scene is there
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What each group is like", anchor=False, width="content")
        name_choice(analysis, scene)
    for name, group in zip(scene.names, known.groups, strict=True):
        st.markdown(f"**{plain(name)}** holds {plain(group.sentence(known.overall), 400)}")
    draw(profile_map(known, scene.names))
    show_contributions(analysis, scene)
    show_residuals(analysis, scene)
    with st.expander("Every column of every group, as a table"):
        show_figures(analysis, scene, known)
    if len(scene.features) + len(scene.categories) > 1:  # of a single one there is a picture already
        show_column(analysis, scene, known)
    show_examples(analysis, scene)
    show_categories(analysis, scene)


def name_choice(analysis: Analysis, scene: Scene) -> None:
    """A name for each group, for every picture, sentence and download."""
    given = analysis.model.group_names
    with st.popover("Name the groups", icon=":material/edit:"):
        st.caption("Names are used on every page and in the downloads. An empty one goes back to the number.")
        take = {"max_chars": LONGEST_NAME, "on_change": take_names, "args": (analysis.model.split, scene.groups)}
        for k in range(scene.groups):
            key, default = f"group-name-{k}", f"{UNNAMED}{k + 1}"
            st.session_state[key] = given[k] if k < len(given) else ""
            st.text_input(default, key=key, placeholder=default, **take)


def take_names(split: Split, groups: int) -> None:
    call_groups(split, [st.session_state[f"group-name-{k}"] for k in range(groups)])


def show_figures(analysis: Analysis, scene: Scene, known: Profiles) -> None:
    """All numbers of the profiles."""
    frame = with_dates(known.frame, analysis.rows.matrix.transform, RAW, ("sd",), "feature")
    frame.insert(0, "name", [scene.names[group - 1] for group in frame["group"]])
    numbers = set(frame.select_dtypes("number").columns)
    config = {name: each for name, each in FIGURES.items() if name in numbers or name in ("name", "feature")}
    if known.groups[0].categories:
        levels = known.levels
        levels.insert(0, "name", [scene.names[group - 1] for group in levels["group"]])
        st.dataframe(levels, hide_index=True, column_order=list(LEVELS), column_config=LEVELS)
    if not scene.features:
        return
    st.dataframe(frame, hide_index=True, column_order=list(FIGURES), column_config=config)
    st.caption(
        "Mean, at least and at most: Student's 95 % interval, taking as given which rows are in the group. Where "
        "groups overlap that is too narrow; How sure is each group, below, counts that too. "
        "Cohen's d: how far the group's mean lies above that of the other rows, in standard deviations within; "
        "0.2 is small, 0.5 medium, 0.8 large (Cohen 1988)."
    )


def show_contributions(analysis: Analysis, scene: Scene) -> None:
    """Which columns carry the groups, numbers and words in one ranking."""
    found = contributions_in(analysis, scene)
    if scene.groups == 1 or found is None or len(found.columns) == 1:
        return
    st.markdown(plain(found.sentence, 400))
    with st.expander("How much each column tells of the groups"):
        st.dataframe(found.frame, hide_index=True, column_config=TELLING)
        st.caption(
            "Gain: how much likelier a row's cell is, on the average, under the groups' own distributions than under "
            "one for all rows, as a logarithm. Effect: from 0, all groups alike, to 1 (the correlation ratio of "
            "numbers, Cramér's V of categories)."
        )


def show_residuals(analysis: Analysis, scene: Scene) -> None:
    """Which columns of categories go together within groups, told where they do by more than chance."""
    found = residuals_in(analysis, scene)
    if not found.pairs:
        return
    if found.told:
        st.markdown(plain(found.sentence, 600))
    with st.expander("Do columns of categories go together within groups?"):
        if not found.told:
            st.markdown(plain(found.sentence, 600))
        st.dataframe(found.frame, hide_index=True, column_order=list(TOGETHER), column_config=TOGETHER)
        st.caption(
            "The model takes columns as independent within each of its components. Residual: chi-square over its "
            "degrees of freedom, near 1 or less where they are (Vermunt and Magidson). Strength: Cramér's V of the "
            "rest. Chance of as much: for as many pairs as there are."
        )


def show_column(analysis: Analysis, scene: Scene, known: Profiles) -> None:
    """One column in every group: how the groups share it, and where each lies on it."""
    names = (*scene.features, *scene.categories)
    found = contributions_in(analysis, scene)
    telling = names.index(found.columns[0].column) if found is not None else 0
    column = st.selectbox("A closer look at", range(len(names)), telling, names.__getitem__, key="closer")
    if column >= len(scene.features):
        draw(category_bars(scene, column - len(scene.features)))
        return
    left, right = st.columns(2)
    draw(marginal_density(scene, column), left)
    draw(column_ranges(known, column, scene.slots, scene.names), right)


def show_examples(analysis: Analysis, scene: Scene) -> None:
    """Rows that are most like a group, and those on its border."""
    st.subheader("Rows that show it", anchor=False)
    labels = list(map(plain, scene.names))  # a button's label is read as Markdown
    group = st.segmented_control(
        "Group", range(scene.groups), default=0, required=True, format_func=labels.__getitem__, key="examples"
    )
    if group is None or group >= scene.groups:
        return
    density = kept(analysis.model.key("log density"), lambda: scene.fit.mixture.log_density(analysis.rows.matrix.rows))
    name = analysis.model.groups_key("examples", group)
    found = kept(name, lambda: examples(density, scene.responsibilities, group))
    both = example_rows(analysis.rows.table, analysis.rows.matrix, found, (*scene.names, "noise"), analysis.rows.name)
    st.dataframe(both, hide_index=True, placeholder="", column_config=looks(analysis.rows.table))


def show_categories(analysis: Analysis, scene: Scene) -> None:
    """The groups against a column of words, or of few numbers."""
    fitted = (*scene.features, *scene.categories, *([analysis.rows.name] if analysis.rows.name else []))
    categories = comparable(analysis.rows.table, fitted)
    if not categories:
        return
    rows, labels = analysis.rows.matrix.row_ids, scene.labels
    name = analysis.model.groups_key("strongest outside", categories)
    most = kept(name, lambda: strongest(analysis.rows.table, rows, labels, scene.groups, categories))
    first = categories.index(most)
    chosen = st.selectbox("Compare with a column that was not fitted", categories, first, key="category")
    table = crosstab(scene.labels, analysis.rows.table.frame[chosen].iloc[analysis.rows.matrix.row_ids], scene.groups)
    draw(category_table(table, chosen, scene.names))
    if scene.groups > 1:
        st.markdown(in_words(association(table), chosen))


def in_words(found: Association, column: str) -> str:
    """How strongly a column goes together with the groups."""
    return (
        f"{plain(column)} goes {found.word} together with the groups "
        f"(Cramér's V {figure(found.cramers_v, 2)}; 0 is not at all, 1 wholly). "
        f"As a split of the rows it agrees with them to {figure(found.adjusted_rand_index, 2)} "
        "(adjusted Rand index; 0 is chance, 1 the same split)."
    )
