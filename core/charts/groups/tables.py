"""Tables to look at: which rows two labelings share, and one column in every group."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from ...analysis.groups.grouping import labels_of
from ...analysis.groups.profile import Profiles
from ...analysis.kmeans_or_mixture.compare import Agreement
from ...numbers import count, figure, share
from .. import marks, theme
from ..scene import NOISE_NAME
from ..text import OUTER_WIDTH, Words, in_text, literal, shorten

MOST_CATEGORIES = 10
CELL_HEIGHT, CELL_ROOM = 30, 170  # pixels of a row of cells, and of all that stands around them
TILTED_ROOM = 70  # pixels that tilted labels take more
NARROW = 520  # pixels of a picture below which names and numbers are brief
BRIEF_NAME = 18  # characters


def agreement_table(
    found: Agreement, group_names: Sequence[str], cluster_names: Sequence[str], order: Sequence[int]
) -> marks.Chart:
    """How many rows each group of the mixture (down) shares with each K-Means group (across).

    found: the agreement of the mixture's labels, first, with K-Means' labels;
    group_names: (K,) of the mixture, noise left out; cluster_names: (L,), those that match bearing the same name;
    order: (L,) the place of each cluster among the columns.
    """
    rows = [*group_names, NOISE_NAME][: max(len(group_names), len(found.table))]
    table = np.zeros((len(rows), len(cluster_names)), dtype=np.intp)
    table[: found.table.shape[0], : found.table.shape[1]] = found.table
    by_name = np.argsort(order)
    n = int(table.sum())
    same = n - len(found.differing)
    title = "K-Means and the mixture agree on every row"
    if same < n:
        title = f"K-Means and the mixture agree on {same:,} of {n:,} rows"
    words = Words(
        title,
        "Rows in each pair of groups; dark: a large share of the mixture's group. Agreement lies on the diagonal.",
        f"{title}; the adjusted Rand index is {figure(found.adjusted_rand_index)}.",
    )
    clusters, groups = labels_of_groups([cluster_names[at] for at in by_name]), labels_of_groups(rows)
    return _counts(table[:, by_name], groups, clusters, ("Group of the mixture", "Group of K-Means"), words)


def category_table(table: pd.DataFrame, column: str, groups: Sequence[str]) -> marks.Chart:
    """How many rows of each group fall into each category of a column.

    table: a row per group, a column per category, the commonest first; those past the tenth are shown as one;
    groups: (G,) names.
    """
    shown = table.iloc[:, :MOST_CATEGORIES].to_numpy()
    labels = [shorten(name, 20) for name in table.columns[:MOST_CATEGORIES]]
    rest = table.iloc[:, MOST_CATEGORIES:].to_numpy().sum(axis=1)
    if table.shape[1] > MOST_CATEGORIES:
        shown, labels = np.column_stack([shown, rest]), [*labels, f"{table.shape[1] - MOST_CATEGORIES:,} others"]
    within = shown / np.maximum(shown.sum(axis=1, keepdims=True), 1)
    overall = shown.sum(axis=0) / max(int(shown.sum()), 1)
    group, category = np.unravel_index(int(np.argmax((within - overall) * (shown > 0))), shown.shape)
    most, usual = share(float(within[group, category])), share(float(overall[category]))
    title = f"{in_text(groups[int(group)])} is {most} {in_text(labels[category])}, all rows are {usual}"
    words = Words(
        title,
        f"Rows of each group by {in_text(column)}; dark: a large share of the group.",
        f"{title}. Table of groups by {in_text(column)}.",
    )
    return _counts(shown, labels_of_groups(groups), labels, ("Group", shorten(column)), words)


def _counts(
    table: npt.NDArray[np.intp], rows: Sequence[str], columns: Sequence[str], titles: tuple[str, str], words: Words
) -> marks.Chart:
    """Counts in cells shaded by their share of the row."""
    within = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    # Positions, not names, are what the cells are placed by: two categories may be shortened to one name.
    frame = pd.DataFrame(
        [
            {"r": f"r{i}", "c": f"c{j}", "row": rows[i], "column": columns[j], "count": int(table[i, j]),
             "share": float(within[i, j]), "said": f"{table[i, j]:,}", "of": share(float(within[i, j])),
             "ink": theme.text_on(theme.SEQUENTIAL, float(within[i, j]))}
            for i in range(len(rows))
            for j in range(len(columns))
        ]
    )  # fmt: skip
    base = alt.Chart(frame).encode(
        x=places("c", columns, titles[1], labelAngle=labels_tilt(columns)),
        y=places("r", rows, titles[0], **marks.ON_TOP),
        tooltip=[
            alt.Tooltip("row:N", title=titles[0]),
            alt.Tooltip("column:N", title=titles[1]),
            alt.Tooltip("count:Q", title="Rows", format=","),
            alt.Tooltip("of:N", title="of the group"),
        ],
    )
    fill = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=list(theme.SEQUENTIAL)), legend=None)
    filled = base.transform_filter("datum.count > 0")
    none = base.transform_filter("datum.count == 0").mark_text(fontSize=theme.LABEL_SIZE, color=theme.SOFT_INK)
    cells = filled.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(color=fill)
    said = filled.mark_text(fontSize=theme.LABEL_SIZE + 1).encode(text=alt.Text("said:N"), fill=ON_CELL)
    height = CELL_ROOM + CELL_HEIGHT * len(rows) + (TILTED_ROOM if labels_tilt(columns) else 0)
    return marks.finished([cells, said, none.encode(text=alt.Text("said:N"))], words, height)


def column_ranges(found: Profiles, column: int, slots: Sequence[int], groups: Sequence[str]) -> marks.Chart:
    """One column in every group: the middle half of its rows as a bar, its median as a point, all rows' as a rule.

    column is a position among the profiled columns; slots: (G,) colour slots of the groups, groups: (G,) their names.
    """
    cells = [each.columns[column] for each in found.groups]
    overall = found.overall[column]
    ends = np.array([[cell.lower, cell.upper] for cell in cells])
    make = marks.Axis.of_dates if overall.is_date else marks.Axis.of
    axis = make(overall.feature, np.append(ends[np.isfinite(ends)], overall.median))
    frame = pd.DataFrame(
        {
            "r": [f"r{k}" for k in range(len(cells))],
            "row": groups,
            "c0": [cell.median for cell in cells],
            "low": ends[:, 0],
            "high": ends[:, 1],
            "said": overall.in_words([cell.median for cell in cells]),
            "look": [f"g{k}" for k in range(len(cells))],
        }
    )
    base = axis.dated(alt.Chart(frame), "c0", "low", "high").encode(y=places("r", groups, ""))
    entries = marks.group_entries(slots, groups)
    look = {name: each.legend(None) for name, each in marks.look(entries).items()}
    rule = alt.Chart(pd.DataFrame({"c0": [overall.median]})).mark_rule(strokeDash=[4, 3], color=theme.SOFT_INK)
    layers = [
        rule.encode(x=axis.x()),
        base.mark_rule(strokeWidth=5, opacity=1, strokeCap="round").encode(
            x=axis.x("low:Q"), x2=alt.X2("high:Q"), color=look["color"]
        ),
        base.mark_point(filled=True, size=130, opacity=1, stroke=theme.PAPER, strokeWidth=1).encode(
            x=axis.x(), **look, tooltip=_range_tooltips(axis)
        ),
        *(base.mark_text(dy=-14, **look).encode(x=axis.x(), text=alt.Text("said:N")) for look in marks.HALOED),
    ]
    height = CELL_ROOM + (CELL_HEIGHT + 12) * len(groups)
    return marks.finished(layers, _range_words(found, column, groups), height)


def _range_tooltips(axis: marks.Axis) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("row:N", title="Group"),
        axis.tooltip("c0", "Median"),
        axis.tooltip("low", "A quarter below"),
        axis.tooltip("high", "A quarter above"),
    ]


def _range_words(found: Profiles, column: int, groups: Sequence[str]) -> Words:
    overall = found.overall[column]
    name = in_text(overall.feature)
    medians = np.array([each.columns[column].median for each in found.groups])
    if len(medians) == 1:
        title = f"The median of {name} is {overall.in_words([overall.median])[0]}"
    else:
        furthest = int(np.nanargmax(np.abs(medians - overall.median)))
        where = "highest" if medians[furthest] == np.nanmax(medians) else "lowest"
        own, usual = overall.in_words([float(medians[furthest]), overall.median])
        ends = f"median {own} against {usual} overall"
        title = f"{in_text(groups[furthest])} is {where} on {name}: {ends}"
    how = "Point: median. Bar: the middle half of the group's rows. Dashed: the median of all rows."
    return Words(title, how, f"{title}. Medians and quartiles of {name} in {count(len(medians), 'group')}.")


ON_CELL = alt.Fill("ink:N", scale=None, legend=None)
EVERY_LABEL = {"grid": False, "labelOverlap": False, "labelLimit": 0, "labelFlush": False}


def labels_of_groups(groups: Sequence[str]) -> list[str]:
    """Groups' names where it is said already that they are groups."""
    return [shorten(label, BRIEF_NAME) for label in labels_of(groups)]


