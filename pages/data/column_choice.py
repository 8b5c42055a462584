"""The choice of columns and the form in which they are fitted."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.data.category_choice import left_out_words
from core.data.columns import left_out, overview
from core.data.heaps import heaps
from core.data.prepare import Blanks, Preparation, Scale, Shape, usable_as_features, usable_as_weight
from core.data.table import Column, Kind, Table
from core.numbers import count, figure
from pages.app import beginning
from pages.app.choices import DataChoice, PreparationChoice, ReadingChoice
from pages.app.session import change, choice, choose, current, steps
from pages.app.store import kept
from pages.app.store import key as key_of
from pages.data import category_choice
from pages.data.category_choice import fit_as_categories
from pages.data.choices import TicksChoice, tick_anew
from pages.data.preparing import chosen_columns, is_chosen, named, prepare_with, taken_as_categories
from pages.ui.messages import plain

OFFERED = 12  # columns that are left out and offered one by one
ROW, HEADER, TALLEST = 35, 38, 420  # pixels of a table
SCALES = {
    Scale.STANDARD: "Standard deviation 1",
    Scale.ROBUST: "Median spread 1, unmoved by extremes",
    Scale.NONE: "As they are",
}
BLANKS = {
    Blanks.KEEP: "Take the cells that they have",
    Blanks.DROP: "Leave these rows out",
}
SHAPES = {
    Shape.LOG: ("Take the logarithm of", "For long tails of values above zero. Others then count as blank."),
    Shape.YEO_JOHNSON: ("Even out the tails of", "Yeo and Johnson's power transform, for values of any sign."),
}
REPEATS = {False: "Each different row counts once", True: "Every row counts"}
KINDS = [each.value for each in Kind if each is not Kind.EMPTY]
LOOKS = {
    "use": st.column_config.CheckboxColumn("Use", width=55),
    "column": st.column_config.TextColumn("Column", width=160),
    "histogram": st.column_config.BarChartColumn("How the values lie", y_min=0, width=130),
    "range": st.column_config.TextColumn("Range", width=170),
    "remarks": st.column_config.TextColumn("Remarks", width=230),
    "kind": st.column_config.SelectboxColumn("Type", options=KINDS, required=True, width=90),
    "blanks": st.column_config.NumberColumn("Blanks", format="localized", width=70),
    "values": st.column_config.NumberColumn("Different values", format="localized", width=115),
}


def show(table: Table) -> None:
    """The columns of numbers with a box to tick, those left out with their reasons, and how they are prepared."""
    preparation = beginning.preparation(current(), table)
    chosen = chosen_columns(table, preparation)
    st.subheader("Which columns it is based on", anchor=False)
    if choice(PreparationChoice).preparation is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("The rows are prepared as you chose.", width="content")
            st.button("Back to the automatic choice", key="prepare-automatic", on_click=_back, type="tertiary")
    began = choice(TicksChoice).columns
    if choice(PreparationChoice).preparation is None and began not in ((), chosen):  # the answer has come to others
        tick_anew()
    numeric = [each for each in table.columns if each.kind.is_numeric]
    if numeric:
        _editor(table, numeric, chosen, list(LOOKS))
    category_choice.show(table, preparation)
    with st.container():  # so that what follows keeps its place, and stays open, however many there are
        _left_out(table, preparation, chosen)
    with st.expander("Scale, transforms, blanks, repeats and weights"):
        _form(table, preparation, chosen)
        _heaps(table, preparation, chosen)
        _weights(table, preparation)
    others = [each for each in table.columns if not each.kind.is_numeric]
    if others:
        with st.expander(f"{count(len(others), 'column')} of words, for comparisons or as part of the fit"):
            _words(table, preparation)
            _editor(table, others, chosen, ["column", "kind", "values", "blanks"])


def _editor(table: Table, columns: list[Column], chosen: tuple[str, ...], order: list[str]) -> None:
    """The table keeps what is edited itself; what it began with must stay the same meanwhile."""
    key = f"columns-{'use' in order}-{choice(DataChoice).brought}-{choice(TicksChoice).drawn}-{steps().turns}"
    if "use" in order and key not in st.session_state:
        change(TicksChoice, columns=chosen)
    names = {each.name for each in columns}
    frame = overview(table, choice(TicksChoice).columns)
    frame = frame[[name in names for name in frame["column"]]]
    upload = choice(DataChoice).upload
    typed = upload is not None and table.reading.header is not None  # kinds of a text's cells can be told
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        column_order=order,
        column_config=LOOKS,
        disabled=[name for name in order if name not in ("use", "kind") or (name == "kind" and not typed)],
        height=min(HEADER + ROW * len(frame), TALLEST),
        on_change=_take_edits,
        args=(key, table, columns),
    )


def _take_edits(key: str, table: Table, columns: list[Column]) -> None:
    edited = {columns[int(row)].name: edits for row, edits in st.session_state[key]["edited_rows"].items()}
    kinds = {name: Kind(edits["kind"]) for name, edits in edited.items() if edits.get("kind")}
    if kinds:
        _read_as(kinds)
        return
    ticked = set(choice(TicksChoice).columns)
    ticked |= {name for name, edits in edited.items() if edits.get("use")}
    ticked -= {name for name, edits in edited.items() if edits.get("use") is False}
    _take_columns(table, tuple(each.name for each in columns if each.name in ticked))


def _take_columns(table: Table, columns: tuple[str, ...]) -> None:
    """Fit these columns of numbers; none of them stays a category."""
    taken = taken_as_categories(table, beginning.preparation(current(), table))
    prepare_with(table, columns=columns, categories=tuple(name for name in taken if name not in columns))


def _read_as(kinds: dict[str, Kind]) -> None:
    """Read the file again with these kinds of columns."""
    reading, preparation = choice(ReadingChoice).reading, choice(PreparationChoice).preparation
    told = dict(reading.kinds or ()) | kinds
    if preparation is not None and preparation.columns is not None:
        kept = tuple(name for name in preparation.columns if name not in kinds)
        more = tuple(name for name, kind in kinds.items() if kind.is_numeric)
        words = preparation.categories and tuple(name for name in preparation.categories if name not in kinds)
        preparation = replace(preparation, columns=kept + more, categories=words)
    choose(ReadingChoice(replace(reading, kinds=tuple(told.items()))), PreparationChoice(preparation))
    tick_anew()


def _left_out(table: Table, preparation: Preparation, chosen: tuple[str, ...]) -> None:
    taken = taken_as_categories(table, preparation)
    of_words = left_out_words(table, (*taken, *preparation.encode))
    out = [each for each in (*left_out(table), *of_words) if each.name not in (*chosen, *taken)]
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
    if not table.column(name).kind.is_numeric:
        fit_as_categories(table, (*taken_as_categories(table, beginning.preparation(current(), table)), name))
        return
    wanted = {*chosen, name}
    _take_columns(table, tuple(each.name for each in table.columns if each.name in wanted))
    tick_anew()


def _form(table: Table, preparation: Preparation, chosen: tuple[str, ...]) -> None:
    transforms = dict(preparation.transforms)
    shown = {shape: [name for name in chosen if transforms.get(name) is shape] for shape in SHAPES}
    keys = {shape: named(f"shape-{shape.name}", taken) for shape, taken in shown.items()}
    st.session_state["blanks"] = preparation.blanks
    st.radio(
        "Rows with blanks",
        list(BLANKS),
        key="blanks",
        format_func=BLANKS.__getitem__,
        on_change=_take_form,
        args=(table, keys),
        help="A row is placed by the cells that it has. Dropping such rows throws those away, and can tilt the picture "
        "if rows with blanks differ from the others.",
    )
    st.session_state["scale"] = preparation.scale
    st.radio(
        "Scale every column to",
        list(Scale),
        key="scale",
        format_func=SCALES.__getitem__,
        on_change=_take_form,
        args=(table, keys),
        help="K-Means and some shapes of groups depend on it: a column with a wide spread counts for more.",
    )
    for shape, (label, why) in SHAPES.items():
        st.pills(
            label,
            [name for name in chosen if transforms.get(name, shape) is shape],
            selection_mode="multi",
            default=shown[shape],
            format_func=plain,
            key=keys[shape],
            on_change=_take_shapes,
            args=(table, keys, keys[shape], shown[shape]),
            help=why,
            width="stretch",
        )
    _suggested(table, preparation, chosen)


def _suggested(table: Table, preparation: Preparation, chosen: tuple[str, ...]) -> None:
    """One click takes every transform that a chosen column's long tail asks for."""
    transforms = dict(preparation.transforms)
    wanted = {
        each.name: alert.offers
        for each in table.columns
        for alert in each.alerts
        if alert.offers is not None and each.name in chosen and each.name not in transforms
    }
    if len(wanted) > 1:
        label = f"Take what is suggested for {count(len(wanted), 'column')} with a long tail"
        shapes = tuple((transforms | wanted).items())
        take = {"table": table, "transforms": shapes}
        st.button(label, key="suggested", on_click=prepare_with, kwargs=take, type="tertiary")


