"""BIC and AIC as stacked parts, the groups they choose with more rows, and weights that die out."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ...lessons.criteria import Criteria, DyingOut
from ...numbers import count, figure
from .. import marks, theme
from ..text import Words, listed

MISFIT, PENALTY = "misfit", "penalty"
NAMES = {"bic": "BIC", "aic": "AIC"}


def stacked_parts(found: Criteria, criterion: str) -> marks.Chart:
    """One criterion ("bic" or "aic") for every K: the misfit above the best fit's, and the penalty on top of it."""
    frame, name = found.frame, NAMES[criterion]
    misfit = (frame["misfit"] - frame["misfit"].min()).to_numpy()
    penalty = frame[f"{criterion}_penalty"].to_numpy()
    turn = int(frame[criterion].to_numpy().argmin())
    parts = pd.DataFrame(
        [
            {"components": str(k), "part": part, "from": low, "to": high, "said": figure(high - low)}
            for k, below, above in zip(frame["components"], misfit, penalty, strict=True)
            for part, low, high in ((MISFIT, 0.0, below), (PENALTY, below, below + above))
        ]
    )
    entries = [
        marks.Entry(MISFIT, theme.colour(0), "square", "Misfit, above the best fit's"),
        marks.Entry(PENALTY, theme.colour(1), "square", "Penalty for its numbers"),
    ]
    tops = pd.DataFrame({"components": frame["components"].astype(str), "to": misfit + penalty})
    x = alt.X("components:N", title="Groups", scale=alt.Scale(domain=tops["components"].tolist()), axis=EVERY)
    y = alt.Y("to:Q", title=f"{name}, up to a constant", axis=alt.Axis(**marks.ON_TOP, tickCount=5))
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=[e.code for e in entries], range=[e.colour for e in entries]),
        legend=marks.key(entries),
    )
    told = [alt.Tooltip("components:N", title="Groups"), alt.Tooltip("said:N", title="Part")]
    best = alt.Chart(tops.iloc[[turn]]).encode(x=x, y=y)
    layers = [
        alt.Chart(parts)
        .mark_bar(stroke=theme.PAPER, strokeWidth=1)
        .encode(x=x, y=alt.Y("from:Q"), y2=alt.Y2("to:Q"), color=colour, tooltip=told),
        *(best.mark_text(dy=-10, text="lowest", **look) for look in marks.HALOED),
    ]
    chosen, rest = int(frame["components"][turn]), _lead(frame, criterion, turn)
    title = f"{name} turns at {count(chosen, 'group')}{rest}"
    if turn == len(frame) - 1:
        title = f"{name} still falls at {count(chosen, 'group')}, the most that are tried"
    per = f"{figure(float(np.log(found.rows)), 2)} (log {found.rows:,})" if criterion == "bic" else "2"
    how = f"Lower is better. Every number that the model has costs {per}."
    said = f"{title}. Stacked bars of misfit and penalty for {count(len(frame), 'number')} of groups."
    return marks.finished([layers[0], *layers[1:]], Words(title, how, said))


def _lead(frame: pd.DataFrame, criterion: str, turn: int) -> str:
    values = frame[criterion].to_numpy()
    if len(values) < 2:
        return ""
    others = np.delete(np.arange(len(values)), turn)
    second = int(others[values[others].argmin()])
    return f", {figure(float(values[second] - values[turn]), 2)} below {int(frame['components'][second])}"


