"""K-Means: scikit-learn's (Lloyd 1982; Arthur and Vassilvitskii 2007) behind value types like the mixture's.

A blank cell takes the value of the centre that its row is assigned to, and the centres are sought again, until both
rest (k-POD: Chi, Chi and Baraniuk 2016). So only cells that are there count in the sum of squares.

Categories take part by indicators of their levels (`data/indicators`); a centre then has the share of each level.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits

from .arrays import Array, closed
from .data.indicators import NONE, Indicators, with_indicators
from .data.prepare import Matrix
from .data.scaled_rows import Labels, ScaledRows, concatenated, exponent, in_units, nearest
from .data.source import Source, as_source
from .errors import ChoiceError, DataError, FitError, whole_number
from .mixture.em.stopping import Outcome
from .numbers import figure
from .progress import Progress, Watch, as_watch

SILHOUETTE_ROWS = 2_000  # its cost grows with their square
START_ROWS = 20_000  # beyond so many rows, starts are tried on a sample, and the best goes on with all rows
CURVE_RESTARTS = 5
PASSES_A_LOOK = 10  # passes between two calls of watch
MOST_PASSES = 300  # of one start
SETTLED = 1e-6  # squared move of the centres, in units of the columns' mean variance
FILLS_SETTLED = 1e-9  # fall of the sum of squares, relative, between two fillings of the blanks
SETTLED_ON_MANY = 1e-4  # the same beyond START_ROWS: on a million rows without groups, 2 s for 27, inertia up 0.05 %


@dataclass(frozen=True)
class Partition:
    """Rows split into clusters, the one of the greatest weight first.

    Attributes:
        labels: (n,) cluster of each row, from 0; -1 for rows that are blank in all columns.
        centers: (K, d) centres of the clusters; (K, d + sum L) where categories with L levels each take part.
        inertia: weighted sum of squared distances to the own centre; weights sum to n.
        iterations: passes of the start that won.
        outcome: how it ended.
        indicators: how categories took part, if any did.

    Examples:
        >>> parts = core.k_means([[0.0], [1.0], [9.0], [10.0], [11.0]], components=2)
        >>> parts.sizes.tolist(), parts.assign([[2.0]]).tolist()
        ([3, 2], [1])
    """

    labels: Labels
    centers: Array
    inertia: float
    iterations: int
    outcome: Outcome = Outcome.CONVERGED
    indicators: Indicators = NONE

    @property
    def components(self) -> int:
        """K."""
        return len(self.centers)

    @property
    def balance(self) -> str:
        """How columns of categories count beside numbers, in a sentence; nothing where there are none."""
        if not self.indicators.levels:
            return ""
        if self.centers.shape[1] == sum(self.indicators.levels):
            return "K-Means counts in how many columns two rows differ."
        apart = figure(math.sqrt(self.indicators.gamma), 2)
        return (
            f"For K-Means two rows that differ in a column of words lie {apart} apart in it, on the scale of the "
            "numbers: the average column of words counts as much as the average one of numbers."
        )

    @cached_property
    def sizes(self) -> Labels:
        """(K,) rows in each cluster."""
        return closed(np.bincount(self.labels[self.labels >= 0], minlength=self.components))

    def assign(self, values: npt.ArrayLike) -> Labels:
        """(n,) nearest centre of (n, d + c) rows by the cells that they have, -1 for those without any.

        Raises DataError for another number of columns.
        """
        rows = self.indicators.applied(concatenated(as_source(values))[0])
        features = self.centers.shape[1]
        if rows.shape[1] != features:
            raise DataError(f"These rows have {rows.shape[1]} columns, the centres have {features}.")
        outer = exponent(np.concatenate([rows, self.centers]))
        labels = nearest(np.ldexp(rows, -outer), np.ldexp(self.centers, -outer))[0]
        return np.where(np.isnan(rows).all(axis=1), -1, labels)


@dataclass(frozen=True)
class KMeansCurve:
    """How K-Means does at each K that was tried."""

    components: tuple[int, ...]
    inertia: tuple[float, ...]
    silhouette: tuple[float, ...]  # from -1 to 1, NaN where there is none, as at K = 1
    calinski_harabasz: tuple[float, ...]  # higher is better, NaN at K = 1
    davies_bouldin: tuple[float, ...]  # lower is better, NaN at K = 1
    rows: int
    silhouette_rows: int  # rows that the silhouette was computed on
    outcome: Outcome = Outcome.CONVERGED

    @property
    def frame(self) -> pd.DataFrame:
        """A row per K: components, inertia, silhouette, calinski_harabasz, davies_bouldin."""
        names = ("inertia", "silhouette", "calinski_harabasz", "davies_bouldin")
        columns = {"components": self.components} | {name: getattr(self, name) for name in names}
        return pd.DataFrame(columns).astype({"components": int} | dict.fromkeys(names, float))

    @property
    def note(self) -> str:
        """What the silhouette was computed on, where that is not every row."""
        if self.silhouette_rows == self.rows:
            return ""
        return f"The silhouette is that of {self.silhouette_rows:,} of the {self.rows:,} rows, drawn at random."


def k_means(
    X: npt.ArrayLike | Matrix | Source,
    components: int,
    seed: int = 0,
    *,
    restarts: int = 10,
    weights: npt.ArrayLike | None = None,
    watch: Watch | None = None,
) -> Partition:
    """The best of several starts of K-Means, with clusters in falling order of weight.

    weights are (n,) row weights, of which only the proportions count. watch is told of every few passes, and ends the
    work by returning False. Rows that are blank in all columns are set aside. Raises ChoiceError for what is no number
    of clusters, DataError for a column of blanks, and FitError for more clusters than different rows.

    Examples:
        >>> core.k_means([[0.0], [1.0], [9.0], [10.0], [11.0]], components=2).labels.tolist()
        [1, 1, 0, 0, 0]
    """
    if whole_number(restarts, "The number of starts of K-Means", 0) < 1:
        raise ChoiceError("K-Means needs at least one start.")
    whole_number(seed, "A seed", 0)
    source, indicators = with_indicators(X, weights)
    rows = in_units(source)

    def go_on(start: int, starts: int) -> bool:
        return as_watch(watch)(Progress("starts of K-Means", start, starts))

    part = _partition(rows, components, seed, restarts, go_on)
    return replace(part, labels=rows.given(part.labels), indicators=indicators)


def k_means_curve(
    X: npt.ArrayLike | Matrix | Source, components: Iterable[int], seed: int = 0, *, watch: Watch | None = None
) -> KMeansCurve:
    """Inertia (the elbow), mean silhouette (Rousseeuw 1987) and two indices over K, the silhouette on 2,000 rows.

    Numbers of clusters that the rows cannot bear are left out; so are those that watch, by returning False, has not
    let come to an end. Raises ChoiceError and DataError as k_means does.
    """
    rows = in_units(with_indicators(X)[0])
    wanted = sorted(set(components))
    drawn = np.sort(np.random.default_rng([seed, 1]).permutation(len(rows.values))[:SILHOUETTE_ROWS])
    points: list[tuple[int, float, float, float, float]] = []
    outcome = Outcome.CONVERGED

    def go_on(_start: int, _starts: int) -> bool:
        return as_watch(watch)(Progress("numbers of clusters for K-Means", len(points), len(wanted)))

    for k in wanted:
        try:
            part = _partition(rows, k, seed, CURVE_RESTARTS, go_on)
        except FitError:
            break
        if part.outcome is Outcome.CANCELLED:
            outcome = Outcome.CANCELLED
            break
        whole = rows.filled(part.labels, rows.to_centers(part.centers))
        silhouette = _silhouette(whole, part.labels, drawn)
        points.append((k, part.inertia, silhouette, *_indices(whole, part.labels)))
    tried, inertia, sil, spread, worst = zip(*points, strict=True) if points else ((), (), (), (), ())
    return KMeansCurve(tried, inertia, sil, spread, worst, len(rows.values), len(drawn), outcome)


@dataclass(frozen=True)
class _Run:
    """How far one start has come, in the units of ScaledRows."""

    centers: Array  # (K, d)
    labels: Labels  # (n,)
    inertia: float
    passes: int
    outcome: Outcome


def _partition(
    rows: ScaledRows, components: int, seed: int, restarts: int, go_on: Callable[[int, int], bool]
) -> Partition:
    _check(rows, components)
    with threadpool_limits(1):  # two threads are slower at these shapes
        run = _solve(rows, components, seed, restarts if components > 1 else 1, go_on)
    weight = np.bincount(run.labels, weights=rows.weights, minlength=components)
    order = np.argsort(-weight, kind="stable")
    if weight.min() == 0:
        found = int(np.count_nonzero(weight))
        raise FitError(f"Only {found} of {components} groups can be told apart.", remedy="Ask for fewer groups.")
    labels = closed(np.argsort(order)[run.labels])
    return Partition(
        labels, rows.raw_centers(run.centers[order]), rows.raw_inertia(run.inertia), run.passes, run.outcome
    )


def _check(rows: ScaledRows, components: int) -> None:
    whole_number(components, "The number of groups")
    different = _different(rows.values[rows.weights > 0], components)
    if different < components:
        few = "1 different row" if different == 1 else f"{different:,} different rows"
        raise FitError(f"{components} groups cannot be found in {few}.", remedy="Ask for fewer groups.")


def _different(values: Array, enough: int) -> int:
    """How many rows differ from all before them; a first look at some of them settles it for most data."""
    first = len(pd.DataFrame(values[: 100 * enough]).drop_duplicates())
    return first if first >= enough else len(pd.DataFrame(values).drop_duplicates())


def _solve(rows: ScaledRows, components: int, seed: int, restarts: int, go_on: Callable[[int, int], bool]) -> _Run:
    """The best of several starts, tried on a sample where there are many rows."""
    few = _sampled(rows, components, seed)
    steps = restarts + (few is not rows)
    best: _Run | None = None
    for at in range(restarts):
        centers, _ = kmeans_plusplus(few.values, components, sample_weight=few.weights, random_state=seed + 7919 * at)
        run = _settle(few, centers, SETTLED, partial(go_on, at, steps))
        best = run if best is None or run.inertia < best.inertia else best
        if run.outcome is Outcome.CANCELLED:
            labels, squares = nearest(rows.with_blanks, best.centers)
            return _Run(best.centers, labels, float(rows.weights @ squares), best.passes, Outcome.CANCELLED)
    assert best is not None
    if few is rows:
        return best
    last = _settle(rows, best.centers, SETTLED_ON_MANY, partial(go_on, restarts, steps))
    return _Run(last.centers, last.labels, last.inertia, best.passes + last.passes, last.outcome)


def _sampled(rows: ScaledRows, components: int, seed: int) -> ScaledRows:
    """At most START_ROWS rows, or all where so few hold too few different ones."""
    weighty = np.flatnonzero(rows.weights)
    if len(weighty) <= START_ROWS:
        return rows
    chosen = np.sort(np.random.default_rng([seed, 2]).choice(weighty, START_ROWS, replace=False))
    if _different(rows.values[chosen], components) < components:
        return rows
    return rows.taken(chosen)


def _settle(rows: ScaledRows, centers: Array, tolerance: float, go_on: Callable[[], bool]) -> _Run:
    """K-Means from some centres to its end, with blanks filled anew until that changes next to nothing."""
    before, passes = np.inf, 0
    while True:
        filled = rows.filled_from(centers)
        run = _lloyd(filled, centers, tolerance, go_on)
        if filled is rows:
            return run
        labels, squares = nearest(rows.with_blanks, run.centers)
        inertia, centers, passes = float(rows.weights @ squares), run.centers, passes + run.passes
        settled = before - inertia <= FILLS_SETTLED * inertia
        if settled or run.outcome is not Outcome.CONVERGED or passes >= MOST_PASSES:
            outcome = run.outcome if settled or passes < MOST_PASSES else Outcome.ITERATION_LIMIT
            return _Run(centers, labels, inertia, passes, outcome)
        before = inertia


def _lloyd(rows: ScaledRows, centers: Array, tolerance: float, go_on: Callable[[], bool]) -> _Run:
    """Lloyd's passes until the centres rest, with a look up every few of them."""
    passes = 0
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # groups that coincide are refused with a sentence
            found = KMeans(len(centers), init=centers, n_init=1, max_iter=PASSES_A_LOOK, tol=tolerance, random_state=0)
            found.fit(rows.values, sample_weight=rows.weights)
        passes, centers = passes + int(found.n_iter_), found.cluster_centers_
        settled = found.n_iter_ < PASSES_A_LOOK
        if not go_on():
            outcome = Outcome.CANCELLED
        elif settled or passes >= MOST_PASSES:
            outcome = Outcome.CONVERGED if settled else Outcome.ITERATION_LIMIT
        else:
            continue
        return _Run(centers, found.labels_.astype(np.intp), float(found.inertia_), passes, outcome)


