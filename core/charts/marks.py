"""The parts that pictures are put together from: axes, the key of groups, points, ellipses, regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd

from ..analysis.density.geometry import Ellipse, Plane, Regions, box
from ..arrays import Array
from ..data.dates import FEW_DAYS, marks_between
from . import theme
from .scene import NOISE_NAME, ODD_NAME, UNDECIDED_NAME, Scene
from .text import OUTER_WIDTH, Words, literal, shorten, tick_format, titled, value_format

Chart: TypeAlias = alt.LayerChart
Layer: TypeAlias = "alt.Chart | alt.LayerChart"
HALO_WIDTH = 4
# Text over marks: what lies behind it is first covered by its outline.
HALOED: tuple[dict[str, Any], ...] = (
    {"stroke": theme.PAPER, "color": theme.PAPER, "strokeWidth": 3, "strokeOpacity": 0.85},
    {"color": theme.INK},
)


def finished(layers: Sequence[Layer], words: Words, height: int = theme.HEIGHT, beside: Words | None = None) -> Chart:
    """One picture of these layers with its words, as wide as its container and in the house's look."""
    # Set in place: Altair's own way to layer charts, and each of its methods, copies every layer several times.
    chart = alt.LayerChart()
    chart.data, chart.layer = _shared(layers)
    chart.width, chart.height = "container", height
    chart.title, chart.description = titled(words, beside), words.description
    chart.config = alt.Config(**theme.config())
    return chart


def _shared(layers: Sequence[Layer]) -> tuple[Any, list[Layer]]:
    """The frame that all layers show, and the layers without it; nothing is taken from them where they differ."""
    data = layers[0].data
    if any(layer.data is not data for layer in layers):
        return alt.Undefined, list(layers)
    bare = [layer.copy(deep=False) for layer in layers]
    for layer in bare:
        layer.data = alt.Undefined
    return data, bare


