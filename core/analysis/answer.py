"""The first answer: what an analyst is told, alike for everyone, before touching a control."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..arrays import Array
from ..data.prepare import Matrix
from ..data.source import ArraySource, Source
from ..errors import expect
from ..mixture.family import family
from ..mixture.fit import Fit, polish
from ..numbers import count, figure, share
from ..progress import Watch, heard
from .anomaly.odd_rows import Anomalies, ExpectedFalseAlarms, anomalies
from .groups.grouping import Grouping
from .sampled import at_most
from .selection.board import Board, Search
from .selection.objections import with_objections
from .selection.sweep import Map, sweep

FIRST_ROWS = 2_000
MOST_COMPLETE = 0.5  # share of rows without blanks from which they alone are searched
ROWS_A_COLUMN = 3  # of them, at least
CLEAR = 0.8  # a row is clearly in a group that holds at least this share of it
POLISHED = 1e-10  # relative tolerance of the fit that is shown
FIRST_SEARCH = Search(
    families=tuple(family(name) for name in ("VVV", "VVI", "EEE", "VEE")),
    components=tuple(range(1, 7)),
    restarts=4,
    tolerance=1e-7,  # enough to tell models apart
)


@dataclass(frozen=True)
class FirstAnswer:
    """The groups and the odd rows of a matrix, as found without being asked.

    Attributes:
        board: the search, on at most 2,000 rows.
        fit: its best by BIC, polished on all rows.
        odd: the odd rows, with one false alarm expected.
        largest: (n,) the largest responsibility of each row.
        searched: number of rows that the search could look at: those without blanks, or all.

    Examples:
        >>> answer = core.first_answer(core.prepare(core.sample("faithful").load()))
        >>> answer.fit.family.name, answer.where
        ('EEE', 'all 272 rows')
    """

    board: Board
    fit: Fit
    odd: Anomalies
    largest: Array
    searched: int

    @cached_property
    def share_clear(self) -> float:
        """The share of rows that are clearly in one group."""
        return float(np.mean(self.largest >= CLEAR))

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return in_words(self.fit.components, self.largest, self.odd)

    @property
    def where(self) -> str:
        """Which rows were searched."""
        rows, sampled = len(self.largest), min(FIRST_ROWS, self.searched)
        which = f"{self.searched:,} rows without blanks" if self.searched < rows else f"{rows:,} rows"
        return f"a random {sampled:,} of the {which}" if sampled < self.searched else f"all {which}"

    @property
    def method(self) -> str:
        """How it was found, in a few sentences."""
        fits, rows = len(self.board.cells), len(self.largest)
        bic, numbers = figure(self.fit.bic, 5), self.fit.n_parameters
        return (
            f"Gaussian mixtures with 1 to {max(self.board.search.components)} groups in four shapes, {fits} models "
            f"in all, were fitted to {self.where}. The one with the lowest BIC ({bic}), which weighs how well a model "
            f"fits against how many numbers it needs ({numbers}), was refined on every row. A row is clearly in a "
            f"group that holds at least {share(CLEAR)} of it. A row is odd when the model finds it so unlikely that "
            f"among {rows:,} rows drawn from the model itself about one would be."
        )


def first_answer(matrix: Matrix, seed: int = 0, watch: Watch | None = None, *, over: Map = map) -> FirstAnswer:
    """Sweep a few families over K = 1..6 on a seeded sample, polish the best on all rows, and flag odd rows.

    Raises FitError if no model of the search is admissible.

    Raises ChoiceError for what is no Matrix.

    Examples:
        >>> answer = core.first_answer(core.prepare(core.sample("faithful").load()))
        >>> answer.fit.components, answer.sentence.split(";")[0]
        (3, '3 groups')
    """
    expect(matrix, Matrix, "A Matrix, as prepare gives one,")
    watch = heard(watch)
    board = sweep(_looked_at(matrix, seed), replace(FIRST_SEARCH, seed=seed), watch=watch, over=over)
    fitted = polish(matrix, with_objections(board).best(), tolerance=POLISHED, watch=watch, over=over)
    odd = anomalies(fitted, matrix, ExpectedFalseAlarms(1.0), seed=seed, watch=watch)
    largest = fitted.mixture.responsibilities(matrix.values).max(axis=1)
    return FirstAnswer(board, fitted, odd, largest, int(complete_rows(matrix).sum()))


def _looked_at(matrix: Matrix, seed: int) -> Matrix | Source:
    """At most FIRST_ROWS rows to search in: of those without blanks, if most rows have none, for a pass over them is
    several times as fast; blanks have their say when the best model is refined on every row.
    """
    whole = complete_rows(matrix)
    if whole.all() and len(whole) <= FIRST_ROWS:
        return matrix
    rows = ArraySource(matrix.values, matrix.weights)
    if not whole.all():
        rows = ArraySource(matrix.values[whole], None if matrix.weights is None else matrix.weights[whole])
    return at_most(rows, FIRST_ROWS, seed)


def complete_rows(matrix: Matrix) -> npt.NDArray[np.bool_]:
    """(n,) the rows without blanks, where they are most of the rows and enough to fit; else all."""
    whole: npt.NDArray[np.bool_] = ~np.asarray(np.isnan(matrix.values).any(axis=1))
    enough = whole.mean() >= MOST_COMPLETE and whole.sum() >= ROWS_A_COLUMN * len(matrix.features)
    return whole if enough else np.ones(len(whole), dtype=np.bool_)


def in_words(groups: int, largest: Array, odd: Anomalies) -> str:
    """An answer in a sentence: how many groups, how clearly rows belong, how many are odd; largest is (n,)."""
    clear = float(np.mean(largest >= CLEAR))
    return f"{_groups(groups, clear)}; {_odd(len(odd.ranking))}."


def odd_in_words(odd: Anomalies) -> str:
    """The odd rows in a sentence."""
    rows, flagged = len(odd.score), len(odd.ranking)
    said = (
        "No row looks odd"
        if flagged == 0
        else f"{count(flagged, 'row')} of {rows:,} {'looks' if flagged == 1 else 'look'} odd"
    )
    return f"{said}; chance alone would flag {odd.by_chance}."


def scored_over(fitted: Fit, odd: Anomalies) -> str:
    """Over which components the score sums, in words."""
    kept, all_of_them = odd.scored.mixture.components, fitted.components
    if kept == all_of_them:
        return count(kept, "component")
    left_out = count(all_of_them - kept, "small one")
    return f"{kept} of {count(all_of_them, 'component')}, without {left_out} far from the others"


def far_groups_in_words(fitted: Fit, odd: Anomalies, grouping: Grouping) -> str:
    """Which groups do not count when rows are scored, being small and far from the others; nothing if all do."""
    kept = {mean.tobytes() for mean in odd.scored.mixture.means}
    gone = [mean.tobytes() not in kept for mean in fitted.mixture.means]
    far = [group for group, part in enumerate(grouping.parts) if all(gone[k] for k in part)]
    if not far:
        return ""
    rows = share(sum(float(fitted.mixture.weights[list(grouping.parts[group])].sum()) for group in far))
    names = grouping.in_words(far)
    if len(far) == 1:
        return f"{names} is small ({rows} of the rows) and far from the others, so its rows are scored by those."
    return f"{names} are small ({rows} of the rows) and far from the others, so their rows are scored by those."


def _groups(components: int, share_clear: float) -> str:
    if components == 1:
        return "One group: these columns do not split the rows"
    clear = "every row is" if share_clear == 1 else f"{share(share_clear)} of rows are"
    return f"{components} groups; {clear} clearly in one"


def _odd(count: int) -> str:
    if count == 0:
        return "no row looks odd"
    return "1 row looks odd" if count == 1 else f"{count:,} rows look odd"
