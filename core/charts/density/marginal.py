"""One column's histogram under the density that the mixture gives it, and what each group contributes."""

from __future__ import annotations

from functools import partial

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.geometry import Curves, density_curves, peaks
from ...arrays import Array
from ...numbers import count
from .. import marks, theme
from ..scene import Scene
from ..text import Words, in_text, listed

MOST_BINS, FEWEST_BINS = 60, 6
MOST_PEAKS_NAMED = 4
NOTHING = 1e-3  # of its height: below it a group's curve is not drawn along the base line


def marginal_density(scene: Scene, column: int | None = None) -> marks.Chart:
    """A column's histogram with the mixture's density and each group's part of it, all as rows per bin.

    column is a position among the d columns; without it, the one that sets the groups furthest apart.
    """
    plane = scene.line(column)
    at = plane.columns[0]
    values = scene.raw[~np.isnan(scene.raw[:, at]), at]
    axis = marks.axis_of(scene, at)
    edges = np.exp(bin_edges(np.log(values))) if axis.logarithmic else bin_edges(values)
    curves = density_curves(scene.fit.mixture, plane, scene.matrix.values)
    per_bin = len(values) * _bin_widths(edges, curves.at, axis)
    layers = [_bars(values, edges, axis), *_lines(scene, curves, per_bin, axis)]
    layers += [_odd_marks(scene, at, axis)] if scene.flagged.any() else []
    return marks.finished(layers, _words(scene, at, peaks(curves.at, curves.density * per_bin)))


def _bin_widths(edges: Array, at: Array, axis: marks.Axis) -> Array:
    """(m,) how wide a bin is at each place: from a density to rows per bin."""
    width = at * float(np.log(edges[1] / edges[0])) if axis.logarithmic else np.full(len(at), edges[1] - edges[0])
    return np.asarray(width)


def histogram_counts(values: Array, bins: int = 24) -> list[int]:
    """Rows in each of so many equally wide bins over the range of (n,) raw values, blanks left out."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return []
    with np.errstate(over="ignore"):
        if not np.isfinite(np.ptp(finite)):
            finite = finite / 4
    return [int(rows) for rows in np.histogram(finite, bins=bins)[0]]


def bin_edges(values: Array) -> Array:
    """Edges by Freedman and Diaconis (1981), at least 1.25 sqrt(n) and at most 60; whole numbers keep to whole bins.

    Their rule alone is far too coarse for groups that lie apart, whose quartiles span the gap between them.
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.linspace(low - 0.5, high + 0.5, 2)
    q1, q3 = np.quantile(values, (0.25, 0.75))
    width = 2 * (q3 - q1) / len(values) ** (1 / 3) or (high - low) / MOST_BINS
    bins = int(np.clip(np.ceil(max((high - low) / width, 1.25 * len(values) ** 0.5)), FEWEST_BINS, MOST_BINS))
    if (values == np.round(values)).all() and high - low < 1e9:
        step = max(1.0, np.ceil((high - low + 1) / bins))
        return np.asarray(np.arange(low - 0.5, high + step, step))
    return np.linspace(low, high, bins + 1)


def _bars(values: Array, edges: Array, axis: marks.Axis) -> alt.Chart:
    counts, _ = np.histogram(values, bins=edges)
    frame = pd.DataFrame({"c0": edges[:-1], "right": edges[1:], "count": counts})
    return (
        axis.dated(alt.Chart(frame), "c0", "right")
        .mark_rect(fill=theme.GREY, fillOpacity=0.25, stroke=theme.GREY, strokeWidth=1, clip=True)
        .encode(
            x=axis.x(),
            x2=alt.X2("right:Q"),
            y=alt.Y("count:Q", title="Rows per bin", axis=alt.Axis(**marks.ON_TOP, tickMinStep=1)),
            y2=alt.Y2Datum(0),
            tooltip=[
                axis.tooltip("c0", "From"),
                axis.tooltip("right", "To"),
                alt.Tooltip("count:Q", title="Rows", format=","),
            ],
        )
    )


def _lines(scene: Scene, curves: Curves, per_bin: Array, axis: marks.Axis) -> list[alt.Chart]:
    """The groups' curves in their colours and dashes, and above them their sum."""
    parts = [
        pd.DataFrame({"c0": curves.at, "count": part * per_bin, "look": f"g{k}", "step": np.arange(len(curves.at))})[
            part > NOTHING * part.max()
        ]
        for k, part in enumerate(scene.grouping.sums(curves.components))
    ]
    total = pd.DataFrame({"c0": curves.at, "count": curves.density * per_bin, "step": np.arange(len(curves.at))})
    place = {"x": axis.x(), "y": alt.Y("count:Q"), "order": alt.Order("step:Q")}
    entries = marks.group_entries(scene.slots, scene.names)
    colour = marks.look(entries)["color"]
    scale = alt.Scale(domain=[e.code for e in entries], range=[theme.dash(slot) for slot in scene.slots])
    dash = alt.StrokeDash("look:N", scale=scale, legend=marks.key(entries))
    line = alt.Chart(pd.concat(parts)).mark_line(clip=True, strokeWidth=theme.LINE_WIDTH + 0.5)
    sum_line = alt.Chart(total).mark_line(clip=True, strokeWidth=1.5, stroke=theme.INK, opacity=0.9).encode(**place)
    if len(parts) == 1:
        return [line.encode(color=colour, **place)]
    return [sum_line, line.encode(color=colour, strokeDash=dash, **place)]


def _odd_marks(scene: Scene, column: int, axis: marks.Axis) -> alt.Chart:
    """The odd rows on the base line."""
    assert scene.odd is not None
    rows = scene.odd.ranking[:1_000]
    frame = pd.DataFrame({"c0": scene.raw[rows, column], "row": scene.names_of(rows)})
    return (
        axis.dated(alt.Chart(frame), "c0")
        .mark_point(filled=True, shape=theme.ACCENT_SHAPE, size=theme.ODD_SIZE, color=theme.ACCENT, opacity=1)
        .encode(
            x=axis.x(),
            y=alt.YDatum(0),
            tooltip=[
                alt.Tooltip("row:N", title="Odd row"),
                axis.tooltip("c0"),
            ],
        )
    )


def _words(scene: Scene, column: int, tops: Array) -> Words:
    name, K = in_text(scene.features[column]), scene.groups
    in_words = partial(scene.matrix.transform.in_words, column)
    places = listed(in_words(tops.tolist()))
    if K == 1:
        title = f"One group: {name} is centred near {places}" if len(tops) == 1 else f"One group describes {name}"
    elif len(tops) == 1:
        title = f"The {K} groups run together on {name}, with one peak near {places}"
    elif len(tops) <= MOST_PEAKS_NAMED:
        title = f"{name} has {len(tops)} peaks, near {places}"
    else:
        title = f"{name} has {len(tops)} peaks between {listed(in_words([tops[0], tops[-1]]))}"
    how = "Bars: rows. " + (
        "Coloured: each group's part; thin line: their sum. " if K > 1 else "Line: the fitted density. "
    )
    odd = int(scene.flagged.sum())
    how += "Crosses: odd rows. " if odd else ""
    return Words(
        title,
        how.strip(),
        f"{title}. Histogram of {count(len(scene.raw), 'row')} with the fitted density of {count(K, 'group')}"
        + (f"; {count(odd, 'odd row')}." if odd else "."),
    )
