"""Categories in every group: bars of how often each has each level, and a map of the levels that tell most."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.groups.levels import LevelProfile, profiles_by
from ...kmeans import Partition
from ...numbers import count, share
from .. import marks, theme
from ..scene import Scene
from ..text import Words, in_text, shorten
from .tables import CELL_HEIGHT, CELL_ROOM, TILTED_ROOM, cells_of_shares, labels_of_groups, labels_tilt, places

MOST_LEVELS = 12  # of a category that is drawn
MOST_ROWS = 20  # of the map
THICKNESS, ROOM = 15, 150  # pixels of a bar, and of all that stands around them


def level_bars(found: Sequence[LevelProfile], entries: Sequence[marks.Entry]) -> marks.Chart:
    """How often each group, or other part of the rows, has each level of one category: bars in its colour.

    found: (G,) the category in each part; entries: (G,) how each part looks and is called.
    """
    every = found[0]
    shown = _shown(found)
    frame = pd.DataFrame(
        [
            {
                "r": f"r{row}",
                "look": entry.code,
                "level": every.levels[at],
                "part": entry.label,
                "chance": float(np.nan_to_num(each.chances[at])),
                "said": share(float(np.nan_to_num(each.chances[at]))),
                "usual": float(every.usual[at]),
                "overall": share(float(every.usual[at])),
                "count": each.counts[at],
            }
            for row, at in enumerate(shown)
            for each, entry in zip(found, entries, strict=True)
        ]
    )
    base = alt.Chart(frame).encode(y=places("r", [shorten(every.levels[at], 24) for at in shown], "", apart=0.2))
    layers = [_bars(base, entries), _ticks(base)]
    height = ROOM + len(shown) * (THICKNESS * len(entries) + 8)
    return marks.finished(layers, _bar_words(found, entries, len(shown)), height)


def category_bars(scene: Scene, column: int) -> marks.Chart:
    """How often each group has each level of one of the c columns of categories."""
    found = [each[column] for each in scene.levels]
    return level_bars(found, marks.group_entries(scene.slots, scene.names))


def cluster_bars(
    scene: Scene, partition: Partition, own: Sequence[int], names: Sequence[str], column: int
) -> marks.Chart:
    """The same of K-Means' clusters, with their (K,) colour slots and names."""
    parts = profiles_by(scene.matrix, [partition.labels == cluster for cluster in range(partition.components)])
    return level_bars([each[column] for each in parts], marks.group_entries(own, names))


def odd_bars(scene: Scene, column: int) -> marks.Chart:
    """How often the odd rows, and the others, have each level of one of the c columns of categories."""
    parts = profiles_by(scene.matrix, [scene.flagged, ~scene.flagged])
    looks = [marks.ODD, marks.Entry("usual", theme.GREY, theme.GREY_SHAPE, "Other rows")]
    return level_bars([each[column] for each in parts], looks)


def _shown(found: Sequence[LevelProfile]) -> list[int]:
    """The levels that are drawn, in their order: where there are too many the commonest."""
    usual = found[0].usual
    return sorted(np.argsort(-usual, kind="stable")[:MOST_LEVELS].tolist())


def _bars(base: alt.Chart, entries: Sequence[marks.Entry]) -> alt.Chart:
    codes = [entry.code for entry in entries]
    axis = alt.Axis(format="%", tickCount=5)
    return base.mark_bar(height={"band": 0.86}).encode(
        x=alt.X("chance:Q", title="Share of the rows", axis=axis, scale=alt.Scale(zero=True)),
        yOffset=alt.YOffset("look:N", scale=alt.Scale(domain=codes)),
        color=marks.look(entries)["color"],
        tooltip=[
            alt.Tooltip("part:N", title="Group"),
            alt.Tooltip("level:N", title="Level"),
            alt.Tooltip("said:N", title="Share"),
            alt.Tooltip("overall:N", title="All rows"),
            alt.Tooltip("count:Q", title="Rows", format=","),
        ],
    )


def _ticks(base: alt.Chart) -> alt.Chart:
    """Where all rows are."""
    return base.mark_tick(color=theme.INK, thickness=2, height={"band": 0.95}).encode(x=alt.X("usual:Q"))


