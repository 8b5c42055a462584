"""Geometry: ellipses, decision regions and density curves of a mixture's marginals, as figures in raw units.

Everything is computed where the mixture lives and then carried to raw units point by point, so it stays right when a
column was transformed by more than a factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...arrays import Array, read_only
from ...data.prepare import Transform
from ...mixture.model import Mixture
from ..groups.grouping import Grouping

Labels = npt.NDArray[np.intp]
MARGIN = 0.04  # of the range, left free around the rows
LEAST_PEAK = 0.01  # of the highest: a lower bump of a density is not called a peak


@dataclass(frozen=True)
class Plane:
    """Two of the fitted columns as axes, and the way from their fitted to their raw units."""

    columns: tuple[int, int]  # positions among the d fitted columns: x, y
    features: int  # d
    transform: Transform | None = None

    def raw(self, points: Array) -> Array:
        """(m, 2) raw units of (m, 2) fitted ones."""
        return to_raw(points, self.columns, self.features, self.transform)


def to_raw(values: Array, columns: Sequence[int], features: int, transform: Transform | None) -> Array:
    """(m, c) raw units of (m, c) fitted values of some of the d columns."""
    if transform is None:
        return values
    full = np.zeros((len(values), features))
    full[:, list(columns)] = values
    return np.asarray(transform.to_raw(full))[:, list(columns)]


@dataclass(frozen=True)
class Ellipse:
    """Where one component's two-column marginal is a given number of standard deviations from its mean."""

    component: int
    sigma: float
    points: Array  # (m, 2) raw units; the last is the first


