"""EM as a film that plays in the browser: points are sent once, and a few numbers for every stage of the film.

A stage is the start, an E-step or an M-step. The signal `stage` says which one is shown; a slider, or a timer while
`play` is ticked, moves it, and everything else follows from it without asking the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ....arrays import Array
from ....lessons.em_steps import Trajectory
from ....lessons.ground import Ground
from ....mixture.em.stopping import Outcome
from ....mixture.model import Mixture
from ....numbers import count, figure
from ... import marks, theme
from ...text import Words, shorten

FRAME = 130  # milliseconds from stage to stage
HEIGHT, STRIP = 660, 200  # pixels of the whole, and of the log-likelihood below the rows
AXIS_ROOM = 60  # between the two
CORNERS = 49  # of an ellipse
SIGMAS = (1, 2)
DIGITS = 7  # of a log-likelihood


@dataclass(frozen=True)
class Stage:
    """One picture of the film."""

    number: int  # position of its pass among those of the trajectory
    mixture: Mixture
    passes: int  # M-steps that lie behind it
    lower_bound: float  # the log-likelihood's lower bound at it
    said: tuple[str, str]  # what happens, and the bound


def stages(trajectory: Trajectory) -> list[Stage]:
    """The start, then the E-step and the M-step of each pass that is shown."""
    first = trajectory.passes[0]
    words = ("The start: no row is shared out yet", f"Log-likelihood {figure(first.log_likelihood, DIGITS)}")
    found = [Stage(0, first.mixture, 0, first.log_likelihood, words)]
    for at, each in enumerate(trajectory.passes):
        touched = f"The bound touches the log-likelihood, {figure(each.log_likelihood, DIGITS)}"
        words = (f"E-step {each.number + 1}: the rows are shared out", touched)
        found.append(Stage(at, each.mixture, each.number, each.log_likelihood, words))
        if each.after is not None:
            words = (
                f"M-step {each.number + 1}: the groups move",
                f"The bound rises to {figure(each.lower_bound, DIGITS)}",
            )
            found.append(Stage(at, each.after, each.number + 1, each.lower_bound, words))
    return found


def em_film(trajectory: Trajectory, ground: Ground) -> marks.Chart:
    """The rows in the colours of their shares with the groups as ellipses, above the log-likelihood so far."""
    axes = tuple(marks.Axis.of(name, ground.shown[:, j]) for j, name in enumerate(ground.columns))
    rows = alt.layer(*_row_layers(trajectory, ground, (axes[0], axes[1])))
    chart = marks.finished([rows, alt.layer(*_trace_layers(trajectory))], _words(trajectory, ground), HEIGHT)
    chart.resolve = alt.Resolve(scale=alt.ScaleResolveMap(x="independent", y="independent"))
    return chart


def controls(trajectory: Trajectory, ground: Ground) -> list[dict[str, Any]]:
    """The film's signals: what is shown, and what each stage looks like.

    Vega-Lite hands a parameter's event streams on to Vega as they are, though its schema knows none.
    """
    film = stages(trajectory)
    last = len(film) - 1
    timer = {"events": {"type": "timer", "throttle": FRAME}, "update": f"play && stage < {last} ? stage + 1 : stage"}
    again = {"events": {"signal": "play"}, "update": f"play && stage >= {last} ? 0 : stage"}
    slider = {"input": "range", "min": 0, "max": last, "step": 1, "name": "Step "}
    return [
        {"name": "play", "value": False, "bind": {"input": "checkbox", "name": "Play "}},
        {"name": "stage", "value": 0, "bind": slider, "on": [again, timer]},
        {"name": "trajectory", "value": [_numbers(each.mixture, ground) for each in film]},
        {"name": "part", "value": [each.number for each in film]},
        {"name": "behind", "value": [each.passes for each in film]},
        {"name": "level", "value": [each.lower_bound for each in film]},
        {"name": "told", "value": [list(each.said) for each in film]},
    ]


def _numbers(mixture: Mixture, ground: Ground) -> list[list[float]]:
    """For each component: mean x and y, and the lower triangle of its covariance's root, in the units shown."""
    means = ground.centre + ground.scale * mixture.means
    roots = ground.scale[None, :, None] * np.linalg.cholesky(mixture.covariances)
    return [
        [round_to(value, 6) for value in (*mean, root[0, 0], root[1, 0], root[1, 1])]
        for mean, root in zip(means, roots, strict=True)
    ]