def _bar_words(found: Sequence[LevelProfile], entries: Sequence[marks.Entry], shown: int) -> Words:
    furthest = int(np.argmax([abs(each.effect) for each in found]))
    own, name = found[furthest], in_text(found[0].feature)
    own_share, usual = share(float(np.nan_to_num(own.chances[own.telling]))), share(float(own.usual[own.telling]))
    level = in_text(own.levels[own.telling])
    if len(found) == 1:
        title = f"{name} is {level} in {usual} of the rows"
    else:
        title = f"{name}: {level} in {own_share} of {in_text(entries[furthest].label)}, {usual} of all rows"
    how = "Bars: how often each has a level. Upright lines: all rows."
    levels = len(own.levels)
    how += f" The {shown} commonest of {levels:,} levels." if shown < levels else ""
    return Words(title, how, f"{title}. Bars of {count(shown, 'level')} by {count(len(found), 'group')}.")


def level_map(found: Sequence[Sequence[LevelProfile]], names: Sequence[str]) -> marks.Chart:
    """How often each group has the levels that tell the groups apart most, of all categories; (G,) names of groups."""
    groups = labels_of_groups(names)
    chosen = _telling_levels(found)
    rows = [f"{shorten(found[0][j].feature, 24)}: {shorten(found[0][j].levels[at], 14)}" for j, at in chosen]
    frame = pd.DataFrame(
        [
            {
                "r": f"r{row}",
                "c": f"c{k}",
                "row": rows[row],
                "column": groups[k],
                "overall": share(float(own.usual[at])),
            }
            | cells_of_shares(float(np.nan_to_num(own.chances[at])))
            for row, (j, at) in enumerate(chosen)
            for k, own in enumerate(each[j] for each in found)
        ]
    )
    tilt = labels_tilt(groups)
    base = alt.Chart(frame).encode(
        x=places("c", groups, "Group", orient="top", labelAngle=tilt),
        y=places("r", rows, "", [shorten(each, 22) for each in rows]),
        tooltip=[
            alt.Tooltip("row:N", title="Level"),
            alt.Tooltip("column:N", title="Group"),
            alt.Tooltip("said:N", title="Share of the group"),
            alt.Tooltip("overall:N", title="Of all rows"),
        ],
    )
    fill = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=list(theme.SEQUENTIAL)), legend=None)
    said = base.mark_text(fontSize=theme.LABEL_SIZE).encode(
        text=alt.Text("said:N"), fill=alt.Fill("ink:N", scale=None, legend=None)
    )
    height = CELL_ROOM + CELL_HEIGHT * len(rows) + (TILTED_ROOM if tilt else 0)
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=fill)
    return marks.finished([cells, said], _map_words(found, names, chosen), height)


def _telling_levels(found: Sequence[Sequence[LevelProfile]]) -> list[tuple[int, int]]:
    """Column and level of the rows of the map: the most telling levels, those of one column together."""
    sizes = [np.max([np.abs(each[j].effects) for each in found], axis=0) for j in range(len(found[0]))]
    each_level = [(float(size), j, at) for j, own in enumerate(sizes) for at, size in enumerate(own)]
    best = sorted(each_level, key=lambda one: (-one[0], one[1], one[2]))[:MOST_ROWS]
    first = {j: place for place, (_, j, _) in reversed(list(enumerate(best)))}
    return [(j, at) for _, j, at in sorted(best, key=lambda one: (first[one[1]], one[2]))]


def _map_words(
    found: Sequence[Sequence[LevelProfile]], names: Sequence[str], chosen: Sequence[tuple[int, int]]
) -> Words:
    every = sum(len(each.levels) for each in found[0])
    if len(found) == 1:
        title = f"One group in {count(len(found[0]), 'column')} of words"
    else:
        furthest = max(((k, own) for k, each in enumerate(found) for own in each), key=lambda one: abs(one[1].effect))
        title = f"{in_text(names[furthest[0]])}: {furthest[1].sentence}"
    how = "How often each group has a level; dark: often."
    how += f" The {len(chosen)} levels that tell most, of {every:,}." if len(chosen) < every else ""
    return Words(title, how, f"{title}. Table of shares of {count(len(chosen), 'level')} by group.")
