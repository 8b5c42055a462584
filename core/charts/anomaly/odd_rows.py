"""Odd rows: where the line is drawn among the scores, and where the flagged rows lie."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.anomaly.odd_rows import Anomalies
from ...analysis.anomaly.policies import NEVER
from ...analysis.density.geometry import Plane, ellipses
from ...arrays import Array
from ...numbers import count, figure
from .. import marks, theme
from ..density.marginal import bin_edges
from ..groups.first_picture import entries, group_points
from ..scene import Drawn, Scene, drawn
from ..text import Words, in_text, listed, shorten, tick_format, value_format

MOST_CROSSES = 1_000
MOST_NAMED = 5
NAME_WIDTH, NAME_HEIGHT = 0.3, 0.05  # of the picture: nearer to each other than that, names would collide
REACH = 1.6  # an axis reaches this many times as far as the line or the bulk of the rows; what lies beyond is one bar
LEEWAY = 1.5  # unless an axis that many times as long holds every row


@dataclass(frozen=True)
class Bins:
    """The scores in bars, with an edge at the threshold, and one last bar for all that lies far beyond."""

    edges: Array  # (m + 1,)
    counts: Array  # (m,)
    beyond: int  # rows in the last bar that lie past its right edge

    @property
    def last(self) -> float:
        """The middle of the last bar, where a far row is drawn."""
        return float(self.edges[-2:].mean())


def score_histogram(scene: Scene, odd: Anomalies) -> marks.Chart:
    """A histogram of the scores -log p with the threshold; what lies beyond it, bars and rows, is in the accent."""
    bins = score_bins(odd.level, odd.threshold)
    x = _score_axis(odd.level, bins)
    layers = [_bars(bins, odd.threshold, x)]
    if odd.threshold != NEVER:
        layers += _line(bins, odd.threshold, x)
    if len(odd.ranking):
        layers.append(_crosses(scene, odd, bins, x))
    if bins.beyond:
        layers.append(_beyond(odd, bins, x))
    return marks.finished(layers, _score_words(odd))


def odd_scatter(scene: Scene, columns: tuple[int, int] | None = None) -> marks.Chart:
    """A scatter of two columns with the flagged rows in the accent, the oddest by name; the scene has the flags.

    columns are positions among the d columns; without them, the two that set the groups furthest apart.
    """
    plane = scene.plane(columns)
    axes = marks.axes_of(scene, plane)
    shown = drawn(scene, columns=plane.columns)
    frame = group_points(scene, plane, shown)
    layers = [
        marks.points(frame, axes, entries(scene), [alt.Tooltip("held:N", title="Held by")]),
        *marks.outlines(ellipses(scene.fit.mixture, plane), scene.component_slots, axes),
    ]
    if scene.flagged.any():
        layers += _named(frame, axes)
    return marks.finished(layers, _scatter_words(scene, plane, shown))


def score_bins(scores: Array, threshold: float) -> Bins:
    """Bars over (n,) scores; the axis ends a little past the threshold and 99 % of the rows."""
    low, high = float(scores.min()), float(scores.max())
    line = threshold if low < threshold < NEVER else float(np.quantile(scores, 0.99))
    far = low + REACH * (max(line, float(np.quantile(scores, 0.99))) - low)
    top = high if high - low <= LEEWAY * (far - low) else far
    top = max(top, line if threshold < NEVER else low)
    width = float(np.diff(bin_edges(np.clip(scores, low, top))[:2])[0])
    width = width if width > 1e-9 * max(abs(low), 1.0) else 1.0  # scores that differ by rounding alone
    start = threshold if threshold < NEVER else low
    # Counted from the threshold, so that it is an edge exactly and no bar is half flagged.
    steps = np.arange(-np.ceil(max(start - low, 0.0) / width), np.floor((top - start) / width) + 2)
    edges = start + width * steps
    edges[0] = min(edges[0], low)  # rounding may have put it above the lowest score
    counts = np.histogram(np.minimum(scores, edges[-2:].mean()), bins=edges)[0]
    return Bins(edges, counts.astype(np.float64), int((scores > edges[-1]).sum()))


def _score_axis(scores: Array, bins: Bins) -> alt.X:
    form = tick_format(bins.edges)
    return alt.X(
        "c0:Q",
        title="Score: −log p, higher is odder",
        scale=alt.Scale(domain=[float(bins.edges[0]), float(bins.edges[-1])], nice=False, zero=False),
        axis=alt.Axis(**({"format": form} if form else {})),
    )


def _count_axis(bins: Bins) -> alt.Y:
    return alt.Y(
        "count:Q",
        title="Rows",
        scale=alt.Scale(domain=[0, float(bins.counts.max()) * 1.12], nice=False),
        axis=alt.Axis(**marks.ON_TOP, tickMinStep=1),
    )


def _bars(bins: Bins, threshold: float, x: alt.X) -> alt.Chart:
    form = value_format(bins.edges)
    frame = pd.DataFrame(
        {
            "c0": bins.edges[:-1],
            "right": bins.edges[1:],
            "count": bins.counts,
            "colour": np.where(bins.edges[:-1] >= threshold, theme.ACCENT, theme.GREY),
        }
    )
    return (
        alt.Chart(frame)
        .mark_rect(stroke=theme.PAPER, strokeWidth=0.7)
        .encode(
            x=x,
            x2=alt.X2("right:Q"),
            y=_count_axis(bins),
            y2=alt.Y2Datum(0),
            color=alt.Color("colour:N", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("c0:Q", title="Score from", format=form),
                alt.Tooltip("right:Q", title="to", format=form),
                alt.Tooltip("count:Q", title="Rows", format=","),
            ],
        )
    )


def _line(bins: Bins, threshold: float, x: alt.X) -> list[alt.Chart]:
    """The threshold with its value beside it, on the side that has room."""
    left, right = float(bins.edges[0]), float(bins.edges[-1])
    roomy = threshold < left + 0.6 * (right - left)
    frame = pd.DataFrame({"c0": [min(max(threshold, left), right)], "said": [f"line at {figure(threshold)}"]})
    rule = alt.Chart(frame).mark_rule(color=theme.INK, strokeWidth=1.5, strokeDash=[5, 3]).encode(x=x)
    label = (
        alt.Chart(frame)
        .mark_text(align="left" if roomy else "right", dx=6 if roomy else -6, dy=8, baseline="top", color=theme.INK)
        .encode(x=x, y=alt.YValue(0), text=alt.Text("said:N"))
    )
    return [rule, label.properties()]


def _crosses(scene: Scene, odd: Anomalies, bins: Bins, x: alt.X) -> alt.Chart:
    rows = odd.ranking[:MOST_CROSSES]
    frame = pd.DataFrame(
        {
            "c0": np.where(odd.level[rows] > bins.edges[-1], bins.last, odd.level[rows]),
            "score": odd.level[rows],
            "row": scene.names_of(rows),
        }
    )
    return (
        alt.Chart(frame)
        .mark_point(filled=True, shape=theme.ACCENT_SHAPE, size=theme.ODD_SIZE, color=theme.ACCENT, opacity=1)
        .encode(
            x=x,
            y=alt.YDatum(0),
            tooltip=[
                alt.Tooltip("row:N", title="Odd row"),
                alt.Tooltip("score:Q", title="Score", format=value_format(odd.level[rows])),
            ],
        )
    )


def _beyond(odd: Anomalies, bins: Bins, x: alt.X) -> alt.Chart:
    """What the last bar holds that lies past the axis."""
    said = f"{count(bins.beyond, 'row')} beyond, up to {figure(float(odd.level.max()))} →"
    frame = pd.DataFrame({"c0": [float(bins.edges[-1])], "said": [said]})
    return (
        alt.Chart(frame)
        .mark_text(align="right", dy=-16, baseline="bottom", color=theme.INK)
        .encode(x=x, y=alt.YDatum(0), text=alt.Text("said:N"))
    )


def _score_words(odd: Anomalies) -> Words:
    n, found = len(odd.level), len(odd.ranking)
    highest = figure(float(odd.level.max()))
    if odd.threshold == NEVER:
        title = f"No line is drawn, so no row is odd; the highest score is {highest}"
    elif found == 0:
        title = f"No row is odd: the highest score is {highest}, the line is at {figure(odd.threshold)}"
    else:
        verb = "lies" if found == 1 else "lie"
        title = f"{count(found, 'row')} of {n:,} {verb} beyond the line at {figure(odd.threshold)}"
    how = "The score says how unlikely the mixture finds a row. "
    how += f"Chance alone would put {odd.by_chance} of {n:,} beyond the line. " if found else ""
    how += "Crosses: the odd rows. " if found else ""
    return Words(title, how.strip(), f"{title}. Histogram of the score −log p of {count(n, 'row')}.")


def _named(frame: pd.DataFrame, axes: tuple[marks.Axis, marks.Axis]) -> list[alt.Chart]:
    """Names beside the oddest rows, which come last in the frame."""
    top = frame[frame["look"] == marks.ODD.code].tail(MOST_NAMED)
    top = top.iloc[_apart(top[["c0", "c1"]].to_numpy(), axes)]
    on_left = top["c0"] > sum(axes[0].domain) / 2
    top = top.assign(
        row=[shorten(name, 18) for name in top["row"]],
        align=np.where(on_left, "right", "left"),
        dx=np.where(on_left, -9, 9),
    )
    base = alt.Chart(top[["c0", "c1", "row", "align", "dx"]]).encode(
        x=axes[0].x(), y=axes[1].y(), text=alt.Text("row:N")
    )
    beside = {name: alt.ExprRef(f"datum.{name}") for name in ("align", "dx")}
    return [base.mark_text(**beside, **look) for look in marks.HALOED]


def _apart(places: Array, axes: tuple[marks.Axis, marks.Axis]) -> list[int]:
    """Which of (m, 2) places can bear a name without writing over another's; the last, the oddest, come first."""
    ends = [np.log(axis.domain) if axis.logarithmic else np.array(axis.domain) for axis in axes]
    at = [np.log(each) if axis.logarithmic else each for each, axis in zip(places.T, axes, strict=True)]
    x, y = ((each - low) / (high - low) for each, (low, high) in zip(at, ends, strict=True))
    kept: list[int] = []
    for k in range(len(places) - 1, -1, -1):
        if all(abs(x[k] - x[other]) > NAME_WIDTH or abs(y[k] - y[other]) > NAME_HEIGHT for other in kept):
            kept.append(k)
    return kept[::-1]


def _scatter_words(scene: Scene, plane: Plane, shown: Drawn) -> Words:
    names = [in_text(scene.features[column]) for column in plane.columns]
    if not scene.flagged.any():
        title, how = "No row is odd", ""
    else:
        assert scene.odd is not None
        oddest = shorten(scene.names_of(scene.odd.ranking[:1])[0], 24)
        found = int(scene.flagged.sum())
        title = f"{oddest} is the only odd row" if found == 1 else f"{found:,} odd rows, the oddest is {oddest}"
        how = "Crosses: odd rows, the oddest by name. "
        how += "A row can look usual here and be odd in other columns. " if len(scene.features) > 2 else ""
    how += "Solid and dashed lines hold about 39 % and 86 % of a group. "
    return Words(
        title, (how + shown.sentence).strip(), f"{title}. Scatter of {listed(names)}, {count(shown.n, 'row')}."
    )