def _heaps(table: Table, preparation: Preparation, chosen: tuple[str, ...]) -> None:
    """What becomes of values that many rows share, and of rows that repeat others."""
    found = kept(key_of("heaps", beginning.table_key(current()), chosen), lambda: heaps(table, chosen))
    offered = list(dict.fromkeys([*preparation.heaps, *((each.column, each.value) for each in found)]))
    offered = [each for each in offered if each[0] in chosen]
    if offered:
        blank = [each for each in offered if each in preparation.heaps]
        key = named("heaps", blank)
        st.pills(
            "Count as blank",
            offered,
            selection_mode="multi",
            default=blank,
            format_func=_heap_in_words,
            key=key,
            on_change=_take_heaps,
            args=(table, key, blank),
            help="Far more rows hold this value than any value near it. As a number it would be a group of its own; as "
            "blank it says nothing, and its row is placed by its other cells.",
            width="stretch",
        )
    key = named("repeats", preparation.repeats)
    st.radio(
        "Rows that repeat another exactly",
        list(REPEATS),
        index=list(REPEATS).index(preparation.repeats),
        key=key,
        format_func=REPEATS.__getitem__,
        on_change=_take_repeats,
        args=(table, key, preparation.repeats),
    )


def _heap_in_words(heap: tuple[str, float]) -> str:
    return f"{figure(heap[1])} in {plain(heap[0])}"


