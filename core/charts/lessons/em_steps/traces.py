"""EM from several starts: side by side, so that lesser optima are seen."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ....lessons.em_steps import Trajectory, ends_at_best, same_ends
from ....numbers import count, figure
from ... import marks, theme
from ...text import Words

BEST, LESSER = "best", "lesser"


def em_traces(trajectories: Sequence[Trajectory]) -> marks.Chart:
    """The log-likelihood of each trajectory by pass; those that come to the best end in blue."""
    reached = ends_at_best(trajectories)
    frame = pd.DataFrame(
        [
            {"start": start, "passes": at, "value": value, "look": BEST if good else LESSER, "said": figure(value, 7)}
            for start, (trajectory, good) in enumerate(zip(trajectories, reached, strict=True), 1)
            for at, value in enumerate(trajectory.trace)
        ]
    )
    entries = [
        marks.Entry(BEST, theme.colour(0), "stroke", "Ends at the best"),
        marks.Entry(LESSER, theme.GREY, "stroke", "Ends below it"),
    ]
    domain = [float(frame.groupby("start")["value"].first().median()), float(frame["value"].max())]
    y = alt.Y(
        "value:Q",
        title="Log-likelihood",
        scale=alt.Scale(domain=domain, zero=False, clamp=True),
        axis=alt.Axis(**marks.ON_TOP),
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=theme.LINE_WIDTH, opacity=0.8, clip=True)
        .encode(
            x=alt.X("passes:Q", title="Passes", axis=alt.Axis(tickMinStep=1, format="d")),
            y=y,
            detail=alt.Detail("start:N"),
            color=marks.look(entries)["color"],
            tooltip=[alt.Tooltip("start:Q", title="Start"), alt.Tooltip("said:N", title="Log-likelihood")],
        )
    )
    return marks.finished([lines], _words(trajectories), theme.SMALL_HEIGHT)


def _words(trajectories: Sequence[Trajectory]) -> Words:
    ends = [trajectory.trace[-1] for trajectory in trajectories]
    best, good = max(ends), same_ends(trajectories)
    starts = count(len(trajectories), "start")
    if good == len(trajectories):
        title = f"All {starts} end at the same log-likelihood, {figure(best, 7)}"
    else:
        worst = figure(best - min(ends))
        title = f"{good} of {starts} end at the best log-likelihood, {figure(best, 7)}; the worst {worst} below"
    how = "A line for each start. EM climbs to the nearest top, which need not be the highest."
    return Words(title, how, f"{title}. Curves of the log-likelihood by pass.")
