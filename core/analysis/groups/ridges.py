"""Ridges: how deep the valley is between two components, along the lines on which a mixture has its modes.

All modes and saddles of two Gaussians lie on their ridgeline (Ray and Lindsay 2005). Hennig (2010) compares the lowest
density on it with the lower of the two peaks. Here the density is that of the whole mixture, and the way from one peak
to the other may lead over any components between them, so that neither a component that fills a gap nor one that lies
in the flank of another is mistaken for a peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from ...arrays import Array, read_only
from ...mixture.model import Mixture

POINTS = 61  # on each ridgeline


@dataclass(frozen=True)
class Ridges:
    """The density of a mixture at its components' means, and on the way from one to another."""

    peaks: Array  # (K,) log density at the means
    saddles: Array  # (K, K) log density at the lowest point of the highest way; the peaks on the diagonal
    direct: Array  # (K, K) log density at the lowest point of the ridgeline of two components

    def ratio(self, first: tuple[int, ...], second: tuple[int, ...]) -> float:
        """The lowest density between two groups of components over the lower of their peaks: 1 is no valley at all."""
        one, other = (max(part, key=lambda k: self.peaks[k]) for part in (first, second))
        return float(np.exp(min(0.0, self.saddles[one, other] - min(self.peaks[one], self.peaks[other]))))

    def nearest(self, first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, int]:
        """The components of two groups between which the density falls least."""
        return max(product(first, second), key=lambda pair: float(self.direct[pair]))


def ridges(mixture: Mixture) -> Ridges:
    """Measure a mixture. Raises DegenerateError for singular covariances."""
    K = mixture.components
    saddles = np.diag(mixture.log_density(mixture.means))
    peaks = read_only(np.diagonal(saddles))
    for a, b in combinations(range(K), 2):
        saddles[a, b] = saddles[b, a] = mixture.log_density(ridgeline(mixture, a, b)).min()
    direct = read_only(saddles.copy())
    for via in range(K):  # the highest pass between all pairs, as shortest ways are found (Floyd 1962; Warshall 1962)
        saddles = np.maximum(saddles, np.minimum(saddles[:, via, None], saddles[None, via, :]))
    return Ridges(peaks, read_only(saddles), direct)


def ridgeline(mixture: Mixture, first: int, second: int) -> Array:
    """(m, d) points from the mean of one component to that of another (Ray and Lindsay 2005, equation 4)."""
    along = np.linspace(0.0, 1.0, POINTS)[:, None, None]
    one, other = (w.T @ w for w in mixture.whitening[[first, second]])
    precision = (1 - along) * one + along * other
    pull = (1 - along[:, :, 0]) * (one @ mixture.means[first]) + along[:, :, 0] * (other @ mixture.means[second])
    return np.asarray(np.linalg.solve(precision, pull[..., None])[..., 0])
