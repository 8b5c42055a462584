"""Pictures of a report as SVG, a few marks each, that show groups as a whole and no row but odd ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...analysis.density.geometry import Plane, ellipses, telling_pair
from ...arrays import Array
from ...charts import palette
from ...data.patterns import whole_rows
from ...errors import CoreError
from ...mixture.model import Mixture
from ...numbers import count, figure
from ..answered import Answered
from .axes import Axis
from .markup import Markup, joined, tag

WIDTH, HEIGHT = 680, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 52  # room for marks and names
BINS = 30
FRAMED = (0.005, 0.995)  # quantiles of the rows between which a frame reaches, nearly
CROSS = "M-5,-3.3L-3.3,-5L0,-1.7L3.3,-5L5,-3.3L1.7,0L5,3.3L3.3,5L0,1.7L-3.3,5L-5,3.3L-1.7,0Z"
MOST_CROSSES = 300
MOST_CURVE = 40  # numbers of components


def groups_picture(answer: Answered) -> Markup:
    """Where the groups lie on the two columns that tell most, with the odd rows; of one column how many rows it has.

    Without a column of numbers there is none: the tables say how often each group has each level.
    """
    if not answer.matrix.features:
        return Markup()
    if len(answer.matrix.features) == 1:
        return _counts(answer)
    blended = answer.grouping.blended(answer.fit.mixture)
    return _ellipses(answer, blended, telling_pair(blended))


def _ellipses(answer: Answered, blended: Mixture, columns: tuple[int, int]) -> Markup:
    transform, odd = answer.matrix.transform, _odd_values(answer, columns)
    plane = Plane(columns, len(answer.matrix.features), transform)
    found = ellipses(answer.fit.mixture, plane, sigmas=(2.0, 1.0))
    usual = _most(answer, columns)
    x = Axis.over(transform, columns[0], usual[:, 0], LEFT, WIDTH - RIGHT)
    y = Axis.over(transform, columns[1], usual[:, 1], HEIGHT - BOTTOM, TOP)
    shapes = []
    for each in found:
        slot = answer.slots[answer.grouping.of[each.component]]
        shapes.append(
            _outline(x.places(each.points[:, 0]), y.places(each.points[:, 1]), slot, filled=each.sigma == 2.0)
        )
    centres = plane.raw(blended.means[:, list(columns)])
    names = [
        _label(px, py, name, palette.colour(slot))
        for px, py, name, slot in zip(
            x.places(centres[:, 0]), y.places(centres[:, 1]), answer.grouping.names, answer.slots, strict=True
        )
    ]
    told = f"{count(answer.groups, 'group')} on {answer.matrix.features[columns[0]]} and "
    told += f"{answer.matrix.features[columns[1]]}, with {count(len(odd), 'odd row')}"
    return _framed(told, (x, y), [*shapes, *_crosses(x, y, odd), *names])


def _most(answer: Answered, columns: Sequence[int]) -> Array:
    """(2, c) between which nearly all rows lie that are not odd, in raw units: the frame of a picture."""
    raw = answer.matrix.raw[:, list(columns)]
    usual = raw[~answer.anomalies.flagged]
    return np.asarray(np.nanquantile(usual if len(usual) else raw, FRAMED, axis=0))


def _odd_values(answer: Answered, columns: Sequence[int]) -> Array:
    """(m, c) the odd rows in raw units, the oddest first, without those that are blank there."""
    raw = answer.matrix.raw[answer.anomalies.ranking][:, list(columns)]
    return np.asarray(raw[whole_rows(raw)])


def _crosses(x: Axis, y: Axis, values: Array) -> Iterator[Markup]:
    """A cross for each odd row; those beyond the frame at its edge, lighter."""
    far = np.logical_or(x.beyond(values[:, 0]), y.beyond(values[:, 1]))
    places = zip(x.places(values[:, 0]), y.places(values[:, 1]), far, strict=True)
    for px, py, beyond in list(places)[:MOST_CROSSES]:
        look = {"fill": "none", "stroke": palette.ACCENT} if beyond else {"fill": palette.ACCENT}
        yield tag("path", d=CROSS, transform=f"translate({px:.1f},{py:.1f})", **look)


def _outline(xs: Array, ys: Array, slot: int, *, filled: bool) -> Markup:
    """A closed line in a group's colour and dash."""
    places = "L".join(f"{px:.1f},{py:.1f}" for px, py in zip(xs, ys, strict=True))
    fill = palette.TINTS_LIGHT[slot % len(palette.TINTS_LIGHT)] if filled else "none"
    dash = " ".join(map(str, palette.dash(slot)))
    look = {
        "fill": fill,
        "fill_opacity": 0.6,
        "stroke": palette.colour(slot),
        "stroke_width": 2,
        "stroke_dasharray": dash,
    }
    return tag("path", d=f"M{places}Z", **look)


def _label(px: float, py: float, name: str, colour: str) -> Markup:
    look = {"text_anchor": "middle", "class_": "name", "fill": colour}
    return tag("text", name if len(name) <= 24 else f"{name[:23]}…", x=f"{px:.1f}", y=f"{py:.1f}", **look)


