"""Null: how the score -log p is distributed over rows of a mixture itself, which is what is odd by chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import stats

from core.arrays import Array, read_only
from core.mixture import kernels
from core.mixture.model import Mixture

LEAST_TAIL = 1e-250  # smaller chances are not told apart by their quantiles


class Null(Protocol):
    """The distribution of the score over rows of a mixture."""

    @property
    def least(self) -> float:
        """The lowest score there is, or was drawn."""
        ...

    def tail(self, score: npt.ArrayLike) -> Array:
        """The chance of scores at least as high."""
        ...

    def quantile(self, tail: npt.ArrayLike) -> Array:
        """The scores that are passed with such chances."""
        ...

    def rarity(self, score: npt.ArrayLike) -> Array:
        """The tail without what is added for its being simulated: the share that lies beyond, which quantile undoes."""
        ...


@dataclass(frozen=True)
class Simulated:
    """The null as rows drawn from the mixture have it."""

    scores: Array  # (B,), rising

    @classmethod
    def draw(cls, mixture: Mixture, draws: int, seed: int) -> Simulated:
        """B scores drawn with a generator of this seed."""
        rows = mixture.sample(draws, np.random.default_rng([seed, draws]))
        return cls(read_only(np.sort(-kernels.log_density(mixture, rows))))

    @property
    def least(self) -> float:
        """The lowest score that was drawn."""
        return float(self.scores[0])

    def tail(self, score: npt.ArrayLike) -> Array:
        """(1 + #{s* >= s}) / (B + 1): the chance of a score at least as high (Davison and Hinkley 1997, eq. 4.11)."""
        beyond = len(self.scores) - np.searchsorted(self.scores, np.asarray(score), side="left")
        return np.asarray((1.0 + beyond) / (len(self.scores) + 1.0), dtype=np.float64)

    def quantile(self, tail: npt.ArrayLike) -> Array:
        """The scores that such shares of the draws exceed."""
        places = np.linspace(0.0, 1.0, len(self.scores))
        return np.asarray(np.interp(1.0 - np.asarray(tail), places, self.scores), dtype=np.float64)

    def rarity(self, score: npt.ArrayLike) -> Array:
        """The share of the draws beyond each score, between two draws in proportion."""
        places = np.linspace(1.0, 0.0, len(self.scores))
        return np.asarray(np.interp(np.asarray(score), self.scores, places), dtype=np.float64)


@dataclass(frozen=True)
class OneGaussian:
    """The null of one Gaussian: twice what the score exceeds its least by is chi-square with d degrees of freedom."""

    features: int  # d
    least: float  # the score at the mean

    @classmethod
    def of(cls, mixture: Mixture) -> OneGaussian:
        """The null of a mixture of one component, without noise."""
        return cls(mixture.features, -float(mixture.log_normalisers[0]))

    def tail(self, score: npt.ArrayLike) -> Array:
        """The chance of a score at least as high, from the squared Mahalanobis distance."""
        return np.asarray(stats.chi2(self.features).sf(2 * (np.asarray(score) - self.least)), dtype=np.float64)

    def quantile(self, tail: npt.ArrayLike) -> Array:
        """The scores that are passed with such chances; those under LEAST_TAIL count as LEAST_TAIL."""
        squared = stats.chi2(self.features).isf(np.maximum(tail, LEAST_TAIL))
        return np.asarray(self.least + squared / 2, dtype=np.float64)

    def rarity(self, score: npt.ArrayLike) -> Array:
        """The chance of a score at least as high."""
        return self.tail(score)


def null_of(mixture: Mixture, draws: int, seed: int) -> Null:
    """The null of a mixture: in closed form for one Gaussian, else of this many rows drawn with this seed."""
    if mixture.components == 1 and mixture.noise is None:
        return OneGaussian.of(mixture)
    return Simulated.draw(mixture, draws, seed)


def as_rare(score: npt.ArrayLike, own: Null, other: Null) -> Array:
    """The scores that are as rare in another null as some are in their own; steps past its highest stay as they are."""
    beyond = np.asarray(score, dtype=np.float64) - own.quantile(0.0)
    return np.asarray(other.quantile(own.rarity(score)) + np.maximum(beyond, 0.0), dtype=np.float64)
