"""The ladder from K-Means to the free mixture: what each freedom changes, from one and the same start.

Every rung begins with K-Means' groups. K-Means itself stands for the mixture of round groups of one width (EII) that is
built from them without any EM: that is the density that it minimises for, and the only one it has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array
from ...data.prepare import Matrix
from ...data.rows import rows_of
from ...data.source import ArraySource
from ...errors import FitError
from ...kmeans import Partition, k_means
from ...mixture.chances import n_parameters
from ...mixture.em.m_step import m_step
from ...mixture.em.stopping import Outcome
from ...mixture.family import Family, family
from ...mixture.fit import fit
from ...mixture.model import Mixture
from ...mixture.plan import Plan
from ...mixture.starts.first_moments import of_all
from ...mixture.starts.start import one_hot, softened
from ...progress import Joined, Watch, as_watch
from ..sampled import Sampled, mean_and_error, means, some_rows
from ..selection.held_out import HELD_OUT_ROWS, Folds
from . import words
from .compare import Labels, agreement

ROUND = family("EII")
LADDER = tuple(family(name) for name in ("EII", "VII", "VVI", "EEE", "VVV"))
FOLDS = Folds(5, 1)
LADDER_ROWS = 20_000  # that the rungs are fitted to; the page shows them without being asked
RESTARTS = 5  # of K-Means in every part of the rows
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Rung:
    """One rung beside the one below it."""

    name: str  # K-Means, or that of a family
    n_parameters: int
    log_likelihood: float  # of all rows; NaN where nothing sound was fitted
    moved: int  # rows whose group is another than on the rung below; the groups are matched
    agreement: float  # adjusted Rand index with the rung below
    with_k_means: float  # adjusted Rand index with K-Means
    held_out: float  # mean log density of held-out rows; NaN where a part of the rows had no sound fit
    gain: float  # of that over the rung below
    gain_error: float  # its standard error, from the differences row by row
    reason: str = ""  # why nothing was fitted


@dataclass(frozen=True)
class Ladder:
    """The rungs, from K-Means up.

    Attributes:
        rungs: K-Means and then each family, with what each changes.
        scores: (rungs, m) log density of each of m rows when it was held out.
        weights: (m,) row weights of those.
        rows: number of rows that were fitted; m of them were held out.
        of: number of rows there are.
        cancelled: whether a watch ended it; it is then what was done by that time.

    Examples:
        >>> found = core.ladder(core.toy("round", rows=60).points, 3, [core.family("EII")])
        >>> [rung.name for rung in found.rungs], found.scores.shape
        (['K-Means', 'EII'], (2, 60))
    """

    rungs: tuple[Rung, ...]
    scores: Array
    weights: Array
    rows: int
    of: int
    cancelled: bool = False

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row per rung."""
        return pd.DataFrame([vars(each) for each in self.rungs])

    @cached_property
    def enough(self) -> Rung:
        """The lowest rung within one standard error of the one that predicts held-out rows best (see `held_out`);

        K-Means where nothing was held out before a cancel.
        """
        if not self.scores.size:
            return self.rungs[0]
        best = int(np.nanargmax(means(self.scores, self.weights)))
        near = [at for at in range(best) if self._is_near(self.scores[best], self.scores[at])]
        return self.rungs[min([*near, best])]

    def gain_over_k_means(self, name: str) -> tuple[float, float]:
        """How much likelier held-out rows are on a rung than under K-Means, in nats a row, and the standard error.

        NaN for a rung that is not there or that failed.
        """
        at = [each.name for each in self.rungs].index(name) if name in set(self.frame["name"]) else 0
        return mean_and_error(self.scores[at] - self.scores[0], self.weights) if at else (math.nan, math.nan)

    @property
    def note(self) -> str:
        """How many rows it was computed on, where that is not every row."""
        return words.ladder_note(self)

    def _is_near(self, best: Array, score: Array) -> bool:
        """Whether it is within one standard error of the best."""
        behind, error = mean_and_error(best - score, self.weights)
        return behind <= error

    @property
    def sentence(self) -> str:
        """How far up it pays to go."""
        return words.ladder_sentence(self)


