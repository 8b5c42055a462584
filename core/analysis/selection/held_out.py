"""Held out: how well models predict rows that they were not fitted to, by repeated K-fold cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array
from ...data.prepare import Matrix
from ...data.source import ArraySource
from ...errors import ChoiceError, DataError, FitError, expect, whole_number
from ...mixture.chances import n_parameters
from ...mixture.family import Family
from ...numbers import count
from ...progress import Joined, Watch, as_watch
from ..sampled import mean_and_error, means, some_rows
from . import words
from .board import Search
from .sweep import Map, sweep

Rows = npt.NDArray[np.intp]

HELD_OUT_ROWS = 2_000  # on which models are compared; it takes a sweep per fold
TOLERANCE = 1e-7  # enough to predict by
RESTARTS = 5


@dataclass(frozen=True)
class Folds:
    """Rows split at random into folds, each held out once, all of it several times over.

    Attributes:
        folds: number of parts that the rows are split into, 2 or more.
        repeats: how many times all rows are split anew, 1 or more.
        seed: seed of the splits.

    Examples:
        >>> folds = core.Folds(folds=3, repeats=2)
        >>> folds.total, [len(held) for _, held in folds.splits(7)]
        (6, [3, 2, 2, 3, 2, 2])
    """

    folds: int = 5
    repeats: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no cross-validation. Raises ChoiceError."""
        whole_number(self.seed, "A seed", 0)
        if whole_number(self.folds, "Folds", 0) < 2 or whole_number(self.repeats, "Repeats", 0) < 1:
            raise ChoiceError("Cross-validation needs at least 2 folds and 1 repeat.")

    @property
    def total(self) -> int:
        """How often a part is held out."""
        return self.folds * self.repeats

    def splits(self, n: int) -> Iterator[tuple[Rows, Rows]]:
        """(rows to fit, rows held out) of n rows, in the order of the data. Raises ChoiceError for too few rows."""
        if n < 2 * self.folds:
            raise ChoiceError(f"{n} rows are too few for {self.folds} folds.", remedy="Bring more rows.")
        for repeat in range(self.repeats):
            order = np.random.default_rng([self.seed, repeat]).permutation(n)
            for fold in range(self.folds):
                held = np.sort(order[fold :: self.folds])
                yield np.setdiff1d(np.arange(n), held, assume_unique=True), held


@dataclass(frozen=True)
class Prediction:
    """How one family at one K predicts held-out rows."""

    family: Family
    components: int
    n_parameters: int
    density: float  # mean log density per held-out row; NaN where the model failed in a fold
    behind: float  # the best one's mean less this one's
    error: float  # standard error of `behind`, from the differences row by row
    failed: int  # folds in which there was no sound fit

    @property
    def sound(self) -> bool:
        """Whether it could be fitted in every fold."""
        return self.failed == 0

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return f"{self.family.name} with {count(self.components, 'component')}"


