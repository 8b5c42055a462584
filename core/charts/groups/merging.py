"""The entropy plot of merging: what is left of the uncertainty between groups as components are joined."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ...analysis.groups.merging import Merging
from ...numbers import count, figure, share
from .. import marks, theme
from ..selection.curves import k_axis
from ..text import Words


def entropy_plot(found: Merging) -> marks.Chart:
    """Entropy of the shares over the number of groups; filled as far as merging goes, its end ringed."""
    if not found.merges:
        return marks.nothing("One component: there is nothing to merge")
    frame = found.frame.rename(columns={"groups": "components", "entropy": "value"})
    frame["said"] = [figure(value) for value in frame["value"]]
    frame["under"] = ["" if pd.isna(each) else share(each) for each in frame["valley"]]
    top = max(float(frame["value"].max()), 1e-9)
    y = alt.Y(
        "value:Q",
        title="Entropy of the shares per row",
        scale=alt.Scale(domain=[-0.25 * top, 1.15 * top], nice=False),
        axis=alt.Axis(**marks.ON_TOP),
    )
    base = alt.Chart(frame).encode(x=k_axis(frame["components"].tolist(), room=0.06, title="Groups"), y=y)
    tooltip = [
        alt.Tooltip("components:Q", title="Groups"),
        alt.Tooltip("said:N", title="Entropy per row"),
        alt.Tooltip("under:N", title="Valley of the last merge"),
    ]
    end = base.transform_filter(alt.datum.components == found.chosen.groups)
    sound, beyond = base.transform_filter(alt.datum.allowed), base.transform_filter(~alt.datum.allowed)
    layers = [
        base.mark_line(strokeWidth=theme.LINE_WIDTH, color=theme.GREY),
        beyond.mark_point(size=60, color=theme.GREY, fill=theme.PAPER, opacity=1).encode(tooltip=tooltip),
        sound.mark_point(filled=True, size=60, color=theme.GREY, opacity=1).encode(tooltip=tooltip),
        end.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2),
        *(base.mark_text(dy=18, **look).encode(text=alt.Text("under:N")) for look in marks.HALOED),
    ]
    return marks.finished(layers, _words(found), theme.SMALL_HEIGHT)


def _words(found: Merging) -> Words:
    groups = count(found.chosen.groups, "group")
    title = f"{count(found.components, 'component')} make up {groups}"
    how = (
        "Read from right to left. Numbers: lowest density between the two that are joined, as a share of the lower "
        "peak. Hollow: not joined, as the two stand apart."
    )
    return Words(title, how, f"{title}. Entropy of the shares over the number of groups as components are merged.")
