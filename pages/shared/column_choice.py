"""The choice of columns and the form in which they are fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.columns import default_columns, left_out, overview
from core.data.prepare import Scale, Shape
from core.data.table import Column, Table
from core.numbers import count
from pages.shared.messages import plain
from pages.shared.session import Ticks, choose, current

OFFERED = 12  # columns that are left out and offered one by one
ROW, HEADER, TALLEST = 35, 38, 420  # pixels of a table
SCALES = {
    Scale.STANDARD: "Standard deviation 1",
    Scale.ROBUST: "Median spread 1, unmoved by extremes",
    Scale.NONE: "As they are",
}
LOOKS = {
    "use": st.column_config.CheckboxColumn("Use", width=55),
    "column": st.column_config.TextColumn("Column", width=160),
    "histogram": st.column_config.BarChartColumn("How the values lie", y_min=0, width=130),
    "range": st.column_config.TextColumn("Range", width=170),
    "remarks": st.column_config.TextColumn("Remarks", width=230),
    "blanks": st.column_config.NumberColumn("Blanks", format="localized", width=70),
    "values": st.column_config.NumberColumn("Different values", format="localized", width=115),
    "kind": st.column_config.TextColumn("Holds", width=80),
}


def show(table: Table) -> None:
    """The columns of numbers with a box to tick, those left out with their reasons, and how they are prepared."""
    chosen = _chosen(table)
    st.subheader("Which columns it is based on", anchor=False)
    _ticks(table, chosen)
    _left_out(table, chosen)
    with st.expander("Scale and transforms"):
        _form(chosen)
    _others(table)


def _chosen(table: Table) -> tuple[str, ...]:
    columns = current().preparation.columns
    return default_columns(table) if columns is None else columns


def _numeric(table: Table) -> list[Column]:
    return [each for each in table.columns if each.kind.is_numeric]


def _ticks(table: Table, chosen: tuple[str, ...]) -> None:
    """The table keeps the ticks that are changed itself; what it began with must stay the same meanwhile."""
    if not _numeric(table):
        return
    key = f"columns-{current().ticks.drawn}"
    if key not in st.session_state:
        choose(ticks=replace(current().ticks, columns=chosen))
    frame = overview(table, current().ticks.columns)
    frame = frame[[each.kind.is_numeric for each in table.columns]]
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        column_order=list(LOOKS),
        column_config=LOOKS,
        disabled=[name for name in LOOKS if name != "use"],
        height=min(HEADER + ROW * len(frame), TALLEST),
        on_change=_take_ticks,
        args=(key, table),
    )


def _take_ticks(key: str, table: Table) -> None:
    numeric = _numeric(table)
    ticked = set(current().ticks.columns)
    for row, edits in st.session_state[key]["edited_rows"].items():
        name = numeric[int(row)].name
        ticked = ticked | {name} if edits.get("use") else ticked - {name}
    _prepare(columns=tuple(each.name for each in numeric if each.name in ticked))


def _left_out(table: Table, chosen: tuple[str, ...]) -> None:
    out = [each for each in left_out(table) if each.name not in chosen]
    if not out:
        return
    st.markdown("Left out for a reason; one click takes a column in.")
    with st.container(gap="xxsmall"):
        for at, each in enumerate(out[:OFFERED]):
            with st.container(horizontal=True, vertical_alignment="center"):
                label, icon = plain(each.name, 40), ":material/add:"
                st.button(label, key=f"take-{at}", icon=icon, on_click=_take_in, args=(table, chosen, each.name))
                st.caption(plain(each.reason, 120))
    if len(out) > OFFERED:
        st.caption(f"{len(out) - OFFERED:,} more are in the table above, with the reason beside them.")


def _take_in(table: Table, chosen: tuple[str, ...], name: str) -> None:
    wanted = {*chosen, name}
    _prepare(columns=tuple(each.name for each in table.columns if each.name in wanted))
    choose(ticks=Ticks(drawn=current().ticks.drawn + 1))


def _form(chosen: tuple[str, ...]) -> None:
    preparation = current().preparation
    st.session_state["scale"] = preparation.scale
    st.radio(
        "Bring every column to",
        list(Scale),
        key="scale",
        format_func=SCALES.__getitem__,
        on_change=_take_form,
        help="K-Means and some shapes of groups depend on it: a column with a wide spread counts for more.",
    )
    for shape, label, why in (
        (Shape.LOG, "Take the logarithm of", "For long tails of values above zero. Others then count as blank."),
        (Shape.YEO_JOHNSON, "Even out the tails of", "Yeo and Johnson's power transform, for values of any sign."),
    ):
        key = f"shape-{shape.name}"
        bent = dict(preparation.transforms)
        st.session_state[key] = [name for name in chosen if bent.get(name) is shape]
        free = [name for name in chosen if bent.get(name, shape) is shape]
        st.pills(
            label,
            free,
            selection_mode="multi",
            format_func=plain,
            key=key,
            on_change=_take_form,
            help=why,
            width="stretch",
        )


def _take_form() -> None:
    shapes = tuple((name, shape) for shape in Shape for name in st.session_state[f"shape-{shape.name}"])
    _prepare(scale=st.session_state["scale"], transforms=shapes)


def _others(table: Table) -> None:
    """Columns that are not numbers stay with the rows, for tables, tooltips and comparisons."""
    others = [not each.kind.is_numeric for each in table.columns]
    if not any(others):
        return
    frame = overview(table, ())[others]
    with st.expander(f"{count(sum(others), 'column')} of words, for tables and comparisons"):
        order = ["column", "kind", "values", "blanks"]
        st.dataframe(
            frame,
            hide_index=True,
            column_order=order,
            column_config={name: LOOKS[name] for name in order},
            height=min(HEADER + ROW * len(frame), TALLEST),
        )


def _prepare(**choices: Any) -> None:
    choose(preparation=replace(current().preparation, **choices))
