"""Starts: value objects that give EM its first groups.

Every start works on a StartSample: rows with each column at mean 0 and standard deviation 1, so that a start does
not depend on the columns' units. Only Lloyd may look at columns as they were measured, where they may share a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ...arrays import Array, read_only
from ...data.level_codes import standardised
from ...data.patterns import Mask
from ...data.rows import Rows
from ...errors import ChoiceError
from .hierarchy import Merges, cut, merge_all
from .lloyd import distances, lengths_of, settled

FLAT = 1e-10  # share of the largest singular value under which a direction holds nothing
Labels = npt.NDArray[np.intp]

MERGED_ROWS = 1_000  # at most, in a hierarchy
MERGING_WORK = 4e9  # rows^2 x features^3, at most, while more than LEAST_MERGED rows are left
LEAST_MERGED = 100


@dataclass(frozen=True)
class StartSample:
    """The rows that starts are chosen from."""

    rows: Array  # (m, d), standardised by column
    weights: Array  # (m,)
    blank: Mask | None = None  # (m, d) cells that were blank and hold expected values; None where there are none
    deviations: Array | None = None  # (d,) of the columns as EM has them; None where those are the rows
    has_categories: bool = False  # whether some of the columns are levels of categories
    _spreads: dict[tuple[int, int, int], Spread] = field(default_factory=dict, init=False, repr=False, compare=False)
    _spreading: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)  # held while there are more

    @cached_property
    def lengths(self) -> Array:
        """(m,) squared lengths of the rows."""
        return lengths_of(self.rows)

    @cached_property
    def measured(self) -> StartSample:
        """The same rows with columns as wide as EM has them."""
        return self if self.deviations is None else StartSample(self.rows * self.deviations, self.weights)

    def spread(self, components: int, attempt: int, seed: int) -> Spread:
        """K rows far from each other, worked out once; those for K - 1 are the first of them."""
        known = self._spreads
        with self._spreading:
            for k in range(1, components + 1):
                if (k, attempt, seed) not in known:
                    rng, before = np.random.default_rng([seed, attempt, k]), known.get((k - 1, attempt, seed))
                    known[k, attempt, seed] = _one_row(self, rng) if before is None else _one_more(self, before, k, rng)
        return known[components, attempt, seed]

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


def sample_of(standard: Array, rows: Rows, deviations: Array) -> StartSample:
    """What starts are chosen from: (m, d) standardised values of some rows, then their levels as columns of 0 and 1.

    Those of a category have together the variance of a column of numbers.
    """
    weights, columns = rows.row_weights, [standard]
    columns += [standardised(codes, levels, weights) for codes, levels in zip(rows.codes.T, rows.levels, strict=True)]
    whole, width = np.column_stack(columns), sum(rows.levels)
    wide = np.append(deviations, np.ones(width))
    return StartSample(read_only(whole), read_only(weights), deviations=wide, has_categories=width > 0)


@dataclass(frozen=True)
class Spread:
    """Rows chosen far from each other, by what they mean to the others."""

    labels: Labels  # (m,) the nearest of them
    nearest: Array  # (m,) squared distance from it


def _one_row(sample: StartSample, rng: np.random.Generator) -> Spread:
    first = int(rng.choice(len(sample.rows), p=sample.weights / sample.weights.sum()))
    nearest = distances(sample.rows, sample.rows[[first]], sample.lengths)[0]
    return Spread(np.zeros(len(sample.rows), dtype=np.intp), nearest)


def _one_more(sample: StartSample, before: Spread, number: int, rng: np.random.Generator) -> Spread:
    """The best of a few rows as row `number`, drawn by their weight times their squared distance from those before."""
    chances = np.cumsum(sample.weights * before.nearest)
    drawn = np.searchsorted(chances, rng.random(2 + int(np.log(number))) * chances[-1])
    chosen = sample.rows[np.minimum(drawn, len(sample.rows) - 1)]
    closer = np.minimum(distances(sample.rows, chosen, sample.lengths), before.nearest)
    best = closer[np.argmin(closer @ sample.weights)]
    return Spread(np.where(best < before.nearest, number - 1, before.labels), best)


@dataclass(frozen=True)
class Hierarchy:
    """The order in which rows were merged."""

    rows: Array  # (m, d) as they were compared
    merged: npt.NDArray[np.intp]  # (c,) those of them that were merged
    merges: Merges

    def labels(self, components: int) -> Labels:
        """(m,) the group of each row; rows that were not merged go to the nearest group's mean."""
        own = cut(self.merges, components)
        if len(self.merged) == len(self.rows):
            return own
        groups = one_hot(own, components)
        centres = groups.T @ self.rows[self.merged] / groups.sum(axis=0)[:, None]
        labels = distances(self.rows, centres, lengths_of(self.rows)).argmin(axis=0)
        labels[self.merged] = own
        return labels


