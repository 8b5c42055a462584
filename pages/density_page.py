from datetime import date
from typing import Any

import streamlit as st

from core.analysis.density.marginal import noise_in_words
from core.analysis.density.synthetic import MOST_ROWS, Drawing, synthetic_frame
from core.analysis.density.what_if import Usual, WhatIf, beyond_all_rows
from core.analysis.groups.listing import with_dates
from core.charts.density.levels import real_and_synthetic_levels, what_if_levels
from core.charts.density.what_if import what_if_density
from core.charts.groups.levels import category_bars
from core.charts.groups.mosaic import mosaic_by_category, mosaic_by_group
from core.charts.scene import Scene
from core.data.dates import date_of, days_of
from core.data.prepare import Transform
from core.numbers import share
from core.share.export import to_csv
from pages.app.results import Analysis
from pages.app.session import change, choice, choose
from pages.density import sampling
from pages.density.choices import DrawingChoice, WhatIfChoice
from pages.density.sampling import Synthetic
from pages.ui import widgets
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals
from pages.ui.tables import worded
from pages.ui.words import NO_NUMBERS

ABREAST = 4  # fields of values
BY_GROUP = "The groups"
DRAWING = ("rows", "seed", "whole", "within")
REST = {
    "column": st.column_config.TextColumn("Column"),
    "mean": st.column_config.NumberColumn("Mean", format="%.4g"),
    "sd": st.column_config.NumberColumn("Standard deviation", format="%.4g"),
    "low": st.column_config.NumberColumn("5 % lie below", format="%.4g"),
    "median": st.column_config.NumberColumn("Median", format="%.4g"),
    "high": st.column_config.NumberColumn("5 % lie above", format="%.4g"),
    "mean_before": st.column_config.NumberColumn("Mean, nothing given", format="%.4g"),
    "sd_before": st.column_config.NumberColumn("Standard deviation, nothing given", format="%.4g"),
}
MOMENTS, SPREADS = ("mean", "low", "median", "high", "mean_before"), ("sd", "sd_before")
LEVELS = {
    "column": st.column_config.TextColumn("Column"),
    "level": st.column_config.TextColumn("Level"),
    "chance": st.column_config.NumberColumn("Chance", format="percent"),
    "chance_before": st.column_config.NumberColumn("Chance, nothing given", format="percent"),
}
FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
SIDES = {"real": "real", "made": "synthetic"}
MEASURES = {"mean": "Mean", "sd": "Standard deviation", "q5": "5 % quantile", "q50": "Median", "q95": "95 % quantile"}
MEASURED = tuple(f"{measure}_{side}" for measure in MEASURES for side in SIDES if measure != "sd")
SPREAD = tuple(f"sd_{side}" for side in SIDES)
CHECK = {
    "column": st.column_config.TextColumn("Column"),
    "ks": st.column_config.NumberColumn("Largest gap between the distributions", format="%.3f"),
} | {
    f"{measure}_{side}": st.column_config.NumberColumn(f"{label}, {word}", format="%.4g")
    for measure, label in MEASURES.items()
    for side, word in SIDES.items()
}


def show_densities(analysis: Analysis, scene: Scene) -> tuple[int, int] | None:
    """One column's density beside that of two; the columns of the latter."""
    if not scene.features:
        st.markdown(NO_NUMBERS)
        return None
    columns = scene.plane().columns if len(scene.features) > 1 else None
    if columns is not None:
        columns = widgets.axes_choice(analysis, columns)
    first, *others = sampling.densities(analysis, scene, columns)
    if not others:
        draw(first)
        return None
    left, right = st.columns(2)
    draw(first, left)
    draw(others[0], right)
    draw(others[1])
    return columns


def show_categories(scene: Scene) -> None:
    """How often each group has each level of a category, and how its rows are split, by group or another category."""
    names = scene.categories
    if not names:
        return
    left, right = st.columns(2, gap="large")
    take: dict[str, Any] = {"format_func": [*names, BY_GROUP].__getitem__}
    column = left.selectbox("Column of words", range(len(names)), key="spread-of", **take)
    draw(category_bars(scene, column), left)
    groups = [len(names)] if scene.groups > 1 else []  # a single one splits nothing
    others = [*groups, *(at for at in range(len(names)) if at != column)]
    if others:
        by = right.selectbox("Split by", others, key="split-by", **take)
        draw(mosaic_by_group(scene, column) if by == len(names) else mosaic_by_category(scene, column, by), right)


def show_what_if(analysis: Analysis, scene: Scene) -> None:
    """Suppose some columns' values; see what follows for the others."""
    st.subheader("What if some columns were known?", anchor=False)
    st.markdown("Give a value where you know one, and the others follow from the model. Grey: what is usual.")
    given = dict(choice(WhatIfChoice).given)
    features, ranges = scene.features, sampling.usual_values(analysis)
    for at in range(0, len(features), ABREAST):
        for place, j in zip(st.columns(ABREAST), range(at, min(at + ABREAST, len(features))), strict=False):
            with place:
                known = given.get(features[j])
                value_field(scene.matrix.transform, j, ranges[j], None if isinstance(known, str) else known)
    categories = scene.matrix.transform.categories
    for at in range(0, len(categories), ABREAST):
        for place, j in zip(st.columns(ABREAST), range(at, min(at + ABREAST, len(categories))), strict=False):
            with place:
                level_field(scene.matrix.transform, j, given.get(categories[j].column))
    if not given:
        return
    forget = {"kind": WhatIfChoice, "given": ()}
    st.button("Forget these values", key="forget", on_click=change, kwargs=forget, type="tertiary")
    with refusals():
        found = sampling.supposed(analysis)
        if found is not None:
            show_rest(scene, found)


