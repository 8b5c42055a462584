"""How the user's own columns look in a table on the screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data.table import Kind, Table


def looks(table: Table) -> dict[str, Any]:
    """Settings by column, where the usual ones say too much: dates without a time of day show none."""
    dates = [each.name for each in table.columns if each.kind is Kind.DATE]
    whole = [name for name in dates if _without_time(table, name)]
    return {name: st.column_config.DateColumn(name) for name in whole}


def worded(config: dict[str, Any], frame: Any) -> dict[str, Any]:
    """Settings by column, those of numbers replaced where a column holds words, as dates are."""
    numbers = set(frame.select_dtypes("number").columns)
    return {
        name: each if name in numbers or name not in frame or not _of_numbers(each) else _text_like(each)
        for name, each in config.items()
    }


def _of_numbers(config: Any) -> bool:
    return bool(config["type_config"]["type"] == "number")


def _text_like(config: Any) -> Any:
    return st.column_config.TextColumn(config["label"])


def _without_time(table: Table, name: str) -> bool:
    values = table.frame[name].dropna()
    return bool((values == values.dt.normalize()).all())