def round_to(value: float, digits: int) -> float:
    """A number with so many significant digits, which is what a picture needs of it."""
    return float(f"{value:.{digits}g}")


def _row_layers(trajectory: Trajectory, ground: Ground, axes: tuple[marks.Axis, marks.Axis]) -> list[alt.Chart]:
    place = {"x": _across(axes[0]), "y": _up(axes[1])}
    colours = {f"b{at}": theme.blended(each.responsibilities) for at, each in enumerate(trajectory.passes)}
    shown = ground.shown
    frame = pd.DataFrame({"c0": shown[:, 0], "c1": shown[:, 1], **colours})
    fill = alt.ExprRef(f"stage == 0 ? '{theme.GREY}' : datum['b' + part[stage]]")
    points = alt.Chart(frame).mark_point(
        filled=True, opacity=0.9, clip=True, size=marks.point_size(len(frame)), fill=fill, aria=False
    )
    return [points.encode(**place), *_ellipses(trajectory, place), _centres(trajectory, place)]


def _across(axis: marks.Axis) -> alt.X:
    """The columns' axis lies above the strip of the log-likelihood."""
    form = {"format": axis.tick} if axis.tick else {}
    scale = alt.Scale(domain=list(axis.domain), nice=False, zero=False)
    return alt.X("c0:Q", title=axis.title, scale=scale, axis=alt.Axis(offset=-STRIP - AXIS_ROOM, grid=False, **form))


def _up(axis: marks.Axis) -> alt.Y:
    form = {"format": axis.tick} if axis.tick else {}
    top = alt.ExprRef(f"height - {STRIP + AXIS_ROOM}")
    scale = alt.Scale(domain=list(axis.domain), nice=False, zero=False, range=[top, 0])
    return alt.Y("c1:Q", title=axis.title, scale=scale, axis=alt.Axis(**marks.ON_TOP, tickCount=5, **form))


def _ellipses(trajectory: Trajectory, place: dict[str, Any]) -> list[alt.Chart]:
    turn = np.linspace(0, 2 * np.pi, CORNERS)
    frame = pd.DataFrame(
        [
            {"k": k, "sigma": sigma, "part": f"{k}/{sigma}", "step": at, "cos": cos, "sin": sin, "ink": theme.colour(k)}
            for k in range(trajectory.components)
            for sigma in SIGMAS
            for at, (cos, sin) in enumerate(zip(sigma * np.cos(turn), sigma * np.sin(turn), strict=True))
        ]
    )
    now = "trajectory[stage][datum.k]"
    base = (
        alt.Chart(frame)
        .transform_calculate(
            c0=f"{now}[0] + {now}[2] * datum.cos", c1=f"{now}[1] + {now}[3] * datum.cos + {now}[4] * datum.sin"
        )
        .encode(**place, detail=alt.Detail("part:N"), order=alt.Order("step:Q"))
    )
    dashes = alt.Scale(domain=list(SIGMAS), range=[[1, 0], [6, 4]])
    return [
        base.mark_line(clip=True, strokeWidth=marks.HALO_WIDTH, opacity=0.8, stroke=theme.PAPER),
        base.mark_line(clip=True, strokeWidth=theme.LINE_WIDTH).encode(
            stroke=alt.Stroke("ink:N", scale=None, legend=None),
            strokeDash=alt.StrokeDash("sigma:N", scale=dashes, legend=None),
        ),
    ]


