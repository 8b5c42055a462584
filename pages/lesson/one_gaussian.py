"""One Gaussian: its five numbers by hand or fitted to points, and what it says of a point."""

from __future__ import annotations

import streamlit as st

from core.arrays import Array
from core.charts.lessons.one_gaussian import bell_picture
from core.lessons.one_gaussian import Bell, Spot, bell_of, points_of, some_points
from core.numbers import figure, share
from pages.lesson import frame
from pages.ui.drawing import draw
from pages.ui.messages import refusals

REACH = 6.0
PLACE = {"min_value": -REACH, "max_value": REACH, "step": 0.1}


def show() -> None:
    """The figure."""
    frame.guide(
        "Turn the correlation to 0.9 and move the point to (2, -2), then to (2, 2). Which of the two is odder?",
        "Both lie equally far from the mean on a ruler. In standard deviations of the bell they do not: along its long "
        "axis a point may stray, across it hardly at all. That distance, the Mahalanobis distance, is all that the "
        "density depends on.",
    )
    controls, picture = st.columns([2, 3], gap="large")
    with controls, refusals():
        points = added_points()
        bell = chosen_bell() if points is None else bell_of(points)
        point = chosen_point()
        spot = bell.at(point)
        draw(bell_picture(bell, point, spot, points, REACH), picture)
        with picture:
            numbers(bell, spot)
            frame.same_in_python(code(bell, point) if points is None else fitted_code(points, point))


def chosen_bell() -> Bell:
    """The bell by its numbers."""
    in_address = {"bind": "query-params"}
    left, right = st.columns(2)
    x = left.slider("Mean of x", value=0.0, key="g-mean-x", **PLACE, **in_address)
    y = right.slider("Mean of y", value=0.0, key="g-mean-y", **PLACE, **in_address)
    a = left.slider("Spread of x", 0.2, 4.0, 1.5, 0.1, key="g-spread-x", **in_address)
    b = right.slider("Spread of y", 0.2, 4.0, 1.0, 0.1, key="g-spread-y", **in_address)
    r = st.slider("Correlation", -0.95, 0.95, 0.6, 0.05, key="g-correlation", **in_address)
    return Bell((x, y), (a, b), r)


def chosen_point() -> tuple[float, float]:
    """The point that is asked about."""
    left, right = st.columns(2)
    x = left.slider("Point, x", value=2.0, key="g-x", bind="query-params", **PLACE)
    y = right.slider("Point, y", value=-2.0, key="g-y", bind="query-params", **PLACE)
    return x, y


def added_points() -> Array | None:
    """The points that the bell is to be fitted to, or None where its numbers are chosen."""
    if not st.toggle("Fit the bell to points instead", key="g-fit", bind="query-params"):
        return None
    st.caption("Type points, or add some at the end: the bell is the one under which they are likeliest.")
    return points_of(st.data_editor(some_points(), key="g-points", num_rows="dynamic", hide_index=True))


def numbers(bell: Bell, spot: Spot) -> None:
    """The formula with the present numbers, and what they say."""
    (a, b), r = bell.spreads, bell.correlation
    root = rf"2\pi \cdot {frame.number(a)} \cdot {frame.number(b)} \sqrt{{1 - ({frame.number(r)})^2}}"
    frame.formula(
        rf"p(x) = \frac{{1}}{{{root}}}\, e^{{-\frac{{1}}{{2}} \cdot {frame.number(spot.distance)}^2}} "
        rf"= {frame.number(spot.density)}",
        f"The score, -log p, is {figure(spot.score)}; {share(spot.beyond)} of all rows lie as far out or farther.",
    )


def code(bell: Bell, point: tuple[float, float]) -> str:
    """The lines that compute the density, the score and the distance."""
    return f"""import numpy as np
import core

(a, b), r = {bell.spreads}, {bell.correlation}
covariance = np.array([[a * a, r * a * b], [r * a * b, b * b]])
bell = core.Mixture(weights=np.ones(1), means=np.array([{bell.mean}]), covariances=covariance[None])

point = np.array({point})
log_density = bell.log_density(point[None])[0]
away = point - bell.means[0]
distance = np.sqrt(away @ np.linalg.solve(covariance, away))
print(np.exp(log_density), -log_density, distance)
"""


def fitted_code(points: Array, point: tuple[float, float]) -> str:
    """The same for a bell that is fitted to points."""
    return f"""import numpy as np
import core

points = np.array({points.tolist()})
bell = core.fit(points, core.Plan(family=core.family("VVV"), components=1)).mixture

point = np.array({point})
log_density = bell.log_density(point[None])[0]
away = point - bell.means[0]
distance = np.sqrt(away @ np.linalg.solve(bell.covariances[0], away))
print(np.exp(log_density), -log_density, distance)
"""
