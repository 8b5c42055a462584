"""K-Means and the mixture side by side: the same rows, axes, colours and names."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.answer.words import CLEAR
from ...analysis.density.geometry import Plane, ellipses, mixture_regions, nearest_center_regions, uncertainty_regions
from ...analysis.groups.grouping import UNNAMED
from ...analysis.kmeans_or_mixture.compare import shared_rows
from ...kmeans import Partition
from ...numbers import count, share
from .. import marks, theme
from ..scene import Drawn, Scene, drawn
from ..text import Words, in_text, listed
from .first_picture import entries, group_points

CENTRE = marks.Entry("centre", theme.INK, theme.CENTRE_SHAPE, "Centre")
MOST_SIZES_NAMED = 4
GROWTH = 4.0  # how many times as large as a sure row a row is drawn that could be anything


def side_by_side(
    scene: Scene,
    partition: Partition,
    own: Sequence[int],
    columns: tuple[int, int] | None = None,
    *,
    regions: bool = False,
    uncertainty: bool = False,
) -> tuple[marks.Chart, marks.Chart]:
    """The K-Means chart and the mixture chart of two columns.

    own: (K,) colour slots of the clusters. columns are positions among the d columns; without them, the two that set
    the groups furthest apart. regions shades where each group would be chosen, uncertainty where the mixture would be
    uncertain, going by these two columns alone.
    """
    plane = scene.plane(columns)
    axes = marks.axes_of(scene, plane)
    shown = drawn(scene, columns=plane.columns)
    clusters, groups = (
        _cluster_words(scene, partition, shown, regions),
        _group_words(scene, shown, regions, uncertainty),
    )
    left = [_cluster_points(scene, partition, own, plane, shown, axes), _centres(partition, plane, axes)]
    right = [_sized_points(scene, plane, shown, axes)]
    if regions:
        rows = scene.matrix.values
        left = [*marks.fields(nearest_center_regions(partition.centers, plane, rows), own, axes), *left]
        right = [
            *marks.fields(mixture_regions(scene.fit.mixture, plane, rows, scene.grouping), scene.slots, axes),
            *right,
        ]
    if uncertainty:
        right = [
            marks.shades(uncertainty_regions(scene.fit.mixture, plane, scene.matrix.values, scene.grouping), axes),
            *right,
        ]
    right += marks.outlines(ellipses(scene.fit.mixture, plane), scene.component_slots, axes)
    return (
        marks.finished(left, clusters, beside=groups),
        marks.finished(right, groups, beside=clusters),
    )


def cluster_order(slots: Sequence[int], own: Sequence[int]) -> list[int]:
    """The place of each K-Means cluster: that of the group with the same slot, else one after the groups."""
    spare = iter(range(len(slots), len(slots) + len(own)))
    return [list(slots).index(slot) if slot in slots else next(spare) for slot in own]


def cluster_names(scene: Scene, partition: Partition, own: Sequence[int]) -> tuple[str, ...]:
    """Names of K-Means clusters: that of the group with the same slot if it holds most of their rows, else numbers."""
    order, shared = cluster_order(scene.slots, own), shared_rows(scene.labels, partition.labels, scene.groups, len(own))
    agree = [place < scene.groups and 2 * shared[place, at] > shared[:, at].sum() for at, place in enumerate(order)]
    return tuple(
        scene.names[place] if same else f"{UNNAMED}{place + 1}" for place, same in zip(order, agree, strict=True)
    )


def _cluster_points(
    scene: Scene,
    partition: Partition,
    own: Sequence[int],
    plane: Plane,
    shown: Drawn,
    axes: tuple[marks.Axis, marks.Axis],
) -> alt.Chart:
    frame = group_points(scene, plane, shown)
    labels = partition.labels[shown.rows]
    frame["look"] = np.where(
        scene.flagged[shown.rows], marks.ODD.code, np.array([f"g{k}" for k in range(len(own))])[labels]
    )
    names = cluster_names(scene, partition, own)
    frame["group"] = np.array(names)[labels]
    order = np.argsort(cluster_order(scene.slots, own))
    key = marks.group_entries(own, names)
    key = [*(key[k] for k in order), CENTRE, *([marks.ODD] if scene.flagged.any() else [])]
    return marks.points(
        frame, axes, key, [alt.Tooltip("group:N", title="K-Means"), alt.Tooltip("held:N", title="Mixture")]
    )


def _centres(partition: Partition, plane: Plane, axes: tuple[marks.Axis, marks.Axis]) -> alt.Chart:
    at = plane.raw(partition.centers[:, list(plane.columns)])
    frame = pd.DataFrame({"c0": at[:, 0], "c1": at[:, 1]})
    return (
        alt.Chart(frame)
        .mark_point(
            shape=theme.CENTRE_SHAPE,
            size=170,
            fill=theme.INK,
            stroke=theme.PAPER,
            strokeWidth=1.5,
            opacity=1,
            clip=True,
        )
        .encode(x=axes[0].x(), y=axes[1].y())
    )


def _sized_points(scene: Scene, plane: Plane, shown: Drawn, axes: tuple[marks.Axis, marks.Axis]) -> alt.Chart:
    """Rows that grow with uncertainty: from a sure one to one that could be anything."""
    frame = group_points(scene, plane, shown)
    ways = scene.responsibilities.shape[1]
    uncertainty = (1 - scene.largest[shown.rows]) / max(1 - 1 / ways, 1e-9)
    grown = marks.point_size(len(frame)) * (1 + (GROWTH - 1) * uncertainty)
    frame["size"] = np.where(scene.flagged[shown.rows], frame["size"], grown)
    key = entries(scene)
    undecided = marks.undecided_entries(scene.slots, any_undecided=True)
    key = [e for e in key if e.code not in {u.code for u in undecided}]
    at = scene.groups
    key = [*key[:at], *undecided, *key[at:]]
    return marks.points(frame, axes, key, [alt.Tooltip("held:N", title="Held by")])


def _cluster_words(scene: Scene, partition: Partition, shown: Drawn, regions: bool) -> Words:
    K, sizes = partition.components, sorted(partition.sizes.tolist(), reverse=True)
    if K == 1:
        title = "K-Means with one group: every row is in it"
    elif K <= MOST_SIZES_NAMED:
        title = f"K-Means splits the rows into {listed([f'{size:,}' for size in sizes])}"
    else:
        title = f"K-Means splits the rows into {K} groups of {sizes[-1]:,} to {sizes[0]:,}"
    how = "Each row belongs to the nearest centre, wholly. "
    how += "Shaded: which centre is nearest, going by these two columns. " if regions else ""
    return Words(
        title,
        (how + shown.sentence).strip(),
        f"{title}. Scatter of {count(shown.n, 'row')} in {count(K, 'group')}, each row with the nearest centre.",
    )


def _group_words(scene: Scene, shown: Drawn, regions: bool, uncertainty: bool) -> Words:
    K, open_ = scene.groups, int(scene.undecided.sum())
    if K == 1:
        title = "The mixture has one group: no row is uncertain"
    elif open_ == 0:
        title = "The mixture is sure of every row"
    else:
        title = f"The mixture leaves {count(open_, 'row')} undecided ({share(open_ / shown.n)})"
    how = f"Larger: less sure. Grey: no group holds {share(CLEAR)}. Solid and dashed: 1 and 2 standard deviations. "
    how += "Shaded: the likeliest group, going by these two columns. " if regions else ""
    how += "Darker: a row there would be less sure, going by these two columns. " if uncertainty else ""
    names = listed([in_text(name) for name in scene.names])
    return Words(
        title,
        (how + shown.sentence).strip(),
        f"{title}. Scatter of {count(shown.n, 'row')} with an ellipse for {names}; undecided rows are grey.",
    )
