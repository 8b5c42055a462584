"""Other detectors: scikit-learn's Isolation Forest and Local Outlier Factor beside the mixture's own score.

They know nothing of the mixture, so a row that all find odd is odd whatever the model, and a row that they find usual
is one to look at twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata, spearmanr
from sklearn.ensemble import IsolationForest as Forest
from sklearn.neighbors import LocalOutlierFactor as Factor

from ...arrays import Array, read_only
from ...data.indicators import Indicators
from ...data.patterns import whole_rows
from ...data.prepare import Matrix
from ...errors import DataError, expect
from ...numbers import count
from ...progress import Progress, Watch, as_watch
from . import words
from .odd_rows import Anomalies, Scored

MOST_ROWS = 10_000  # that are compared: the neighbours of 20,000 rows in 8 columns take some 3 seconds
ODDEST = 1_000  # of them are those that the mixture finds oddest, where not all rows are compared
LEAST_ROWS = 10
LEAST_TOP = 10  # oddest rows whose overlap is counted where fewer are flagged than would tell anything


class Detector(Protocol):
    """Something that scores rows by how odd they are."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def scores(self, values: Array) -> Array:
        """(n,) how odd each of (n, d) rows is, high is odd."""
        ...


@dataclass(frozen=True)
class IsolationForest:
    """How few random cuts set a row apart (Liu, Ting and Zhou 2008), by scikit-learn.

    Attributes:
        trees: number of trees; the more, the less depends on the seed.
        seed: seed of the random cuts.
        name: what it is called where it is shown.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.IsolationForest(trees=10).scores(rows[:, None]).argmax().item()
        29
    """

    trees: int = 100
    seed: int = 0
    name: str = "Isolation Forest"

    def scores(self, values: Array) -> Array:
        """(n,) the anomaly score s of eq. 2, between 0 and 1."""
        forest = Forest(n_estimators=self.trees, random_state=self.seed).fit(values)
        return np.asarray(-forest.score_samples(values))


@dataclass(frozen=True)
class LocalOutlierFactor:
    """How much sparser a row's surroundings are than its neighbours' (Breunig et al. 2000), by scikit-learn.

    Equal rows count as one: so many of them would have no distance to their neighbours, by which it divides.

    Attributes:
        neighbours: number of rows that make up a row's surroundings.
        name: what it is called where it is shown.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.LocalOutlierFactor(neighbours=5).scores(rows[:, None]).argmax().item()
        29
    """

    neighbours: int = 20
    name: str = "Local Outlier Factor"

    def scores(self, values: Array) -> Array:
        """(n,) the factor of each row: about 1 where it is as dense as around its neighbours."""
        distinct, which = np.unique(values, axis=0, return_inverse=True)
        if len(distinct) < 2:
            return np.ones(len(values))
        found = Factor(n_neighbors=min(self.neighbours, len(distinct) - 1)).fit(distinct)
        return np.asarray(-found.negative_outlier_factor_[which.ravel()])


DETECTORS: tuple[Detector, ...] = (IsolationForest(), LocalOutlierFactor())


@dataclass(frozen=True, eq=False)
class Asked:
    """What other detectors make of rows, before any line is drawn.

    Attributes:
        rows: (m,) positions in the matrix of the rows that were scored.
        scores: name of each detector and its (m,) scores, high is odd.
        blank: number of rows that were passed over, having blanks.
        unseen: number of rows that were passed over, being too many.
        cancelled: whether a watch ended it; scores are then of those that were asked before.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> found = core.anomalies(core.fit(matrix), matrix)
        >>> asked = core.ask_detectors(found.scored, matrix, [core.LocalOutlierFactor()])
        >>> asked.scores[0][0], len(asked.rows)
        ('Local Outlier Factor', 272)
    """

    rows: npt.NDArray[np.intp]
    scores: tuple[tuple[str, Array], ...]
    blank: int
    unseen: int
    cancelled: bool = False