def _words(table: Table, preparation: Preparation) -> None:
    """Columns of words as features."""
    words = usable_as_features(table)
    if words:
        st.session_state["encode"] = list(preparation.encode)
        st.pills(
            "Use as columns of 0 and 1 instead",
            words,
            selection_mode="multi",
            format_func=plain,
            key="encode",
            on_change=_take_words,
            args=(table,),
            width="stretch",
            help="Each value but the commonest becomes a column of 0 and 1. Groups of bells fit such columns "
            "poorly: they tend to split by them.",
        )


def _weights(table: Table, preparation: Preparation) -> None:
    """The column that says how much a row counts."""
    weights = usable_as_weight(table)
    if weights:
        st.session_state["weight"] = preparation.weight or ""
        st.selectbox(
            "Row counts come from",
            ("", *weights),
            key="weight",
            format_func=lambda name: name or "no column: each row once",
            on_change=_take_weight,
            args=(table,),
            help="For tables in which a row stands for many, such as survey weights or counts.",
        )
    if preparation.weight is not None:
        st.session_state["counts"] = preparation.counts
        st.checkbox(
            "They are counts: a row stands for so many rows",
            key="counts",
            on_change=_take_counts,
            args=(table,),
            help="Then there are as many rows as the counts add up to, for BIC and for every interval. Without it they "
            "are weights, which only say what share of the whole a row stands for.",
        )


def _take_words(table: Table) -> None:
    encode = tuple(st.session_state["encode"])
    taken = taken_as_categories(table, beginning.preparation(current(), table))
    prepare_with(table, encode=encode, categories=tuple(name for name in taken if name not in encode))


def _take_heaps(table: Table, key: str, shown: list[tuple[str, float]]) -> None:
    if is_chosen(key, shown):
        prepare_with(table, heaps=tuple(st.session_state[key]))


def _take_repeats(table: Table, key: str, shown: bool) -> None:
    if is_chosen(key, shown):
        prepare_with(table, repeats=st.session_state[key])


def _take_counts(table: Table) -> None:
    prepare_with(table, counts=st.session_state["counts"])


def _take_weight(table: Table) -> None:
    """The column of weights is no column of the fit."""
    weight, preparation = st.session_state["weight"] or None, beginning.preparation(current(), table)
    columns, words = preparation.columns, taken_as_categories(table, preparation)
    others = None if columns is None else tuple(name for name in columns if name != weight)
    categories = tuple(name for name in words if name != weight)
    prepare_with(table, weight=weight, columns=others, categories=categories, counts=False)
    tick_anew()


def _take_shapes(table: Table, keys: dict[Shape, str], key: str, shown: list[str]) -> None:
    if is_chosen(key, shown):
        _take_form(table, keys)


def _take_form(table: Table, keys: dict[Shape, str]) -> None:
    shapes = tuple((name, shape) for shape, key in keys.items() for name in st.session_state[key])
    prepare_with(table, scale=st.session_state["scale"], blanks=st.session_state["blanks"], transforms=shapes)


def _back() -> None:
    choose(PreparationChoice())
    tick_anew()