def nothing(title: str) -> Chart:
    """A picture that only says why there is none."""
    empty = alt.Chart(pd.DataFrame({"said": [""]})).mark_text().encode(text=alt.Text("said:N"))
    return finished([empty], Words(title, "", f"{title}."), theme.SMALL_HEIGHT // 2)


@dataclass(frozen=True)
class Axis:
    """One column as an axis in raw units."""

    title: str
    domain: tuple[float, float]
    tick: str  # d3 format of its ticks
    value: str  # d3 format of single values
    logarithmic: bool = False
    days: tuple[float, ...] | None = None  # of a column of dates, where it bears marks

    @classmethod
    def of_dates(cls, name: str, values: Array) -> Axis:
        """The axis of a column of dates with these (n,) days."""
        plain = cls.of(name, values)
        days, form = marks_between(*plain.domain)
        time = " %H:%M" if plain.domain[1] - plain.domain[0] <= FEW_DAYS else ""
        return replace(plain, tick=form, value=f"%Y-%m-%d{time}", days=tuple(days.tolist()))

    @classmethod
    def of(cls, name: str, values: Array, logarithmic: bool = False) -> Axis:
        """The axis of a column with these (n,) raw values; a logarithmic one has its margins as factors."""
        placed = np.log(values) if logarithmic else values
        (low,), (high,) = np.exp(box(placed[:, None])) if logarithmic else box(placed[:, None])
        return cls(shorten(name), (float(low), float(high)), tick_format(values), value_format(values), logarithmic)

    def x(self, field: str = "c0:Q") -> alt.X:
        """This axis along the bottom."""
        return alt.X(field, title=self.title, scale=self._scale(), axis=self._axis(tickCount=_ticks("width", 90)))

    def y(self, field: str = "c1:Q") -> alt.Y:
        """This axis at the left, its title lying on top of it so that it can be read without turning one's head."""
        return alt.Y(field, title=self.title, scale=self._scale(), axis=self._axis(**ON_TOP))

    def tooltip(self, field: str = "c0", title: str = "") -> alt.Tooltip:
        """A value on this axis, in a chart that is `dated` if it is one of dates; titled as the axis by default."""
        if self.days is None:
            return alt.Tooltip(f"{field}:Q", title=title or self.title, format=self.value)
        return alt.Tooltip(f"{field}date:N", title=title or self.title)

    def dated(self, chart: alt.Chart, *fields: str) -> alt.Chart:
        """The chart with what tooltips show of fields on this axis, if it is one of dates."""
        if self.days is None:
            return chart
        said = {f"{field}date": _written(f"datum.{field}", self.value) for field in fields}
        return chart.transform_calculate(**said)

    def _scale(self) -> alt.Scale:
        if self.logarithmic:
            return alt.Scale(type="log", domain=list(self.domain), nice=False)
        return alt.Scale(domain=list(self.domain), nice=False, zero=False)

    def _axis(self, **settings: Any) -> alt.Axis:
        if self.days is not None:
            words = _written("datum.value", self.tick)
            return alt.Axis(**{**settings, "values": list(self.days), "labelExpr": words, "tickCount": alt.Undefined})
        return alt.Axis(**({"format": self.tick} if self.tick else {}), **settings)


def _written(days: str, form: str) -> str:
    """An expression that writes an expression's days as a date, in one time zone for everyone."""
    return f"isValid({days}) ? utcFormat({days} * 864e5, '{form}') : ''"


ON_TOP: dict[str, Any] = {
    "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom", "titleX": 0, "titleY": -9,
}  # fmt: skip
ROOM_ON_TOP = 30  # pixels between the key and the plot, for the title of the y axis


def _ticks(side: str, pixels: int) -> alt.ExprRef:
    """As many ticks as leave so many pixels for each."""
    return alt.ExprRef(f"max(3, floor({side} / {pixels}))")


@dataclass(frozen=True)
class Entry:
    """One way for a point to look; an entry without a label does not show in the key."""

    code: str  # not "then", which Vega's expressions refuse as a name
    colour: str | alt.ExprRef
    shape: str
    label: str = ""


def group_entries(slots: Sequence[int], labels: Sequence[str]) -> list[Entry]:
    """The groups: code g0, g1, ... in their own order."""
    return [
        Entry(f"g{k}", theme.colour(slot), theme.shape(slot), label)
        for k, (slot, label) in enumerate(zip(slots, labels, strict=True))
    ]


def undecided_entries(slots: Sequence[int], any_undecided: bool) -> list[Entry]:
    """Rows that no group holds clearly: grey, in the shape of the likeliest group (u0, u1, ...), with one label."""
    grey = [Entry(f"u{k}", theme.GREY, theme.shape(slot)) for k, slot in enumerate(slots)]
    return [*grey, Entry("u", theme.GREY, theme.GREY_SHAPE, UNDECIDED_NAME)] if any_undecided else []


NOISE = Entry("noise", theme.GREY, "stroke", NOISE_NAME)
ODD = Entry("odd", theme.ACCENT, theme.ACCENT_SHAPE, ODD_NAME)


def look(entries: Sequence[Entry]) -> dict[str, Any]:
    """Colour and shape by the field `look`, with one key for both; domain and range are fixed."""
    domain, legend = [entry.code for entry in entries], key(entries)
    colours, shapes = [entry.colour for entry in entries], [entry.shape for entry in entries]
    return {
        "color": alt.Color("look:N", scale=alt.Scale(domain=domain, range=colours), legend=legend),
        "shape": alt.Shape("look:N", scale=alt.Scale(domain=domain, range=shapes), legend=legend),
    }


def key(entries: Sequence[Entry]) -> alt.Legend:
    """The key of the entries that have a label, in as many columns as there is room for."""
    labelled = [entry for entry in entries if entry.label]
    words = "{" + ", ".join(f"'{entry.code}': {literal(entry.label)}" for entry in labelled) + "}[datum.label]"
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=alt.ExprRef(f"max(1, floor({OUTER_WIDTH} / {_entry_width(labelled)}))"),
        values=[entry.code for entry in labelled],
        labelExpr=words,
        symbolSize=80,
        offset=ROOM_ON_TOP,
    )


def _entry_width(entries: Sequence[Entry]) -> int:
    """Pixels that the widest entry of the key takes."""
    return 30 + 6 * max(len(UNDECIDED_NAME), *(len(entry.label) for entry in entries))


def point_size(n: int) -> float:
    """Square pixels of a point among n."""
    return float(np.clip(theme.POINT_SIZE * np.sqrt(400 / max(n, 1)), 12, theme.POINT_SIZE))


def points(
    frame: pd.DataFrame, axes: tuple[Axis, Axis], entries: Sequence[Entry], extra: Sequence[alt.Tooltip]
) -> alt.Chart:
    """A point per row of a frame with c0, c1, look, size, row (its name) and what the extra tooltips show."""
    return (
        dated(alt.Chart(frame), axes)
        .mark_point(filled=True, opacity=1, clip=True)
        .encode(
            x=axes[0].x(),
            y=axes[1].y(),
            size=alt.Size("size:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("row:N", title="Row"),
                axes[0].tooltip("c0"),
                axes[1].tooltip("c1"),
                *extra,
            ],
            **look(entries),
        )
    )


