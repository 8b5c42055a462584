"""One Gaussian and several of them: regions of density, ellipses, curves, and points that were drawn."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.geometry import Plane, Regions, density_curves, ellipses
from ...analysis.density.marginal import density_regions
from ...arrays import Array
from ...lessons.mixture import Draw
from ...lessons.one_gaussian import SIGMAS, Bell, Spot, within
from ...mixture.model import Mixture
from ...numbers import count, figure, share
from .. import marks, theme
from ..density.joint import bands
from ..text import Words, listed

PLANE, LINE = Plane((0, 1), 2), Plane((0, 0), 2)
TALL = 460  # pixels of a picture whose two axes have the same units
STRIP = 0.16  # of the curves' height, for the points below them


def bell_picture(bell: Bell, point: tuple[float, float], spot: Spot, points: Array | None, reach: float) -> marks.Chart:
    """A bell from above, with its ellipses, a point that is asked about, and (n, 2) points that were added.

    Both axes go from -reach to reach, whatever the bell.
    """
    frame = np.array([[-reach, -reach], [reach, reach]])
    axes = marks.Axis.of("x", frame[:, 0]), marks.Axis.of("y", frame[:, 1])
    masses = tuple(within(sigma) for sigma in SIGMAS)
    layers = [bands(density_regions(bell.mixture, PLANE, frame, masses), axes)]
    layers += marks.outlines(ellipses(bell.mixture, PLANE, sigmas=SIGMAS), (0,), axes)
    place = {"x": axes[0].x(), "y": axes[1].y()}
    if points is not None:
        added = pd.DataFrame({"c0": points[:, 0], "c1": points[:, 1]})
        look = {"shape": "circle", "filled": True, "size": 70, "color": theme.INK, "opacity": 0.8, "clip": True}
        layers.append(alt.Chart(added).mark_point(**look).encode(**place))
    asked = alt.Chart(pd.DataFrame({"c0": [point[0]], "c1": [point[1]], "said": [figure(spot.distance, 3)]}))
    look = {"shape": theme.CENTRE_SHAPE, "size": 220, "fill": theme.INK, "stroke": theme.PAPER, "strokeWidth": 1.5}
    layers.append(asked.mark_point(opacity=1, clip=True, **look).encode(**place))
    layers += [asked.mark_text(dy=-16, **each).encode(text="said:N", **place) for each in marks.HALOED]
    farther = f"{figure(100 * spot.beyond, 2)} %"
    title = f"The point lies {figure(spot.distance, 3)} standard deviations out: {farther} of rows lie farther"
    sizes = listed([share(mass) for mass in masses])
    how = f"Ellipses: 1, 2 and 3 standard deviations, with {sizes} of all rows in them. Cross: the point."
    said = f"{title}. Ellipses of a Gaussian centred at {figure(bell.mean[0])}, {figure(bell.mean[1])}."
    return marks.finished(layers, Words(title, how, said), TALL)


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
