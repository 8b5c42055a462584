"""Conjugate posteriors of a Bayesian Gaussian mixture: of its mixing weights, and of its components.

Each takes in what Moments tell of the rows, and gives the expectations that the variational E-step needs and its
divergence from the prior, which the evidence bound subtracts (Bishop 2006, section 10.2; Blei and Jordan 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.special import betaln, gammaln, multigammaln, psi

from ...arrays import Array, read_only
from ...errors import ChoiceError, is_number
from ..moments import Moments


@dataclass(frozen=True)
class NormalWishart:
    """Means and precisions of K components: precision ~ Wishart(dof, scatter^-1), mean ~ N(., (strength precision)^-1).

    A prior has K = 1 and stands for every component.
    """

    mean: Array  # (K, d)
    strength: Array  # (K,), how many rows the mean is worth
    dof: Array  # (K,), over d - 1
    scatter: Array  # (K, d, d), the inverse of the Wishart's scale matrix

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ("mean", "strength", "dof", "scatter"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def covariances(self) -> Array:
        """(K, d, d) inverses of the expected precisions."""
        return self.scatter / self.dof[:, None, None]

    @property
    def log_shrinkage(self) -> Array:
        """(K,) by how much the expected log density lies under the density at the expected precision and the mean."""
        d = self.mean.shape[1]
        spread = _digammas(self.dof, d) + d * np.log(2 / self.dof)
        shrinkage: Array = spread / 2 - d / (2 * self.strength)
        return shrinkage

    def updated(self, found: Moments) -> NormalWishart:
        """The posterior of K components after the rows of some Moments (Bishop 2006, eqs. 10.60 to 10.63)."""
        strength = self.strength + found.weight
        step = found.mean - self.mean
        share = found.weight / strength
        between = (self.strength * share)[:, None, None] * step[:, :, None] * step[:, None, :]
        return NormalWishart(
            self.mean + share[:, None] * step, strength, self.dof + found.weight, self.scatter + found.scatter + between
        )

    def divergence(self, prior: NormalWishart) -> float:
        """The Kullback-Leibler divergence of all components from the prior."""
        d = self.mean.shape[1]
        inverse = np.linalg.inv(self.scatter)
        step = self.mean - prior.mean
        ratio = prior.strength / self.strength
        apart = prior.strength * self.dof * np.einsum("ki,kij,kj->k", step, inverse, step)
        of_means = (d * (ratio - 1 - np.log(ratio)) + apart) / 2
        log_precision = _digammas(self.dof, d) + d * np.log(2) - np.linalg.slogdet(self.scatter)[1]
        traces = np.einsum("kij,kji->k", inverse, np.broadcast_to(prior.scatter, self.scatter.shape))
        of_precisions = (self.dof - prior.dof) * log_precision / 2 - self.dof * (d - traces) / 2
        return float((of_means + of_precisions - _log_normaliser(self) + _log_normaliser(prior)).sum())


@dataclass(frozen=True)
class LevelPosterior:
    """Dirichlet distributions of the chances of K components, one for each column of categories."""

    parameters: tuple[Array, ...]  # (K, L) of each column
    prior: float  # of each level

    @classmethod
    def of(cls, counts: tuple[Array, ...], prior: float) -> LevelPosterior:
        """After the counts of some Moments (Bishop 2006, eq. 10.58, of levels instead of components)."""
        return cls(tuple(prior + each for each in counts), prior)

    @property
    def means(self) -> tuple[Array, ...]:
        """(K, L) expected chances."""
        return tuple(each / each.sum(axis=1, keepdims=True) for each in self.parameters)

    @property
    def expected(self) -> tuple[Array, ...]:
        """(K, L) chances whose logs are the expected ones; they sum to less than 1."""
        return tuple(np.exp(logs) for logs in self._logs)

    @property
    def divergence(self) -> float:
        """The Kullback-Leibler divergence from the prior, over all columns and components."""
        return float(sum(map(self._apart, self.parameters, self._logs)))

    def _apart(self, parameters: Array, logs: Array) -> float:
        after = gammaln(parameters.sum(axis=1)) - gammaln(parameters).sum(axis=1)
        levels = parameters.shape[1]
        before = gammaln(levels * self.prior) - levels * gammaln(self.prior)
        return float((after - before + ((parameters - self.prior) * logs).sum(axis=1)).sum())

    @property
    def _logs(self) -> tuple[Array, ...]:
        return tuple(psi(each) - psi(each.sum(axis=1, keepdims=True)) for each in self.parameters)


def _digammas(dof: Array, d: int) -> Array:
    """(K,) sums of digamma((dof - j) / 2) over j = 0..d-1."""
    sums: Array = psi((dof[:, None] - np.arange(d)) / 2).sum(axis=1)
    return sums


def _log_normaliser(some: NormalWishart) -> Array:
    """(K,) log normalisers of the Wishart densities."""
    d = some.mean.shape[1]
    if not d:
        return np.zeros(len(some.dof))
    log_scale = d * np.log(2) - np.linalg.slogdet(some.scatter)[1]
    normaliser: Array = some.dof / 2 * log_scale + multigammaln(some.dof / 2, d)
    return normaliser


class WeightPosterior(Protocol):
    """What is known of the mixing weights."""

    @property
    def expected_logs(self) -> Array:
        """(K,) expectations of the log weights."""
        ...

    @property
    def means(self) -> Array:
        """(K,) expectations of the weights, made to sum to 1."""
        ...

    @property
    def divergence(self) -> float:
        """The Kullback-Leibler divergence from the prior."""
        ...


@runtime_checkable
class WeightPrior(Protocol):
    """What is believed of the mixing weights beforehand."""

    def updated(self, counts: Array) -> WeightPosterior:
        """The posterior when (K,) rows' worth of weight has fallen to the components."""
        ...


