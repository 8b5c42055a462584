"""Preparing: what the present preparation takes of a table, and the same with other choices."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.categories import default_categories
from core.data.columns import default_columns
from core.data.prepare import Preparation
from core.data.table import Table
from pages.app import beginning
from pages.app.choices import PreparationChoice
from pages.app.session import choose, current


def chosen_columns(table: Table, preparation: Preparation) -> tuple[str, ...]:
    """The columns of numbers that take part."""
    if preparation.columns is not None:  # of a saved analysis, perhaps, of whose columns this table lacks some
        return tuple(name for name in preparation.columns if name in table.frame.columns)
    return tuple(name for name in default_columns(table) if name != preparation.weight)


def taken_as_categories(table: Table, preparation: Preparation) -> tuple[str, ...]:
    """The columns that take part as categories."""
    if preparation.categories is not None or preparation.columns is not None:
        return tuple(name for name in preparation.categories or () if name in table.frame.columns)
    return default_categories(table)


def prepare_with(table: Table, **choices: Any) -> None:
    """Prepare the rows as they are, but for these choices."""
    choose(PreparationChoice(replace(beginning.preparation(current(), table), **choices)))


def named(widget: str, shown: object) -> str:
    """The key of a widget that shows a choice: another one as soon as that changes, so that it begins with it.

    A widget with one key throughout first stands in the browser as it was made, and shows what the session sets only
    then. If the page runs in between, it sends what it was made with, and that would be taken for the visitor's choice.
    """
    return f"{widget}, showing {hashlib.blake2s(repr(shown).encode(), digest_size=6).hexdigest()}"


def is_chosen(key: str, shown: object) -> bool:
    """Whether a widget holds another value than it was made to show.

    Where the page runs anew before the run that made it has ended, it is told of as changed all the same.
    """
    held = st.session_state[key]
    return bool((list(held) if isinstance(held, list | tuple) else held) != shown)