def _counts(answer: Answered) -> Markup:
    """How many rows of each group lie in equal parts of the one column."""
    raw = answer.matrix.raw[:, 0]
    x = Axis.over(answer.matrix.transform, 0, _most(answer, [0])[:, 0], LEFT, WIDTH - RIGHT)
    edges = np.linspace(LEFT, WIDTH - RIGHT, BINS + 1)
    places = x.places(raw)
    heights = [np.histogram(places[answer.own == k], edges)[0] for k in range(answer.groups)]
    top = max(1, int(np.sum(heights, axis=0).max()))
    below, bars = np.zeros(BINS), []
    scale = (HEIGHT - BOTTOM - TOP) / top
    for slot, each in zip(answer.slots, heights, strict=True):
        for at in np.flatnonzero(each):
            y = HEIGHT - BOTTOM - (below[at] + each[at]) * scale
            size = {"x": f"{edges[at]:.1f}", "y": f"{y:.1f}", "width": f"{edges[1] - edges[0] - 1:.1f}"}
            bars.append(tag("rect", **size, height=f"{each[at] * scale:.1f}", fill=palette.colour(slot)))
        below += each
    odd = x.places(_odd_values(answer, [0])[:, 0])
    marks = [
        tag("path", d=CROSS, transform=f"translate({px:.1f},{HEIGHT - BOTTOM - 8})", fill=palette.ACCENT)
        for px in odd[:MOST_CROSSES]
    ]
    return _framed(f"Rows by {answer.matrix.features[0]}, at most {top:,} in a bar", (x, None), [*bars, *marks])


def curve_picture(answer: Answered) -> Markup:
    """The lowest BIC at each number of components that was searched; nothing for fewer than two."""
    board, points = answer.first.board, []
    for k in sorted(set(board.search.components))[:MOST_CURVE]:
        try:
            points.append((k, board.best_of(k).bic))
        except CoreError:
            continue
    if len(points) < 2:
        return Markup()
    ks, values = np.array(points, dtype=float).T
    xs = LEFT + (ks - ks[0]) / (ks[-1] - ks[0]) * (WIDTH - LEFT - RIGHT)
    spread = float(np.ptp(values)) or 1.0
    ys = TOP + 24 + (values.max() - values) / spread * (HEIGHT / 2 - TOP - BOTTOM - 24)  # the lowest at the foot
    line = "L".join(f"{px:.1f},{py:.1f}" for px, py in zip(xs, ys, strict=True))
    best = int(values.argmin())
    marks = [tag("path", d=f"M{line}", fill="none", stroke=palette.GREY, stroke_width=2)]
    for at, (px, py, k) in enumerate(zip(xs, ys, ks, strict=True)):
        look = {"r": 6 if at == best else 3.5, "fill": palette.colour(0) if at == best else palette.GREY}
        marks.append(tag("circle", cx=f"{px:.1f}", cy=f"{py:.1f}", **look))
        marks.append(tag("text", f"{k:.0f}", x=f"{px:.1f}", y=HEIGHT // 2 - 24, text_anchor="middle"))
    said = f"BIC {figure(values[best], 5)}"
    marks.append(
        tag(
            "text",
            said,
            x=f"{min(max(xs[best], 110), WIDTH - 110):.1f}",
            y=f"{ys[best] - 14:.1f}",
            text_anchor="middle",
        )
    )
    marks.append(
        tag("text", "Number of components", x=WIDTH // 2, y=HEIGHT // 2 - 6, text_anchor="middle", class_="soft")
    )
    told = f"BIC by number of components, lowest at {ks[best]:.0f}"
    return _svg(told, HEIGHT // 2, marks)


def strip(axis: Axis, own: tuple[float, float, float], overall: tuple[float, float, float], slot: int) -> Markup:
    """The middle half of a group's rows and their median, over that of all rows."""
    wide, narrow = axis.places(np.array(overall)), axis.places(np.array(own))
    if not np.isfinite([*wide, *narrow]).all():
        return Markup()
    bars = [
        _bar(wide[0], wide[2], 4, 10, palette.LINE_PRINTED),
        _bar(narrow[0], narrow[2], 6, 6, palette.colour(slot)),
        _bar(narrow[1] - 1, narrow[1] + 1, 2, 14, palette.PRINTED),
    ]
    return Markup(f'<svg class="strip" viewBox="0 0 160 18" aria-hidden="true">{joined(bars)}</svg>')


def _bar(first: float, last: float, y: int, height: int, colour: str) -> Markup:
    return tag("rect", x=f"{first:.1f}", y=y, width=f"{max(last - first, 2.0):.1f}", height=height, fill=colour)


def _framed(told: str, axes: tuple[Axis, Axis | None], marks: Sequence[Markup]) -> Markup:
    """Marks in a frame with named axes."""
    x, y = axes
    lines = [tag("rect", x=LEFT, y=TOP, width=WIDTH - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM, class_="frame")]
    for at, text in x.marks:
        lines.append(tag("text", text, x=f"{at:.1f}", y=HEIGHT - BOTTOM + 18, text_anchor="middle"))
    lines.append(_title(x, WIDTH // 2, HEIGHT - 10))
    if y is not None:
        for at, text in y.marks:
            lines.append(tag("text", text, x=LEFT - 6, y=f"{at + 4:.1f}", text_anchor="end"))
        lines.append(_title(y, 14, HEIGHT // 2, turned=True))
    return _svg(told, HEIGHT, [*lines, *marks])


def _title(axis: Axis, x: int, y: int, *, turned: bool = False) -> Markup:
    name = axis.transform.titled(axis.column)
    look = {"text_anchor": "middle", "class_": "soft"} | ({"transform": f"rotate(-90 {x} {y})"} if turned else {})
    return tag("text", name if len(name) <= 50 else f"{name[:49]}…", x=x, y=y, **look)


def _svg(told: str, height: int, marks: Sequence[Markup]) -> Markup:
    title = tag("title", told)
    return Markup(f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{title}{joined(marks)}</svg>')
