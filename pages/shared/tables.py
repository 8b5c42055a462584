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


def _without_time(table: Table, name: str) -> bool:
    values = table.frame[name].dropna()
    return bool((values == values.dt.normalize()).all())