def _centres(trajectory: Trajectory, place: dict[str, Any]) -> alt.Chart:
    frame = pd.DataFrame(
        {"k": range(trajectory.components), "ink": [theme.colour(k) for k in range(trajectory.components)]}
    )
    return (
        alt.Chart(frame)
        .transform_calculate(c0="trajectory[stage][datum.k][0]", c1="trajectory[stage][datum.k][1]")
        .mark_point(filled=True, shape=theme.CENTRE_SHAPE, size=160, opacity=1, stroke=theme.PAPER, strokeWidth=1.5)
        .encode(**place, fill=alt.Fill("ink:N", scale=None, legend=None))
    )


def _trace_layers(trajectory: Trajectory) -> list[alt.Chart]:
    film = stages(trajectory)
    touched = pd.DataFrame(
        {"passes": [e.number for e in trajectory.passes], "value": [e.log_likelihood for e in trajectory.passes]}
    )
    bound = pd.DataFrame(
        {"passes": [e.passes for e in film], "value": [e.lower_bound for e in film], "at": range(len(film))}
    )
    low, high = _range(np.array([*touched["value"], *bound["value"]]))
    below = alt.ExprRef(f"height - {STRIP - 50}")
    ticks = alt.Axis(orient="bottom", tickMinStep=1, format="d", grid=False, tickCount=8)
    x = alt.X("passes:Q", title="Passes", scale=alt.Scale(domain=[0, max(int(touched["passes"].max()), 1)]), axis=ticks)
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[low, high], nice=False, zero=False, range=[alt.ExprRef("height"), below]),
        axis=alt.Axis(orient="left", tickCount=3, grid=False),
    )
    now = alt.Chart(pd.DataFrame({"one": [1]})).transform_calculate(passes="behind[stage]", value="level[stage]")
    words = alt.Chart(pd.DataFrame({"one": [1]})).mark_text(
        align="left", x=0, y=alt.ExprRef(f"height - {STRIP - 12}"), text=alt.ExprRef("told[stage]"), color=theme.INK,
        fontSize=theme.LABEL_SIZE + 1,
    )  # fmt: skip
    return [
        alt.Chart(bound)
        .mark_line(stroke=theme.GREY, strokeWidth=1, strokeDash=[3, 2])
        .encode(x=x, y=y, order=alt.Order("at:Q")),
        alt.Chart(touched).mark_line(stroke=theme.colour(0), strokeWidth=theme.LINE_WIDTH).encode(x=x, y=y),
        alt.Chart(touched).mark_point(filled=True, size=22, color=theme.colour(0), opacity=1).encode(x=x, y=y),
        now.mark_point(filled=True, size=120, opacity=1, fill=theme.INK).encode(x=x, y=y),
        words,
    ]


def _range(values: Array) -> tuple[float, float]:
    """A little more than all values, or than those after the first steps where these would press the rest flat."""
    low, high = float(values.min()), float(values.max())
    room = 0.06 * max(high - low, 1e-9 * (1 + abs(high)))
    return low - room, high + room


_ENDS = {
    Outcome.CONVERGED: "EM settles after {passes} at a log-likelihood of {end}",
    Outcome.ITERATION_LIMIT: "EM still climbs after {passes}, at a log-likelihood of {end}",
    Outcome.COLLAPSED: "EM collapses after {passes}: a group closes in on a few rows",
}


def _words(trajectory: Trajectory, ground: Ground) -> Words:
    passes = count(len(trajectory.trace) - 1, "pass", "passes")
    title = _ENDS[trajectory.outcome].format(passes=passes, end=figure(trajectory.trace[-1], DIGITS))
    how = "Rows in the mixed colours of the groups that share them. Below: the log-likelihood, its lower bound dashed."
    names = " and ".join(shorten(name, 24) for name in ground.columns)
    start = figure(trajectory.trace[0], DIGITS)
    groups = count(trajectory.components, "group")
    said = f"{title}. It began at {start} and never fell. Film of EM with {groups} on {names}."
    return Words(title, how, said)
