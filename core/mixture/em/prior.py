"""The conjugate prior of a fit: rows that are added to the moments before the M-step, whose maximum is then that of the
posterior density (Fraley and Raftery 2007).

A mean is normal about the prior's with covariance Sigma_k / shrinkage, a covariance inverse Wishart with dof degrees of
freedom about scale. Their log density is, but for a constant,

    - 1/2 sum_k [ a_k log |Sigma_k| + tr(Sigma_k^-1 (P_k + shrinkage (mu_k - m)(mu_k - m)')) ],

so covariances see a_k more rows' worth of weight and P_k more scatter, within any family.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array, read_only
from ...data.source import as_numbers
from ...errors import ChoiceError, is_number
from ..family import Axis, Family
from ..model import Mixture
from ..moments import Moments
from ..problem import Units


def vector_of(given: object) -> tuple[float, ...] | None:
    """A prior's mean, or None. Raises ChoiceError for what is no vector of numbers."""
    array = None if given is None else as_numbers(given, "The mean of a prior")
    if array is not None and (array.ndim != 1 or not np.isfinite(array).all()):
        raise ChoiceError("The mean of a prior is one number for each column.")
    return None if array is None else tuple(array.tolist())


def matrix_of(given: object) -> tuple[tuple[float, ...], ...] | None:
    """A prior's scale, or None. Raises ChoiceError for what is no symmetric matrix of numbers."""
    array = None if given is None else as_numbers(given, "The scale of a prior")
    if array is not None and (array.ndim != 2 or len(array) != array.shape[1] or not np.isfinite(array).all()):
        raise ChoiceError("The scale of a prior is a square matrix of numbers.")
    if array is not None and not np.allclose(array, array.T, rtol=1e-9, atol=0.0):
        raise ChoiceError("The scale of a prior is a symmetric matrix.")
    return None if array is None else tuple(tuple(row) for row in array.tolist())


@dataclass(frozen=True)
class ConjugatePrior:
    """A normal-inverse-Wishart prior of every component, in the units of the data; None is learned from the data.

    Without choices it is mclust's `defaultPrior`: weak, but enough to keep components from collapsing.

    Attributes:
        shrinkage: number of rows that the prior mean is worth; 0 is no prior of the means.
        mean: (d,) prior mean of every component; None is the mean of all rows.
        dof: degrees of freedom of the inverse Wishart distribution of the covariances; None is d + 2.
        scale: (d, d) scale matrix of that distribution; None is all rows' covariance over K^(2 / d), and for families
            along the columns its mean variance.
        per_level: number of rows that the Dirichlet prior of the chances is worth in each level of a category.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [0.2], [5.0]])
        >>> core.fit(rows, components=2).admissible
        False
        >>> core.fit(rows, components=2, prior=core.ConjugatePrior()).admissible
        True
    """

    shrinkage: float = 0.01
    mean: tuple[float, ...] | None = None
    dof: float | None = None
    scale: tuple[tuple[float, ...], ...] | None = None
    per_level: float = 0.0

    def __post_init__(self) -> None:
        """Take anything that numpy takes for a vector and a matrix. Raises ChoiceError."""
        object.__setattr__(self, "mean", vector_of(self.mean))
        object.__setattr__(self, "scale", matrix_of(self.scale))
        numbers = is_number(self.shrinkage) and (self.dof is None or is_number(self.dof))
        if not numbers or self.shrinkage < 0 or (self.dof is not None and self.dof <= 0):
            raise ChoiceError("A prior's shrinkage is 0 or more, and its degrees of freedom are positive.")
        if not is_number(self.per_level) or self.per_level < 0:
            raise ChoiceError("What a prior is worth in each level is 0 rows or more.")

    def learned(self, units: Units, rows: float, family: Family, components: int) -> PriorRows:
        """What it adds to moments in EM's units. Raises ChoiceError where it does not fit the columns."""
        d = len(units.centre)
        if not d:
            return PriorRows(0.0, units.centre, units.covariance, self.shrinkage, self.per_level)
        mean = units.centre if self.mean is None else np.array(self.mean)
        scale = self._default_scale(units, rows, family, components)
        if self.scale is not None:
            scale = np.array(self.scale) / units.scale**2
        if mean.shape != (d,) or scale.shape != (d, d):
            raise ChoiceError(f"The prior is not one of {d} columns.")
        if np.linalg.eigvalsh(scale).min() < 0:
            raise ChoiceError("A prior's scale has no negative variance in any direction.")
        weight, share = _covariance_rows(family, components, d, d + 2.0 if self.dof is None else self.dof)
        centred = (mean - units.centre) / units.scale
        return PriorRows(weight + (self.shrinkage > 0), centred, scale * share, self.shrinkage, self.per_level)

    def _default_scale(self, units: Units, rows: float, family: Family, components: int) -> Array:
        """mclust's: the covariance of all rows, or for families along the columns their mean variance."""
        d = len(units.centre)
        scale = units.covariance * rows / max(rows - 1, 1.0) / components ** (2 / d)
        if family.is_diagonal:
            return np.eye(d) * np.trace(scale) / d
        return scale if rows > d else np.diag(np.diagonal(scale))


def _covariance_rows(family: Family, components: int, features: int, dof: float) -> tuple[float, float]:
    """Rows' worth of weight, and times the scale, that the prior of the covariances adds to each of K components.

    Components with one covariance share one prior; where each has its own, each has a prior of its own, restricted to
    the family (Fraley and Raftery 2007, tables 1 and 2).
    """
    if family.shape is Axis.IDENTITY:
        weight, share = (dof + 2) / features, 1 / features
    elif family.is_diagonal:
        weight, share = dof + 2, 1.0
    else:
        weight, share = dof + features + 1, 1.0
    copies = 1 if Axis.VARIABLE not in family.axes else components
    return weight * copies / components, share * copies / components


@dataclass(frozen=True)
class PriorRows:
    """A prior as what it adds to the moments of each component, in EM's units."""

    weight: float  # a_k, for covariances only: mixing weights have no prior
    mean: Array  # (d,)
    scatter: Array  # (d, d), P_k
    shrinkage: float
    per_level: float = 0.0  # rows in each level of a category

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ("mean", "scatter"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def joined(self, found: Moments) -> Moments:
        """The moments with the prior's rows among them."""
        step = found.mean - self.mean
        pull = self.shrinkage / np.maximum(found.weight + self.shrinkage, np.finfo(float).tiny)
        between = (found.weight * pull)[:, None, None] * step[:, :, None] * step[:, None, :]
        return replace(
            found,
            weight=found.weight + self.weight,
            mean=found.mean - pull[:, None] * step,
            scatter=found.scatter + between + self.scatter,
        )

    def log_density(self, mixture: Mixture) -> float:
        """The log of the prior density at a mixture, but for a constant. Raises DegenerateError if it is singular."""
        whitening = mixture.whitening
        log_roots = np.log(np.diagonal(whitening, axis1=1, axis2=2)).sum()
        pulled = np.einsum("kij,kj->ki", whitening, mixture.means - self.mean)
        traces = np.einsum("kij,jl,kil->", whitening, self.scatter, whitening)
        of_numbers = float(self.weight * log_roots - (traces + self.shrinkage * (pulled**2).sum()) / 2)
        if not self.per_level:
            return of_numbers
        return of_numbers + self.per_level * float(sum(np.log(each).sum() for each in mixture.chances))
