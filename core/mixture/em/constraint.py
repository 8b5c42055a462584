"""A bound on how unequal the variances of a fit may be, along all directions of all components.

The likelihood of a mixture is without bound at flat covariances; where no variance is more than a given number of times
another, it has a maximum (Ingrassia 2004; García-Escudero et al. 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import ChoiceError, is_number
from ..family import Axis, Family
from .covariance import Sweeps, common_axes, turn_common_axes


@dataclass(frozen=True)
class EigenvalueRatio:
    """The largest eigenvalue of any covariance is at most so many times the smallest of any, in the data's units.

    Attributes:
        most: largest variance over the smallest, along all directions of all components; 1 or more.

    Examples:
        >>> rows = core.toy("elongated", rows=60).points
        >>> fit = core.fit(rows, bound=core.EigenvalueRatio(2.0))
        >>> variances = np.linalg.eigvalsh(fit.mixture.covariances)
        >>> round(float(variances.max() / variances.min()), 3)
        2.0
    """

    most: float = 100.0

    def __post_init__(self) -> None:
        """Refuse what no covariances satisfy. Raises ChoiceError."""
        if not is_number(self.most) or not self.most >= 1:
            raise ChoiceError("The largest variance is at least once the smallest.", remedy="Bound it by 1 or more.")

    def check(self, family: Family) -> None:
        """Raise ChoiceError for a family whose shapes are tied to its volumes, so that no single variance can give."""
        if family.shape not in (family.volume, Axis.IDENTITY):
            raise ChoiceError(
                f"Variances of {family.name} cannot be bounded one by one.",
                remedy="Choose EII, VII, EEI, VVI, EEE, EEV, VVE or VVV.",
            )

    def estimate(self, family: Family, weight: Array, scatter: Array, previous: Array | None, sweeps: Sweeps) -> Array:
        """The (K, d, d) covariances of a family that maximise the expected log-likelihood under the bound.

        Arguments are those of core.mixture.em.covariance.estimate.
        """
        if family.orientation is Axis.EQUAL and family.volume is Axis.VARIABLE:
            return self._along_common_axes(weight, scatter, previous, sweeps)
        if family.orientation is Axis.EQUAL:
            scatter = np.broadcast_to(scatter.sum(axis=0) / len(scatter), scatter.shape)
        spread, axes = _along_own_axes(family, scatter)
        if family.volume is Axis.EQUAL:
            weight, spread = weight.sum(keepdims=True), spread.sum(axis=0, keepdims=True)
        return _joined(axes, self.clipped(weight, spread / weight[:, None]))

    def _along_common_axes(self, weight: Array, scatter: Array, previous: Array | None, sweeps: Sweeps) -> Array:
        """Variances given the axes, then the axes given the variances, neither of which loses likelihood."""
        axes, objective = common_axes(scatter.sum(axis=0, keepdims=True) if previous is None else previous), np.inf
        for _ in range(sweeps.most):
            spread = ((scatter @ axes) * axes).sum(axis=1)
            variances = self.clipped(weight, spread / weight[:, None])
            lower = float((weight[:, None] * np.log(variances) + spread / variances).sum())
            if objective - lower <= sweeps.tolerance * abs(lower):
                break
            objective, axes = lower, turn_common_axes(scatter, 1 / variances, axes)
        return _joined(np.broadcast_to(axes, scatter.shape), variances)

    def clipped(self, weight: Array, variances: Array) -> Array:
        """(K, d) variances, of components with (K,) weight, clipped to within the bound at the least loss.

        The loss is convex between the values at which a further variance is clipped; the best least variance of each
        such interval has a closed form (Fritz, García-Escudero and Mayo-Iscar 2013, proposition 3.2). Where all are
        flat, or not a number, there is nothing to clip: the caller looks.
        """
        variances = np.maximum(variances, 0.0)  # rounding may leave less
        if variances.max() <= self.most * variances.min() or not 0 < variances.max() < np.inf:
            return variances
        weights = np.broadcast_to(weight[:, None], variances.shape)
        ends = np.sort(np.concatenate([variances.ravel(), variances.ravel() / self.most]))
        inside = np.concatenate([ends[:1] / 2, (ends[1:] + ends[:-1]) / 2, ends[-1:] * 2])[:, None, None]
        raised, cut = variances < inside, variances > inside * self.most
        total = (weights * (raised * variances + cut * variances / self.most)).sum(axis=(1, 2))
        least = total / np.maximum((weights * (raised | cut)).sum(axis=(1, 2)), np.finfo(float).tiny)
        least = least[least > 0]
        clipped = np.clip(variances, least[:, None, None], self.most * least[:, None, None])
        loss = (weights * (np.log(clipped) + variances / clipped)).sum(axis=(1, 2))
        return np.asarray(clipped[int(loss.argmin())])


def _along_own_axes(family: Family, scatter: Array) -> tuple[Array, Array]:
    """(K, d) scatter along the axes that are best for each component, whatever the bound, and these (K, d, d) axes."""
    features = scatter.shape[1]
    if not family.is_diagonal:
        spread, axes = np.linalg.eigh(scatter)
        return spread, axes
    spread = np.diagonal(scatter, axis1=1, axis2=2)
    if family.shape is Axis.IDENTITY:
        spread = np.repeat(spread.mean(axis=1, keepdims=True), features, axis=1)
    return spread, np.broadcast_to(np.eye(features), scatter.shape)


def _joined(axes: Array, variances: Array) -> Array:
    """(K, d, d) covariances of (K, d, d) axes, as columns, and (K, d) variances along them."""
    joined = (axes * variances[:, None, :]) @ axes.transpose(0, 2, 1)
    return np.asarray((joined + joined.transpose(0, 2, 1)) / 2)
