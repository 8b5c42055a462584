"""How many groups: a criterion over K for some families, the best fit ringed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from ...analysis.selection.board import Board
from ...analysis.selection.criterion import Criterion
from ...arrays import Array
from ...mixture.fit import Fit
from ...numbers import count, figure
from .. import marks, theme
from ..text import Words, listed

MOST_CURVES = 5
LEVEL = 2.0  # a difference in BIC that says nothing (Kass and Raftery 1995)
LABEL_GAP = 0.055  # of the axis: the least distance between two labels at the end of curves
Choice = tuple[str, int]  # family, K


def criterion_curves(
    board: Board,
    families: Sequence[str] | None = None,
    criteria: Sequence[str] = ("bic",),
    chosen: Choice | None = None,
) -> marks.Chart:
    """A curve over K for each family and criterion, the best fit by the first criterion ringed.

    families: names, without a choice the best five. Fits that are not admissible are left out. chosen: the cell that is
    the model now.
    """
    first = Criterion(criteria[0])
    names = list(families) if families is not None else leading_families(board, first)
    curves = board.frame[board.frame["admissible"] & board.frame["family"].isin(names)]
    values = curves.melt(["family", "components"], [str(c) for c in criteria], "criterion", "value")
    values = values[np.isfinite(values["value"])].reset_index(drop=True)
    if values.empty:
        return marks.nothing(f"No fit of {listed(names)} is admissible")
    axes = _axes(board, values, criteria)
    colour, dash, shape = _family_scales(names, criteria)
    values["said"] = [f"{figure(value, 5)}" for value in values["value"]]
    base = alt.Chart(values).encode(x=axes.x, y=axes.y, color=colour, detail=alt.Detail("criterion:N"))
    tooltip = [
        alt.Tooltip("family:N", title="Family"),
        alt.Tooltip("components:Q", title="Components"),
        alt.Tooltip("criterion:N", title="Criterion"),
        alt.Tooltip("said:N", title="Value"),
    ]
    layers = [
        base.mark_line(strokeWidth=theme.LINE_WIDTH, clip=True).encode(strokeDash=dash),
        base.mark_point(filled=True, size=36, opacity=1, clip=True).encode(shape=shape, tooltip=tooltip),
        *_curve_labels(values, criteria, axes, {"color": colour, "shape": shape}),
        *_rings(board, first, chosen, names, axes),
    ]
    return marks.finished(layers, _criterion_words(board, criteria, names, axes.high < values["value"].max()))


def leading_families(board: Board, criterion: Criterion) -> list[str]:
    """The families whose best admissible fits are the best, at most five, in the order of the search."""
    sound = board.frame[board.frame["admissible"]]
    best = sound.groupby("family")[str(criterion)].min().sort_values(kind="stable").index[:MOST_CURVES]
    return [each.name for each in board.search.families if each.name in set(best)]


@dataclass(frozen=True)
class _Axes:
    """Where a fit stands in the picture."""

    x: alt.X
    y: alt.Y
    low: float
    high: float


def k_axis(components: Sequence[int], room: float = 0.04, title: str = "Components") -> alt.X:
    """Numbers of components along the bottom, with room at the right as a share of the range."""
    low, high = min(components), max(components)
    span = max(high - low, 1)
    step = -(-span // 12)
    return alt.X(
        "components:Q",
        title=title,
        scale=alt.Scale(domain=[low - 0.04 * span, high + room * span], nice=False, zero=False),
        axis=alt.Axis(values=list(range(low, high + 1, step)), format="d", grid=False),
    )


def _axes(board: Board, values: pd.DataFrame, criteria: Sequence[str]) -> _Axes:
    """The y axis ends at the highest value from two groups on: one group may lie so far off that all else is flat."""
    low, high = float(values["value"].min()), _top(values)
    span = high - low or max(abs(high), 1.0)
    low, high = low - 0.12 * span, high + 0.05 * span
    title = f"{listed([Criterion(each).label for each in criteria])}, lower is better"
    y = alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(**marks.ON_TOP),
    )
    return _Axes(k_axis(board.search.components, room=0.22), y, low, high)


def _top(values: pd.DataFrame) -> float:
    """The highest value that has to be seen: every one if the best is one group, else those of two groups and more."""
    best = values["components"].iloc[int(values["value"].to_numpy().argmin())]
    several = values.loc[values["components"] > 1, "value"]
    return float(values["value"].max() if best == 1 or several.empty else several.max())


def _family_scales(names: Sequence[str], criteria: Sequence[str]) -> tuple[alt.Color, alt.StrokeDash, alt.Shape]:
    """Families by colour and shape, criteria by dash; labels at the curves take the place of a key."""
    domain = list(names)
    slots = range(len(domain))
    colour = alt.Color(
        "family:N", scale=alt.Scale(domain=domain, range=[theme.colour(slot) for slot in slots]), legend=None
    )
    shape = alt.Shape(
        "family:N", scale=alt.Scale(domain=domain, range=[theme.shape(slot) for slot in slots]), legend=None
    )
    dashes = [[1, 0], [6, 4], [2, 2]][: len(criteria)]
    dash = alt.StrokeDash("criterion:N", scale=alt.Scale(domain=list(criteria), range=dashes), legend=None)
    return colour, dash, shape


def _curve_labels(values: pd.DataFrame, criteria: Sequence[str], axes: _Axes, looks: dict[str, Any]) -> list[alt.Chart]:
    """The family's sign and name right of the end of its curves, moved apart where two would lie on one another."""
    ends = values.sort_values("components").groupby(["family", "criterion"], as_index=False).last()
    ends = ends.sort_values("value").reset_index(drop=True)
    ends["said"] = (
        ends["family"]
        if len(criteria) == 1
        else ends["family"] + " " + ends["criterion"].map(lambda each: Criterion(each).label)
    )
    gap = LABEL_GAP * (axes.high - axes.low)
    ends["value"] = ends.groupby("components")["value"].transform(lambda same: spread(same.to_numpy(), gap))
    ends["components"] = ends["components"] + 0.04 * max(float(np.ptp(values["components"])), 1.0)
    base = alt.Chart(ends).encode(x=axes.x, y=axes.y)
    signs = base.mark_point(filled=True, size=60, opacity=1).encode(**looks)
    names = (base.mark_text(align="left", dx=8, **look).encode(text=alt.Text("said:N")) for look in marks.HALOED)
    return [signs, *names]