def _silhouette(rows: ScaledRows, labels: Labels, drawn: Labels) -> float:
    """The mean silhouette of the drawn rows by their weights; NaN where they lie in one group, or each in its own."""
    own, weights = labels[drawn], rows.weights[drawn]
    if not 1 < len(np.unique(own)) < len(own) or weights.sum() == 0:
        return float("nan")
    with threadpool_limits(1):
        return float(np.average(silhouette_samples(rows.values[drawn], own), weights=weights))


def _indices(rows: ScaledRows, labels: Labels) -> tuple[float, float]:
    """The indices of Calinski and Harabasz (1974) and of Davies and Bouldin (1979); NaN for one cluster.

    The first is the variance between clusters over that within them; the second, averaged over clusters, how wide a
    cluster and its worst neighbour are for the distance of their centres.
    """
    weight = np.bincount(labels, weights=rows.weights)
    K = len(weight)
    if K == 1 or len(labels) <= K:
        return float("nan"), float("nan")
    sums = [np.bincount(labels, weights=rows.weights * column) for column in rows.values.T]
    centers = np.column_stack(sums) / weight[:, None]
    squares = ((rows.values - centers[labels]) ** 2).sum(axis=1)
    middle = weight @ centers / weight.sum()
    within, between = float(rows.weights @ squares), float(weight @ ((centers - middle) ** 2).sum(axis=1))
    widths = np.bincount(labels, weights=rows.weights * np.sqrt(squares)) / weight
    apart = np.sqrt(((centers[:, None] - centers[None]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    with np.errstate(divide="ignore"):
        ratio = np.float64(between) * (len(labels) - K) / np.float64(within) / (K - 1)
    worst = ((widths[:, None] + widths[None]) / apart).max(axis=1)
    return float(ratio), float(worst.mean())
