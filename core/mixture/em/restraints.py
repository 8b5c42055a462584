"""What holds a fit back beside the data: a prior, a bound on its variances, both, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from core.arrays import Array
from core.data.source import Source
from core.mixture.em import m_step as em
from core.mixture.em.constraint import EigenvalueRatio
from core.mixture.em.covariance import TO_THE_END, Sweeps, estimate
from core.mixture.em.prior import PriorRows
from core.mixture.family import Family
from core.mixture.model import Mixture
from core.mixture.moments import Moments
from core.mixture.plan import Plan
from core.mixture.problem import Problem


@dataclass(frozen=True)
class Restraints:
    """A plan's prior and bound, in EM's units."""

    prior: PriorRows | None
    bound: EigenvalueRatio | None

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> Restraints:
        """The plan's, learned from the problem. Raises ChoiceError for a prior that does not fit its columns."""
        if plan.prior is None:
            return cls(None, plan.bound)
        return cls(plan.prior.learned(problem.units, problem.rows, plan.family, plan.components), plan.bound)

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.prior is not None or self.bound is not None

    def log_prior(self, mixture: Mixture) -> float:
        """The log prior density of a mixture but for a constant, 0 without a prior."""
        return 0.0 if self.prior is None else self.prior.log_density(mixture)

    def m_step(
        self,
        family: Family,
        found: Moments,
        previous: Mixture | None = None,
        floor: Array | None = None,
        sweeps: Sweeps = TO_THE_END,
    ) -> Mixture:
        """The mixture that maximises the expected log-likelihood of some Moments plus the log prior, within the bound.

        Arguments and errors are those of core.mixture.em.m_step.m_step. Mixing weights are those of the rows alone.
        """
        em.check_rows(found)
        joined = found if self.prior is None else self.prior.joined(found)
        estimator = estimate if self.bound is None else self.bound.estimate
        mixture = em.m_step(family, joined, previous, floor, sweeps, estimator)
        noise = mixture.noise and replace(mixture.noise, weight=found.noise_weight / found.rows)
        return replace(mixture, weights=found.weight / found.rows, noise=noise)

    def passes(
        self, family: Family, mixture: Mixture, source: Source, step: em.EStep, floor: Array, sweeps: Sweeps
    ) -> Iterator[tuple[Mixture, Moments]]:
        """Each mixture of EM under the restraints with the Moments of all rows under it, for ever.

        Their log-likelihood plus the log prior never falls.
        """
        while True:
            found = reduce(add, (step(mixture, values, weights) for values, weights in source.blocks()))
            yield mixture, found
            mixture = self.m_step(family, found, mixture, floor, sweeps)
