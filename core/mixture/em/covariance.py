"""The M-step for covariances: one block-coordinate estimate for all 14 families.

With S_k = D_k' W_k D_k, the part of the expected log-likelihood that covariances enter is -1/2 of

    sum_k  n_k d log volume_k  +  sum_kj  S_kjj / (volume_k shape_kj),

minimised over one axis at a time: orientation, shape, volume (Celeux and Govaert 1995). Each of the three has an
exact minimiser; EVE and VVE turn a common orientation plane by plane (Flury and Gautschi 1986, with the shapes
held fixed), where the minimum over an angle is closed form. So a sweep never raises the objective.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...arrays import Array
from ..family import Axis, Family


@dataclass(frozen=True)
class Sweeps:
    """How far the inner iterations go, for the families that have them."""

    tolerance: float  # relative change of the objective at which they end
    most: int


TO_THE_END = Sweeps(1e-12, 500)
ONE_ROUND = Sweeps(
    1e-12, 1
)  # a partial M-step: the likelihood still never falls (Dempster, Laird and Rubin 1977, sec. 3)

UNITS_APART = 1e-10  # the least variance of a column over the largest from which small ones are looked at by themselves
SMALL = 1e-22  # square off the diagonal, as a share of the two on it, that is rounding
MOST_TURNS = 30  # of every plane: convergence is quadratic


@dataclass(frozen=True)
class Structure:
    """Covariances taken apart: Sigma_k = volume_k D_k diag(shape_k) D_k'."""

    volume: Array  # (K,)
    shape: Array  # (K, d), product 1 over the columns
    orientation: Array  # (K, d, d), columns are the axes

    @property
    def covariances(self) -> Array:
        """(K, d, d)."""
        variances = self.volume[:, None] * self.shape
        joined = (self.orientation * variances[:, None, :]) @ self.orientation.transpose(0, 2, 1)
        return (joined + joined.transpose(0, 2, 1)) / 2


def decompose(covariances: Array) -> Structure:
    """The structure of (K, d, d) covariances, axes in falling order of variance."""
    variances, orientation = _axes_of(covariances)
    volume = _geometric_mean(variances)
    return Structure(volume, variances / volume[:, None], orientation)


def estimate(
    family: Family, weight: Array, scatter: Array, previous: Array | None = None, sweeps: Sweeps = TO_THE_END
) -> Array:
    """The (K, d, d) covariances that maximise the expected log-likelihood within a family.

    weight (K,) and scatter (K, d, d) are those of Moments; previous (K, d, d) covariances warm-start the inner
    iterations. A flat scatter gives what is singular, or not a number: the caller looks.
    """
    if family.is_free:
        return scatter / weight[:, None, None]
    structure = _start(family, weight, scatter, previous)
    objective = np.inf
    for _ in range(sweeps.most):
        structure, lower = _sweep(family, weight, scatter, structure)
        if family.has_closed_form or objective - lower <= sweeps.tolerance * abs(lower):
            break
        objective = lower
    return structure.covariances


def _start(family: Family, weight: Array, scatter: Array, previous: Array | None) -> Structure:
    """Where the sweeps begin: at the previous covariances, or at the axes of the pooled scatter."""
    components, features = scatter.shape[:2]
    if family.is_diagonal and family.has_closed_form:  # one sweep from anywhere
        along_columns = np.broadcast_to(np.eye(features), scatter.shape)
        return Structure(np.ones(components), np.ones((components, features)), along_columns)
    pooled = np.broadcast_to(scatter.sum(axis=0) / weight.sum(), scatter.shape)
    known = decompose(pooled if previous is None else previous)
    volume = known.volume if family.volume is Axis.VARIABLE and previous is not None else np.ones(components)
    if family.orientation is Axis.VARIABLE or family.orientation is family.shape:  # the first turn needs volumes only
        return Structure(volume, known.shape, known.orientation)
    if family.orientation is Axis.EQUAL:
        orientation = np.broadcast_to(common_axes(pooled if previous is None else previous), scatter.shape)
    else:
        orientation = np.broadcast_to(np.eye(features), scatter.shape)
    return _fit_axes(family, weight, _spread(scatter, orientation), volume, orientation)


def _sweep(family: Family, weight: Array, scatter: Array, now: Structure) -> tuple[Structure, float]:
    """One pass over orientation, shape and volume, and the objective it reached."""
    orientation = _turn(family, scatter, now)
    spread = _spread(scatter, orientation)
    after = _fit_axes(family, weight, spread, now.volume, orientation)
    features = scatter.shape[1]
    trace = (spread / (after.volume[:, None] * after.shape)).sum()
    return after, float((weight * features * np.log(after.volume)).sum() + trace)


def _fit_axes(family: Family, weight: Array, spread: Array, volume: Array, orientation: Array) -> Structure:
    """Shape given volume, then volume given shape, both along fixed axes; spread is (K, d)."""
    features = spread.shape[1]
    if family.shape is Axis.IDENTITY:
        shape = np.ones_like(spread)
    elif family.shape is Axis.EQUAL:
        pooled = (spread / volume[:, None]).sum(axis=0, keepdims=True)
        shape = np.broadcast_to(pooled / _geometric_mean(pooled)[:, None], spread.shape)
    else:
        shape = spread / _geometric_mean(spread)[:, None]
    squares = (spread / shape).sum(axis=1)
    if family.volume is Axis.VARIABLE:
        volume = squares / (weight * features)
    else:
        volume = np.full(len(weight), squares.sum() / (weight.sum() * features))
    return Structure(volume, shape, orientation)


