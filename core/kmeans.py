"""K-Means: scikit-learn's (Lloyd 1982; Arthur and Vassilvitskii 2007) behind value types like the mixture's."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from core.arrays import Array, read_only
from core.data.prepare import Matrix
from core.data.source import Source, as_source
from core.errors import FitError
from core.mixture.stopping import Outcome, Progress, Watch, unwatched

SILHOUETTE_ROWS = 2_000


@dataclass(frozen=True)
class Partition:
    """Rows split into clusters, the largest first."""

    labels: npt.NDArray[np.intp]  # (n,)
    centers: Array  # (K, d)
    inertia: float  # weighted sum of squared distances to the own centre
    iterations: int  # of the start that won
    outcome: Outcome = Outcome.CONVERGED

    @property
    def components(self) -> int:
        """K."""
        return len(self.centers)

    @cached_property
    def sizes(self) -> npt.NDArray[np.intp]:
        """(K,) rows in each cluster."""
        return np.bincount(self.labels, minlength=self.components)

    def assign(self, values: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """(n,) nearest centre of (n, d) rows."""
        rows = np.asarray(values, dtype=np.float64)
        distances = np.column_stack([((rows - centre) ** 2).sum(axis=1) for centre in self.centers])
        return distances.argmin(axis=1)


@dataclass(frozen=True)
class KMeansCurve:
    """How K-Means does at each K."""

    frame: pd.DataFrame  # components, inertia, silhouette (blank at K = 1)
    rows_judged: int  # rows that the silhouette was computed on


def k_means(
    X: npt.ArrayLike | Matrix | Source,
    components: int,
    seed: int = 0,
    *,
    restarts: int = 10,
    weights: npt.ArrayLike | None = None,
    watch: Watch | None = None,
) -> Partition:
    """The best of several starts of K-Means, with clusters in falling order of size.

    watch is told of every start, and ends the work by returning False. Raises FitError for more clusters than
    distinct rows.
    """
    rows, row_weights = _rows(as_source(X, weights))
    distinct = len(np.unique(rows, axis=0)) if len(rows) <= 100_000 else len(rows)
    if not 1 <= components <= distinct:
        raise FitError(
            f"{components} groups cannot be found in {distinct:,} different rows.", remedy="Ask for fewer groups."
        )
    centre = rows.mean(axis=0)
    moved = rows - centre  # squared distances lose their digits at a large offset
    best: KMeans | None = None
    outcome = Outcome.CONVERGED
    for at in range(restarts if components > 1 else 1):
        run = _run(moved, components, row_weights, seed + 7919 * at)
        best = run if best is None or run.inertia_ < best.inertia_ else best
        if not (watch or unwatched)(Progress("starts of K-Means", at + 1, restarts)):
            outcome = Outcome.CANCELLED
            break
    assert best is not None
    order = np.argsort(-np.bincount(best.labels_, minlength=components), kind="stable")
    place = np.argsort(order)
    centers = best.cluster_centers_[order] + centre
    return Partition(place[best.labels_], read_only(centers), float(best.inertia_), int(best.n_iter_), outcome)


def k_means_curve(
    X: npt.ArrayLike | Matrix | Source, components: Iterable[int], seed: int = 0, *, watch: Watch | None = None
) -> KMeansCurve:
    """Inertia (the elbow) and mean silhouette (Rousseeuw 1987) over K, the latter on at most 2,000 rows.

    Numbers of clusters that the rows cannot bear are left out.
    """
    rows, _ = _rows(as_source(X))
    wanted = sorted(set(components))
    chosen = np.sort(np.random.default_rng([seed, 1]).permutation(len(rows))[:SILHOUETTE_ROWS])
    found = []
    for at, k in enumerate(wanted):
        if not (watch or unwatched)(Progress("numbers of groups for K-Means", at, len(wanted))):
            break
        try:
            part = k_means(rows, k, seed, restarts=5)
        except FitError:
            break
        labels = part.labels[chosen]
        judged = 1 < len(np.unique(labels)) < len(labels)
        silhouette = float(silhouette_score(rows[chosen], labels)) if judged else float("nan")
        found.append({"components": k, "inertia": part.inertia, "silhouette": silhouette})
    return KMeansCurve(pd.DataFrame(found, columns=["components", "inertia", "silhouette"]), len(chosen))


def _run(rows: Array, components: int, weights: Array | None, seed: int) -> KMeans:
    # One thread: two are slower at these shapes.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(components, n_init=1, random_state=seed, tol=1e-6).fit(rows, sample_weight=weights)


def _rows(source: Source) -> tuple[Array, Array | None]:
    blocks = list(source.blocks())
    weights = [w for _, w in blocks if w is not None]
    return np.concatenate([v for v, _ in blocks]), np.concatenate(weights) if weights else None
