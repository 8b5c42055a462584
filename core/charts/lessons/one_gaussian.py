"""One Gaussian from above: where its rows lie, and a point that is asked about."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.geometry import Plane, ellipses
from ...analysis.density.marginal import density_regions
from ...arrays import Array
from ...lessons.one_gaussian import SIGMAS, Bell, Spot, within
from ...numbers import figure, share
from .. import marks, theme
from ..density.joint import bands
from ..text import Words, listed

PLANE = Plane((0, 1), 2)
TALL = 460  # pixels of a picture whose two axes have the same units


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
