"""Chances of a category's levels on two sides: with nothing given and with some columns given, real and synthetic."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ...numbers import count, share
from .. import marks, theme
from ..groups.tables import places
from ..text import Words, in_text, shorten

MOST_LEVELS = 12
THICKNESS, ROOM = 14, 150  # pixels of a bar, and of all that stands around them
GIVEN = {"chance_before": "Nothing given", "chance": "With the values given"}
SIDES = {"real": "Real rows", "made": "Synthetic rows"}


def what_if_levels(levels: pd.DataFrame, column: str) -> marks.Chart:
    """The levels of a category with nothing given and with some columns given, as `WhatIf.levels` has them."""
    own = levels[levels["column"] == column]
    best = own.iloc[int(own["chance"].to_numpy().argmax())]
    now, before = share(float(best["chance"])), share(float(best["chance_before"]))
    title = f"{in_text(column)} is {in_text(best['level'])} with {now}; with nothing given with {before}"
    return pairs(own, GIVEN, Words(title, "Bars: how likely each level is.", f"{title}. Bars by level."))


def real_and_synthetic_levels(levels: pd.DataFrame, column: str) -> marks.Chart:
    """How often the levels of a category come among real and synthetic rows, as `LevelLikeness.frame` has them."""
    own = levels[levels["column"] == column]
    gap = float((own["made"] - own["real"]).abs().max())
    title = f"Levels of {in_text(column)} come as often in synthetic rows, to {share(gap)} of the rows"
    how = f"Bars: how often each of {count(len(own), 'level')} comes."
    return pairs(own, SIDES, Words(title, how, f"{title}. Bars by level."))


def pairs(levels: pd.DataFrame, sides: dict[str, str], words: Words) -> marks.Chart:
    """Two bars for each level, grey for the first side."""
    shown = levels.sort_values(next(iter(sides)), ascending=False, kind="stable").head(MOST_LEVELS).sort_index()
    codes = list(sides)
    entries = [
        marks.Entry(codes[0], theme.GREY, theme.GREY_SHAPE, sides[codes[0]]),
        marks.Entry(codes[1], theme.colour(0), "diamond", sides[codes[1]]),
    ]
    frame = pd.DataFrame(
        [
            {"r": f"r{at}", "look": code, "level": row["level"], "side": sides[code], "chance": float(row[code])}
            | {"said": share(float(row[code]))}
            for at, (_, row) in enumerate(shown.iterrows())
            for code in codes
        ]
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.86})
        .encode(
            y=places("r", [shorten(each, 24) for each in shown["level"]], "", apart=0.2),
            yOffset=alt.YOffset("look:N", scale=alt.Scale(domain=codes)),
            x=alt.X("chance:Q", title="Share of the rows", axis=alt.Axis(format="%", tickCount=5)),
            color=marks.look(entries)["color"],
            tooltip=[
                alt.Tooltip("level:N", title="Level"),
                alt.Tooltip("side:N", title="Of"),
                alt.Tooltip("said:N", title="Share"),
            ],
        )
    )
    return marks.finished([bars], words, ROOM + len(shown) * (2 * THICKNESS + 8))
