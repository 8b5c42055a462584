"""Reasons: how much each column of an odd row speaks against it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ...analysis.anomaly.reasons import Reasons
from .. import marks, theme
from ..text import Words, in_text, literal, shorten

MOST_BARS = 12
BAR_HEIGHT, ROOM = 28, 130  # pixels of a bar, and of all that stands around them


def reason_bars(found: Reasons, row: int, name: str) -> marks.Chart:
    """A bar per column of one row, those to blame on top; row is its place in found.rows."""
    order, blamed = found.order(row)[:MOST_BARS], found.blamed(row)
    frame = pd.DataFrame(
        {
            "place": [f"{at:03}" for at in range(len(order))],
            "name": [shorten(found.features[j], 28) for j in order],
            "surprise": [max(float(found.surprise[row, j]), 0.0) for j in order],
            "colour": [theme.ACCENT if j in blamed else theme.GREY for j in order],
            "got": [found.told(row, j)[1] for j in order],
            "expected": [found.told(row, j)[0] for j in order],
        }
    )
    labels = ", ".join(f"'{at:03}': {literal(shorten(found.features[j], 28))}" for at, j in enumerate(order))
    bars = (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.7})
        .encode(
            x=alt.X("surprise:Q", title="How surprising, given the other columns", scale=alt.Scale(zero=True)),
            y=alt.Y(
                "place:N",
                title=None,
                axis=alt.Axis(labelExpr="{" + labels + "}[datum.label]", labelLimit=220, labelOverlap=False),
            ),
            color=alt.Color("colour:N", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("name:N", title="Column"),
                alt.Tooltip("got:N", title="Got"),
                alt.Tooltip("expected:N", title="Expected"),
                alt.Tooltip("surprise:Q", title="Surprise", format=".2f"),
            ],
        )
    )
    first = order[0]
    told = in_text(found.features[first]) + " speaks most" if blamed else "No single column speaks"
    title = f"{told} against {shorten(name, 24)}"
    words = Words(
        title, "Long bars: far from what the row's other columns let expect.", f"{title}. Bars of surprise by column."
    )
    return marks.finished([bars], words, max(200, ROOM + BAR_HEIGHT * len(order)))
