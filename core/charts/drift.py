"""Drift: where the values of other rows lie beside those of the fitted rows, and how the groups share them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ..analysis.new_rows import NewRows
from ..arrays import Array
from ..data.prepare import Matrix
from ..numbers import count, share
from . import marks, theme
from .density.levels import pairs
from .text import Words, in_text, literal, shorten

MOST_COLUMNS = 12
BAR_HEIGHT, ROOM = 36, 190  # pixels of a column or group, and of all that stands around them
QUANTILES = (0.05, 0.5, 0.95)
FAR = 20.0  # standard deviations from which an axis is symlog, so that one far column leaves the others their room
THEN, NOW, MOVED = "Rows that were fitted", "New rows", "New rows, moved"


def drift_ranges(training: Matrix, found: NewRows) -> marks.Chart:
    """The middle 90 % of each column then and now, in standard deviations of the fitted rows; most moved on top.

    Of columns of numbers; where there are none, the levels of the category that has moved most.
    """
    of_numbers = found.drift["ks"].iloc[: len(training.features)].fillna(2.0).to_numpy()
    if not len(of_numbers):
        return drift_levels(found)
    order = np.argsort(-of_numbers, kind="stable")[:MOST_COLUMNS]
    frame = pd.DataFrame([row for place, j in enumerate(order) for row in _pair(training, found, int(j), place)])
    codes = list(dict.fromkeys(frame["look"]))
    entries = [
        each
        for each in (
            marks.Entry("old", theme.GREY, theme.GREY_SHAPE, THEN),
            marks.Entry("new", theme.colour(0), "diamond", NOW),
            marks.Entry("moved", theme.colour(1), "diamond", MOVED),
        )
        if each.code in codes
    ]
    ends = frame[["low", "high"]].abs().to_numpy()
    symlog = {"type": "symlog", "constant": 2} if np.nanmax(ends) > FAR else {}
    x = alt.X(
        "low:Q",
        title="Standard deviations from the old mean",
        scale=alt.Scale(**symlog, nice=False, zero=False, padding=12),
    )
    base = alt.Chart(frame).encode(
        y=_band([shorten(found.drift["column"].iloc[j], 24) for j in order]),
        yOffset=alt.YOffset("side:N", scale=alt.Scale(paddingInner=0.2, paddingOuter=0.35)),
        tooltip=[
            alt.Tooltip("name:N", title="Column"),
            alt.Tooltip("rows:N", title="Rows"),
            alt.Tooltip("said:N", title="5 %, median, 95 %"),
        ],
    )
    look = marks.look(entries)
    layers = [
        base.mark_rule(strokeWidth=7, opacity=0.6).encode(x=x, x2=alt.X2("high:Q"), color=look["color"]),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("middle:Q"), **look),
    ]
    return marks.finished(layers, _drift_words(training, found, order.tolist()), ROOM + BAR_HEIGHT * len(order))


def drift_levels(found: NewRows) -> marks.Chart:
    """How often the levels of the category that has moved most came then and come now."""
    column = str(found.drift["column"].iloc[int(found.drift["ks"].to_numpy().argmax())])
    own = found.levels[found.levels["column"] == column]
    how = "Grey: the rows that were fitted. In colour: the new rows."
    title = f"{in_text(column)} differs most of the columns of words"
    return pairs(own, {"then": THEN, "now": NOW}, Words(title, how, f"{title}. {found.drift_sentence}."))


def group_shares(found: NewRows, slots: Sequence[int]) -> marks.Chart:
    """The share of the rows that each group holds, of the fitted rows and of the new ones; slots (G,) are colours."""
    groups = found.groups
    colours = [theme.colour(slot) for slot in slots] + [theme.GREY] * (len(groups) - len(slots))
    frame = pd.DataFrame(
        [
            {"place": f"{at:03}", "name": name, "side": side, "share": value, "said": share(value), "rows": rows,
             "colour": theme.GREY if side == "a" else colours[at], "opacity": 0.45 if side == "a" else 1.0}
            for at, name in enumerate(groups["group"])
            for side, value, rows in (("a", groups["then"].iloc[at], THEN), ("b", groups["now"].iloc[at], NOW))
        ]
    )  # fmt: skip
    most = float(frame["share"].max())
    x = alt.X("share:Q", title="Share of the rows", scale=alt.Scale(domain=[0, most * 1.2]), axis=alt.Axis(format="%"))
    base = alt.Chart(frame).encode(
        x=x,
        y=_band([str(name) for name in groups["group"]]),
        yOffset=alt.YOffset("side:N", scale=alt.Scale(paddingInner=0.1, paddingOuter=0.2)),
    )
    bars = base.mark_bar().encode(
        color=alt.Color("colour:N", scale=None, legend=None),
        opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="Group"),
            alt.Tooltip("rows:N", title="Rows"),
            alt.Tooltip("said:N", title="Share"),
        ],
    )
    said = base.mark_text(align="left", dx=5, color=theme.INK).encode(text=alt.Text("said:N"))
    how = "Grey, above: the rows that were fitted. In colour: the new rows."
    words = Words(
        found.groups_sentence,
        how,
        f"{found.groups_sentence}. Bars of the shares of {count(len(groups), 'group')} then and now.",
    )
    return marks.finished([bars, said], words, max(200, ROOM + BAR_HEIGHT * len(groups)))


def _pair(training: Matrix, found: NewRows, column: int, place: int) -> list[dict[str, object]]:
    """One column's bars: of the fitted rows and, where it has numbers, of the new ones."""
    then = training.raw[:, column]
    centre, spread = float(np.nanmean(then)), float(np.nanstd(then)) or 1.0
    moved = bool(found.drift["moved"].iloc[column])
    sides = (("a", "old", THEN, then), ("b", "moved" if moved else "new", NOW, found.matrix.raw[:, column]))
    in_words = training.transform.in_words

    def said(values: Array) -> str:
        return ", ".join(in_words(column, np.nanquantile(values, QUANTILES).tolist()))

    label = {"place": f"{place:03}", "name": shorten(found.drift["column"].iloc[column], 40)}
    return [
        {**label, "side": side, "look": look, "rows": rows, **_range(values, centre, spread), "said": said(values)}
        for side, look, rows, values in sides
        if not np.isnan(values).all()
    ]