@runtime_checkable
class Start(Protocol):
    """A way to begin."""

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """(m,) a group 0..K-1 for each row of the sample; attempts count from 0.

        Every group has a row, unless fewer rows than groups differ.
        """
        ...


@dataclass(frozen=True)
class KMeansPlusPlus:
    """Rows chosen far from each other, the best of a few candidates each time; each row goes to the nearest.

    Arthur and Vassilvitskii (2007), with the greedy choice of their section 5.

    Examples:
        >>> core.Plan(components=3, start=core.KMeansPlusPlus(), restarts=10).start
        KMeansPlusPlus()
    """

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """As in Start; those for K groups are those for K - 1 with one more row chosen."""
        return sample.spread(components, attempt, seed).labels


@dataclass(frozen=True)
class Lloyd:
    """Rows chosen far from each other as by `KMeansPlusPlus`, then Lloyd's iterations, those of K-Means.

    Attributes:
        standardised: whether columns count by their standard deviations; else as they are measured.

    Examples:
        >>> core.Plan(components=3, start=core.Lloyd(standardised=False)).start
        Lloyd(standardised=False)
    """

    standardised: bool = True

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """As in Start."""
        sample = sample if self.standardised else sample.measured
        return settled(sample.rows, sample.weights, sample.spread(components, attempt, seed).labels, components)


@dataclass(frozen=True)
class InTurn:
    """Several starts, an attempt of each in turn.

    Attributes:
        starts: the starts, of which the first begins.

    Examples:
        >>> len(core.InTurn((core.Lloyd(), core.RandomRows())).starts)
        2
    """

    starts: tuple[Start, ...]

    def __post_init__(self) -> None:
        """Refuse what is no start. Raises ChoiceError."""
        if not isinstance(self.starts, tuple) or not self.starts or not all(isinstance(s, Start) for s in self.starts):
            raise ChoiceError("Starts in turn are a tuple of at least one start.")

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """As in Start."""
        return self.starts[attempt % len(self.starts)].labels(sample, components, attempt, seed)


@dataclass(frozen=True)
class RandomRows:
    """Rows chosen at random; each row goes to the nearest.

    Examples:
        >>> core.Plan(components=3, start=core.RandomRows(), restarts=20).start
        RandomRows()
    """

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """As in Start."""
        rng = np.random.default_rng([seed, components, attempt])
        chance = sample.weights / sample.weights.sum()
        chosen = rng.choice(len(sample.rows), components, replace=False, p=chance)
        return distances(sample.rows, sample.rows[chosen], sample.lengths).argmin(axis=0)


VARIED = InTurn((KMeansPlusPlus(), Lloyd(standardised=False), Lloyd(), Lloyd(standardised=False)))


@dataclass(frozen=True)
class Hierarchical:
    """First the groups of a model-based hierarchy (core.mixture.starts.hierarchy), then other starts.

    Attributes:
        then: the start by which all but the first attempt begin; by default `KMeansPlusPlus()`, and `Lloyd()` with
            columns as they are measured, standardised, and as they are measured, in turn; with categories the first of
            these alone, since Lloyd's iterations lead most attempts to one place there.

    Examples:
        >>> core.Plan(components=3, start=core.Hierarchical(then=core.RandomRows())).start.then
        RandomRows()
    """

    then: Start = VARIED

    def labels(self, sample: StartSample, components: int, attempt: int, seed: int) -> Labels:
        """As in Start."""
        if attempt > 0:
            then = KMeansPlusPlus() if sample.has_categories and self.then == VARIED else self.then
            return then.labels(sample, components, attempt - 1, seed)
        return sample.hierarchy.labels(components)


def one_hot(labels: Labels, components: int) -> Array:
    """(n, K) responsibilities of given labels 0..K-1."""
    return np.eye(components)[labels]


def softened(responsibilities: Array) -> Array:
    """A tenth of every row shared out evenly, so that each component has rows enough for a covariance."""
    return 0.9 * responsibilities + 0.1 / responsibilities.shape[1]
