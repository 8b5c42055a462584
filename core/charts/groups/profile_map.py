"""The profile map: what each group is like, column by column, numbers and words in one table."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from ...analysis.groups.profile import Profiles
from ...numbers import count, share
from .. import marks, theme
from ..text import OUTER_WIDTH, Words, in_text, shorten
from .tables import (
    BRIEF_NAME,
    CELL_HEIGHT,
    CELL_ROOM,
    NARROW,
    ON_CELL,
    TILTED_ROOM,
    brief_figure,
    labels_of_groups,
    labels_tilt,
    places,
)

MOST_COLUMNS = 20
STRONG = 2.0  # standard deviations at which a profile's colour is at its strongest
LONG_NAME, LONG_CELL = 34, 20  # characters


def profile_map(found: Profiles, names_of_groups: Sequence[str]) -> marks.Chart:
    """Every column in every group, coloured by how far the group is from the other rows in it; (G,) names of groups.

    Of numbers a cell has the mean, of categories the level that sets the group furthest apart and its share.
    """
    effects = found.telling
    order = np.argsort(-np.abs(effects).max(axis=0), kind="stable")[:MOST_COLUMNS]
    features = _features(found)
    names = [shorten(features[j], LONG_NAME) for j in order]
    brief = [shorten(features[j], BRIEF_NAME) for j in order]
    groups = labels_of_groups(names_of_groups)
    frame = pd.DataFrame(
        [cell for i, j in enumerate(order) for cell in _profile_cells(found, i, int(j), names[i], groups)]
    )
    base = alt.Chart(frame).encode(
        x=places("c", groups, "Group", orient="top", labelAngle=labels_tilt(groups)),
        y=places("r", names, "", brief),
        tooltip=[
            alt.Tooltip("row:N", title="Column"),
            alt.Tooltip("column:N", title="Group"),
            alt.Tooltip("said:N", title="In the group"),
            alt.Tooltip("overall:N", title="All rows"),
            alt.Tooltip("word:N", title="Against the others"),
        ],
    )
    scale = alt.Scale(domain=[-STRONG, STRONG], range=list(theme.DIVERGING))
    fill = alt.Color("shade:Q", scale=scale, legend=None)
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=fill)
    tight = f"({OUTER_WIDTH} < {NARROW} && {len(groups)} > 3)"
    said = base.mark_text(
        fontSize=alt.ExprRef(f"{tight} ? 10 : {theme.LABEL_SIZE}"),
        text=alt.ExprRef(f"{tight} ? datum.brief : datum.said"),
    ).encode(fill=ON_CELL)
    height = CELL_ROOM + CELL_HEIGHT * len(names) + (TILTED_ROOM if labels_tilt(groups) else 0)
    return marks.finished([cells, said], _profile_words(found, effects, order, names_of_groups), height)


def _profile_cells(found: Profiles, row: int, column: int, name: str, groups: Sequence[str]) -> list[dict[str, object]]:
    """One column's cells of the profile map, a cell per group."""
    d = len(found.overall)
    cells = _of_levels(found, column - d) if column >= d else _of_numbers(found, column)
    return [
        {
            "r": f"r{row}",
            "c": f"c{k}",
            "row": name,
            "column": groups[k],
            "shade": float(np.clip(effect, -STRONG, STRONG)),
            "ink": theme.text_on(theme.DIVERGING, _strength(effect)),
            **cell,
        }
        for k, (effect, cell) in enumerate(cells)
    ]


def _of_levels(found: Profiles, column: int) -> list[tuple[float, dict[str, str]]]:
    """The effect of a category in each group, and what its cell says."""
    cells = [each.categories[column] for each in found.groups]
    return [
        (
            cell.effect,
            {
                "said": shorten(cell.said(cell.telling), LONG_CELL),
                "brief": share(float(cell.chances[cell.telling])) if cell.rows else "",
                "word": cell.word,
                "overall": f"{cell.levels[cell.telling]} {share(float(cell.usual[cell.telling]))}",
            },
        )
        for cell in cells
    ]


def _of_numbers(found: Profiles, column: int) -> list[tuple[float, dict[str, str]]]:
    """The effect of a column of numbers in each group, and what its cell says."""
    cells = [each.columns[column] for each in found.groups]
    *said, overall = cells[0].in_words([*(cell.mean for cell in cells), found.overall[column].mean])
    return [
        (
            cell.effect,
            {
                "said": said[k],
                "brief": said[k] if cell.is_date else brief_figure(cell.mean),
                "word": cell.word,
                "overall": overall,
            },
        )
        for k, cell in enumerate(cells)
    ]


def _features(found: Profiles) -> list[str]:
    """The names of all columns, those of numbers first."""
    return [*(each.feature for each in found.overall), *(each.feature for each in found.groups[0].categories)]


def _profile_words(
    found: Profiles, effects: npt.NDArray[np.float64], order: npt.NDArray[np.intp], groups: Sequence[str]
) -> Words:
    columns, first = len(_features(found)), int(order[0])
    if len(found.groups) == 1:
        title = "One group: it is what all rows are"
    else:
        title = f"{in_text(_features(found)[first])} sets the groups apart most: {_ends(found, first, groups)}"
    of_words = " A level and its share, in columns of words." if found.groups[0].categories else ""
    how = f"Each group's means.{of_words} Teal: above the other rows, brown: below; strongest from 2 standard "
    how += "deviations. "
    how += f"The {MOST_COLUMNS} columns that differ most, of {columns:,}." if columns > MOST_COLUMNS else ""
    return Words(title, how.strip(), f"{title}. Table of {count(len(order), 'column')} by group.")


def _ends(found: Profiles, column: int, groups: Sequence[str]) -> str:
    """The two groups that are furthest apart in a column, with what they are there."""
    d = len(found.overall)
    if column >= d:
        cells = [each.categories[column - d] for each in found.groups]
        far = max(cells, key=lambda cell: abs(cell.effect))
        chances = np.array([each.chances[far.telling] for each in cells])
        said = [each.said(far.telling) for each in cells]
    else:
        chances = np.array([each.columns[column].mean for each in found.groups])
        said = found.overall[column].in_words(chances.tolist())
    high, low = int(np.nanargmax(chances)), int(np.nanargmin(chances))
    return f"{said[low]} in {in_text(groups[low])}, {said[high]} in {in_text(groups[high])}"


def _strength(effect: float) -> float:
    """Where an effect stands on the diverging scale, from 0 far below to 1 far above."""
    return float(np.clip(effect, -STRONG, STRONG) / (2 * STRONG) + 0.5)
