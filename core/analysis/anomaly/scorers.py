"""Scoring: by which mixture a fit's rows are scored, so that odd rows do not vouch for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...arrays import Array
from ...data.source import ArraySource, Source, levels_of
from ...errors import whole_number
from ...mixture import density
from ...mixture.fit import Fit, fit
from ...mixture.model import Mixture
from ...progress import Watch
from .pruning import pruned


def scores_under(mixture: Mixture, source: Source) -> Array:
    """(n,) -log p of each row of a source under a mixture."""
    return -np.concatenate([density.log_density(mixture, values) for values, _ in source.blocks()])


class Scoring(Protocol):
    """How rows are scored."""

    def mixture(self, fitted: Fit) -> Mixture:
        """The mixture whose rows tell what is odd by chance alone."""
        ...

    def scores(self, fitted: Fit, source: Source, watch: Watch | None) -> Array:
        """(n,) -log p of each row."""
        ...


@dataclass(frozen=True)
class InSample:
    """By the fit as it is, which has seen the rows: a little too mild on them.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, scoring=core.InSample()).ranking.tolist()
        [29]
    """

    def mixture(self, fitted: Fit) -> Mixture:
        """The fit's own."""
        return fitted.mixture

    def scores(self, fitted: Fit, source: Source, watch: Watch | None) -> Array:
        """(n,) -log p of each row."""
        return scores_under(self.mixture(fitted), source)


@dataclass(frozen=True)
class Fresh(InSample):
    """By the fit as it is, for rows that it has not seen.

    Examples:
        >>> fit = core.fit(np.random.default_rng(0).normal(size=29))
        >>> core.anomalies(fit, [0.0, 9.0], core.ExpectedFalseAlarms(0.01), scoring=core.Fresh()).flagged.tolist()
        [False, True]
    """


@dataclass(frozen=True)
class Pruned:
    """By the fit without noise and without far small components, whose rows would else vouch for each other.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, scoring=core.Pruned()).ranking.tolist()
        [29]
    """

    def mixture(self, fitted: Fit) -> Mixture:
        """The components that are left."""
        return pruned(fitted.mixture)

    def scores(self, fitted: Fit, source: Source, watch: Watch | None) -> Array:
        """(n,) -log p of each row."""
        return scores_under(self.mixture(fitted), source)


@dataclass(frozen=True)
class CrossFitted:
    """Each fold of the rows by a fit of the same plan to the other folds, pruned, so that no row vouches for itself.

    Attributes:
        folds: number of parts that the rows are split into at random, 2 or more.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, scoring=core.CrossFitted(folds=3)).score.argmax().item()
        29
    """

    folds: int = 5

    def __post_init__(self) -> None:
        """Refuse fewer than two folds. Raises ChoiceError."""
        whole_number(self.folds, "The number of folds", 2)

    def mixture(self, fitted: Fit) -> Mixture:
        """The components that are left of the fit to all rows."""
        return pruned(fitted.mixture)

    def scores(self, fitted: Fit, source: Source, watch: Watch | None) -> Array:
        """(n,) -log p of each row."""
        values, levels = np.concatenate([block for block, _ in source.blocks()]), levels_of(source)
        fold = np.random.default_rng([fitted.plan.seed, self.folds]).permutation(len(values)) % self.folds
        scores = np.empty(len(values))
        for each in range(self.folds):
            others = ArraySource(values[fold != each], levels=levels)
            again = fit(others, fitted.plan, watch=watch)
            other = pruned(again.mixture).for_new_rows(again.n_rows)
            scores[fold == each] = -other.log_density(values[fold == each])
        return scores