def _range(values: Array, centre: float, spread: float) -> dict[str, object]:
    low, middle, high = ((np.nanquantile(values, QUANTILES) - centre) / spread).tolist()
    return {"low": low, "middle": middle, "high": high}


def _band(names: Sequence[str]) -> alt.Y:
    """A band of places 000, 001, ... labelled by names, which may be equal."""
    labels = ", ".join(f"'{at:03}': {literal(name)}" for at, name in enumerate(names))
    axis = alt.Axis(labelExpr="{" + labels + "}[datum.label]", labelLimit=180, labelOverlap=False, grid=False)
    return alt.Y("place:N", title=None, axis=axis)


def _drift_words(training: Matrix, found: NewRows, order: Sequence[int]) -> Words:
    first, columns = order[0], len(training.features)
    name, moved = in_text(found.drift["column"].iloc[first]), int(found.drift["moved"].sum())
    now = found.matrix.raw[:, first]
    if np.isnan(now).all():
        title = f"{name} is blank in every new row"
    else:
        ends = [np.nanquantile(values, QUANTILES[::2]) for values in (now, training.raw[:, first])]
        low, high, low_then, high_then = training.transform.in_words(first, np.concatenate(ends).tolist())
        title = f"{name} differs most: {low} to {high}, where it was {low_then} to {high_then}"
    how = "Bars: nine values of ten; points: medians."
    how += f" The {len(order)} columns that differ most, of {columns:,}." if len(order) < columns else ""
    said = f"{title}. {found.drift_sentence}. Ranges of {count(len(order), 'column')} then and now, {moved:,} moved."
    return Words(title, how, said)
