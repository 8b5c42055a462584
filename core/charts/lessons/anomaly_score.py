"""The anomaly score as a landscape with its line, and what is usual by the number of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from ...analysis.anomaly.odd_rows import Anomalies
from ...lessons.anomaly_score import Landscape, Usual
from ...lessons.ground import Ground
from ...numbers import count, figure, share
from .. import marks, theme
from ..density.joint import bands
from ..text import Words, in_text

HEIGHT = 420
CERTAIN = 0.9995  # a chance from which a score says nothing


def score_landscape(found: Landscape, odd: Anomalies, rate: float, ground: Ground) -> marks.Chart:
    """Regions of equal score under the rows, the outermost ending at the line; rows beyond it are marked."""
    axes = tuple(marks.Axis.of(name, found.rows[:, j]) for j, name in enumerate(ground.columns))
    place = (axes[0], axes[1])
    layers = [bands(found.regions(rate), place)]
    size = marks.point_size(len(found.rows))
    layers.append(_rows(found, odd, np.flatnonzero(~odd.flagged), place, color=theme.INK, size=size / 2, opacity=0.6))
    crosses = {"shape": theme.ACCENT_SHAPE, "color": theme.ACCENT, "size": theme.ODD_SIZE, "opacity": 1}
    layers.append(_rows(found, odd, odd.ranking, place, **crosses))
    flagged = len(odd.ranking)
    expected = figure(rate * len(found.rows), 2)
    title = (
        f"{count(flagged, 'row')} beyond a score of {figure(odd.threshold)}; chance alone would put {expected} there"
    )
    how = "Shaded: where usual rows lie, by the share of them that lies inside. The outermost border is the line."
    names = " and ".join(in_text(name) for name in ground.columns)
    said = f"{title}. Scatter of {count(len(found.rows), 'row')} on {names} over regions of equal score."
    return marks.finished(layers, Words(title, how, said), HEIGHT)


def _rows(
    found: Landscape,
    odd: Anomalies,
    chosen: npt.NDArray[np.intp],
    axes: tuple[marks.Axis, marks.Axis],
    **look: Any,
) -> alt.Chart:
    frame = pd.DataFrame(
        {
            "c0": found.rows[chosen, 0],
            "c1": found.rows[chosen, 1],
            "row": [f"Row {at + 1}" for at in chosen],
            "score": odd.score[chosen],
        }
    )
    told = [alt.Tooltip("row:N", title="Row"), alt.Tooltip("score:Q", title="Score", format=".2f")]
    return (
        alt.Chart(frame).mark_point(filled=True, clip=True, **look).encode(x=axes[0].x(), y=axes[1].y(), tooltip=told)
    )


def usual_by_columns(usual: Sequence[Usual], cut: float) -> marks.Chart:
    """The middle 90 % of the scores of usual rows for each number of columns, beside a score that is held fast."""
    frame = pd.DataFrame(
        {
            "columns": [f"{each.features}" for each in usual],
            "low": [each.low for each in usual],
            "middle": [each.middle for each in usual],
            "high": [each.high for each in usual],
            "chance": [chance_in_words(each, cut) for each in usual],
        }
    )
    order = frame["columns"].tolist()
    y = alt.Y("columns:N", title="Columns", scale=alt.Scale(domain=order), axis=alt.Axis(**marks.ON_TOP, grid=False))
    ends = [float(frame["low"].min()), float(max(frame["high"].max(), cut))]
    x = alt.X("low:Q", title="Score, −log p", scale=alt.Scale(domain=[min(ends[0], 0.0), ends[1] * 1.35], nice=False))
    base = alt.Chart(frame).encode(y=y)
    told = [
        alt.Tooltip("columns:N", title="Columns"),
        alt.Tooltip("middle:Q", title="Typical score", format=".1f"),
        alt.Tooltip("chance:N", title="Rows beyond the line"),
    ]
    layers = [
        base.mark_rule(strokeWidth=8, color=theme.colour(0), opacity=0.5).encode(
            x=x, x2=alt.X2("high:Q"), tooltip=told
        ),
        base.mark_point(filled=True, size=80, color=theme.colour(0), opacity=1).encode(
            x=alt.X("middle:Q"), tooltip=told
        ),
        alt.Chart(pd.DataFrame({"cut": [cut]}))
        .mark_rule(strokeDash=[5, 3], strokeWidth=1.5, color=theme.INK)
        .encode(x=alt.X("cut:Q")),
        *(
            base.mark_text(align="left", dx=10, **look).encode(x=alt.X("high:Q"), text=alt.Text("chance:N"))
            for look in marks.HALOED
        ),
    ]
    first, last = usual[0], usual[-1]
    one = count(first.features, "column")
    title = f"A score of {figure(cut)} is passed by {chance_in_words(first, cut)} in {one}"
    title += f", by {chance_in_words(last, cut)} in {last.features}"
    how = (
        "Bars: 90 % of the scores of rows that are nothing but usual; point: the middle. Beside it: rows past the line."
    )
    said = f"{title}. Ranges of scores for {', '.join(order)} columns."
    return marks.finished(layers, Words(title, how, said), 330)


def chance_in_words(usual: Usual, cut: float) -> str:
    """How many usual rows have that score or a higher one."""
    chance = usual.chance(cut)
    if chance >= CERTAIN:
        return "every row"
    if chance >= 0.01:
        return f"{share(chance)} of rows"
    return "no row" if chance < 1e-12 else f"1 row in {figure(1 / chance, 2)}"
