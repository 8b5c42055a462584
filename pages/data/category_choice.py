"""The choice of columns that take part by their levels: words, yes or no, and answers."""

from __future__ import annotations

import streamlit as st

from core.analysis.answer.proposal import FEWEST_IN_LEVEL
from core.data.categories import few_valued
from core.data.category_choice import possible_categories
from core.data.prepare import Preparation
from core.data.table import Table
from pages.app import beginning
from pages.app.session import current
from pages.data.choices import tick_anew
from pages.data.preparing import chosen_columns, is_chosen, named, prepare_with, taken_as_categories
from pages.ui.messages import plain


def show(table: Table, preparation: Preparation) -> None:
    """The columns that take part by their levels."""
    taken = list(taken_as_categories(table, preparation))
    offered = tuple(dict.fromkeys((*possible_categories(table), *taken)))
    if not offered:
        return
    key = named("categories", taken)
    st.pills(
        "Columns of words and answers that take part",
        offered,
        selection_mode="multi",
        default=taken,
        format_func=plain,
        key=key,
        on_change=_take_categories,
        args=(table, key, taken),
        width="stretch",
        help="Each group has its own chance of each value. A column of few whole numbers may take part here, where "
        "their order does not count, or above as numbers.",
    )
    _show_ordered(table, preparation)
    if taken:
        together = preparation.fewest > 1
        key = named("fewest", together)
        st.checkbox(
            f"Combine values of fewer than {FEWEST_IN_LEVEL} rows",
            value=together,
            key=key,
            on_change=_take_fewest,
            args=(table, key, together),
        )


def _show_ordered(table: Table, preparation: Preparation) -> None:
    """Of the numbers of few values that take part as numbers, those of which the order alone counts."""
    chosen = chosen_columns(table, preparation)
    bent = dict(preparation.transforms)  # of which the distances are chosen
    offered = [name for name in few_valued(table) if name in chosen and name not in bent]
    if not offered:
        return
    taken = [name for name in offered if name in preparation.ordered]
    key = named("ordered", taken)
    st.pills(
        "Columns of which only the order counts",
        offered,
        selection_mode="multi",
        default=taken,
        format_func=plain,
        key=key,
        on_change=_take_ordered,
        args=(table, key, taken),
        width="stretch",
        help="Answers from 1 to 5, say, where it is not known that 4 and 5 lie as far apart as 3 and 4. The distances "
        "are estimated where groups are looked for.",
    )


def _take_ordered(table: Table, key: str, shown: list[str]) -> None:
    if is_chosen(key, shown):
        prepare_with(table, ordered=tuple(st.session_state[key]))


def _take_categories(table: Table, key: str, shown: list[str]) -> None:
    if is_chosen(key, shown):
        fit_as_categories(table, tuple(st.session_state[key]))


def fit_as_categories(table: Table, names: tuple[str, ...]) -> None:
    """These columns take part by their levels, and no longer as numbers or as 0 and 1."""
    preparation = beginning.preparation(current(), table)
    columns = tuple(name for name in chosen_columns(table, preparation) if name not in names)
    encode = tuple(name for name in preparation.encode if name not in names)
    prepare_with(table, columns=columns, categories=names, encode=encode)
    tick_anew()


def _take_fewest(table: Table, key: str, shown: bool) -> None:
    if not is_chosen(key, shown):
        return
    taken = taken_as_categories(table, beginning.preparation(current(), table))
    prepare_with(table, categories=taken, fewest=FEWEST_IN_LEVEL if st.session_state[key] else 1)