def dated(chart: alt.Chart, axes: tuple[Axis, Axis]) -> alt.Chart:
    """A chart of c0 across and c1 up with what tooltips show of dates."""
    return axes[1].dated(axes[0].dated(chart, "c0"), "c1")


def axes_of(scene: Scene, plane: Plane) -> tuple[Axis, Axis]:
    """The plane's two columns as axes that hold every row, drawn or not."""
    x, y = (axis_of(scene, column) for column in plane.columns)
    return x, y


def axis_of(scene: Scene, column: int) -> Axis:
    """One of the d columns as an axis that holds every row; logarithmic if the fit was to its logarithms."""
    return axis_over(scene, column, scene.raw[:, column])


def axis_over(scene: Scene, column: int, values: Array) -> Axis:
    """One of the d columns as an axis that holds (n,) raw values of it."""
    transform = scene.matrix.transform
    if column in transform.dates and not scene.is_logarithmic(column):
        return Axis.of_dates(scene.features[column], values)
    return Axis.of(transform.titled(column), values, scene.is_logarithmic(column))


def outlines(shapes: Sequence[Ellipse], slots: Sequence[int], axes: tuple[Axis, Axis]) -> list[alt.Chart]:
    """Ellipses in their groups' colours, on a halo that sets them off from the points: 1 sigma solid, others dashed."""
    frame = pd.DataFrame(
        [
            {"c0": x, "c1": y, "part": f"{each.component}/{each.sigma}", "step": step, "sigma": each.sigma,
             "colour": theme.colour(slots[each.component])}
            for each in shapes
            for step, (x, y) in enumerate(each.points.tolist())
        ]
    )  # fmt: skip
    place = {"x": axes[0].x(), "y": axes[1].y(), "detail": alt.Detail("part:N"), "order": alt.Order("step:Q")}
    sigmas = sorted({each.sigma for each in shapes})
    dashes = alt.Scale(domain=sigmas, range=[[1, 0] if sigma == 1 else [6, 4] for sigma in sigmas])
    base = alt.Chart(frame)
    return [
        base.mark_line(clip=True, strokeWidth=HALO_WIDTH, opacity=0.8, stroke=theme.PAPER).encode(**place),
        base.mark_line(clip=True, strokeWidth=theme.LINE_WIDTH).encode(
            stroke=alt.Stroke("colour:N", scale=None, legend=None),
            strokeDash=alt.StrokeDash("sigma:N", scale=dashes, legend=None),
            **place,
        ),
    ]


def shades(regions: Regions, axes: tuple[Axis, Axis]) -> alt.Chart:
    """Steps of uncertainty as grey that grows darker; the first step is left clear."""
    frame = pd.DataFrame(
        {"step": regions.group, "c0": regions.left, "r": regions.right, "c1": regions.bottom, "t": regions.top}
    )
    frame = frame.loc[frame["step"] > 0]
    opacity = alt.Scale(domain=[0, 1, 2, 3], range=[0.0, 0.12, 0.28, 0.45])
    return (
        alt.Chart(frame)
        .mark_rect(clip=True, fill=theme.GREY, strokeWidth=0)
        .encode(
            x=axes[0].x(),
            x2=alt.X2("r:Q"),
            y=axes[1].y(),
            y2=alt.Y2("t:Q"),
            fillOpacity=alt.FillOpacity("step:Q", scale=opacity, legend=None),
        )
    )


def fields(regions: Regions, slots: Sequence[int], axes: tuple[Axis, Axis]) -> list[alt.Chart]:
    """Decision regions as quiet fills, one layer per group since a fill must ask for the background."""
    frame = pd.DataFrame(
        {"group": regions.group, "c0": regions.left, "r": regions.right, "c1": regions.bottom, "t": regions.top}
    )
    return [
        alt.Chart(frame.loc[frame["group"] == k, ["c0", "r", "c1", "t"]])
        .mark_rect(clip=True, fill=theme.tint(slot), stroke=theme.tint(slot), strokeWidth=0.7)
        .encode(x=axes[0].x(), x2=alt.X2("r:Q"), y=axes[1].y(), y2=alt.Y2("t:Q"))
        for k, slot in enumerate(slots)
        if (frame["group"] == k).any()
    ]
