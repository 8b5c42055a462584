"""The ladder from K-Means to the free mixture: how well each rung predicts, and how many rows change group on it."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from ...analysis.kmeans_or_mixture.ladder import Ladder, Rung
from ...analysis.kmeans_or_mixture.words import K_MEANS
from ...numbers import count, figure
from .. import marks, theme
from ..text import Words


def ladder_chart(found: Ladder) -> marks.Chart:
    """Held-out log density by rung with the error of each gain; rungs without a fit bear no point."""
    frame = pd.DataFrame([_row(each) for each in found.rungs])
    known = frame.dropna(subset=["value"])
    low, high = float(known["from"].min()), float(known["to"].max())
    span = high - low or 1.0
    x = alt.X(
        "name:N", title="Model", sort=[each.name for each in found.rungs], axis=alt.Axis(labelAngle=0, grid=False)
    )
    y = alt.Y(
        "value:Q",
        title="Mean log density of a held-out row, higher is better",
        scale=alt.Scale(domain=[low - 0.18 * span, high + 0.12 * span], nice=False, zero=False),
        axis=alt.Axis(**marks.ON_TOP),
    )
    base = alt.Chart(frame).encode(x=x, y=y)
    tooltip = [
        alt.Tooltip("name:N", title="Model"),
        alt.Tooltip("said:N", title="Log density"),
        alt.Tooltip("gain:N", title="Over the one before"),
        alt.Tooltip("moved:N", title="Change group"),
        alt.Tooltip("why:N", title="Note"),
    ]
    enough = base.transform_filter(alt.datum.name == found.enough.name)
    layers = [
        base.mark_line(strokeWidth=theme.LINE_WIDTH, color=theme.GREY),
        base.mark_rule(strokeWidth=1.5, color=theme.GREY).encode(y=alt.Y("from:Q"), y2=alt.Y2("to:Q")),
        base.mark_point(filled=True, size=60, opacity=1, color=theme.GREY).encode(tooltip=tooltip),
        enough.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2),
        *(base.mark_text(dy=24, **look).encode(text=alt.Text("brief:N")) for look in marks.HALOED),
    ]
    return marks.finished(layers, _words(found), theme.SMALL_HEIGHT)


def _row(each: Rung) -> dict[str, object]:
    error = 0.0 if math.isnan(each.gain_error) else each.gain_error
    first = each.name == K_MEANS
    return {
        "name": each.name,
        "value": each.held_out,
        "from": each.held_out - error,
        "to": each.held_out + error,
        "said": figure(each.held_out, 4),
        "gain": "–" if math.isnan(each.gain) else f"{figure(each.gain, 2)} ± {figure(error, 2)}",
        "moved": "–" if first else count(each.moved, "row"),
        "brief": "" if first else f"{each.moved:,}",
        "why": each.reason,
    }


def _words(found: Ladder) -> Words:
    enough = found.enough.name
    title = "No mixture predicts clearly better than K-Means" if enough == K_MEANS else f"{enough} is as far as it pays"
    how = (
        "Numbers: rows that change group at that step. Bars: one standard error of the step. "
        "Ringed: the first that is enough."
    )
    return Words(title, how, f"{title}. Held-out log density of {count(len(found.rungs), 'model')} from K-Means up.")
