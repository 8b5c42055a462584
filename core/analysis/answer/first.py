"""The first answer: how many groups, which rows are in each and which in none, for a table that nobody has touched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array, read_only
from ...data.patterns import whole_rows
from ...data.prepare import Matrix, Preparation, prepare
from ...data.raw_values import as_table
from ...data.source import Source, as_source
from ...data.table import Table
from ...errors import FitError
from ...mixture import density
from ...mixture.blas import one_thread
from ...mixture.fit import Fit, polish
from ...progress import Joined, Watch, heard
from ..anomaly.odd_rows import Anomalies, anomalies
from ..anomaly.policies import ExpectedFalseAlarms
from ..anomaly.scorers import InSample
from ..groups.grouping import Grouping
from ..groups.merging import Merging, merging
from ..sampled import at_most
from ..selection.board import Board, Search
from ..selection.sweep import Map
from . import words
from .certainty import Certainty, certainty
from .latent import Latent
from .proposal import Proposal, milder, proposed
from .robust import FAR, MOST_APART, MOSTLY, Settled, chances, on_cells, settled
from .scatter import FEWEST, groups_alone
from .searching import FREE, families_for, searched
from .words import CLEAR, in_words

FIRST_ROWS = 2_000
MOST_COMPLETE = 0.5  # share of rows without blanks from which they alone are searched
ROWS_A_COLUMN = 3  # of them, at least
POLISHED = 1e-10  # relative tolerance of the fit that is shown
BY_CHANCE = 3.0  # times as many odd rows as chance alone would give, from which noise is tried
FIRST_SEARCH = Search(families=FREE, components=tuple(range(1, 7)), restarts=2, tolerance=1e-7)


@dataclass(frozen=True)
class FirstAnswer:
    """The groups and the odd rows of a table, as found without being asked.

    Attributes:
        matrix: the rows as they were fitted.
        proposal: how the table was prepared, and why; None where a matrix was given.
        board: the search, on at most 2,000 rows.
        settled: the fit of the groups, and which rows of the matrix it is of.
        merging: the components joined one after the other.
        anomalies: the odd rows of the matrix, with one false alarm expected.
        certainty: which other numbers of groups the rows would bear.
        searched: number of rows that the search could look at: those without blanks, or all.
        n_rows: rows of the table.

    Examples:
        >>> answer = core.first_answer(core.sample("faithful").load())
        >>> answer.groups, answer.fit.family.name, answer.where
        (2, 'EEE', 'all 272 rows')
    """

    matrix: Matrix
    proposal: Proposal | None
    board: Board
    settled: Settled
    merging: Merging
    anomalies: Anomalies
    certainty: Certainty
    searched: int
    n_rows: int

    @property
    def fit(self) -> Fit:
        """The best mixture by BIC, of the rows that took part."""
        return self.settled.fit

    @property
    def preparation(self) -> Preparation | None:
        """How the table was prepared; None where a matrix was given."""
        return None if self.proposal is None else self.proposal.preparation

    @property
    def grouping(self) -> Grouping:
        """Which components of the fit make up each group."""
        return self.merging.chosen

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self.grouping.groups

    @cached_property
    def shares(self) -> Array:
        """(m, G) how far each row of the matrix is in each group."""
        found = self.grouping.shares(density.responsibilities(self.fit.mixture, self.matrix.rows))
        return read_only(found[:, : self.groups])  # a fit that could not be had without noise has a share of it

    @cached_property
    def largest(self) -> Array:
        """(m,) the largest share of each row of the matrix."""
        return read_only(self.shares.max(axis=1))

    @cached_property
    def labels(self) -> npt.NDArray[np.intp]:
        """(n,) the group of each row of the table; -1 for rows that have no usable value."""
        return self._of_table(self.shares.argmax(axis=1), -1)

    @cached_property
    def took_part(self) -> npt.NDArray[np.bool_]:
        """(n,) the rows of the table that shaped the groups."""
        return self._of_table(self.settled.took_part, False)

    @cached_property
    def odd(self) -> OddRows:
        """The odd rows of the table."""
        found = self.anomalies
        ranking = self.matrix.row_ids[found.ranking]
        return OddRows(self._of_table(found.score, np.nan), self._of_table(found.flagged, False), ranking)

    def _of_table(self, values: npt.NDArray[Any], otherwise: object) -> npt.NDArray[Any]:
        """(n,) what rows of the matrix have, for the rows of the table."""
        if len(values) == self.n_rows:
            return values
        spread = np.full(self.n_rows, otherwise, dtype=values.dtype)
        spread[self.matrix.row_ids] = values
        return spread

    @cached_property
    def share_clear(self) -> float:
        """The share of rows that are clearly in one group."""
        return float(np.mean(self.largest >= CLEAR))

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return in_words(self.groups, self.largest, self.anomalies)

    @property
    def verdict(self) -> tuple[str, str, str]:
        """How many groups, how sure that is, and what would change it: three sentences to read out."""
        return words.verdict(self.certainty)

    @property
    def grounds(self) -> tuple[str, ...]:
        """What the answer rests on, a sentence each."""
        return words.first_grounds(self)

    @property
    def where(self) -> str:
        """Which rows were searched."""
        rows, sampled = len(self.largest), min(FIRST_ROWS, self.searched)
        which = f"{self.searched:,} rows without blanks" if self.searched < rows else f"{rows:,} rows"
        return f"a random {sampled:,} of the {which}" if sampled < self.searched else f"all {which}"

    @property
    def method(self) -> str:
        """How it was found, in a few sentences."""
        return words.first_method(self)


@dataclass(frozen=True)
class OddRows:
    """Which rows of a table are odd.

    Attributes:
        score: (n,) -log p of each row, NaN for rows that have no usable value.
        flagged: (n,) whether each row is odd.
        ranking: positions of the odd rows in the table, the oddest first.

    Examples:
        >>> core.first_answer(core.sample("faithful").load()).odd.flagged.sum().item() < 5
        True
    """

    score: Array
    flagged: npt.NDArray[np.bool_]
    ranking: npt.NDArray[np.int64]


def first_answer(
    data: Table | pd.DataFrame | Matrix, seed: int = 0, watch: Watch | None = None, *, over: Map = map
) -> FirstAnswer:
    """How many groups a table has, which rows are in each, and which rows are odd.

    A table's columns, their transforms and what counts as blank are chosen first; a matrix is taken as it is. Gaussian
    mixtures of four families, with and without a noise component, are searched by rising numbers of components on a
    seeded sample; the best is fitted to all rows that belong to a group, and its components are joined where nothing
    parts them. Raises FitError if no model of the search is sound, and what preparing refuses.

    Raises ChoiceError for what is neither a table nor a matrix.

    Examples:
        >>> answer = core.first_answer(core.sample("faithful").load())
        >>> answer.groups, answer.sentence.split(";")[0]
        (2, '2 groups')
    """
    if isinstance(data, Matrix):
        return _answered(data, None, len(data.values) + data.n_dropped, seed, heard(watch), over)
    table = as_table(data)
    proposal = proposed(table, seed)
    watch = Joined(heard(watch))
    try:
        return _of_table(table, proposal, seed, watch, over)
    except FitError as refusal:
        return _by_milder(table, proposal, refusal, seed, watch, over)


def _of_table(table: Table, proposal: Proposal, seed: int, watch: Watch, over: Map) -> FirstAnswer:
    return _answered(prepare(table, proposal.preparation), proposal, table.n_rows, seed, watch, over)


def _by_milder(table: Table, proposal: Proposal, refusal: FitError, seed: int, watch: Watch, over: Map) -> FirstAnswer:
    """The answer of the first milder proposal that has one. Raises the refusal if none has."""
    for other in milder(table, proposal):
        with suppress(FitError):
            return _of_table(table, other, seed, watch, over)
    raise refusal


def _answered(
    matrix: Matrix, proposal: Proposal | None, n_rows: int, seed: int, watch: Watch, over: Map
) -> FirstAnswer:
    watch = Joined(watch)
    with one_thread():
        return _found(matrix, proposal, n_rows, seed, watch, over)


def _found(matrix: Matrix, proposal: Proposal | None, n_rows: int, seed: int, watch: Watch, over: Map) -> FirstAnswer:
    latent = Latent.of(matrix, seed)
    try:
        return _drawn_within(latent, proposal, n_rows, watch, over)
    except FitError:  # as of columns of 0 and 1 that are never both 1, which latent values bring onto a line
        if not latent.steps or (proposal is not None and proposal.few is not None):
            raise
    return _drawn_within(replace(latent, evenly=True), proposal, n_rows, watch, over)


def _drawn_within(latent: Latent, proposal: Proposal | None, n_rows: int, watch: Watch, over: Map) -> FirstAnswer:
    """The answer by values drawn within their steps."""
    matrix, seed = latent.matrix, latent.seed
    as_they_are = _looked_at(matrix, seed)
    looked_at = latent.as_one(as_they_are)
    board = latent.rescored(_best_board(looked_at, seed, watch, over), as_they_are)
    rows = latent.given(board.best().mixture)
    polished = polish(rows, board.best(), tolerance=POLISHED, watch=watch, over=over)
    found = settled(polished, rows, tolerance=POLISHED, watch=watch)
    merged = merging(found.fit, rows.at(found.took_part), latent.told)
    if rows is not matrix:
        found = on_cells(found, latent, rows, tolerance=POLISHED, watch=watch)
    policy = ExpectedFalseAlarms(1.0 if len(matrix.values) >= FEWEST else 0.0)
    odd = anomalies(found.fit, matrix, policy, scoring=InSample(), seed=seed, watch=watch)
    searched_rows = int(complete_rows(matrix).sum())
    sure = certainty(board, looked_at, merged, latent.told)
    return FirstAnswer(matrix, proposal, board, found, merged, odd, sure, searched_rows, n_rows)


def _best_board(rows: Matrix | Source, seed: int, watch: Watch, over: Map) -> Board:
    """The search without noise or, where that leaves scatter to describe, the one with noise if it wins by BIC."""
    n, d = (len(rows.values), len(rows.features)) if isinstance(rows, Matrix) else (rows.n, rows.d)
    search = replace(FIRST_SEARCH, families=families_for(n, d), seed=seed)
    plain = searched(rows, search, watch=watch, over=over)
    if plain is not None and _is_clean(plain.best(), rows):
        return plain
    noisy = searched(rows, replace(search, noise=True), watch=watch, over=over)
    if plain is not None and noisy is not None and _is_of_groups(plain.best()) and not _is_scatter(noisy.best(), rows):
        return plain
    found = [each for each in (plain, noisy) if each is not None]
    if not found:
        raise FitError(
            "No model fits these columns soundly.",
            "Every one collapsed onto a few rows or a flat direction.",
            "Leave out columns with few distinct values, or columns that follow from others.",
        )
    return min(found, key=lambda each: each.best().bic)


def _is_scatter(fitted: Fit, rows: Matrix | Source) -> bool:
    """Whether most rows that lie too far from the groups of a fit with noise lie far indeed; else they are tails."""
    found = chances(groups_alone(fitted.mixture, fitted.n_rows), rows)
    odd = found < 1 / len(found)
    if odd.mean() > MOST_APART:
        return False
    return bool((found < FAR).sum() >= MOSTLY * odd.sum())


def _is_of_groups(fitted: Fit) -> bool:
    """Whether all components are groups: none is a handful of rows, or scatter that takes the place of noise."""
    return groups_alone(fitted.mixture, fitted.n_rows) is fitted.mixture


def _is_clean(fitted: Fit, rows: Matrix | Source) -> bool:
    """Whether all components are groups and hardly more rows are odd than chance alone would make."""
    if not _is_of_groups(fitted):
        return False
    found = chances(fitted.mixture, rows)
    return int((found < 1 / len(found)).sum()) <= BY_CHANCE


def _looked_at(matrix: Matrix, seed: int) -> Matrix | Source:
    """At most FIRST_ROWS rows to search in: of those without blanks, if most rows have none, for a pass over them is
    several times as fast; blanks have their say when the best model is refined on every row.
    """
    whole = complete_rows(matrix)
    if whole.all() and len(whole) <= FIRST_ROWS:
        return matrix
    return at_most(as_source(matrix.at(whole)), FIRST_ROWS, seed)


def complete_rows(matrix: Matrix) -> npt.NDArray[np.bool_]:
    """(n,) the rows without blanks, where they are most of the rows and enough to fit; else all."""
    whole = whole_rows(matrix.rows)
    enough = whole.mean() >= MOST_COMPLETE and whole.sum() >= ROWS_A_COLUMN * matrix.rows.shape[1]
    return whole if enough else np.ones(len(whole), dtype=np.bool_)
