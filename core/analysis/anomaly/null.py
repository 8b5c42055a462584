"""Null: how the score -log p is distributed over rows of a mixture itself, which is what is odd by chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import stats

from ...arrays import Array, read_only
from ...data.level_codes import looked_up
from ...mixture import density
from ...mixture.chances import drawn
from ...mixture.model import BLOCK_ROWS, Mixture

FAR_DRAWS = 0.1  # rows of each wider mixture for a row of the mixture itself
FARTHEST = 1e-15  # chance of a row that the widest mixture still draws
FLATTER = (1.0, 2.0, 4.0, 8.0)  # factors where there are no numbers
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
    """The null as drawn rows have it: most from the mixture itself, some from wider ones, weighted to make up for it.

    With rows of the mixture alone the tail is (1 + #{s* >= s}) / (B + 1) (Davison and Hinkley 1997, eq. 4.11) and says
    nothing of chances below 1 / B, where the line of one false alarm in a million rows lies. Rows of mixtures with
    wider covariances reach there; each row weighs by the mixture's density over that of all it was drawn from (the
    balance heuristic of Veach and Guibas 1995).
    """

    scores: Array  # (B,), rising
    beyond: Array  # (B,) the sum of the weights from each score on

    @classmethod
    def draw(cls, mixture: Mixture, draws: int, seed: int) -> Simulated:
        """So many rows of the mixture, and FAR_DRAWS of them as many wider ones, with a generator of this seed."""
        rng = np.random.default_rng([seed, draws])
        factors = np.array(widths(mixture.features))
        counts = [draws, *[max(int(FAR_DRAWS * draws), 1)] * (len(factors) - 1)]
        ends = np.cumsum(counts)
        rows, labels = mixture.sample_labelled(sum(counts), rng)
        d, wider = mixture.features, np.sqrt(np.repeat(factors, counts)) - 1
        rows[:, :d] += wider[:, None] * (rows[:, :d] - mixture.means[labels])
        for column, flatter in enumerate(_flatter(mixture, factors), d):
            for begin, end, chances in zip(ends - counts, ends, flatter, strict=True):
                rows[begin:end, column] = drawn(chances[labels[begin:end]], rng) if begin else rows[begin:end, column]
        log_shares = np.log(np.array(counts) / len(rows))[:, None]
        alone = mixture.only(np.ones(mixture.components, dtype=np.bool_)) if mixture.noise else mixture
        scores, weights = np.empty(len(rows)), np.empty(len(rows))
        for at in range(0, len(rows), BLOCK_ROWS):
            block = slice(at, at + BLOCK_ROWS)
            own = rows[block]
            densities = _log_densities(alone, own, factors)
            scores[block] = -densities[0] if mixture.noise is None else -density.log_density(mixture, own)
            weights[block] = np.exp(densities[0] - _log_sums(densities + log_shares))
        order = np.argsort(scores, kind="stable")
        return cls(read_only(scores[order]), read_only(np.cumsum(weights[order][::-1])[::-1]))

    @property
    def least(self) -> float:
        """The lowest score that was drawn."""
        return float(self.scores[0])

    def tail(self, score: npt.ArrayLike) -> Array:
        """The chance of a score at least as high, the highest draw counted once more."""
        at = np.searchsorted(self.scores, np.asarray(score), side="left")
        last = self.beyond[-1]
        return np.asarray((last + np.append(self.beyond, 0.0)[at]) / (last + self.beyond[0]), dtype=np.float64)

    def quantile(self, tail: npt.ArrayLike) -> Array:
        """The scores that rows pass with such chances."""
        return np.interp(-np.asarray(tail, dtype=np.float64), -self._shares, self.scores)

    def rarity(self, score: npt.ArrayLike) -> Array:
        """The share of rows beyond each score, between two draws in proportion."""
        return np.interp(np.asarray(score, dtype=np.float64), self.scores, self._shares)

    @cached_property
    def _shares(self) -> Array:
        """(B,) the share of rows beyond each score."""
        shares = np.append(self.beyond[1:], 0.0) / self.beyond[0]
        shares[0] = 1.0
        return shares


@cache
def widths(features: int) -> tuple[float, ...]:
    """By what to multiply covariances so that rows of d features reach every distance out to a chance of FARTHEST.

    Squared distances under a factor c spread about c d by c sqrt(2 d); so each step goes that far. Chances of levels
    are flattened by the same factors, which without numbers are a few powers of two.
    """
    if not features:
        return FLATTER
    step = 1 + np.sqrt(2 / features)
    farthest = float(stats.chi2(features).isf(FARTHEST)) / features
    return 1.0, *(step ** np.arange(1, np.ceil(np.log(farthest) / np.log(step)) + 1)).tolist()


def _log_densities(mixture: Mixture, rows: Array, factors: Array) -> Array:
    """(F, B) log densities of (B, d + c) rows under a mixture without noise, its covariances multiplied by each of (F,)
    factors and its chances flattened by them, from one pass over the numbers.
    """
    densities = np.empty((len(factors), len(rows)))
    normalisers, d = mixture.log_normalisers[:, None], mixture.features
    half_squares = normalisers - mixture.of_numbers.log_joint(rows[:, :d]).T
    by_level = [[logs_of(each) for each in flatter] for flatter in _flatter(mixture, factors)]
    for f, factor in enumerate(factors):
        joint = normalisers - d / 2 * np.log(factor) - half_squares / factor
        for column, logs in enumerate(by_level, d):
            joint = joint + looked_up(logs[f], rows[:, column])
        densities[f] = _log_sums(joint)
    return densities


def _flatter(mixture: Mixture, factors: Array) -> list[list[Array]]:
    """Of each column of categories, its (K, L) chances to the power of one over each factor, summing to 1 again."""
    powers = [[each ** (1 / factor) for factor in factors] for each in mixture.chances]
    return [[each / each.sum(axis=1, keepdims=True) for each in column] for column in powers]


def logs_of(chances: Array) -> Array:
    """Logs of chances; that of 0 is the least there is."""
    return np.log(np.maximum(chances, np.finfo(float).tiny))


def _log_sums(terms: Array) -> Array:
    """(B,) logs of the sums of the exponentials of (m, B) terms, several times as fast as SciPy's for few terms."""
    largest = terms.max(axis=0)
    return np.asarray(largest + np.log(np.exp(terms - largest).sum(axis=0)))


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
    if mixture.components == 1 and mixture.noise is None and not mixture.chances:
        return OneGaussian.of(mixture)
    return Simulated.draw(mixture, draws, seed)


def as_rare(score: npt.ArrayLike, own: Null, other: Null) -> Array:
    """The scores that are as rare in another null as some are in their own; steps past its highest stay as they are."""
    beyond = np.asarray(score, dtype=np.float64) - own.quantile(0.0)
    return np.asarray(other.quantile(own.rarity(score)) + np.maximum(beyond, 0.0), dtype=np.float64)