def ellipses(
    mixture: Mixture, plane: Plane, sigmas: Sequence[float] = (1.0, 2.0), points: int = 90
) -> tuple[Ellipse, ...]:
    """The ellipses of every component, all at the first sigma, then all at the next."""
    shown = mixture.marginal(plane.columns)
    angle = np.linspace(0.0, 2 * np.pi, points + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    circle[:, -1] = circle[:, 0]
    factors = np.linalg.cholesky(shown.covariances)
    return tuple(
        Ellipse(k, sigma, read_only(plane.raw(shown.means[k] + sigma * (factors[k] @ circle).T)))
        for sigma in sigmas
        for k in range(shown.components)
    )


@dataclass(frozen=True)
class Regions:
    """A plane cut into rectangles, each wholly given to one group."""

    group: Labels  # (m,)
    left: Array  # (m,) raw units, as are the next three
    right: Array
    bottom: Array
    top: Array


def mixture_regions(
    mixture: Mixture, plane: Plane, rows: Array, grouping: Grouping | None = None, cells: int = 120
) -> Regions:
    """Which group is likeliest where, by the marginal of the plane's two columns, around (n, d) fitted rows.

    Without a grouping every component is a group.
    """
    shown = mixture.marginal(plane.columns)
    if grouping is None or not grouping.merges:
        return _regions(lambda points: shown.log_joint(points).argmax(axis=1), plane, rows, cells)
    return _regions(lambda points: grouping.shares(shown.responsibilities(points)).argmax(axis=1), plane, rows, cells)


UNCERTAINTIES = (0.05, 0.2, 0.5)  # shares of the greatest possible uncertainty between which it is drawn alike


def uncertainty_regions(
    mixture: Mixture, plane: Plane, rows: Array, grouping: Grouping | None = None, cells: int = 120
) -> Regions:
    """How uncertain a row would be where, by the marginal of the plane's two columns; the "groups" are its steps.

    Step s holds uncertainty up to UNCERTAINTIES[s] of that between all groups alike; the last one holds the rest.
    """
    shown = mixture.marginal(plane.columns)
    groups = mixture.components if grouping is None else grouping.groups

    def steps(points: Array) -> Labels:
        shares = shown.responsibilities(points)
        shares = shares if grouping is None else grouping.shares(shares)
        uncertainty = (1 - shares.max(axis=1)) / max(1 - 1 / groups, 1e-9)
        return np.searchsorted(UNCERTAINTIES, uncertainty)

    return _regions(steps, plane, rows, cells)


def nearest_center_regions(centers: Array, plane: Plane, rows: Array, cells: int = 120) -> Regions:
    """Which of (K, d) centers is nearest where, in the plane's two columns, around (n, d) fitted rows."""
    shown = np.asarray(centers, dtype=np.float64)[:, list(plane.columns)]
    offsets = (shown**2).sum(axis=1)
    return _regions(lambda points: (offsets - 2 * points @ shown.T).argmin(axis=1), plane, rows, cells)


def _regions(decide: Callable[[Array], Labels], plane: Plane, rows: Array, cells: int) -> Regions:
    """The plane as a grid of cells x cells, equal decisions along x joined."""
    low, high = box(rows[:, list(plane.columns)])
    edges = np.linspace(low, high, cells + 1)
    centre = (edges[:-1] + edges[1:]) / 2
    x, y = np.meshgrid(centre[:, 0], centre[:, 1])
    label = decide(np.column_stack([x.ravel(), y.ravel()])).reshape(cells, cells)
    starts = np.column_stack([np.ones(cells, dtype=bool), label[:, 1:] != label[:, :-1]])
    row, first = np.nonzero(starts)
    last = np.append(first[1:], 0)
    last[last == 0] = cells
    raw = plane.raw(edges)
    return Regions(label[row, first], raw[first, 0], raw[last, 0], raw[row, 1], raw[row + 1, 1])


def box(values: Array) -> tuple[Array, Array]:
    """(d,) least and greatest of (n, d) values with a margin; a column without spread gets one of 1."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    return low - margin, high + margin


@dataclass(frozen=True)
class Curves:
    """The density of one column and what each component contributes to it."""

    at: Array  # (m,) raw units, rising
    density: Array  # (m,) per raw unit
    components: Array  # (K, m) mixing weight times density; they sum to `density`


def peaks(at: Array, heights: Array) -> Array:
    """Where, of (m,) rising places, a curve has a local maximum; a bump below a hundredth of the highest is none."""
    padded = np.concatenate([[-np.inf], heights, [-np.inf]])
    top = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    return np.asarray(at[top & (heights > LEAST_PEAK * heights.max())])


def density_curves(mixture: Mixture, plane: Plane, rows: Array, points: int = 240) -> Curves:
    """The marginal density of the plane's x column over the range of (n, d) fitted rows, per raw unit.

    A change of units divides the density by its derivative, here by differences of the raw positions.
    """
    column = plane.columns[0]
    shown = mixture.marginal([column])
    at = _positions(shown, rows[:, column], points)
    raw = to_raw(at[:, None], [column], plane.features, plane.transform)[:, 0]
    slope = np.gradient(at, raw)
    weighted = np.exp(shown.log_joint(at[:, None])).T * slope * (1 - mixture.noise_weight)
    order = np.argsort(raw)
    return Curves(read_only(raw[order]), read_only(weighted.sum(axis=0)[order]), read_only(weighted[:, order]))


def _positions(shown: Mixture, values: Array, points: int) -> Array:
    """Where to evaluate a density: evenly, and closely around each component, however narrow it is."""
    (low,), (high,) = box(values[:, None])
    deviations = np.sqrt(shown.covariances[:, 0, 0])
    near = (shown.means + deviations[:, None] * np.linspace(-6, 6, 73)).ravel()
    spots = np.concatenate([np.linspace(low, high, points), near[(near > low) & (near < high)]])
    spots = np.unique(spots)
    keep = np.append(True, np.diff(spots) > 1e-9 * (high - low))
    return np.asarray(spots[keep])


def telling_pair(mixture: Mixture) -> tuple[int, int]:
    """The two columns, in their order, whose marginal sets the components furthest apart.

    Apart: 1 - the Bhattacharyya coefficient of two components (the squared Hellinger distance), averaged over pairs
    weighted by the product of their mixing weights. With one component: the two most correlated columns.
    """
    d = mixture.features
    if d < 2:
        return 0, 0
    first, second = np.triu_indices(d, 1)
    if mixture.components == 1:
        sd = np.sqrt(np.diagonal(mixture.covariances[0]))
        correlation = np.abs(mixture.covariances[0] / np.outer(sd, sd))[first, second]
        best = int(np.argmax(correlation))
    else:
        best = int(np.argmax(_apart(mixture, first, second)))
    return int(first[best]), int(second[best])


def telling_column(mixture: Mixture) -> int:
    """The column whose marginal alone sets the components furthest apart, in the sense of `telling_pair`."""
    columns = np.arange(mixture.features)
    return int(np.argmax(_apart(mixture, columns, columns))) if mixture.components > 1 else 0


def _apart(mixture: Mixture, first: Labels, second: Labels) -> Array:
    """(p,) weighted separation of the components on each of p pairs of columns; a column with itself is just one."""
    total = np.zeros(len(first))
    for a in range(mixture.components):
        for b in range(a):
            coefficient = _coefficient(mixture, (a, b), first, second)
            total += mixture.weights[a] * mixture.weights[b] * (1 - coefficient)
    return total


def _coefficient(mixture: Mixture, pair: tuple[int, int], first: Labels, second: Labels) -> Array:
    """(p,) Bhattacharyya coefficients of two components in p pairs of columns, by the closed form for 2 x 2."""
    one, other = (mixture.covariances[k] for k in pair)
    gap = mixture.means[pair[0]] - mixture.means[pair[1]]
    if first is second:
        middle = (np.diagonal(one) + np.diagonal(other))[first] / 2
        product = (np.diagonal(one) * np.diagonal(other))[first]
        return np.asarray(np.exp(-(gap[first] ** 2) / middle / 8) * (product / middle**2) ** 0.25)
    mean = (one + other) / 2
    p, q, r = mean[first, first], mean[second, second], mean[first, second]
    det = _det(mean, first, second)
    squared = (q * gap[first] ** 2 - 2 * r * gap[first] * gap[second] + p * gap[second] ** 2) / det
    ratio = _det(one, first, second) * _det(other, first, second) / det**2
    return np.asarray(np.exp(-squared / 8) * np.maximum(ratio, 0.0) ** 0.25)


def _det(matrix: Array, first: Labels, second: Labels) -> Array:
    return np.asarray(matrix[first, first] * matrix[second, second] - matrix[first, second] ** 2)


@dataclass(frozen=True)
class Overlap:
    """Where the rows lie that no group holds clearly, between the two groups that share most of them."""

    groups: tuple[int, int]
    count: int
    column: int  # which of the plane's two columns, as a position among the d
    low: float  # raw units: the middle 80 % of those rows
    high: float


def overlap(responsibilities: Array, raw: Array, plane: Plane, mixture: Mixture, clear: float) -> Overlap | None:
    """Where two groups run into each other, None where each row is held by one group to at least `clear`.

    responsibilities: (n, K), raw: (n, d) the same rows. The column is the one on which the two means are further apart.
    """
    K = mixture.components
    undecided = np.flatnonzero(responsibilities.max(axis=1) < clear)
    if K < 2 or not len(undecided):
        return None
    leading = np.sort(np.argsort(-responsibilities[undecided][:, :K], axis=1, kind="stable")[:, :2], axis=1)
    pairs, which, counts = np.unique(leading, axis=0, return_inverse=True, return_counts=True)
    most = int(np.argmax(counts))
    a, b = (int(k) for k in pairs[most])
    shown = mixture.marginal(plane.columns)
    variances = np.diagonal(shown.covariances[[a, b]].mean(axis=0))
    best = plane.columns[int(np.argmax((shown.means[a] - shown.means[b]) ** 2 / variances))]
    values = raw[undecided[which.ravel() == most], best]
    if np.isnan(values).all():
        values = raw[:, best]
    low, high = np.nanquantile(values, (0.1, 0.9))
    return Overlap((a, b), int(counts[most]), best, float(low), float(high))