def ladder(
    X: Matrix | npt.ArrayLike,
    components: int,
    families: Sequence[Family] = LADDER,
    *,
    seed: int = 0,
    watch: Watch | None = None,
) -> Ladder:
    """Fit each family from K-Means' groups, to at most 20,000 rows and to parts of 2,000, as far as watch lets it.

    X is (n, d) in fitted units. Raises FitError for more groups than different rows, ChoiceError for too few rows.

    Examples:
        >>> core.ladder(core.toy("round", rows=60).points, 3, [core.family("EII")]).rungs[1].moved
        0
    """
    folds = replace(FOLDS, seed=seed)
    most = some_rows(X, LADDER_ROWS, seed)
    shared = Joined(as_watch(watch), "steps of the ladder", (folds.total + 1) * (len(families) + 1))
    whole = _fit_rungs(most.source, components, families, seed, shared)
    some = some_rows(most.source, HELD_OUT_ROWS, seed)
    scores = np.full((len(families) + 1, some.rows), np.nan)
    told = np.zeros(some.rows, dtype=np.bool_)
    for kept, held in folds.splits(some.rows):
        part = _fit_rungs(some.at(kept), components, families, seed, shared) if shared.goes_on else None
        if part is None or not shared.goes_on:
            break
        told[held] = True
        for at, step in enumerate(part.steps):
            if step.mixture is not None:
                scores[at, held] = step.mixture.for_new_rows(len(kept)).log_density(some.values[held])
    scores, weights = scores[:, told], some.weights[told]
    return Ladder(_rungs(whole, scores, most, weights), scores, weights, most.rows, most.of, not shared.goes_on)


@dataclass(frozen=True)
class _Step:
    """What one rung came to on some rows."""

    family: Family
    mixture: Mixture | None
    reason: str = ""


@dataclass(frozen=True)
class _Rungs:
    """Every rung on some rows, K-Means first."""

    partition: Partition
    steps: tuple[_Step, ...]


def _fit_rungs(source: ArraySource, components: int, families: Sequence[Family], seed: int, shared: Joined) -> _Rungs:
    partition = k_means(source, components, seed, restarts=RESTARTS, watch=shared)
    start = one_hot(partition.labels, components)
    shared.count()
    found = of_all(rows_of(source), start)
    steps = [_Step(ROUND, m_step(ROUND, found))]
    if partition.sizes.min() <= source.d:
        start = softened(start)
    for each in families:
        steps.append(_fitted(source, start, Plan(each, components, tolerance=TOLERANCE, seed=seed), shared))
        shared.count()
    return _Rungs(partition, tuple(steps))


def _fitted(source: ArraySource, start: Array, plan: Plan, shared: Joined) -> _Step:
    """EM from the start; no mixture where there is no sound one, or where it was ended."""
    if not shared.goes_on:
        return _Step(plan.family, None, Outcome.CANCELLED.value)
    try:
        found = fit(source, plan, responsibilities=start, watch=shared)
    except FitError as refusal:
        return _Step(plan.family, None, str(refusal))
    if not found.admissible:
        return _Step(plan.family, None, " ".join(each.value for each in found.objections))
    return _Step(plan.family, found.mixture)


def _rungs(whole: _Rungs, scores: Array, fitted: Sampled, weights: Array) -> tuple[Rung, ...]:
    """Each rung beside the nearest one below that was fitted."""
    values = fitted.values
    K, d, levels = whole.partition.components, values.shape[1] - len(fitted.levels), fitted.levels
    factor = fitted.weights * (fitted.rows / fitted.weights.sum())
    first = before = whole.partition.labels
    below = scores[0]
    rungs: list[Rung] = []
    for at, (step, score) in enumerate(zip(whole.steps, scores, strict=True)):
        name, parameters = (
            step.family.name if at else words.K_MEANS,
            step.family.n_parameters(K, d) + n_parameters(K, levels),
        )
        if step.mixture is None:
            rungs.append(_missing(name, parameters, step.reason))
            continue
        labels = _labels(step.mixture, values) if at else first
        moved = agreement(before, labels)
        gain, error = mean_and_error(score - below, weights) if at else (math.nan, math.nan)
        likelihood = float(factor @ step.mixture.log_density(values))
        with_first = agreement(first, labels).adjusted_rand_index
        agreed = moved.adjusted_rand_index if at else math.nan
        mean = float(means([score], weights)[0])
        rungs.append(Rung(name, parameters, likelihood, len(moved.differing), agreed, with_first, mean, gain, error))
        before, below = moved.as_first(labels), score
    return tuple(rungs)


def _missing(name: str, parameters: int, reason: str) -> Rung:
    nan = math.nan
    return Rung(name, parameters, nan, 0, nan, nan, nan, nan, nan, reason)


def _labels(mixture: Mixture, values: Array) -> Labels:
    """(n,) the likeliest component of each row."""
    return np.asarray(mixture.responsibilities(values).argmax(axis=1), dtype=np.intp)
