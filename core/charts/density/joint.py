"""Two columns' joint density as the regions that hold most of it, and synthetic rows beside the real ones."""

from __future__ import annotations

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from ...analysis.density.marginal import DensityRegions, density_regions
from ...arrays import Array
from ...numbers import count, share
from .. import marks, theme
from ..scene import Scene, drawn
from ..text import Words, in_text

MOST_POINTS = 2_000  # of the joint density: more would hide the regions
MOST_COMPARED = 2_500  # of either side of a comparison
REAL, MADE = "Real rows", "Synthetic rows"


def joint_density(scene: Scene, columns: tuple[int, int] | None = None) -> marks.Chart:
    """The smallest regions that hold half, four fifths and 95 % of the fitted density, under the rows."""
    plane = scene.plane(columns)
    axes = marks.axes_of(scene, plane)
    found = density_regions(scene.fit.mixture, plane, scene.matrix.values)
    shown = drawn(scene, MOST_POINTS)
    layers = [bands(found, axes), _dots(scene, shown.rows, plane.columns, axes)]
    x, y = (in_text(scene.features[at]) for at in plane.columns)
    title = f"Half the density of {x} and {y} lies in {_share_of_box(scene, found, plane.columns)} of their range"
    how = f"From inside out: {', '.join(share(mass) for mass in found.masses)} of the density. Dots: rows. "
    return marks.finished(
        layers,
        Words(
            title,
            (how + shown.sentence).strip(),
            f"{title}. Highest-density regions of the fitted mixture under {count(len(shown.rows), 'row')}.",
        ),
    )


def bands(found: DensityRegions, axes: tuple[marks.Axis, marks.Axis]) -> alt.Chart:
    """The regions, the innermost in the darkest colour, in one layer."""
    names = [share(mass) for mass in found.masses]
    colours = theme.enclosing(len(names))
    frame = pd.DataFrame(
        {"c0": found.left, "r": found.right, "c1": found.bottom, "t": found.top, "mass": np.array(names)[found.level]}
    )
    colour = alt.Color(
        "mass:N",
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(title=None, orient="top", direction="horizontal", offset=marks.ROOM_ON_TOP),
    )
    edge = alt.Stroke("mass:N", scale=alt.Scale(domain=names, range=colours), legend=None)  # or seams show between them
    return (
        alt.Chart(frame)
        .mark_rect(clip=True, strokeWidth=0.7)
        .encode(x=axes[0].x(), x2=alt.X2("r:Q"), y=axes[1].y(), y2=alt.Y2("t:Q"), color=colour, stroke=edge)
    )


def _dots(
    scene: Scene, rows: npt.NDArray[np.intp], columns: tuple[int, int], axes: tuple[marks.Axis, marks.Axis]
) -> alt.Chart:
    places = scene.raw[rows][:, list(columns)]
    frame = pd.DataFrame({"c0": places[:, 0], "c1": places[:, 1], "row": scene.names_of(rows)}).dropna()
    return (
        marks.dated(alt.Chart(frame), axes)
        .mark_point(filled=True, size=marks.point_size(len(rows)) / 2, color=theme.INK, opacity=0.55, clip=True)
        .encode(
            x=axes[0].x(),
            y=axes[1].y(),
            tooltip=[
                alt.Tooltip("row:N", title="Row"),
                axes[0].tooltip("c0"),
                axes[1].tooltip("c1"),
            ],
        )
    )


def _share_of_box(scene: Scene, found: DensityRegions, columns: tuple[int, int]) -> str:
    """How much of the rectangle around the rows the innermost region takes, in raw units."""
    places = scene.raw[:, list(columns)]
    inner = found.level == 0
    area = float(((found.right - found.left) * (found.top - found.bottom))[inner].sum())
    whole = float(np.prod(np.nanmax(places, axis=0) - np.nanmin(places, axis=0)))
    return share(min(area / whole, 1.0))


def real_and_synthetic(scene: Scene, made: Array, columns: tuple[int, int], title: str) -> marks.Chart:
    """A sample of the real rows and one of (m, d) synthetic rows in raw units, on the same axes."""
    axes = marks.axes_of(scene, scene.plane(columns))
    frame = pd.concat([_side(scene.raw, columns, "real"), _side(made, columns, "made")]).dropna()
    frame = frame.sample(frac=1, random_state=0)  # so that neither side lies on top
    entries = [
        marks.Entry("real", theme.GREY, theme.GREY_SHAPE, REAL),
        marks.Entry("made", theme.colour(0), "diamond", MADE),
    ]
    points = (
        marks.dated(alt.Chart(frame), axes)
        .mark_point(filled=True, opacity=0.6, clip=True, size=marks.point_size(len(frame)))
        .encode(
            x=axes[0].x(),
            y=axes[1].y(),
            tooltip=[
                axes[0].tooltip("c0"),
                axes[1].tooltip("c1"),
            ],
            **marks.look(entries),
        )
    )
    real, synthetic = (int((frame["look"] == code).sum()) for code in ("real", "made"))
    how = f"{count(real, 'real row')} and {count(synthetic, 'synthetic row')} drawn."
    return marks.finished([points], Words(title, how, f"{title}. Scatter of {how}"))


def _side(rows: Array, columns: tuple[int, int], code: str) -> pd.DataFrame:
    """At most so many of the rows, chosen at random with a fixed seed."""
    some = rows
    if len(rows) > MOST_COMPARED:
        some = rows[np.random.default_rng(len(rows)).choice(len(rows), MOST_COMPARED, replace=False)]
    return pd.DataFrame({"c0": some[:, columns[0]], "c1": some[:, columns[1]], "look": code})
