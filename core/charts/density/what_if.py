"""One column's density with nothing given and with some columns given."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.marginal import Marginal, marginal
from ...analysis.density.what_if import HIGH, LOW, WhatIf
from ...numbers import share
from .. import marks, theme
from ..scene import Scene
from ..text import Words, in_text

POINTS = 400
TAIL = 1e-4  # of either density that may lie beyond the axis
BEFORE, NOW = "Nothing given", "With the values given"


def what_if_density(scene: Scene, found: WhatIf, column: int) -> marks.Chart:
    """The density of one of the columns left, before and after; column is its position among the d columns."""
    now, before = found.marginal(column), marginal(found.before, found.transform, column)
    logarithmic = scene.is_logarithmic(column)
    ends = np.array([each.quantile(at) for each in (now, before) for at in (TAIL, 1 - TAIL)])
    axis = marks.axis_over(scene, column, ends)
    low, high = axis.domain
    at = np.geomspace(low, high, POINTS) if logarithmic else np.linspace(low, high, POINTS)
    near = now.raw(now.mixture.means[:, :1].ravel()[:, None] + now.deviations[:, None] * np.linspace(-4, 4, 41))
    at = np.unique(np.concatenate([at, near[(near > low) & (near < high)]]))
    frame = pd.DataFrame(
        {
            "c0": np.tile(at, 2),
            "density": np.concatenate([before.density(at), now.density(at)]),
            "look": np.repeat(["before", "now"], len(at)),
        }
    )
    return marks.finished([_band(now), _curves(frame, axis)], _words(scene, now, before, column))


def _band(now: Marginal) -> alt.Chart:
    """Where nine of ten values lie with what is given."""
    frame = pd.DataFrame({"c0": [now.quantile(LOW)], "r": [now.quantile(HIGH)]})
    return (
        alt.Chart(frame).mark_rect(fill=theme.GREY, opacity=0.15, clip=True).encode(x=alt.X("c0:Q"), x2=alt.X2("r:Q"))
    )


def _curves(frame: pd.DataFrame, axis: marks.Axis) -> alt.Chart:
    unit = "unit" if axis.days is None else "day"
    entries = [
        marks.Entry("before", theme.GREY, "stroke", BEFORE),
        marks.Entry("now", theme.colour(0), "stroke", NOW),
    ]
    dashes = alt.Scale(domain=["before", "now"], range=[[6, 4], [1, 0]])
    return (
        alt.Chart(frame)
        .mark_line(clip=True, strokeWidth=theme.LINE_WIDTH)
        .encode(
            x=axis.x(),
            y=alt.Y("density:Q", title=f"Density per {unit}", axis=alt.Axis(**marks.ON_TOP)),
            color=marks.look(entries)["color"],
            strokeDash=alt.StrokeDash("look:N", scale=dashes, legend=marks.key(entries)),
            order=alt.Order("c0:Q"),
        )
    )


def _words(scene: Scene, now: Marginal, before: Marginal, column: int) -> Words:
    name = in_text(scene.features[column])
    to_words = scene.matrix.transform
    means = to_words.in_words(column, [now.mean, before.mean])
    spreads = [to_words.spread_in_words(column, each.sd) for each in (now, before)]
    title = f"{name} is expected at {means[0]} ± {spreads[0]}; with nothing given at {means[1]} ± {spreads[1]}"
    how = f"Band: {share(HIGH - LOW)} of the values, with what is given."
    return Words(title, how, f"{title}. Density of {name} before and after.")
