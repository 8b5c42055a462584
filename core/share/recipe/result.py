"""Result: what an analysis came to, as numbers by which other rows are placed and scored."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ...analysis.anomaly.odd_rows import Anomalies, Scored, scored_alike
from ...analysis.anomaly.policies import Policy
from ...analysis.groups.grouping import Grouping
from ...analysis.new_rows import placed
from ...data.categories import Category
from ...data.levels import keys
from ...data.patterns import Patterns
from ...data.prepare import Preparation
from ...data.table import Table
from ...data.transform import Transform
from ...errors import DegenerateError
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ..answered import Answered
from ..export import Labelled
from .codec import refusal

WHOLE = 1e-6  # by how much weights may miss 1


@dataclass(frozen=True)
class Result:
    """A fitted model with its groups and the line between usual and odd rows.

    Its parts are checked when it is made, since they may come from a file. Raises ChoiceError.
    """

    preparation: Preparation  # with the columns that were fitted, by name
    fit: Fit  # of whose trace the end alone is kept
    grouping: Grouping
    policy: Policy  # that drew the line
    threshold: float  # the least score that counts as odd
    scoring: Mixture | None = None  # by which rows are scored; None: the fit's own
    draws: int = 0  # rows by which chances are simulated
    seed: int = 0

    @classmethod
    def of(cls, answer: Answered, preparation: Preparation) -> Result:
        """What an answer came to, under what was chosen of the table."""
        fitted, odd = answer.fit, answer.anomalies
        by = odd.scored.mixture
        return cls(
            _named(preparation, answer.matrix.transform),
            replace(fitted, trace=fitted.trace[-1:]),
            answer.grouping,
            odd.policy,
            odd.threshold,
            None if by is fitted.mixture else by,
            odd.scored.draws,
            odd.scored.seed,
        )

    def __post_init__(self) -> None:
        """Refuse what is no model."""
        transform = self.fit.transform
        if transform is None or not _is_sound(transform) or transform.features != self.fit.features:
            raise refusal("its transform is none of the columns that were fitted")
        d, levels = len(transform.features), tuple(len(each.levels) for each in transform.categories)
        for mixture in (self.fit.mixture, self.by):
            if (mixture.features, mixture.levels) != (d, levels) or not _is_density(mixture):
                raise refusal("its mixture is no density of the columns that were fitted")
        known = {self.fit.mixture.components, self.fit.plan.components}
        if known != {self.grouping.components} or not self.threshold > -math.inf or min(self.draws, self.seed) < 0:
            raise refusal("its groups are not those of its mixture")

    @property
    def by(self) -> Mixture:
        """The mixture that scores."""
        return self.fit.mixture if self.scoring is None else self.scoring

    @property
    def transform(self) -> Transform:
        """From the table's columns to those that were fitted."""
        assert self.fit.transform is not None
        return self.fit.transform

    def labelled(self, table: Table) -> Labelled:
        """Another table's rows in these groups, by this line. Raises DataError naming the columns that it lacks."""
        _, strange, matrix = placed(self.transform, table)
        none = Patterns.complete(0, self.by.columns)
        known = Scored(np.empty(0), self.by, self.draws, self.seed, none)
        found = replace(scored_alike(known, matrix), draws=self.draws)
        odd = Anomalies(found, self.policy, self.threshold)
        unlike = np.flatnonzero(np.any([each.rows for each in strange], axis=0)).tolist() if strange else ()
        return Labelled(matrix, self.fit, odd, grouping=self.grouping, not_comparable=unlike)


def _named(preparation: Preparation, transform: Transform) -> Preparation:
    """The same with the columns that were taken, where they were left to be found."""
    words = tuple(each.column for each in transform.categories)
    if preparation.columns is not None:
        return replace(preparation, categories=words) if words else preparation
    levels = transform.levels or (None,) * len(transform.features)
    names = tuple(name for name, level in zip(transform.features, levels, strict=True) if level is None)
    return replace(preparation, columns=names, categories=words or preparation.categories)


def _is_sound(transform: Transform) -> bool:
    """Whether a transform has as much of everything as columns, and only numbers that can be computed with."""
    d = len(transform.features)
    lengths = {len(each) for each in (transform.centers, transform.scales, transform.powers)}
    places = (*transform.dates, *transform.hours)
    numbers = [*transform.centers, *(value for _, value in transform.heaps)]
    powers = [each for each in transform.powers if each is not None]
    positive = [*transform.scales, *(each.scale for each in powers)]
    numbers += [value for each in powers for value in (each.power, each.center)]
    return (
        lengths == {d}
        and len(transform.levels) in (0, d)
        and all(0 <= at < d for at in places)
        and all(map(math.isfinite, (*numbers, *positive)))
        and all(each > 0 for each in positive)
        and all(map(_is_category, transform.categories))
        and len({each.column for each in transform.categories}) == len(transform.categories)
    )


def _is_category(category: Category) -> bool:
    """Whether each value has one code."""
    levels = category.levels
    return 0 < len(levels) == len(keys(levels)) and keys(levels[:-1]).isdisjoint(keys(category.other))


def _is_density(mixture: Mixture) -> bool:
    """Whether a mixture has a density that sums to one."""
    weights, noise = mixture.weights, mixture.noise_weight
    if not mixture.components or not mixture.columns or (weights < 0).any() or not 0 <= noise < 1:
        return False
    if not all((each >= 0).all() and (abs(each.sum(axis=1) - 1) < WHOLE).all() for each in mixture.chances):
        return False
    if mixture.noise is not None and not math.isfinite(mixture.noise.log_volume):
        return False
    try:
        whole = np.isfinite(mixture.factors).all() and np.isfinite(mixture.whitening).all()
    except DegenerateError:
        return False
    even = np.allclose(mixture.covariances, mixture.covariances.transpose(0, 2, 1), rtol=1e-6, atol=0.0)
    return bool(whole and even and abs(weights.sum() + noise - 1) < WHOLE)
