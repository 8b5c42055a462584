"""Ridges: how deep the valley is between two components, along the lines on which a mixture has its modes.

All modes and saddles of two Gaussians lie on their ridgeline (Ray and Lindsay 2005). Hennig (2010) compares the lowest
density on it with the lower of the two peaks. Here the density is that of the whole mixture, and the way from one peak
to the other may lead over any components between them, so that neither a component that fills a gap nor one that lies
in the flank of another is mistaken for a peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from ...arrays import Array, read_only
from ...mixture.model import Mixture

POINTS = 61  # on each ridgeline
BEYOND = 3.0  # how far the line of two components goes on beyond both means, in its own lengths
LOW = 0.5  # of the lower of two peaks: a component on the way between them that is lower is no part of a ridge


@dataclass(frozen=True)
class Ridges:
    """The density of a mixture at its components' means, and on the way from one to another."""

    peaks: Array  # (K,) log density at the means
    saddles: Array  # (K, K) log density at the lowest point of the highest way; the peaks on the diagonal
    tree: Array  # (K, K) above 0 for the K - 1 pairs by which all components hang together at the highest density

    def ratio(self, first: tuple[int, ...], second: tuple[int, ...]) -> float:
        """The lowest density between two groups of components over the lower of their peaks: 1 is no valley at all."""
        one, other = self._highest(first), self._highest(second)
        return float(np.exp(min(0.0, self.saddles[one, other] - min(self.peaks[one], self.peaks[other]))))

    @property
    def steps(self) -> list[tuple[tuple[int], tuple[int]]]:
        """The K - 1 pairs of components by which all hang together."""
        return [((int(one),), (int(other),)) for one, other in np.sort(np.argwhere(self.tree), axis=1)]

    def way(self, first: tuple[int, ...], second: tuple[int, ...]) -> list[int]:
        """Components from the peak of one group to that of another, by which the density falls least on each step.

        It follows a curve; those that are far lower than both peaks are passed over, for a valley has rows as well.
        """
        one, other = self._highest(first), self._highest(second)
        found, last = breadth_first_order(self.tree, one, directed=False), other
        way = [other]
        while last != one:
            last = int(found[1][last])
            way.append(last)
        floor = min(self.peaks[one], self.peaks[other]) + np.log(LOW)
        return [k for k in way[::-1] if self.peaks[k] >= floor]

    def _highest(self, part: tuple[int, ...]) -> int:
        return max(part, key=lambda k: float(self.peaks[k]))


def ridges(mixture: Mixture) -> Ridges:
    """Measure a mixture. Raises DegenerateError for singular covariances."""
    K = mixture.components
    if not mixture.features:
        return Ridges(np.zeros(K), np.zeros((K, K)), np.zeros((K, K)))
    saddles = np.diag(mixture.log_density(mixture.means))
    peaks = read_only(np.diagonal(saddles))
    for a, b in combinations(range(K), 2):
        saddles[a, b] = saddles[b, a] = mixture.log_density(ridgeline(mixture, a, b)).min()
    # Prim 1957: what is lowest in it is what the density falls least on; 0 would be no step at all.
    tree = read_only(minimum_spanning_tree(saddles.max() - saddles + 1.0).toarray())
    for via in range(K):  # the highest pass between all pairs, as shortest ways are found (Floyd 1962; Warshall 1962)
        saddles = np.maximum(saddles, np.minimum(saddles[:, via, None], saddles[None, via, :]))
    return Ridges(peaks, read_only(saddles), tree)


def ridgeline(mixture: Mixture, first: int, second: int) -> Array:
    """(m, d) points from the mean of one component to that of another (Ray and Lindsay 2005, equation 4)."""
    along = np.linspace(0.0, 1.0, POINTS)[:, None, None]
    one, other = (w.T @ w for w in mixture.whitening[[first, second]])
    precision = (1 - along) * one + along * other
    pull = (1 - along[:, :, 0]) * (one @ mixture.means[first]) + along[:, :, 0] * (other @ mixture.means[second])
    return np.asarray(np.linalg.solve(precision, pull[..., None])[..., 0])


def straight_line(mixture: Mixture, first: int, second: int) -> Array:
    """(2, d) points from the mean of one component to that of another."""
    return np.asarray(mixture.means[[first, second]])


def along(line: Array, covariance: Array, rows: Array) -> tuple[Array, Array]:
    """(n,) places of (n, d) rows on a line of (m, d) points, from 0 at its first to 1 at its last, and how far they lie
    from it, squared, as a covariance measures it.

    Beyond both ends, which differ, it goes on straight.
    """
    root = np.linalg.cholesky(covariance)
    points, rows = (np.asarray(np.linalg.solve(root, each.T).T, dtype=np.float64) for each in (line, rows))
    length = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
    ends = [here + (here - inner) * (BEYOND * length / np.linalg.norm(here - inner)) for here, inner in _ends(points)]
    points = np.vstack([ends[0], points, ends[1]])
    steps = np.diff(points, axis=0)
    lengths = np.maximum(np.linalg.norm(steps, axis=1), np.finfo(float).tiny)
    begins = np.concatenate(([0.0], np.cumsum(lengths))) - BEYOND * length
    places, apart = np.zeros(len(rows)), np.full(len(rows), np.inf)
    for point, step, own, begun in zip(points, steps, lengths, begins, strict=False):
        out = rows - point
        on = np.clip(out @ step / own, 0.0, own)
        distance = np.einsum("ij,ij->i", out, out) + on * (on - 2 * (out @ step) / own)
        nearer = distance < apart
        places[nearer], apart[nearer] = (begun + on[nearer]) / length, distance[nearer]
    return places, apart


def _ends(points: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Both ends of a line, each with the point beside it."""
    return (points[0], points[1]), (points[-1], points[-2])
