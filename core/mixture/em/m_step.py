"""The M-step: from Moments to a mixture (Dempster, Laird and Rubin 1977; McLachlan and Peel 2000, ch. 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...errors import ChoiceError, DegenerateError
from ..chances import estimated
from ..family import Family
from ..family import family as named
from ..model import Mixture
from ..moments import Moments
from .constants import LOST, NO_DIGITS
from .constraint import EigenvalueRatio
from .covariance import TO_THE_END, Sweeps, estimate
from .prior import PriorRows


@dataclass(frozen=True)
class MStep:
    """The mixture of a family that maximises the expected log-likelihood of some Moments, and all that bears on it."""

    family: Family
    floor: Array | None = None  # (d,) variances along the columns: no covariance is flatter in any direction
    sweeps: Sweeps = TO_THE_END
    prior: PriorRows | None = None  # the log prior is maximised with the expected log-likelihood
    constraint: EigenvalueRatio | None = None

    def __call__(self, found: Moments, previous: Mixture | None = None) -> Mixture:
        """The mixture. Mixing weights are those of the rows alone.

        previous warm-starts families with inner iterations and hands on the noise component's box. Raises
        DegenerateError if a component has no rows, or a direction in which its variance is under the floor.
        """
        if found.weight.min() <= LOST * found.rows:
            raise DegenerateError("A group has lost all its rows.", remedy="Try fewer groups.")
        joined = found if self.prior is None else self.prior.joined(found)
        covariances = self._covariances(joined, None if previous is None else previous.covariances)
        noise = previous.noise if previous else None
        if noise is not None:
            noise = replace(noise, weight=found.noise_weight / found.rows)
        chances = estimated(found.counts, 0.0 if self.prior is None else self.prior.per_level)
        return Mixture(found.weight / found.rows, joined.mean, covariances, noise, chances)

    @property
    def is_constrained(self) -> bool:
        """Whether anything but the rows and the family bears on the maximum."""
        return self.prior is not None or self.constraint is not None

    def value(self, mixture: Mixture, found: Moments) -> float:
        """What never falls from pass to pass: the log-likelihood, with a prior the log posterior but for a constant."""
        return found.log_likelihood + (0.0 if self.prior is None else self.prior.log_density(mixture))

    def _covariances(self, found: Moments, previous: Array | None) -> Array:
        if not found.scatter.size:
            return found.scatter
        estimator = estimate if self.constraint is None else self.constraint.estimate
        try:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                covariances = estimator(self.family, found.weight, found.scatter, previous, self.sweeps)
                stands = _stands(covariances, self.floor)
        except np.linalg.LinAlgError:
            stands = False
        if not stands:
            raise DegenerateError("A group lies on a line or a point.", remedy="Try fewer groups or columns.")
        return covariances


def m_step(
    family: Family,
    found: Moments,
    previous: Mixture | None = None,
    floor: Array | None = None,
    sweeps: Sweeps = TO_THE_END,
) -> Mixture:
    """The mixture of a family that maximises the expected log-likelihood of some Moments, as MStep makes it.

    Raises ChoiceError for what is no family or no Moments, and DegenerateError if a component has no rows, or a
    direction in which its variance is under the floor.

    Examples:
        >>> found = core.moments(np.array([[0.0], [2.0], [9.0], [11.0]]), np.eye(2).repeat(2, axis=0))
        >>> core.m_step("VVV", found).covariances.ravel().tolist()
        [1.0, 1.0]
    """
    family = named(family)
    if not isinstance(found, Moments):
        raise ChoiceError("An M-step takes moments.", remedy="Make them with core.moments.")
    return MStep(family, floor, sweeps)(found, previous)


def _stands(covariances: Array, floor: Array | None) -> bool:
    """Whether no (K, d, d) covariance is flatter than the floor (d,) in any direction, or than numbers can tell."""
    left = np.diagonal(np.linalg.cholesky(covariances), axis1=1, axis2=2) ** 2
    if not (np.isfinite(covariances).all() and (left > NO_DIGITS * np.diagonal(covariances, axis1=1, axis2=2)).all()):
        return False
    if floor is None:
        return True
    roots = np.sqrt(floor)
    return bool(np.linalg.eigvalsh(covariances / np.outer(roots, roots)).min() > 1.0)