@dataclass(frozen=True)
class HeldOut:
    """What every model of a search came to on rows held out.

    Attributes:
        folds: how the rows were split.
        predictions: one for each model: its mean log density of rows held out, and how far it is behind the best;
            none if it was cancelled before the first part of the rows was through.
        rows: number of rows that were split.
        of: number of rows there are.
        cancelled: whether a watch ended it; it is then what was done by that time.

    Examples:
        >>> search = core.Search(families=("EII",), components=(1, 3))
        >>> found = core.held_out(core.toy("round", rows=60).points, search, core.Folds(folds=2, repeats=1))
        >>> found.best.components, found.rows
        (3, 60)
    """

    folds: Folds
    predictions: tuple[Prediction, ...]
    rows: int
    of: int
    cancelled: bool = False

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row per model: family, components, n_parameters, density, behind, error, failed."""
        return pd.DataFrame([{**vars(each), "family": each.family.name} for each in self.predictions])

    @cached_property
    def best(self) -> Prediction:
        """The highest mean log density. Raises FitError if no model was sound in every fold."""
        sound = [each for each in self.predictions if each.sound]
        if not sound:
            raise FitError(
                "No model could be fitted soundly to every part of the rows.", remedy="Try fewer components or columns."
            )
        return max(sound, key=lambda each: each.density)

    @cached_property
    def choice(self) -> Prediction:
        """The model with the fewest parameters among those within one standard error of the best.

        Breiman, Friedman, Olshen and Stone (1984, section 3.4.3). The standard error is that of the difference to the
        best: rows that are unlikely under one model are so under all, which says nothing about which is better.
        """
        near = [each for each in self.predictions if each.sound and each.behind <= each.error]
        return min([*near, self.best], key=lambda each: (each.n_parameters, each.behind))

    @property
    def sentence(self) -> str:
        """How many components predict best, and whether fewer do as well."""
        return words.held_out_sentence(self)

    @property
    def grounds(self) -> str:
        """The numbers behind the sentence; nothing where no part was held out."""
        return words.held_out_grounds(self)


def held_out(
    matrix: Matrix | npt.ArrayLike,
    search: Search | None = None,
    folds: Folds | None = None,
    *,
    watch: Watch | None = None,
    over: Map = map,
) -> HeldOut:
    """The held-out log density of every model of a search, on at most 2,000 rows, as far as watch lets it.

    over spreads the models as in `sweep`. Raises ChoiceError for fewer rows than folds can hold.

    Examples:
        >>> search = core.Search(families=("EII",), components=(1, 3))
        >>> core.held_out(core.toy("round", rows=60).points, search, core.Folds(folds=2, repeats=1)).choice.name
        'EII with 3 components'
    """
    folds, search = Folds() if folds is None else folds, Search() if search is None else search
    expect(folds, Folds, "Folds of a cross-validation")
    expect(search, Search, "A Search")
    some = some_rows(matrix, HELD_OUT_ROWS, folds.seed)
    d, levels = some.source.d, some.levels
    search = replace(search, tolerance=TOLERANCE, restarts=RESTARTS, seed=folds.seed)
    cells = search.cells(d)
    total, failed = np.zeros((len(cells), some.rows)), np.zeros(len(cells), dtype=np.intp)
    times = np.zeros(some.rows)  # that each row was held out
    what = "models on parts of the rows"
    shared = Joined(as_watch(watch), what, folds.total * len(cells), each=len(cells))
    for kept, held in folds.splits(some.rows):
        found = _scores(some.at(kept), some.values[held], search, shared, over)
        shared.count()
        if not shared.goes_on:
            break
        times[held] += 1
        for cell, score in enumerate(found):
            if score is None:
                failed[cell] += 1
            else:
                total[cell, held] += score
    total[failed > 0] = np.nan
    models = [(each, K, each.n_parameters(K, d) + n_parameters(K, levels) + 2 * search.noise) for each, K in cells]
    told = times > 0
    compared = _compared(models, total[:, told] / times[told], failed, some.weights[told]) if told.any() else ()
    return HeldOut(folds, compared, some.rows, some.of, not shared.goes_on)


def _scores(train: ArraySource, test: Array, search: Search, watch: Watch, over: Map) -> list[Array | None]:
    """(m,) log densities of the test rows under each cell's fit to the others; None without a sound fit."""
    try:
        board = sweep(train, search, watch=watch, over=over)
    except (FitError, DataError):  # a column may be blank or the same throughout one part
        return [None] * len(search.cells(train.d))
    fits = [cell.fit if cell.fit is not None and cell.fit.admissible else None for cell in board.cells]
    return [None if found is None else found.mixture.for_new_rows(found.n_rows).log_density(test) for found in fits]


def _compared(
    models: list[tuple[Family, int, int]], scores: Array, failed: npt.NDArray[np.intp], weights: Array
) -> tuple[Prediction, ...]:
    """Every (family, K, parameters) beside the best, from (models, n) log densities of the rows when held out."""
    density = means(scores, weights)
    best = scores[int(np.nanargmax(density))] if not np.isnan(density).all() else scores[0]
    return tuple(
        Prediction(each, K, parameters, float(mean), *mean_and_error(best - score, weights), int(missing))
        for (each, K, parameters), mean, score, missing in zip(models, density, scores, failed, strict=True)
    )