def spread(places: Array, gap: float) -> Array:
    """Rising places moved as little as possible, in squares, until each is at least `gap` above the one before."""
    steps = gap * np.arange(len(places))
    return np.asarray(isotonic_regression(places - steps).x + steps)


def _rings(
    board: Board, criterion: Criterion, chosen: Choice | None, shown: Sequence[str], axes: _Axes
) -> list[alt.Chart]:
    """A ring around the best fit, and a dashed one around the present model where that is another."""
    best = board.best(criterion)
    marked = [(best, "best", [1, 0])] if best.family.name in shown else []
    if chosen is not None and chosen != (best.family.name, best.components) and chosen[0] in shown:
        present = [each for each in board.admissible if (each.family.name, each.components) == chosen]
        marked += [(each, "now", [3, 3]) for each in present]
    layers = []
    for fit, word, dash in marked:
        said = f"{word}: {fit.family.name}, {count(fit.components, 'component')}"
        late = fit.components > np.mean(board.search.components)
        frame = pd.DataFrame({"components": [fit.components], "value": [criterion.of(fit)], "said": [said]})
        base = alt.Chart(frame).encode(x=axes.x, y=axes.y)
        ring = base.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2, strokeDash=dash)
        side = {"align": "right" if late else "left", "dx": 4 if late else -4, "dy": 24 if word == "best" else -22}
        layers += [ring, *(base.mark_text(**side, **look).encode(text=alt.Text("said:N")) for look in marks.HALOED)]
    return layers


def _criterion_words(board: Board, criteria: Sequence[str], shown: Sequence[str], cut: bool) -> Words:
    criterion = Criterion(criteria[0])
    name, best = criterion.label, board.best(criterion)
    title = lead_in_words(board, criterion, best)
    left_out = sum(cell.fit is None or not cell.fit.admissible for cell in board.cells if cell.family.name in shown)
    how = "A line per model family; lower is better. "
    how += "Dashed: AIC, which forgives more parameters. " if list(criteria[1:]) == ["aic"] else ""
    how += "Lines from the top come from one component. " if cut else ""
    how += f"{count(left_out, 'fit')} not to be trusted left out. " if left_out else ""
    return Words(title, how.strip(), f"{title}. {name} over the number of components for {listed(list(shown))}.")


def lead_in_words(board: Board, criterion: Criterion, best: Fit) -> str:
    """Which number of components is best, and how far behind the next best number is."""
    name, K = criterion.label, count(best.components, "component")
    others = [fit for fit in board.admissible if fit.components != best.components]
    if not others:
        return f"{name} is lowest at {K}, with {best.family.name}"
    next_best = min(others, key=criterion.of)
    behind = criterion.of(next_best) - criterion.of(best)
    if behind < LEVEL:
        return f"{name} cannot tell {best.components} from {next_best.components} components: {figure(behind, 2)} apart"
    verb = "is" if next_best.components == 1 else "are"
    rest = f"{count(next_best.components, 'component')} {verb} {figure(behind)} behind"
    return f"{name} is lowest at {K}, with {best.family.name}; {rest}"