def value_field(transform: Transform, j: int, usual: Usual, known: float | None) -> None:
    """Where the value of one column may be typed."""
    key, name = f"given-{j}", plain(transform.titled(j))
    between = " to ".join(transform.in_words(j, [usual.low, usual.high]))
    take: dict[str, Any] = {"on_change": take_given, "args": (transform,), "help": f"Usual: {between}"}
    if j in transform.dates:
        st.session_state[key] = None if known is None else date_of(known)
        st.date_input(name, value=None, key=key, min_value=FIRST_DAY, max_value=LAST_DAY, **take)
    else:
        st.session_state[key] = known
        st.number_input(name, value=None, key=key, placeholder=between, format="%g", step=usual.step, **take)


def level_field(transform: Transform, j: int, known: float | str | None) -> None:
    """Where the level of one category may be chosen."""
    category, key = transform.categories[j], f"given-level-{j}"
    st.session_state[key] = known if known in category.levels else None
    take: dict[str, Any] = {"on_change": take_given, "args": (transform,)}
    st.selectbox(plain(category.column), category.levels, index=None, key=key, placeholder="not known", **take)


def show_rest(scene: Scene, found: WhatIf) -> None:
    """The groups and the other columns, once values are supposed."""
    shares = found.shares(scene.grouping).tolist()
    names = (*scene.names, "Noise")
    likely = ", ".join(f"{plain(names[k])} {share(part)}" for k, part in enumerate(shares) if part >= 0.005)
    said = " and ".join(f"{plain(name)} at {plain(value)}" for name, value in found.given_in_words)
    st.markdown(f"With {said}: {likely}.")
    widgets.notes(tuple(beyond_all_rows(scene.matrix, dict(found.given))))
    rest = [scene.features[at] for at in found.rest] + [scene.categories[at] for at in found.rest_of_words]
    asked = choice(WhatIfChoice).about
    about = asked if asked in rest else rest[0]
    if len(rest) > 1:
        st.session_state["about"] = about
        st.selectbox("Column that is asked about", rest, key="about", on_change=take_about, width=300)
    levels = found.levels
    draw(
        what_if_levels(levels, about)
        if about in scene.categories
        else what_if_density(scene, found, scene.features.index(about))
    )
    if found.rest:
        frame = with_dates(found.frame, found.transform, MOMENTS, SPREADS)
        st.dataframe(frame, hide_index=True, column_config=worded(REST, frame))
    if len(levels):
        st.dataframe(levels, hide_index=True, column_config=LEVELS)


def show_synthetic(analysis: Analysis, scene: Scene, columns: tuple[int, int] | None) -> None:
    """Draw rows, check them against the real ones, take them away."""
    st.subheader("Synthetic rows", anchor=False)
    drawing = choice(DrawingChoice).drawing
    for name in DRAWING:
        st.session_state[name] = getattr(drawing, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Rows to draw", 1, MOST_ROWS, key="rows", on_change=take_drawing, width=160)
        st.number_input("Seed", 0, 2**31, key="seed", on_change=take_drawing, width=120)
        st.checkbox("Whole numbers stay whole", key="whole", on_change=take_drawing)
        st.checkbox("Keep to the ranges of the real rows", key="within", on_change=take_drawing)
    with refusals():
        made = sampling.synthetic(analysis)
        if made is None:
            return
        show_check(analysis, scene, made, columns)
        st.download_button(
            "Synthetic rows (CSV)",
            lambda: to_csv(synthetic_frame(made.values, analysis.rows.matrix, analysis.rows.table)),
            "synthetic.csv",
            "text/csv",
            key="synthetic-csv",
            on_click="ignore",
        )


def show_check(analysis: Analysis, scene: Scene, made: Synthetic, columns: tuple[int, int] | None) -> None:
    """Whether the synthetic rows are like the real ones."""
    if made.likeness is not None:
        st.markdown(plain(made.likeness.sentence, 600))
    st.markdown(plain(made.levels.sentence, 300))
    if columns is not None:
        draw(sampling.beside(analysis, scene, made, columns))
    if scene.categories:
        name = st.selectbox("Column to compare", scene.categories, key="compared-levels", width=300)
        draw(real_and_synthetic_levels(made.levels.frame, name))
    if made.likeness is not None:
        frame = with_dates(made.likeness.frame, analysis.rows.matrix.transform, MEASURED, SPREAD)
        st.dataframe(frame, hide_index=True, column_config=worded(CHECK, frame))


def take_given(transform: Transform) -> None:
    typed = ((name, st.session_state.get(f"given-{j}")) for j, name in enumerate(transform.features))
    told = ((each.column, st.session_state.get(f"given-level-{j}")) for j, each in enumerate(transform.categories))
    numbers = tuple((name, number(value)) for name, value in typed if value is not None)
    change(WhatIfChoice, given=(*numbers, *((name, level) for name, level in told if level is not None)))


def number(typed: float | date) -> float:
    return days_of(typed) if isinstance(typed, date) else float(typed)


def take_about() -> None:
    change(WhatIfChoice, about=st.session_state["about"])


def take_drawing() -> None:
    choose(DrawingChoice(Drawing(**{name: st.session_state[name] for name in DRAWING})))


st.title("How are the values spread?", anchor=False)
analysis = widgets.need_data()
if analysis is not None:
    with refusals():
        scene = analysis.scene
        if scene is not None:
            st.subheader(plain(sampling.peaks(analysis, scene), 160), anchor=False)
            if noise_in_words(scene.fit.mixture):
                st.markdown(noise_in_words(scene.fit.mixture))
            columns = show_densities(analysis, scene)
            show_categories(scene)
            show_what_if(analysis, scene)
            show_synthetic(analysis, scene, columns)
