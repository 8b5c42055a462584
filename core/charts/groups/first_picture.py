"""The first picture of a data set: its groups on the two columns that tell most, and the odd rows; or one histogram."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.answer.words import CLEAR
from ...analysis.density.geometry import Plane, ellipses, overlap
from ...numbers import count, share
from .. import marks, theme
from ..density.marginal import marginal_density
from ..scene import Drawn, Scene, doubts_in_words, drawn
from ..text import Words, in_text, listed
from .levels import level_map

FEW_UNCLEAR = 0.01  # below this share of undecided rows groups are said to stand apart


def first_picture(scene: Scene, columns: tuple[int, int] | None = None) -> marks.Chart:
    """A scatter of two columns with groups, their ellipses and odd rows; with one column, its histogram.

    Without a column of numbers it is a map of how often each group has each level. columns are positions among the d
    columns; without them, the two that set the groups furthest apart.
    """
    if not scene.features:
        return level_map(scene.levels, scene.names)
    if len(scene.features) == 1:
        return marginal_density(scene, 0)
    plane = scene.plane(columns)
    axes = marks.axes_of(scene, plane)
    shown = drawn(scene, columns=plane.columns)
    layers = [
        marks.points(group_points(scene, plane, shown), axes, entries(scene), [alt.Tooltip("held:N", title="Held by")]),
        *marks.outlines(ellipses(scene.fit.mixture, plane), scene.component_slots, axes),
    ]
    return marks.finished(layers, _words(scene, plane, shown))


def group_points(scene: Scene, plane: Plane, shown: Drawn) -> pd.DataFrame:
    """The drawn rows with raw values, look, size, name and a sentence on their groups."""
    rows = shown.rows
    K = scene.groups
    codes = np.array([f"{kind}{k}" for kind in "gu" for k in range(K)] + ["noise"])
    look = codes[np.where(scene.labels == K, 2 * K, scene.labels + K * scene.undecided)[rows]]
    return pd.DataFrame(
        {
            "c0": scene.raw[rows, plane.columns[0]],
            "c1": scene.raw[rows, plane.columns[1]],
            "look": np.where(scene.flagged[rows], marks.ODD.code, look),
            "size": np.where(scene.flagged[rows], theme.ODD_SIZE, marks.point_size(len(rows))),
            "row": scene.names_of(rows),
            "held": doubts_in_words(scene, rows),
        }
    )


def entries(scene: Scene) -> list[marks.Entry]:
    """The key: groups, then what is undecided, noise or odd, if there is any."""
    usual = ~scene.flagged
    noisy = scene.labels == scene.groups
    return [
        *marks.group_entries(scene.slots, scene.names),
        *marks.undecided_entries(scene.slots, bool((scene.undecided & usual & ~noisy).any())),
        *([marks.NOISE] if (noisy & usual).any() else []),
        *([marks.ODD] if scene.flagged.any() else []),
    ]


def _words(scene: Scene, plane: Plane, shown: Drawn) -> Words:
    title = groups_in_words(scene, plane)
    odd = int(scene.flagged.sum())
    how = "Solid and dashed lines hold about 39 % and 86 % of a group. "
    how += f"Grey: no group holds the row to {share(CLEAR)}. " if scene.undecided.any() else ""
    how += "Crosses: odd rows. " if odd else ""
    names = listed([in_text(scene.features[column]) for column in plane.columns])
    takeaway = (
        f"{title}. Scatter of {names}; {count(odd, 'odd row') if odd else 'no odd row'} among {count(shown.n, 'row')}."
    )
    return Words(title, (how + shown.sentence).strip(), takeaway)


def groups_in_words(scene: Scene, plane: Plane) -> str:
    """What the eye should find in the scatter: where groups overlap, or that they do not."""
    K = scene.groups
    names = [in_text(scene.features[column]) for column in plane.columns]
    if K == 1:
        return f"One group: {listed(names)} do not split the rows"
    unclear = float(scene.undecided.mean())
    if unclear < FEW_UNCLEAR:
        held = "every row is" if unclear == 0 else f"{share(1 - unclear)} of rows are"
        return f"The {K} groups stand apart: {held} clearly in one"
    found = overlap(scene.responsibilities, scene.raw, plane, scene.blended, CLEAR)
    assert found is not None  # there are rows that no group holds clearly
    low, high = scene.matrix.transform.in_words(found.column, [found.low, found.high])
    where = f"between {low} and {high}" if low != high else f"near {low}"
    rest = f"; {share(1 - unclear)} of rows are clear" if K > 2 else ""
    both, column = scene.grouping.in_words(found.groups), in_text(scene.features[found.column])
    return f"{both} overlap where {column} is {where}{rest}"
