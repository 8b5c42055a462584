"""A mixture by hand: its curves along one axis, its regions in the plane, and points that were drawn."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.geometry import Plane, Regions, density_curves, ellipses
from ...analysis.density.marginal import density_regions
from ...lessons.mixture import Draw
from ...mixture.model import Mixture
from ...numbers import count, figure
from .. import marks, theme
from ..text import Words, listed
from .one_gaussian import PLANE, TALL

LINE = Plane((0, 0), 2)
STRIP = 0.16  # of the curves' height, for the points below them


def blend_curves(mixture: Mixture, drawn: Draw, at: float, reach: float) -> marks.Chart:
    """p(x) along one axis as the sum of its weighted components, with drawn points below and one place marked."""
    axis = marks.Axis.of("x", np.array([-reach, reach]))
    rows = np.array([[-reach, 0.0], [reach, 0.0]])
    found = density_curves(mixture, LINE, rows)
    top = float(found.density.max())
    place = {"x": axis.x(), "y": _height(top, bool(len(drawn.points))), "order": alt.Order("step:Q")}
    entries = _entries(mixture)
    steps = np.arange(len(found.at))
    parts = [
        pd.DataFrame({"c0": found.at, "density": part, "look": f"g{k}", "step": steps})
        for k, part in enumerate(found.components)
    ]
    total = pd.DataFrame({"c0": found.at, "density": found.density, "step": steps})
    colour = marks.look(entries)["color"]
    layers = [
        alt.Chart(total).mark_line(strokeWidth=4, stroke=theme.SOFT_INK, opacity=0.6, clip=True).encode(**place),
        alt.Chart(pd.concat(parts)).mark_line(strokeWidth=theme.LINE_WIDTH, clip=True).encode(color=colour, **place),
        _place(at, axis),
    ]
    if len(drawn.points):
        layers.append(_rug(drawn, top, axis, entries))
    weighted = np.exp(mixture.marginal([0]).log_joint(np.array([[at]])))[0]
    told = [k for k, part in enumerate(weighted) if part >= 0.005 * weighted.sum()]
    said = listed([f"{figure(weighted[k], 2)} from component {k + 1}" for k in told])
    title = f"p({figure(at)}) = {figure(float(weighted.sum()), 3)}: {said}"
    how = "Coloured: each component times its weight. Grey: their sum, p(x). Below: points drawn, by component."
    words = Words(title, how, f"{title}. Density curve of a mixture of {count(mixture.components, 'component')}.")
    return marks.finished(layers, words)


def _place(at: float, axis: marks.Axis) -> alt.Chart:
    """The place that is looked at."""
    return alt.Chart(pd.DataFrame({"c0": [at]})).mark_rule(strokeDash=[4, 3], color=theme.SOFT_INK).encode(x=axis.x())


def blend_plane(mixture: Mixture, drawn: Draw, at: float, reach: float) -> marks.Chart:
    """The same in the plane: where half, four fifths and 95 % of the rows lie, an ellipse for each component."""
    frame = np.array([[-reach, -reach], [reach, reach]])
    axes = marks.Axis.of("x", frame[:, 0]), marks.Axis.of("y", frame[:, 1])
    layers = marks.outlines(ellipses(mixture, PLANE), range(mixture.components), axes)
    layers.append(_place(at, axes[0]))
    if len(drawn.points):
        rows = pd.DataFrame(
            {
                "c0": drawn.points[:, 0],
                "c1": drawn.points[:, 1],
                "look": [f"g{k}" for k in drawn.labels],
                "size": marks.point_size(len(drawn.points)),
                "row": [f"Point {at + 1}" for at in range(len(drawn.points))],
            }
        )
        layers = [marks.points(rows, axes, _entries(mixture), []), *layers]
    found = density_regions(mixture, PLANE, frame)
    depth = Regions(len(found.masses) - found.level, found.left, found.right, found.bottom, found.top)
    layers = [marks.shades(depth, axes), *layers]  # grey, for colours are the components'
    title = counts_in_words(mixture, drawn)
    how = "Shaded: where half, four fifths and 95 % lie. Ellipses: 1 and 2 standard deviations of each component. "
    how += "Dashed: the x that is looked at. "
    how += "Points: drawn, in the colour of their component." if len(drawn.points) else ""
    said = f"{title}. Ellipses of {count(mixture.components, 'component')} in the plane."
    return marks.finished(layers, Words(title, how.strip(), said), TALL)


def counts_in_words(mixture: Mixture, drawn: Draw) -> str:
    """How many points came from each component, beside what the weights promise."""
    rows = len(drawn.points)
    if not rows:
        return f"The weights are {listed([figure(weight, 3) for weight in mixture.weights])}; they sum to 1"
    came = listed([f"{each:,}" for each in drawn.counts])
    promised = listed([figure(rows * weight, 3) for weight in mixture.weights])
    return f"Of {count(rows, 'point')}, {came} came from the components; the weights promise {promised}"


def _entries(mixture: Mixture) -> list[marks.Entry]:
    return marks.group_entries(range(mixture.components), [f"Component {k + 1}" for k in range(mixture.components)])


def _height(top: float, with_points: bool) -> alt.Y:
    domain = [-STRIP * top if with_points else 0.0, 1.06 * top]
    axis = alt.Axis(**marks.ON_TOP, tickCount=5)
    return alt.Y("density:Q", title="Density", scale=alt.Scale(domain=domain, nice=False), axis=axis)


def _rug(drawn: Draw, top: float, axis: marks.Axis, entries: Sequence[marks.Entry]) -> alt.Chart:
    """The points below the curves, a line of them for each component."""
    lines = len(drawn.counts)
    frame = pd.DataFrame(
        {
            "c0": drawn.points[:, 0],
            "density": -STRIP * top * (drawn.labels + 0.7) / (lines + 0.4),
            "look": [f"g{k}" for k in drawn.labels],
        }
    )
    look = marks.look(entries)
    return (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=0.7, clip=True, size=marks.point_size(len(frame)) / 2)
        .encode(x=axis.x(), y=alt.Y("density:Q"), color=look["color"], shape=look["shape"])
    )