def chosen_by_rows(found: Sequence[Criteria], true: int) -> marks.Chart:
    """The number of groups that each criterion chooses, by the number of rows; the true one as a line."""
    frame = pd.DataFrame(
        [
            {"rows": f"{each.rows:,}", "components": chosen, "look": code, "by": NAMES[code]}
            for each in found
            for code, chosen in (("bic", each.by_bic), ("aic", each.by_aic))
        ]
    )
    order = [f"{each.rows:,}" for each in found]
    entries = [
        marks.Entry("bic", theme.colour(0), theme.shape(0), "BIC"),
        marks.Entry("aic", theme.colour(1), theme.shape(1), "AIC"),
    ]
    most = int(max(frame["components"].max(), true)) + 1
    y = alt.Y(
        "components:Q",
        title="Groups",
        scale=alt.Scale(domain=[0, most], nice=False),
        axis=alt.Axis(**marks.ON_TOP, tickMinStep=1, format="d"),
    )
    x = alt.X("rows:N", title="Rows", scale=alt.Scale(domain=order), axis=EVERY)
    place = {"x": x, "y": y, "xOffset": alt.XOffset("by:N", sort=["BIC", "AIC"])}
    told = [alt.Tooltip("rows:N", title="Rows"), alt.Tooltip("components:Q", title="Groups")]
    points = alt.Chart(frame).mark_point(filled=True, size=120, opacity=1)
    truth = alt.Chart(pd.DataFrame({"components": [true]}))
    layers = [
        truth.mark_rule(strokeDash=[4, 3], color=theme.SOFT_INK).encode(y=y),
        points.encode(**place, **marks.look(entries), tooltip=told),
    ]
    enough = next((each.rows for each in found if each.by_bic == true), None)
    title = f"BIC finds the {count(true, 'group')} from {enough:,} rows on" if _stays(found, true) else ""
    title = title or f"With {found[-1].rows:,} rows BIC chooses {found[-1].by_bic} and AIC {found[-1].by_aic}"
    how = "More rows make the misfit of too few groups grow, while BIC's penalty hardly does. Dashed: the true number."
    said = f"{title}. Numbers of groups chosen with {listed(order)} rows."
    return marks.finished(layers, Words(title, how, said), theme.SMALL_HEIGHT)


def _stays(found: Sequence[Criteria], true: int) -> bool:
    """Whether BIC, once it chooses the true number, stays with it."""
    hits = [each.by_bic == true for each in found]
    return True in hits and all(hits[hits.index(True) :])


def weights_dying(found: DyingOut) -> marks.Chart:
    """The weight of each component by pass; those that keep no row are grey."""
    kept = found.weights[-1] >= np.sort(found.weights[-1])[::-1][max(found.effective - 1, 0)]
    frame = pd.DataFrame(
        [
            {"passes": passes, "weight": float(weight), "part": k, "look": "kept" if kept[k] else "gone"}
            for passes, weights in zip(found.passes, found.weights, strict=True)
            for k, weight in enumerate(weights)
        ]
    )
    entries = [
        marks.Entry("kept", theme.colour(0), "stroke", "Keeps rows"),
        marks.Entry("gone", theme.GREY, "stroke", "Dies out"),
    ]
    x = alt.X("passes:Q", title="Passes", scale=alt.Scale(type="log", domain=[1, found.passes[-1]]))
    y = alt.Y("weight:Q", title="Weight", axis=alt.Axis(**marks.ON_TOP, format="%"))
    line = alt.Chart(frame).mark_line(strokeWidth=theme.LINE_WIDTH, opacity=0.85, point={"size": 18, "opacity": 1})
    told = [alt.Tooltip("passes:Q", title="Passes"), alt.Tooltip("weight:Q", title="Weight", format=".1%")]
    layers = [line.encode(x=x, y=y, detail=alt.Detail("part:N"), color=marks.look(entries)["color"], tooltip=told)]
    K = found.weights.shape[1]
    title = f"Of {count(K, 'component')}, {found.effective} still {'holds' if found.effective == 1 else 'hold'} rows"
    title += f" after {found.passes[-1]} passes"
    how = "A line for each component. Weights that the rows do not need fall to nothing, without anybody counting."
    said = f"{title}. Curves of weights by pass."
    return marks.finished(layers, Words(title, how, said), theme.SMALL_HEIGHT)


EVERY = alt.Axis(grid=False, labelAngle=0)
