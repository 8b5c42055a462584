"""Intervals: where each group's mean of a column could lie."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.uncertainty.intervals import Intervals
from ...numbers import count, figure, figures, share
from .. import marks, theme
from ..text import Words, in_text, literal, shorten

ROOM, ROW = 150, 30  # pixels


def mean_intervals(
    found: Intervals, column: int, names: Sequence[str], slots: Sequence[int], what: str = "group"
) -> marks.Chart:
    """A dot for each component's mean of one of the d columns on its interval, in raw units.

    names and slots are (K,); what is the noun for a component where it is not a group of its own.
    """
    at, low, high = (each[:, column] for each in (found.means.estimate, found.means.low, found.means.high))
    frame = pd.DataFrame(
        {
            "place": [f"{k:03}" for k in range(len(names))],
            "name": [shorten(name) for name in names],
            "at": at,
            "low": low,
            "high": high,
            "colour": [theme.colour(slot) for slot in slots],
            "said": [f"{a} ({b} to {c})" for a, b, c in (figures(each) for each in zip(at, low, high, strict=True))],
        }
    )
    labels = ", ".join(f"'{k:03}': {literal(shorten(name))}" for k, name in enumerate(names))
    ends = np.concatenate([low, high])
    axis = marks.Axis.of(found.features[column], ends)
    y = alt.Y("place:N", title=None, axis=alt.Axis(labelExpr="{" + labels + "}[datum.label]", labelLimit=220))
    ink = alt.Color("colour:N", scale=None, legend=None)
    tooltip = [alt.Tooltip("name:N", title=what.capitalize()), alt.Tooltip("said:N", title="Mean")]
    base = alt.Chart(frame)
    layers = [
        base.mark_rule(strokeWidth=3).encode(x=axis.x("low:Q"), x2=alt.X2("high:Q"), y=y, color=ink, tooltip=tooltip),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=axis.x("at:Q"), y=y, color=ink, tooltip=tooltip),
    ]
    return marks.finished(layers, _words(found, column, (at, low, high), what), ROOM + ROW * len(names))


def _words(found: Intervals, column: int, parts: Sequence[np.ndarray], what: str) -> Words:
    at, low, high = parts
    name, K = in_text(found.features[column]), len(at)
    order = np.argsort(at)
    overlaps = [high[a] >= low[b] for a, b in pairwise(order.tolist())]
    if K == 1:
        title = f"The mean of {name} lies between {figure(low[0])} and {figure(high[0])}"
    elif not any(overlaps):
        title = f"The means of {name} are told apart in all {count(K, what)}"
    else:
        title = f"Some {what}s cannot be told apart by their means of {name}"
    how = f"Dot: the {what}'s mean. Line: {share(found.level)} of {count(found.draws, 'draw')} with other row weights."
    return Words(title, how, f"{title}. Dot and interval for {count(K, what)}.")
