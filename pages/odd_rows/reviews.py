"""Reviews: the table of flagged rows, and what the visitor says of them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.analysis.anomaly.odd_rows import Anomalies
from core.analysis.anomaly.reasons import Reasons
from core.analysis.anomaly.reviews import Review
from core.analysis.groups.listing import REVIEW, listed, nearest_groups, odd_rows
from core.charts.scene import Scene
from pages.app.choices import ReviewsChoice
from pages.app.results import Analysis
from pages.app.session import change, choice, steps
from pages.app.store import key as key_of
from pages.odd_rows.choices import ReviewTable
from pages.ui.tables import looks

LOOKS: dict[str, Any] = {
    "row": st.column_config.NumberColumn("Row", format="localized", width=60, pinned=True),
    REVIEW: st.column_config.SelectboxColumn("Your review", options=[each.value for each in Review], width=110),
    "score": st.column_config.NumberColumn("Score", format="%.1f", width=70, help="−log p: higher is odder."),
    "chance": st.column_config.NumberColumn(
        "Chance", format="%.2g", width=80, help="How often a row drawn from the model itself scores as high."
    ),
    "nearest group": st.column_config.TextColumn("Nearest group", width=105),
    "why": st.column_config.TextColumn("Why", width="large"),
}


NAME = st.column_config.Column(width=150)


def table_of_odd_rows(analysis: Analysis, scene: Scene, odd: Anomalies, why: Reasons) -> None:
    """The flagged rows, the oddest first, each with a review to choose; the table keeps what is edited itself."""
    reviews = choice(ReviewsChoice).reviews
    rows = [int(row) for row in analysis.rows.matrix.row_ids[listed(odd)]]
    nearest = nearest_groups(scene.fit.mixture, analysis.rows.matrix.rows[listed(odd)], scene.grouping)
    frame = odd_rows(analysis.rows.table, analysis.rows.matrix, odd, nearest, why, reviews, analysis.rows.name)
    key = key_of("reviews", choice(ReviewTable).drawn, steps().turns, hash(tuple(rows)))
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=[name for name in frame.columns if name != REVIEW],
        column_config=looks(analysis.rows.table) | LOOKS | ({analysis.rows.name: NAME} if analysis.rows.name else {}),
        on_change=take_edits,
        args=(key, rows),
    )
    st.markdown(f"{reviews.sentence(analysis.rows.matrix.row_ids[odd.ranking])} Reviews stay with their rows, "
                "whatever the line and the model, and go into the downloads.")  # fmt: skip


def review_choice(row: int) -> None:
    """What the visitor says of one row, given by its position in the table's frame."""
    key = f"review-{row}"
    st.session_state[key] = choice(ReviewsChoice).reviews.by_row.get(row)
    st.segmented_control(
        "Is it really odd?",
        list(Review),
        key=key,
        format_func=lambda each: each.value.capitalize(),
        on_change=_take_review,
        args=(key, row),
    )


def take_edits(key: str, rows: list[int]) -> None:
    """Keep what was chosen in the table; rows are those of its lines, by position in the table's frame."""
    edits = st.session_state[key]["edited_rows"]
    take_reviews({rows[int(at)]: edit[REVIEW] for at, edit in edits.items() if REVIEW in edit})


def take_reviews(chosen: dict[int, str | None]) -> None:
    """Keep reviews by their rows' positions in the table's frame; None takes one back."""
    changes = {row: None if each is None else Review(each) for row, each in chosen.items()}
    change(ReviewsChoice, reviews=choice(ReviewsChoice).reviews.changed(changes))


def _take_review(key: str, row: int) -> None:
    take_reviews({row: st.session_state[key]})
    change(ReviewTable, drawn=choice(ReviewTable).drawn + 1)
