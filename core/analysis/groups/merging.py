"""Merging: components of a mixture joined into groups, since one skewed or curved group takes several Gaussians.

Components are joined in the order in which the entropy of the shares falls most (Baudry, Raftery, Celeux, Lo and
Gottardo 2010). An entropy plot cannot say "one group", so where to stop is decided by the valleys of the density: two
groups may be joined where the density between them never falls under half the lower of their peaks (after the
ridgeline ratio of Hennig 2010, here of the whole mixture's density: see `ridges`), and where some rows of one would be
taken for the other's: a wide group beside a dense one has no peak of its own, and may be clearly apart all the same.
A mixture of bells also draws valleys into rows that lie evenly; so two groups with a deeper one between them are joined
as well where the rows themselves do not show it beyond chance (see `valleys`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.special import ndtr, rel_entr, xlogy

from ...arrays import Array
from ...data.patterns import whole_rows
from ...data.prepare import Matrix
from ...data.source import Source
from ...data.steps import Steps
from ...errors import expect
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ..sampled import some_rows
from . import words
from .grouping import Grouping
from .ridges import Ridges, along, ridgeline, ridges, straight_line
from .valleys import CROSSING, VALLEY, chance_of_valley

DEEP = 0.1  # a valley so deep needs no test
CLEAR = 0.015  # nor do two groups without a valley between them, of which less crosses
HARDLY_ANY = 0.005  # nor do two with one, of which less crosses
FEW_VALUES = 10  # of a column: of so few, groups are told as levels are
CHANCE = 0.05  # of a valley by chance anywhere, beyond which it is not taken for real
FEWEST_COMPLETE = 100  # rows without blanks by which a valley can be tested
ALIKE = 0.9  # overlap of the levels of two groups, from which categories do not set them apart
MOSTLY = 0.5  # share of a row in two components: it is theirs
TUBE = 0.95  # share of the rows of a bell on a line that count as near it
ENTROPY_ROWS = 20_000  # on which the entropy is computed: it only orders the merges

Part = tuple[int, ...]


@dataclass(frozen=True)
class Merge:
    """One merge, and what it came to."""

    joined: tuple[Part, Part]  # components of the two groups
    grouping: Grouping  # after it
    entropy: float  # of the shares after it, per row
    valley: float  # the lowest density between the two over the lower of their peaks
    crossing: float  # share of one of them that would be taken for the other, the larger of the two shares
    allowed: bool  # whether too little sets the two apart to call them two; never after one that is not
    chance: float = math.nan  # of such a valley if the two were one; NaN where that was not asked


@dataclass(frozen=True)
class Merging:
    """The merges from K components to one group, those that are allowed before all others.

    Attributes:
        components: number of components K.
        entropy: of the components' responsibilities, in nats a row.
        merges: K - 1 merges, one after the other, with what each came to.
        level: the chance of a valley, up to which it is taken for real.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> found = core.merging(core.fit(rows, components=3), rows)
        >>> found.chosen.groups, found.grouping(2).groups
        (3, 2)
    """

    components: int
    entropy: float
    merges: tuple[Merge, ...]
    level: float = CHANCE

    @cached_property
    def chosen(self) -> Grouping:
        """The groups after the last merge that is allowed."""
        return self.grouping(self.components - sum(each.allowed for each in self.merges))

    def grouping(self, groups: int) -> Grouping:
        """The groups of which there are so many, from 1 to K."""
        merged = self.components - groups
        return self.merges[merged - 1].grouping if merged else Grouping.apart(self.components)

    @property
    def frame(self) -> pd.DataFrame:
        """A row per number of groups from K to 1: groups, entropy, and the valley and permission of its last merge."""
        first = {"groups": self.components, "entropy": self.entropy, "valley": np.nan, "allowed": True}
        rest = [
            {"groups": each.grouping.groups, "entropy": each.entropy, "valley": each.valley, "allowed": each.allowed}
            for each in self.merges
        ]
        return pd.DataFrame([first, *rest])

    @property
    def sentence(self) -> str:
        """How many groups the components make up."""
        return words.merging_sentence(self)

    @property
    def grounds(self) -> str:
        """The numbers behind the sentence."""
        return words.merging_grounds(self)

    @property
    def stop(self) -> str:
        """Where merging stopped, and by what rule."""
        return words.merging_stop(self)

    @property
    def _entropy(self) -> float:
        merged = self.components - self.chosen.groups
        return self.merges[merged - 1].entropy if merged else self.entropy


def merging(fit: Fit, X: Matrix | Source | npt.ArrayLike, steps: Sequence[Steps] = ()) -> Merging:
    """Merge a fit's components, by its shares of (n, d) rows in fitted units; entropies on at most 20,000 of them.

    Where every column of numbers has few values and the rows were drawn within their `steps`, there is no valley to be
    seen between two, and their chances decide as those of categories do.

    Raises DegenerateError for singular covariances.

    Raises ChoiceError for what is no Fit.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> core.merging(core.fit(rows, components=3), rows).sentence
        'The 3 components are 3 groups: every two of them stand apart.'
    """
    expect(fit, Fit, "A Fit")
    some = some_rows(X, ENTROPY_ROWS, fit.plan.seed)
    responsibilities = fit.mixture.responsibilities(some.values)
    weights = some.weights / some.weights.sum()
    valleys = ridges(fit.mixture.of_numbers)
    first_entropy = entropy = float(-weights @ xlogy(responsibilities, responsibilities).sum(axis=1))
    shares: dict[Part, Array] = {(k,): responsibilities[:, k] for k in range(fit.components)}
    bench = _Bench(fit, valleys, some.values, shares, weights, _chances(fit.mixture, steps))
    merges: list[Merge] = []
    going = True
    for _ in range(fit.components - 1):
        pair, allowed = bench.next_merge(going)
        going = allowed
        entropy = max(entropy - bench.falls[pair], 0.0)
        found, chance = (valleys.ratio(*pair), bench.crossing(*pair)), bench.chances.get(pair, math.nan)
        bench.join(*pair)
        merges.append(Merge(pair, Grouping.together(tuple(bench.shares)), entropy, *found, allowed, chance))
    return Merging(fit.components, first_entropy, tuple(merges), bench.level)


def _tube(features: int) -> float:
    """How far, squared, rows near a line lie from it: nearly all of those of a bell on it do.

    Fewer tell too little of a small group beside a large one.
    """
    return float(stats.chi2(features - 1).ppf(TUBE)) / 2 if features > 1 else math.inf


def _by_chance(one: list[Array], other: list[Array], rows: list[float]) -> bool:
    """Whether chance explains how far chances of levels of two groups of so many rows differ: likelihood-ratio test."""
    statistic, free = 0.0, 0
    for p, q in zip(one, other, strict=True):
        both = (rows[0] * p + rows[1] * q) / sum(rows)
        statistic += 2 * float(rows[0] * rel_entr(p, both).sum() + rows[1] * rel_entr(q, both).sum())
        free += int((both > 0).sum()) - 1
    return bool(stats.chi2(max(free, 1)).sf(statistic) > CHANCE)


def _chances(mixture: Mixture, steps: Sequence[Steps]) -> tuple[Array, ...]:
    """Of each column of categories, (K, L) chances of its levels, and of numbers of their values if all have few."""
    few = [each for each in steps if len(each.values) <= FEW_VALUES]
    if not few or len(few) < mixture.features:
        return mixture.chances
    spreads = np.sqrt(np.diagonal(mixture.covariances, axis1=1, axis2=2))
    below = (ndtr((each.thresholds - mixture.means[:, [each.column]]) / spreads[:, [each.column]]) for each in few)
    return (*mixture.chances, *(np.diff(each, axis=1, prepend=0.0, append=1.0) for each in below))


@dataclass
class _Bench:
    """The groups so far, with what every pair would save in entropy."""

    fit: Fit
    valleys: Ridges
    rows: Array  # (n, d + c)
    shares: dict[Part, Array]  # (n,) of each group
    weights: Array  # (n,) of the rows, which sum to 1
    levels: tuple[Array, ...]  # of each column that has some, (K, L) their chances

    def __post_init__(self) -> None:
        self.falls = {pair: self._fall(*pair) for pair in combinations(self.shares, 2)}
        self.chances: dict[tuple[Part, Part], float] = {}  # of a valley, by pair, as far as they were asked for
        self.level = self._level()  # of the components, before any are joined
        self._own = np.column_stack(list(self.shares.values()))  # (n, K) of the components
        self.rows = self.rows[:, : self.fit.mixture.features]  # valleys are of numbers
        self._whole = whole_rows(self.rows)
        self._between: dict[tuple[int, int], float] = {}  # the same, by pair of components

    def next_merge(self, going: bool) -> tuple[tuple[Part, Part], bool]:
        """The pair whose entropy falls most of those that may be joined while it goes on, else of all; if it may."""
        allowed = [pair for pair in self.falls if going and self._may_join(*pair)]
        return max(allowed or self.falls, key=lambda each: self.falls[each]), bool(allowed)

    def _may_join(self, first: Part, second: Part) -> bool:
        """Whether too little sets two groups apart: a shallow valley, or one that chance explains."""
        if not self.fit.mixture.features or not self._levels_alike(first, second):
            return False
        if self.valleys.ratio(first, second) >= VALLEY and self.crossing(first, second) >= CROSSING:
            return True
        return self._is_open(first, second) and self._chance(first, second) > self.level

    def _levels_alike(self, first: Part, second: Part) -> bool:
        """Whether the levels of two groups' categories, and few values, are too much the same to tell them apart.

        The overlap of their chances is Bhattacharyya's (1943); where it is less, chance may still be why.
        """
        mixture = self.fit.mixture
        if not self.levels:
            return True
        parts = [np.array(part) for part in (first, second)]
        weights = [mixture.weights[part] for part in parts]
        one, other = (
            [own @ each[part] / own.sum() for each in self.levels] for own, part in zip(weights, parts, strict=True)
        )
        overlap = np.prod([np.sqrt(p * q).sum() for p, q in zip(one, other, strict=True)])
        return bool(overlap >= ALIKE) or _by_chance(one, other, [own.sum() * self.fit.n_rows for own in weights])

    def _is_open(self, first: Part, second: Part) -> bool:
        """Whether a border is neither clear nor none at first sight."""
        shallow = self.valleys.ratio(first, second) >= VALLEY and self.crossing(first, second) >= CROSSING
        return not shallow and not self._is_clear(first, second)

    def _is_clear(self, first: Part, second: Part) -> bool:
        """Whether a border needs no test: its valley is deep, or too few rows cross it."""
        valley = self.valleys.ratio(first, second)
        return valley < DEEP or self.crossing(first, second) < (CLEAR if valley >= VALLEY else HARDLY_ANY)

    def _level(self) -> float:
        """The chance up to which one valley is real, so that hardly any is so by chance of all that are looked at.

        Those are the borders by which all components hang together, but for clear ones: a shallow one has been looked
        at as well, and a mixture draws the deepest of them where chance put it.
        """
        doubtful = sum(not self._is_clear(*step) for step in self.valleys.steps)
        return CHANCE / max(1, doubtful)

    def _chance(self, first: Part, second: Part) -> float:
        """The chance of a valley between two groups, if they were one; 0 where too few rows are whole to tell."""
        if (first, second) not in self.chances:
            self.chances[first, second] = self._tested(first, second)
        return self.chances[first, second]

    def _tested(self, first: Part, second: Part) -> float:
        """The lowest chance of the steps that lead from one to the other, on the way between their peaks.

        A straight line between the peaks of two curved groups would leave both.
        """
        way = self.valleys.way(first, second)
        steps = [step for step in pairwise(way) if not any(set(step) <= set(part) for part in (first, second))]
        return min(self._chance_between(*step) for step in steps)

    def _chance_between(self, one: int, other: int) -> float:
        """The higher chance of two: along the straight line of two components and along their ridgeline.

        Between thin components of a curve the line leaves it; wide ones that lie across each other have a ridgeline
        with a corner, at which even spreads look uneven. It is 1 where both lie at one place.
        """
        mixture = self.fit.mixture.of_numbers
        if np.array_equal(*mixture.means[[one, other]]):
            return 1.0
        if (one, other) not in self._between:
            straight = self._chance_along(straight_line(mixture, one, other), one, other)
            bent = straight <= self.level and self._chance_along(ridgeline(mixture, one, other), one, other)
            self._between[one, other] = max(straight, bent)
        return self._between[one, other]

    def _chance_along(self, line: Array, one: int, other: int) -> float:
        """By all rows near a line from one component to another, or of theirs.

        Beyond its ends rows of a third component count only where enough of them cross over to one of the two for both
        to be one curve: another group there would be a second peak as soon as the smaller of the two is smoothed away.
        """
        mixture, whole = self.fit.mixture.of_numbers, self._whole
        places, apart = along(line, mixture.covariances[one] + mixture.covariances[other], self.rows[whole])
        theirs = self._own[whole][:, [one, other]].sum(axis=1) > MOSTLY
        goes_on = (self._crossings[[one, other]].max(axis=0) >= CROSSING)[self._own[whole].argmax(axis=1)]
        near = ((apart <= _tube(mixture.features)) & (goes_on | ((places >= 0) & (places <= 1)))) | theirs
        if near.sum() < FEWEST_COMPLETE and not whole.all():
            return 0.0
        return chance_of_valley(places[near], self.weights[whole][near], self.fit.n_rows, self.fit.plan.seed)

    @cached_property
    def _crossings(self) -> Array:
        """(K, K) the larger share of one of two components that the other would get."""
        leader = np.eye(self._own.shape[1])[self._own.argmax(axis=1)]
        weight = self.weights[:, None] * self._own
        shares = weight.T @ leader / np.maximum(weight.sum(axis=0), 1e-300)[:, None]
        return np.asarray(np.maximum(shares, shares.T))

    def crossing(self, first: Part, second: Part) -> float:
        """The larger share of one of two groups that the other would get: directly estimated (Hennig 2010)."""
        parts = list(self.shares)
        leader = np.argmax(np.column_stack(list(self.shares.values())), axis=1)
        shares = []
        for own, other in ((first, second), (second, first)):
            weight = self.weights * self.shares[own]
            shares.append(float(weight @ (leader == parts.index(other)) / max(weight.sum(), 1e-300)))
        return max(shares)

    def join(self, first: Part, second: Part) -> None:
        """Make two groups one."""
        joined = self.shares.pop(first) + self.shares.pop(second)
        self.falls = {pair: fall for pair, fall in self.falls.items() if not {first, second} & set(pair)}
        part = tuple(sorted(first + second))
        others = list(self.shares)
        self.shares[part] = joined
        self.falls |= {(other, part): self._fall(other, part) for other in others}

    def _fall(self, first: Part, second: Part) -> float:
        """By how much entropy per row falls where two groups become one (Baudry et al. 2010, section 2)."""
        one, other = self.shares[first], self.shares[second]
        both = one + other
        return float(self.weights @ (xlogy(both, both) - xlogy(one, one) - xlogy(other, other)))
