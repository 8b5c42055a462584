"""K-Means and the mixture side by side on points whose groups are known."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.density.geometry import Plane, ellipses, mixture_regions, nearest_center_regions
from ...analysis.kmeans_or_mixture.compare import Labels
from ...arrays import Array
from ...lessons.kmeans_or_mixture import Contest
from ...numbers import count
from .. import marks, theme
from ..text import Words

PLANE = Plane((0, 1), 2)
REGION_CELLS = 90


def contest_pair(found: Contest) -> tuple[marks.Chart, marks.Chart]:
    """The K-Means chart and the mixture chart: colours by each method, shapes by the true group."""
    points = found.toy.points
    axes = marks.Axis.of("x", points[:, 0]), marks.Axis.of("y", points[:, 1])
    nearest = nearest_center_regions(found.partition.centers, PLANE, points, REGION_CELLS)
    likeliest = mixture_regions(found.fit.mixture, PLANE, points, cells=REGION_CELLS)
    left = [*marks.fields(nearest, found.k_means_matches, axes), _points(found, found.k_means_labels, axes)]
    right = [*marks.fields(likeliest, found.mixture_matches, axes), _points(found, found.mixture_labels, axes)]
    left.append(_centres(found.partition.centers, axes))
    right += marks.outlines(ellipses(found.fit.mixture, PLANE), found.mixture_matches, axes)
    words = _words(found, "K-Means", found.k_means_labels), _words(found, "Gaussian mixture", found.mixture_labels)
    return marks.finished(left, words[0], beside=words[1]), marks.finished(right, words[1], beside=words[0])


def _points(found: Contest, labels: Labels, axes: tuple[marks.Axis, marks.Axis]) -> alt.Chart:
    points, own = found.toy.points, found.toy.labels
    frame = pd.DataFrame(
        {
            "c0": points[:, 0],
            "c1": points[:, 1],
            "look": [f"m{each}t{true}" for each, true in zip(labels, own, strict=True)],
            "size": marks.point_size(len(points)),
            "row": [f"Point {row + 1}" for row in range(len(points))],
            "true": own + 1,
            "put": labels + 1,
        }
    )
    seen = sorted({(int(each), int(true)) for each, true in zip(labels, own, strict=True)})
    entries = [marks.Entry(f"m{each}t{true}", theme.colour(each), theme.shape(true)) for each, true in seen]
    groups = range(found.toy.components)
    entries += [marks.Entry(f"k{k}", theme.colour(k), theme.shape(k), f"True group {k + 1}") for k in groups]
    told = [alt.Tooltip("true:Q", title="True group"), alt.Tooltip("put:Q", title="Put in group")]
    return marks.points(frame, axes, entries, told)


def _centres(centers: Array, axes: tuple[marks.Axis, marks.Axis]) -> alt.Chart:
    frame = pd.DataFrame({"c0": centers[:, 0], "c1": centers[:, 1]})
    look = {"shape": theme.CENTRE_SHAPE, "size": 170, "fill": theme.INK, "stroke": theme.PAPER, "strokeWidth": 1.5}
    return alt.Chart(frame).mark_point(opacity=1, clip=True, **look).encode(x=axes[0].x(), y=axes[1].y())


def _words(found: Contest, who: str, labels: Labels) -> Words:
    by_centres = labels is found.k_means_labels
    ari = found.k_means_ari if by_centres else found.mixture_ari
    wrong = int(np.sum(labels != found.toy.labels))
    title = f"{who}: adjusted Rand index {ari:.2f}, {count(wrong, 'point')} of {len(labels):,} misplaced"
    drawn = "Crosses: centres." if by_centres else "Ellipses: 1 and 2 standard deviations."
    borders = "straight borders" if by_centres else "curved borders and an ellipse for each component"
    how = f"Shape and key: the true group; colour: the group it is put in. {drawn}"
    return Words(title, how, f"{title}. Scatter of {count(len(labels), 'point')} in regions with {borders}.")