@dataclass(frozen=True, eq=False)
class Opinion:
    """What another detector makes of the rows."""

    detector: str
    score: Array  # (m,) high is odd
    rank: Array  # (m,) 1 is the oddest; rows that tie share the best of their ranks
    agreement: float  # Spearman's rank correlation with the mixture's score; NaN where all rows score the same
    shared: int  # of the mixture's `top` oddest rows, those among its own

    def sentence(self, top: int) -> str:
        """How far it agrees."""
        return words.opinion_sentence(self, top)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The mixture's score beside those of other detectors.

    Attributes:
        rows: (m,) positions in the matrix of the rows that were compared.
        rank: (m,) rank of each by the mixture, 1 is the oddest.
        flagged: (m,) whether the mixture flags each.
        top: how many of the oddest are looked for among each other's.
        opinions: what each of the other detectors makes of the rows.
        blank: number of rows that were not compared, having blanks.
        unseen: number of rows that were not compared, being too many.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> found = core.anomalies(core.fit(matrix), matrix)
        >>> asked = core.ask_detectors(found.scored, matrix, [core.LocalOutlierFactor()])
        >>> core.compare_detectors(found, asked).opinions[0].detector
        'Local Outlier Factor'
    """

    rows: npt.NDArray[np.intp]
    rank: Array
    flagged: npt.NDArray[np.bool_]
    top: int
    opinions: tuple[Opinion, ...]
    blank: int
    unseen: int

    @cached_property
    def differing(self) -> npt.NDArray[np.intp]:
        """(m,) places in rows by how many times a row's rank in one detector is its rank in the mixture, most first.

        Ratios, not differences: 1st against 100th is news, 3,000th against 4,000th is none.
        """
        ranks = [self.rank, *(each.rank for each in self.opinions)]
        away = np.max([np.abs(np.log(each / self.rank)) for each in ranks], axis=0)
        return np.argsort(-away, kind="stable")

    @property
    def sentences(self) -> tuple[str, ...]:
        """How far each agrees, and what was left out."""
        return words.comparison_sentences(self, ODDEST)

    def frame(self, names: Sequence[str], most: int = 10) -> pd.DataFrame:
        """The rows on which they differ most, by names (m,) of the compared rows: each detector's rank."""
        chosen = self.differing[:most]
        columns = {"row": [names[at] for at in chosen], "mixture": self.rank[chosen].astype(np.intp)}
        return pd.DataFrame(columns | {each.detector: each.rank[chosen].astype(np.intp) for each in self.opinions})


def ask_detectors(
    found: Scored, matrix: Matrix, detectors: Sequence[Detector] = DETECTORS, *, watch: Watch | None = None
) -> Asked:
    """Score the rows of a matrix by other detectors, at most MOST_ROWS of them, as far as watch lets it.

    Raises DataError with fewer than LEAST_ROWS rows without blanks.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> found = core.anomalies(core.fit(matrix), matrix)
        >>> asked = core.ask_detectors(found.scored, matrix, [core.LocalOutlierFactor(neighbours=10)])
        >>> asked.blank, asked.unseen
        (0, 0)
    """
    expect(found, Scored, "Scores, as those of anomalies,")
    expect(matrix, Matrix, "A Matrix")
    values = Indicators.of_matrix(matrix).applied(matrix.rows)
    complete = np.flatnonzero(whole_rows(values))
    if len(complete) < LEAST_ROWS:
        is_ = "is" if len(complete) == 1 else "are"
        raise DataError(
            f"Only {count(len(complete), 'row')} without blanks {is_} there.",
            f"Other detectors take no blanks, and {LEAST_ROWS} rows are the least to compare.",
        )
    rows = _some(complete, found.level)
    scores, goes_on = list[tuple[str, Array]](), True
    for done, detector in enumerate(detectors):
        goes_on = as_watch(watch)(Progress("detectors", done, len(detectors)))
        if not goes_on:
            break
        scores.append((detector.name, read_only(detector.scores(values[rows]))))
    return Asked(rows, tuple(scores), len(matrix.values) - len(complete), len(complete) - len(rows), not goes_on)


def compare_detectors(found: Anomalies, asked: Asked) -> Comparison:
    """The mixture's ranks of rows, and which it flags, beside those of other detectors that were asked.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> found = core.anomalies(core.fit(matrix), matrix)
        >>> asked = core.ask_detectors(found.scored, matrix, [core.LocalOutlierFactor()])
        >>> core.compare_detectors(found, asked).top
        10
    """
    ours, flagged = found.level[asked.rows], found.flagged[asked.rows]
    top = min(max(int(flagged.sum()), LEAST_TOP), len(asked.rows))
    opinions = tuple(_opinion(name, score, ours, top) for name, score in asked.scores)
    return Comparison(asked.rows, _ranks(ours), flagged, top, opinions, asked.blank, asked.unseen)


def _some(rows: npt.NDArray[np.intp], level: Array) -> npt.NDArray[np.intp]:
    """Of too many rows the oddest and a seeded sample, in their order."""
    if len(rows) <= MOST_ROWS:
        return rows
    order = rows[np.argsort(-level[rows], kind="stable")]
    chosen = np.random.default_rng(len(rows)).choice(order[ODDEST:], MOST_ROWS - ODDEST, replace=False)
    return np.sort(np.concatenate([order[:ODDEST], chosen]))


def _opinion(name: str, score: Array, ours: Array, top: int) -> Opinion:
    constant = np.ptp(score) == 0 or np.ptp(ours) == 0
    agreement = float("nan") if constant else float(spearmanr(score, ours).statistic)
    oddest = (set(np.argsort(-each, kind="stable")[:top].tolist()) for each in (score, ours))
    shared = len(set.intersection(*oddest))
    return Opinion(name, score, read_only(_ranks(score)), agreement, shared)


def _ranks(score: Array) -> Array:
    return np.asarray(rankdata(-score, method="min"))
