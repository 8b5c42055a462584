"""Starts: value objects that give EM its first responsibilities.

Every start works on a StartSample: rows with each column at mean 0 and standard deviation 1, so that a start does
not depend on the columns' units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.cluster import kmeans_plusplus

from core.arrays import Array


@dataclass(frozen=True)
class StartSample:
    """The rows that starts are chosen from."""

    rows: Array  # (m, d), standardised by column
    weights: Array  # (m,)


class Start(Protocol):
    """A way to begin."""

    def responsibilities(self, sample: StartSample, components: int, rng: np.random.Generator) -> Array:
        """(m, K) responsibilities for the rows of the sample."""
        ...


@dataclass(frozen=True)
class KMeansPlusPlus:
    """Rows chosen far from each other (Arthur and Vassilvitskii 2007); each row goes to the nearest."""

    def responsibilities(self, sample: StartSample, components: int, rng: np.random.Generator) -> Array:
        """(m, K) of zeros and ones."""
        seed = int(rng.integers(2**31))
        centres, _ = kmeans_plusplus(sample.rows, components, sample_weight=sample.weights, random_state=seed)
        return _nearest(sample.rows, centres)


@dataclass(frozen=True)
class RandomRows:
    """Rows chosen at random; each row goes to the nearest."""

    def responsibilities(self, sample: StartSample, components: int, rng: np.random.Generator) -> Array:
        """(m, K) of zeros and ones."""
        chance = sample.weights / sample.weights.sum()
        chosen = rng.choice(len(sample.rows), components, replace=False, p=chance)
        return _nearest(sample.rows, sample.rows[chosen])


def one_hot(labels: npt.NDArray[np.intp], components: int) -> Array:
    """(n, K) responsibilities of given labels 0..K-1."""
    return np.eye(components)[labels]


def softened(responsibilities: Array) -> Array:
    """A tenth of every row shared out evenly, so that each component has rows enough for a covariance."""
    return 0.9 * responsibilities + 0.1 / responsibilities.shape[1]


def _nearest(rows: Array, centres: Array) -> Array:
    distances = (centres**2).sum(axis=1) - 2 * rows @ centres.T
    return one_hot(distances.argmin(axis=1), len(centres))
