"""Preparing: what the present preparation takes of a table, and the same with other choices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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


def named(widget: str, preparation: Preparation) -> str:
    """The key of a widget that shows a preparation: another one for the rows as they are prepared by default.

    Those give way to the first answer's once it is there, and a browser may still send what stood in a widget before,
    which would be taken for the visitor's own choice.
    """
    return widget if preparation.categories is not None else f"{widget}, for now"
