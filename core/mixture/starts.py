"""Starts: value objects that give EM its first responsibilities.

Every start works on a StartSample: rows with each column at mean 0 and standard deviation 1, so that a start does
not depend on the columns' units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.arrays import Array
from core.mixture.hierarchy import Merges, cut, merge_all
from core.mixture.patterns import Mask

FLAT = 1e-10  # share of the largest singular value under which a direction holds nothing
MERGED_ROWS = 1_000  # at most, in a hierarchy
MERGING_WORK = 4e9  # rows^2 x features^3, at most, while more than LEAST_MERGED rows are left
LEAST_MERGED = 100


@dataclass(frozen=True)
class StartSample:
    """The rows that starts are chosen from."""

    rows: Array  # (m, d), standardised by column
    weights: Array  # (m,)
    blank: Mask | None = None  # (m, d) cells that were blank and hold expected values; None where there are none

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Their hierarchy, the same for every number of components.

        Rows are turned to their principal axes and scaled by the roots of their singular values, as mclust does it
        (Scrucca and Raftery 2015). Of many rows a part is merged.
        """
        m, d = self.rows.shape
        left, singular, _ = np.linalg.svd(self.rows, full_matrices=False)
        kept = singular > FLAT * singular[0]
        turned = left[:, kept] * np.sqrt(singular[kept])
        most = int(min(MERGED_ROWS, max(np.sqrt(MERGING_WORK / d**3), LEAST_MERGED)))
        merged = np.arange(m) if m <= most else np.sort(np.random.default_rng(m).choice(m, most, replace=False))
        return Hierarchy(turned, merged, merge_all(np.ascontiguousarray(turned[merged])))


@dataclass(frozen=True)
class Hierarchy:
    """The order in which rows were merged."""

    rows: Array  # (m, d) as they were compared
    merged: npt.NDArray[np.intp]  # (c,) those of them that were merged
    merges: Merges

    def labels(self, components: int) -> npt.NDArray[np.intp]:
        """(m,) the group of each row; rows that were not merged go to the nearest group's mean."""
        own = cut(self.merges, components)
        if len(self.merged) == len(self.rows):
            return own
        groups = one_hot(own, components)
        centres = groups.T @ self.rows[self.merged] / groups.sum(axis=0)[:, None]
        labels = _distances(self.rows, centres, _lengths(self.rows)).argmin(axis=0)
        labels[self.merged] = own
        return labels


class Start(Protocol):
    """A way to begin."""

    def responsibilities(self, sample: StartSample, components: int, attempt: int, rng: np.random.Generator) -> Array:
        """(m, K) responsibilities for the rows of the sample; attempts count from 0."""
        ...


@dataclass(frozen=True)
class KMeansPlusPlus:
    """Rows chosen far from each other, the best of a few candidates each time; each row goes to the nearest.

    Arthur and Vassilvitskii (2007), with the greedy choice of their section 5.
    """

    def responsibilities(self, sample: StartSample, components: int, attempt: int, rng: np.random.Generator) -> Array:
        """(m, K) of zeros and ones."""
        rows, weights = sample.rows, sample.weights
        candidates = 2 + int(np.log(components))
        lengths = _lengths(rows)
        first = int(rng.choice(len(rows), p=weights / weights.sum()))
        nearest = _distances(rows, rows[[first]], lengths)[0]
        labels = np.zeros(len(rows), dtype=np.intp)
        for k in range(1, components):
            chances = np.cumsum(weights * nearest)
            chosen = np.searchsorted(chances, rng.random(candidates) * chances[-1])
            closer = np.minimum(_distances(rows, rows[np.minimum(chosen, len(rows) - 1)], lengths), nearest)
            best = closer[np.argmin(closer @ weights)]
            labels[best < nearest] = k
            nearest = best
        return one_hot(labels, components)


@dataclass(frozen=True)
class RandomRows:
    """Rows chosen at random; each row goes to the nearest."""

    def responsibilities(self, sample: StartSample, components: int, attempt: int, rng: np.random.Generator) -> Array:
        """(m, K) of zeros and ones."""
        chance = sample.weights / sample.weights.sum()
        chosen = rng.choice(len(sample.rows), components, replace=False, p=chance)
        return one_hot(_distances(sample.rows, sample.rows[chosen], _lengths(sample.rows)).argmin(axis=0), components)


@dataclass(frozen=True)
class Hierarchical:
    """First the groups of a model-based hierarchy (core.mixture.hierarchy), then other starts."""

    then: Start = field(default_factory=KMeansPlusPlus)

    def responsibilities(self, sample: StartSample, components: int, attempt: int, rng: np.random.Generator) -> Array:
        """(m, K) of zeros and ones."""
        if attempt > 0:
            return self.then.responsibilities(sample, components, attempt - 1, rng)
        return one_hot(sample.hierarchy.labels(components), components)


def one_hot(labels: npt.NDArray[np.intp], components: int) -> Array:
    """(n, K) responsibilities of given labels 0..K-1."""
    return np.eye(components)[labels]


def softened(responsibilities: Array) -> Array:
    """A tenth of every row shared out evenly, so that each component has rows enough for a covariance."""
    return 0.9 * responsibilities + 0.1 / responsibilities.shape[1]


def _lengths(rows: Array) -> Array:
    """(n,) squared lengths of (n, d) rows."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def _distances(rows: Array, centres: Array, lengths: Array) -> Array:
    """(m, n) squared Euclidean distances of (n, d) rows of known squared lengths (n,) from (m, d) centres."""
    found = centres @ rows.T
    found *= -2.0
    found += lengths
    found += _lengths(centres)[:, None]
    return np.maximum(found, 0.0, out=found)
