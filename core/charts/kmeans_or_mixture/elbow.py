"""K-Means over K: the elbow of its inertia, its silhouette and two indices, each on an axis of its own."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...arrays import Array
from ...kmeans import KMeansCurve
from ...numbers import count, figure, share
from .. import marks, theme
from ..selection.curves import k_axis
from ..text import Words, tick_format


def elbow(curve: KMeansCurve, chosen: int | None = None) -> marks.Chart:
    """K-Means' inertia over K, with the K at which it bends most."""
    frame = curve.frame
    components, inertia = frame["components"].to_numpy(), frame["inertia"].to_numpy(dtype=np.float64)
    at = elbow_at(components.astype(np.float64), inertia)
    if at is None:
        title = "K-Means' inertia has too few points to bend"
    else:
        fallen = 1 - inertia[at] / inertia[0] if inertia[0] > 0 else 0.0
        where = count(int(components[at]), "cluster")
        title = f"Inertia bends most at {where}: {share(float(fallen))} less than with {components[0]}"
    words = Words(
        title,
        "Inertia: the squared distances of all rows to their centres. It always falls; look for the bend.",
        f"{title}. Curve of K-Means inertia over the number of clusters.",
    )
    return _k_means_curve(frame, "inertia", "Inertia", (at, chosen), words)


def silhouette(curve: KMeansCurve, chosen: int | None = None) -> marks.Chart:
    """K-Means' mean silhouette over K, with its highest."""
    frame = curve.frame.dropna(subset=["silhouette"]).reset_index(drop=True)
    if frame.empty:
        return marks.nothing("The silhouette needs two clusters or more")
    at = int(frame["silhouette"].to_numpy().argmax())
    top, components = float(frame["silhouette"][at]), int(frame["components"][at])
    title = f"The silhouette is highest at {count(components, 'cluster')}: {figure(top, 2)}"
    words = Words(
        title,
        "1: rows lie far closer to their own cluster than to the next. 0: between two clusters.",
        f"{title}. Curve of the mean silhouette of K-Means over the number of clusters.",
    )
    return _k_means_curve(frame, "silhouette", "Silhouette", (at, chosen), words)


def calinski_harabasz(curve: KMeansCurve, chosen: int | None = None) -> marks.Chart:
    """The index of Calinski and Harabasz (1974) over K, with its highest."""
    frame = _finite(curve, "calinski_harabasz")
    if frame.empty:
        return marks.nothing("The Calinski-Harabasz index needs two clusters or more")
    at = int(frame["calinski_harabasz"].to_numpy().argmax())
    title = f"Calinski-Harabasz is highest at {count(int(frame['components'][at]), 'cluster')}"
    words = Words(
        title,
        "How far centres lie apart for how far rows lie from their own; higher is better.",
        f"{title}. Curve of the Calinski-Harabasz index of K-Means over the number of clusters.",
    )
    return _k_means_curve(frame, "calinski_harabasz", "Calinski-Harabasz index", (at, chosen), words)


def davies_bouldin(curve: KMeansCurve, chosen: int | None = None) -> marks.Chart:
    """The index of Davies and Bouldin (1979) over K, with its lowest."""
    frame = _finite(curve, "davies_bouldin")
    if frame.empty:
        return marks.nothing("The Davies-Bouldin index needs two clusters or more")
    at = int(frame["davies_bouldin"].to_numpy().argmin())
    title = f"Davies-Bouldin is lowest at {count(int(frame['components'][at]), 'cluster')}"
    words = Words(
        title,
        "How wide each cluster and its worst neighbour are for the gap between them; lower is better.",
        f"{title}. Curve of the Davies-Bouldin index of K-Means over the number of clusters.",
    )
    return _k_means_curve(frame, "davies_bouldin", "Davies-Bouldin index", (at, chosen), words)


def _finite(curve: KMeansCurve, column: str) -> pd.DataFrame:
    """The points of a curve at which there is a number."""
    frame = curve.frame
    return frame[np.isfinite(frame[column])].reset_index(drop=True)


def elbow_at(components: Array, values: Array) -> int | None:
    """Position of the point farthest below the chord from first to last (Satopää et al. 2011); None without any."""
    if len(values) < 3 or values[0] == values[-1]:
        return None
    along = (components - components[0]) / (components[-1] - components[0])
    fallen = (values - values[-1]) / (values[0] - values[-1])
    below = 1 - along - fallen
    at = int(np.argmax(below))
    return at if below[at] > 1e-9 else None


def _k_means_curve(
    frame: pd.DataFrame, column: str, title: str, marked: tuple[int | None, int | None], words: Words
) -> marks.Chart:
    """A curve of one column over K; marked: the position that is ringed, and the K that is the present choice."""
    at, chosen = marked
    data = pd.DataFrame({"components": frame["components"], "value": frame[column]})
    data["said"] = [figure(value) for value in data["value"]]
    form = tick_format(data["value"])
    low, high = min(0.0, float(data["value"].min())), max(float(data["value"].max()), 1e-9)
    y = alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(domain=[low, high * 1.12], nice=False),
        axis=alt.Axis(**marks.ON_TOP, **({"format": form} if form else {})),
    )
    base = alt.Chart(data).encode(x=k_axis(data["components"].tolist(), title="Clusters"), y=y)
    tooltip = [alt.Tooltip("components:Q", title="Clusters"), alt.Tooltip("said:N", title=title)]
    layers = [
        base.mark_line(strokeWidth=theme.LINE_WIDTH, color=theme.GREY),
        base.mark_point(filled=True, size=50, opacity=1, color=theme.GREY).encode(tooltip=tooltip),
    ]
    if at is not None:
        best = base.transform_filter(alt.datum.components == int(data["components"][at]))
        layers.append(best.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2))
        said = f"{data['components'][at]} clusters"
        layers += _said(best, int(data["components"][at]), data, said)
    if chosen is not None and chosen in set(data["components"]) - {data["components"][at] if at is not None else None}:
        now = base.transform_filter(alt.datum.components == chosen)
        layers.append(
            now.mark_point(shape="circle", size=260, filled=False, stroke=theme.INK, strokeWidth=2, strokeDash=[3, 3])
        )
        layers += [now.mark_text(dy=24, text=f"now: {chosen}", **look) for look in marks.HALOED]
    return marks.finished(layers, words, theme.SMALL_HEIGHT)


def _said(base: alt.Chart, components: int, data: pd.DataFrame, words: str) -> list[alt.Chart]:
    """Words above a point, towards the middle of the picture."""
    late = components > data["components"].mean()
    place = {"align": "right" if late else "left", "dx": 6 if late else -6, "dy": -20}
    if components == data["components"].min():
        place |= {"dx": 16, "dy": -8}
    return [base.mark_text(text=words, **place, **look) for look in marks.HALOED]
