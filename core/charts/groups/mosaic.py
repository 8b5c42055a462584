"""Mosaics of categories: tiles as large as the share of rows with a level, split by group or by another category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ...arrays import Array
from ...numbers import count, share
from .. import marks, theme
from ..scene import NOISE_NAME, Scene
from ..text import Words, in_text, literal, shorten
from .tables import EVERY_LABEL

MOST_LEVELS = 12
STRONG = 4.0  # standardised residual of a tile at which a colour is full (Friendly 1994)
HEIGHT = 420  # pixels, title and key included
FEWEST = 0.02  # share of all rows under which a level's name has no room beside its tiles


def mosaic_by_group(scene: Scene, column: int) -> marks.Chart:
    """The levels of one of the c columns of categories, each split by how many of its rows are in each group."""
    own = [each[column] for each in scene.levels]
    counts = np.array([each.counts for each in own], dtype=np.float64).T
    looks, names = marks.group_entries(scene.slots, scene.names), list(scene.names)
    noise = np.maximum(np.asarray(own[0].overall) - counts.sum(axis=1), 0.0)
    if noise.any():
        counts, names = np.column_stack([counts, noise]), [*names, NOISE_NAME]
        looks = [*looks, marks.Entry("noise", theme.GREY, theme.GREY_SHAPE, NOISE_NAME)]
    counts, levels = _commonest(counts, own[0].levels)
    frame = _tiles(counts, levels, names)
    frame["look"] = [looks[at].code for at in frame["part"]]
    how = "Height: share of all rows. Width: share of a level's rows in each group."
    words = _words(counts, (own[0].feature, "group"), levels, names, how)
    across = alt.X("x0:Q", title="Share of the level's rows", axis=alt.Axis(format="%", tickCount=5))
    return _finished(frame, marks.look(looks)["color"], words, across, own[0].feature)


def mosaic_by_category(scene: Scene, column: int, other: int) -> marks.Chart:
    """The levels of one of the c columns of categories, each split by those of another; darker where they attract."""
    matrix = scene.matrix
    codes = matrix.codes[:, [column, other]]
    table = np.zeros((len(matrix.levels[column]), len(matrix.levels[other])))
    np.add.at(table, tuple(codes[(codes >= 0).all(axis=1)].T), 1.0)
    if not table.any():
        return marks.nothing("No row has a level in both columns")
    counts, levels = _commonest(table, matrix.levels[column])
    turned, parts = _commonest(counts.T, matrix.levels[other])
    counts = turned.T
    name, by = matrix.categories[column], matrix.categories[other]
    frame = _tiles(counts, levels, parts)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    frame["excess"] = ((counts - expected) / np.sqrt(expected))[frame["level"], frame["part"]]
    scale = alt.Scale(domain=[-STRONG, STRONG], range=list(theme.DIVERGING), clamp=True)
    how = f"Height: share of all rows. Width: share of a level's rows by {in_text(by)}, whose levels are named above "
    how += "the first row. Green: more rows than if both were independent; brown: fewer."
    words = _words(counts, (name, by), levels, parts, how)
    axis = _named(frame[frame["level"] == 0], "x", parts, orient="top", labelAngle=-40)
    across = alt.X("x0:Q", title=shorten(by), axis=axis)
    return _finished(frame, alt.Color("excess:Q", scale=scale, legend=None), words, across, None)


def _commonest(counts: Array, levels: Sequence[str]) -> tuple[Array, list[str]]:
    """The counts of levels that have a row, in their order; of too many the commonest, and all others as one."""
    sizes = counts.sum(axis=1)
    kept = np.flatnonzero(sizes)
    if len(kept) <= MOST_LEVELS:
        return counts[kept], [levels[at] for at in kept.tolist()]
    kept = np.sort(np.argsort(-sizes, kind="stable")[: MOST_LEVELS - 1])
    rest = np.delete(counts, kept, axis=0)
    return np.vstack([counts[kept], rest.sum(axis=0)]), [
        *(levels[at] for at in kept.tolist()),
        count(int((rest.sum(axis=1) > 0).sum()), "other level"),
    ]


def _tiles(counts: Array, levels: Sequence[str], parts: Sequence[str]) -> pd.DataFrame:
    """A tile for each level and part that share a row: its edges from 0 to 1, and what it says."""
    whole = counts.sum(axis=1)
    within = counts / whole[:, None]
    bottoms, ends = 1 - np.cumsum(whole) / whole.sum(), np.cumsum(within, axis=1)
    level, part = np.nonzero(counts)
    return pd.DataFrame(
        {
            "level": level,
            "part": part,
            "y0": bottoms[level],
            "y1": (bottoms + whole / whole.sum())[level],
            "x0": (ends - within)[level, part],
            "x1": ends[level, part],
            "name": [shorten(levels[at], 24) for at in level.tolist()],
            "of": [shorten(parts[at], 24) for at in part.tolist()],
            "said": [share(each) for each in within[level, part].tolist()],
            "size": [share(each) for each in (whole / whole.sum())[level].tolist()],
            "rows": counts[level, part],
        }
    )


def _named(tiles: pd.DataFrame, way: str, names: Sequence[str], **settings: Any) -> alt.Axis:
    """An axis that names tiles where they have room, at their middle."""
    middles = ((tiles[f"{way}0"] + tiles[f"{way}1"]) / 2).tolist()
    wide = (tiles[f"{way}1"] - tiles[f"{way}0"] >= FEWEST).tolist()
    numbers = tiles["level" if way == "y" else "part"].tolist()
    shown = {round(at, 6): shorten(names[k], 22) for at, k, fits in zip(middles, numbers, wide, strict=True) if fits}
    words = "".join(f"abs(datum.value - {at}) < 1e-5 ? {literal(name)} : " for at, name in shown.items()) + "''"
    every = {**EVERY_LABEL, "labelOverlap": "greedy"}
    return alt.Axis(values=list(shown), labelExpr=words, ticks=False, domain=False, **every, **settings)


def _finished(tiles: pd.DataFrame, colour: alt.Color, words: Words, across: alt.X, column: str | None) -> marks.Chart:
    """The tiles of levels, down; without the column's name where those of another's levels stand."""
    first = tiles.drop_duplicates("level")
    ends = alt.Scale(domain=[0, 1], nice=False)
    down = _named(first, "y", first["name"].tolist(), **marks.ON_TOP)
    edge = theme.GREY if column is None else theme.PAPER  # pale tiles would not stand out from what lies behind
    layer = (
        alt.Chart(tiles)
        .mark_rect(stroke=edge, strokeWidth=1)
        .encode(
            x=across.scale(ends),
            x2=alt.X2("x1:Q"),
            y=alt.Y("y0:Q", title=column and shorten(column), scale=ends, axis=down),
            y2=alt.Y2("y1:Q"),
            color=colour,
            tooltip=[
                alt.Tooltip("name:N", title="Level"),
                alt.Tooltip("of:N", title="In"),
                alt.Tooltip("said:N", title="Share of the level"),
                alt.Tooltip("size:N", title="The level, of all rows"),
                alt.Tooltip("rows:Q", title="Rows", format=","),
            ],
        )
    )
    return marks.finished([layer], words, HEIGHT)


def _words(counts: Array, columns: tuple[str, str], levels: Sequence[str], parts: Sequence[str], how: str) -> Words:
    """What to see: the level and part that lie furthest from independence, by rows."""
    whole, usual = counts.sum(axis=1), counts.sum(axis=0) / counts.sum()
    within = counts / whole[:, None]
    level, part = np.unravel_index(int(np.argmax(counts - np.outer(whole, usual))), counts.shape)
    own, others = share(float(within[level, part])), share(float(usual[part]))
    both = " by ".join(map(in_text, columns))
    title = f"{both}: {own} of {in_text(levels[int(level)])} are {in_text(parts[int(part)])}, {others} of all rows"
    if min(counts.shape) == 1:
        title = f"{both}: {count(len(levels), 'level')}, {count(len(parts), 'part')}"
    return Words(title, how, f"{title}. Mosaic of {count(len(levels), 'level')} by {count(len(parts), 'part')}.")
