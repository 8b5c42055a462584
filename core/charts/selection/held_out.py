"""Held-out log density over the number of components, the best and the simplest that does as well marked."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ...analysis.selection.held_out import HeldOut, Prediction
from ...numbers import count, figure
from .. import marks, theme
from ..text import Words, listed
from .curves import MOST_CURVES, k_axis


def held_out_curves(found: HeldOut, families: Sequence[str] | None = None) -> marks.Chart:
    """A curve over K for each family, with bars of one standard error of its distance to the best.

    families: names; without them the best five. Models that failed in a part of the rows are left out.
    """
    names = list(families) if families else leading(found)
    shown = [each for each in found.predictions if each.sound and each.family.name in names]
    if not shown:
        return marks.nothing(f"No model of {listed(names)} could be fitted to every part of the rows")
    frame = pd.DataFrame([_row(each) for each in shown])
    low, high = _range(frame)
    y = alt.Y(
        "value:Q",
        title="Mean log density of a held-out row, higher is better",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(**marks.ON_TOP),
    )
    slots = range(len(names))
    colour = alt.Color(
        "family:N", scale=alt.Scale(domain=names, range=[theme.colour(slot) for slot in slots]), title=None
    )
    shape = alt.Shape(
        "family:N", scale=alt.Scale(domain=names, range=[theme.shape(slot) for slot in slots]), title=None
    )
    base = alt.Chart(frame).encode(x=k_axis(frame["components"].tolist(), room=0.1), y=y, color=colour)
    layers = [
        base.mark_rule(strokeWidth=1, opacity=0.6, clip=True).encode(y=alt.Y("from:Q"), y2=alt.Y2("to:Q")),
        base.mark_line(strokeWidth=theme.LINE_WIDTH, clip=True),
        base.mark_point(filled=True, size=36, opacity=1, clip=True).encode(shape=shape, tooltip=_tooltips()),
        *_rings(found, names, base),
    ]
    return marks.finished(layers, _words(found, names))


def leading(found: HeldOut) -> list[str]:
    """The families whose best sound models predict best, at most five, in the order of the search."""
    sound = found.frame[found.frame["failed"] == 0]
    best = set(sound.groupby("family")["density"].max().nlargest(MOST_CURVES).index)
    return [name for name in dict.fromkeys(found.frame["family"]) if name in best]


def _row(each: Prediction) -> dict[str, object]:
    return {
        "family": each.family.name,
        "components": each.components,
        "value": each.density,
        "from": each.density - each.error,
        "to": each.density + each.error,
        "behind": f"{figure(each.behind)} ± {figure(each.error, 2)}",
        "said": figure(each.density, 4),
    }


def _range(frame: pd.DataFrame) -> tuple[float, float]:
    """From the lowest value of two groups and more: one group may lie so far off that all else is flat."""
    several = frame[frame["components"] > 1]
    best = int(frame["components"].to_numpy()[frame["value"].to_numpy().argmax()])
    seen = several if len(several) and best != 1 else frame
    low, high = float(seen["from"].min()), float(frame["to"].max())
    margin = 0.12 * (high - low or 1.0)
    return low - margin, high + margin


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("family:N", title="Family"),
        alt.Tooltip("components:Q", title="Components"),
        alt.Tooltip("said:N", title="Log density"),
        alt.Tooltip("behind:N", title="Behind the best"),
    ]


def _rings(found: HeldOut, names: Sequence[str], base: alt.Chart) -> list[alt.Chart]:
    """A ring around the best, and a dashed one around the simplest within one standard error."""
    marked = [(found.best, "best", [1, 0])]
    marked += [(found.choice, "as good", [3, 3])] if found.choice is not found.best else []
    layers: list[alt.Chart] = []
    for each, word, dash in marked:
        if each.family.name not in names:
            continue
        here = base.transform_filter(
            (alt.datum.family == each.family.name) & (alt.datum.components == each.components)
        ).encode(color=alt.ColorValue(theme.INK))
        ring = here.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2, strokeDash=dash)
        said = f"{word}: {each.family.name}, {count(each.components, 'component')}"
        side = {"dy": -24 if word == "best" else 26, "text": said}
        layers += [ring, *(here.mark_text(**side, **look) for look in marks.HALOED)]
    return layers


def _words(found: HeldOut, names: Sequence[str]) -> Words:
    title = f"{found.best.name} predicts rows held out best"
    if found.choice is not found.best:
        title += f"; {found.choice.name} does as well"
    how = "A line per model family; bars are one standard error of the distance to the best."
    return Words(
        title, how, f"{title}. Mean log density of held-out rows over the number of components, {listed(names)}."
    )