@dataclass(frozen=True)
class Dirichlet:
    """A symmetric Dirichlet distribution over the weights of K components.

    Attributes:
        concentration: parameter of each component, above 0; the smaller, the more are left empty. None is 1 / K.

    Examples:
        >>> core.BayesPlan(components=5, weights=core.Dirichlet(0.01)).weights
        Dirichlet(concentration=0.01)
    """

    concentration: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no distribution. Raises ChoiceError."""
        _check_concentration(self.concentration)

    def updated(self, counts: Array) -> WeightPosterior:
        """Bishop (2006), eq. 10.58."""
        prior = np.full(len(counts), self.concentration or 1 / len(counts))
        return DirichletPosterior(prior + counts, prior)


@dataclass(frozen=True)
class DirichletProcess:
    """Weights broken off a stick one after the other, each a Beta(1, concentration) share of what is left.

    Attributes:
        concentration: above 0; the smaller, the less each share leaves for the next component. None is 1 / K.

    Examples:
        >>> core.BayesPlan(components=5, weights=core.DirichletProcess(0.5)).weights
        DirichletProcess(concentration=0.5)
    """

    concentration: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no distribution. Raises ChoiceError."""
        _check_concentration(self.concentration)

    def updated(self, counts: Array) -> WeightPosterior:
        """Blei and Jordan (2006), eqs. 18 and 19; the stick goes on after the last component, where no row falls."""
        prior = np.array([1.0, self.concentration or 1 / len(counts)])
        after = np.concatenate([np.cumsum(counts[:0:-1])[::-1], [0.0]])
        return SticksPosterior(prior + np.column_stack([counts, after]), prior)


def _check_concentration(concentration: float | None) -> None:
    if concentration is not None and not (is_number(concentration) and concentration > 0):
        raise ChoiceError("A concentration must be a positive number.")


@dataclass(frozen=True)
class DirichletPosterior:
    """A Dirichlet distribution of the weights."""

    parameters: Array  # (K,)
    prior: Array  # (K,)

    @property
    def expected_logs(self) -> Array:
        """(K,)."""
        logs: Array = psi(self.parameters) - psi(self.parameters.sum())
        return logs

    @property
    def means(self) -> Array:
        """(K,), sum to 1."""
        return self.parameters / self.parameters.sum()

    @property
    def divergence(self) -> float:
        """From the prior."""
        change = self.parameters - self.prior
        normalisers = (gammaln(each.sum()) - gammaln(each).sum() for each in (self.parameters, self.prior))
        after, before = normalisers
        return float(after - before + change @ self.expected_logs)


@dataclass(frozen=True)
class SticksPosterior:
    """Independent Beta distributions of the share that each component breaks off what is left of the stick."""

    parameters: Array  # (K, 2)
    prior: Array  # (2,)

    @property
    def expected_logs(self) -> Array:
        """(K,)."""
        taken, left = self._logs.T
        return np.asarray(taken + np.concatenate([[0.0], np.cumsum(left[:-1])]))

    @property
    def means(self) -> Array:
        """(K,), made to sum to 1 though the stick is not used up."""
        taken = self.parameters[:, 0] / self.parameters.sum(axis=1)
        weights = taken * np.concatenate([[1.0], np.cumprod(1 - taken[:-1])])
        return np.asarray(weights / weights.sum())

    @property
    def divergence(self) -> float:
        """From the prior, summed over the sticks."""
        change = ((self.parameters - self.prior) * self._logs).sum()
        return float(change + (betaln(*self.prior) - betaln(*self.parameters.T)).sum())

    @property
    def _logs(self) -> Array:
        """(K, 2) expected logs of the share taken and of what is left."""
        logs: Array = psi(self.parameters) - psi(self.parameters.sum(axis=1, keepdims=True))
        return logs