def _turn(family: Family, scatter: Array, now: Structure) -> Array:
    """The orientation that minimises the objective given shape and volume, or lowers it for EVE and VVE."""
    if family.orientation is Axis.IDENTITY:
        return now.orientation
    if family.orientation is Axis.VARIABLE:
        return _axes_of(scatter)[1]
    if family.shape is Axis.EQUAL:
        pooled = (scatter / now.volume[:, None, None]).sum(axis=0, keepdims=True)
        return np.broadcast_to(_axes_of(pooled)[1], scatter.shape)
    precision = 1.0 / (now.volume[:, None] * now.shape)
    return np.broadcast_to(turn_common_axes(scatter, precision, now.orientation[0]), scatter.shape)


def turn_common_axes(scatter: Array, precision: Array, orientation: Array) -> Array:
    """Turn common axes (d, d) plane by plane to lower sum_kj precision_kj (D' W_k D)_jj; precision is (K, d).

    In the plane of axes a and b the sum is a constant plus p cos 2t + q sin 2t in the angle t of the turn, so each
    plane is turned to its exact minimum.
    """
    turned = orientation.copy()
    rotated = turned.T @ scatter @ turned  # (K, d, d)
    features = len(orientation)
    for a in range(features - 1):
        for b in range(a + 1, features):
            difference = precision[:, a] - precision[:, b]
            p = difference @ (rotated[:, a, a] - rotated[:, b, b]) / 2
            q = difference @ rotated[:, a, b]
            angle = (np.arctan2(q, p) + np.pi) / 2
            # Axes are undirected: the turn within a quarter circle keeps their order where it can.
            angle = (angle + np.pi / 2) % np.pi - np.pi / 2
            plane = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            pair = [a, b]
            turned[:, pair] = turned[:, pair] @ plane
            rotated[:, :, pair] = rotated[:, :, pair] @ plane
            rotated[:, pair, :] = plane.T @ rotated[:, pair, :]
    return turned


def common_axes(covariances: Array) -> Array:
    """(d, d) axes that (K, d, d) covariances share, as columns, by falling variance of the first.

    Where two variances of one component are equal, as a bound makes them, its own eigenvectors say nothing of the axes
    in their plane, so a sum of all is looked at, with factors that hardly let differences cancel.
    """
    components = len(covariances)
    factors = np.exp(-np.arange(components) / components) / np.trace(covariances, axis1=1, axis2=2)
    axes = _axes_of((factors[:, None, None] * covariances).sum(axis=0, keepdims=True))[1][0]
    return np.asarray(axes[:, np.argsort(-_spread(covariances[:1], axes)[0], kind="stable")])


def _spread(scatter: Array, orientation: Array) -> Array:
    """(K, d) diagonal of D_k' W_k D_k."""
    spread: Array = ((scatter @ orientation) * orientation).sum(axis=1)
    return spread


def _axes_of(matrices: Array) -> tuple[Array, Array]:
    """Eigenvalues (K, d) in falling order and eigenvectors (K, d, d) of symmetric matrices."""
    values, vectors = np.linalg.eigh(matrices)
    values, vectors = values[:, ::-1], vectors[:, :, ::-1]
    variances = np.diagonal(matrices, axis1=1, axis2=2)
    for k in np.flatnonzero(variances.min(axis=1) < UNITS_APART * variances.max(axis=1)):
        values[k], vectors[k] = diagonalise(matrices[k])
    return values, vectors


def diagonalise(matrix: Array) -> tuple[Array, Array]:
    """Eigenvalues (d,) in falling order and eigenvectors (d, d) of a symmetric matrix by Jacobi's plane turns.

    Where columns differ much in units, small variances are as exact as large ones, which no method that looks at the
    matrix as a whole can say (Demmel and Veselic 1992).
    """
    turned, now = np.eye(len(matrix)), matrix.copy()
    for _ in range(MOST_TURNS):
        if not np.triu(_is_beyond(now, np.diagonal(now)[:, None], np.diagonal(now)), 1).any():
            break
        for a, b in _pairs(len(matrix)):
            beyond = _is_beyond(now[a, b], now[a, a], now[b, b])
            _turn_planes(turned, now, a[beyond], b[beyond])
    order = np.argsort(-np.diagonal(now), kind="stable")
    return np.diagonal(now)[order], turned[:, order]


def _is_beyond(covariance: Array, one: Array, other: Array) -> npt.NDArray[np.bool_]:
    """Whether covariances are more than nothing beside two variances each."""
    return np.asarray(covariance**2 > SMALL * np.abs(one * other))


def _pairs(d: int) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """All pairs of d columns in rounds, each column once in a round, as in a tournament: they can turn at once."""
    even = d + d % 2
    others = np.arange(1, even)
    for _ in range(even - 1):
        round_ = np.concatenate(([0], others))
        a, b = round_[: even // 2], round_[even // 2 :][::-1]
        there = (a < d) & (b < d)
        yield np.minimum(a, b)[there], np.maximum(a, b)[there]
        others = np.roll(others, 1)


def _turn_planes(turned: Array, now: Array, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]) -> None:
    """Turn a matrix, and the axes so far, in the planes of pairs of columns that have none in common."""
    ratio = (now[b, b] - now[a, a]) / (2 * now[a, b])
    tangent = -1.0 / (ratio + np.copysign(np.hypot(1.0, ratio), ratio))
    cosine = 1 / np.hypot(1.0, tangent)
    for columns in (turned, now, now.T):
        first, second = columns[:, a], columns[:, b]
        columns[:, a], columns[:, b] = cosine * (first + tangent * second), cosine * (second - tangent * first)


def _geometric_mean(positive: Array) -> Array:
    """Along the last axis."""
    mean: Array = np.exp(np.log(positive).mean(axis=-1))
    return mean
