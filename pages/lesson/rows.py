"""Rows: the toys and one's own columns, as figures of the lesson offer them."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from core.lessons import ground
from core.lessons.ground import Ground
from core.lessons.toys import TOYS, toy
from pages.app import beginning
from pages.app import results as derived
from pages.app.store import kept, key
from pages.ui.words import OWN_ROWS


def rows_choice(place: DeltaGenerator, prefix: str, first: int = 1) -> tuple[Ground, str]:
    """The rows that a figure shows, and what they depend on; first is the position of the toy to begin with."""
    analysis = derived.analysis() if beginning.known().matrix is not None else None
    features = [] if analysis is None else list(analysis.rows.matrix.features)
    names = [*TOYS] + ([OWN_ROWS] if len(features) > 1 else [])
    name = place.selectbox("Rows", names, first, key=f"{prefix}-rows", bind="query-params", format_func=_title)
    if name != OWN_ROWS or analysis is None:
        rows = place.number_input(
            "How many rows", 50, ground.MOST_ROWS, 500, 50, key=f"{prefix}-n", bind="query-params"
        )
        return ground.of_toy(toy(name, rows)), ""
    x = place.selectbox("Across", features, 0, key=f"{prefix}-x", bind="query-params")
    y = place.selectbox("Up", [each for each in features if each != x], 0, key=f"{prefix}-y", bind="query-params")
    data = beginning.rows_key(analysis.rows.session)
    at = features.index(x), features.index(y)
    return kept(key(data, "ground", at), lambda: ground.of_columns(OWN_ROWS, analysis.rows.matrix, at)), data


def _title(rows: str) -> str:
    return TOYS[rows].title if rows in TOYS else rows