def cells_of_shares(part: float) -> dict[str, object]:
    """What a cell shows of a share: its text, its shade, and the ink that is read on it."""
    return {"share": part, "said": share(part), "ink": theme.text_on(theme.SEQUENTIAL, part)}


def brief_figure(value: float) -> str:
    """A number in two significant digits with a prefix for thousands, for the narrowest of cells."""
    for power, prefix in ((9, "G"), (6, "M"), (3, "k")):
        if 10**power <= abs(value) < 10 ** (power + 3):
            return figure(value / 10**power, 2) + prefix
    return figure(value, 2)


def labels_tilt(labels: Sequence[str]) -> int:
    """Labels lie flat where they are few or short."""
    return 0 if max(len(label) for label in labels) * len(labels) < 36 else -40


def places(
    field: str,
    labels: Sequence[str],
    title: str,
    brief: Sequence[str] | None = None,
    apart: float = 0.04,
    **axis: object,
) -> alt.X | alt.Y:
    """A band axis whose places are r0, r1, ... or c0, c1, ...: its labels are looked up, brief ones if it is narrow."""
    places = [f"{field}{at}" for at in range(len(labels))]
    words = _by_place(places, labels)
    if brief is not None:
        words = f"({OUTER_WIDTH} < {NARROW} ? {_by_place(places, brief)} : {words})"
    channel = alt.X if field == "c" else alt.Y
    return channel(
        f"{field}:N",
        title=title or None,
        scale=alt.Scale(domain=places, paddingInner=apart, paddingOuter=0.02),
        axis=alt.Axis(labelExpr=f"{words}[datum.value]", **EVERY_LABEL, **axis),
    )


def _by_place(places: Sequence[str], labels: Sequence[str]) -> str:
    """The labels by place as an object literal of Vega's expression language."""
    return "{" + ", ".join(f"'{place}': {literal(label)}" for place, label in zip(places, labels, strict=True)) + "}"
