"""The first answer: what an analyst is told, alike for everyone, before touching a control."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.analysis.anomaly import Anomalies, ExpectedFalseAlarms, anomalies
from core.analysis.selection import Board, Search, sweep
from core.arrays import Array
from core.data.prepare import Matrix
from core.mixture.family import family
from core.mixture.fit import Fit, polish
from core.mixture.stopping import Watch

FIRST_ROWS = 2_000
CLEAR = 0.8  # a row is clearly in a group that holds at least this share of it
FIRST_SEARCH = Search(
    families=tuple(family(name) for name in ("VVV", "VVI", "EEE", "VEE")), components=tuple(range(1, 7))
)


@dataclass(frozen=True)
class FirstAnswer:
    """The groups and the odd rows of a matrix, as found without being asked."""

    board: Board  # on at most FIRST_ROWS rows
    fit: Fit  # its best by BIC, polished on all rows
    odd: Anomalies  # with one false alarm expected
    largest: Array  # (n,) the largest responsibility of each row

    @cached_property
    def share_clear(self) -> float:
        """The share of rows that are clearly in one group."""
        return float(np.mean(self.largest >= CLEAR))

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return f"{_groups(self.fit.components, self.share_clear)}; {_odd(len(self.odd.ranking))}."


def first_answer(matrix: Matrix, seed: int = 0, watch: Watch | None = None) -> FirstAnswer:
    """Sweep a few families over K = 1..6 on a seeded sample, polish the best on all rows, and flag odd rows.

    Raises FitError if no model of the search is admissible.
    """
    rows = matrix.values
    if len(rows) > FIRST_ROWS:
        chosen = np.random.default_rng([seed, FIRST_ROWS]).choice(len(rows), FIRST_ROWS, replace=False)
        rows = rows[np.sort(chosen)]
    board = sweep(rows, replace(FIRST_SEARCH, seed=seed), watch=watch)
    fitted = polish(matrix, board.best(), watch=watch)
    odd = anomalies(fitted, matrix, ExpectedFalseAlarms(1.0), seed=seed, watch=watch)
    return FirstAnswer(board, fitted, odd, fitted.mixture.responsibilities(matrix.values).max(axis=1))


def _groups(components: int, share_clear: float) -> str:
    if components == 1:
        return "One group: these columns do not split the rows"
    share = f"{100 * share_clear:.0f} %" if share_clear < 1 else "all"
    return f"{components} groups; {share} of rows are clearly in one"


def _odd(count: int) -> str:
    if count == 0:
        return "no row looks odd"
    return "1 row looks odd" if count == 1 else f"{count:,} rows look odd"
