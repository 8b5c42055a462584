"""The full search: every family at more numbers of components, asked for by the analyst, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass

from ...data.prepare import Matrix
from ...data.source import as_source
from ...errors import DegenerateError, FitError
from ...mixture.fit import Fit, fit, polish
from ...mixture.plan import Plan
from ...numbers import count, figure
from ...progress import Watch, heard
from ..sampled import at_most
from .board import Board, Search
from .criterion import NOTHING
from .objections import with_objections
from .sweep import Map, sweep

MOST_ROWS = 20_000


@dataclass(frozen=True)
class Offer:
    """A model that is better than the present one, or the word that none was found."""

    fit: Fit | None
    sentence: str


@dataclass(frozen=True)
class FullSearch:
    """What a search came to on at most MOST_ROWS rows, and its best by BIC on all of them."""

    board: Board
    fit: Fit
    rows: int  # that the board was fitted to

    def offer(self, present: Fit) -> Offer:
        """The best model of the search if it is better than the present one, both on all rows."""
        gain = present.bic - self.fit.bic
        tried = count(len(self.board.cells), "model")
        name = f"{self.fit.family.name} with {count(self.fit.components, 'component')}"
        same = (present.family, present.components) == (self.fit.family, self.fit.components)
        if gain <= 0 or (same and gain < NOTHING):
            return Offer(None, f"Nothing better was found among {tried}: the present model stands.")
        if gain < NOTHING:
            return Offer(None, f"Among {tried}, {name} comes out even with the present model: {figure(gain, 2)} apart.")
        what = "fit of the present model" if same else "model"
        return Offer(
            self.fit, f"A better {what} was found: {name}. Its BIC is {figure(gain)} lower than the present one."
        )


def chosen(matrix: Matrix, plan: Plan, found: Fit | None = None, *, watch: Watch | None = None) -> Fit:
    """A model as its plan finds it or, where that is better, going on from where a search had found it.

    A search takes optima of one family over to another, so it may have found one that the plan's starts do not lead to.
    Raises FitError or DegenerateError where neither is possible.
    """
    watch = heard(watch)
    try:
        own = fit(matrix, plan, watch=watch)
    except (FitError, DegenerateError):
        if found is None:
            raise
        return polish(matrix, found, tolerance=plan.tolerance, watch=watch)
    if found is None:
        return own
    known = polish(matrix, found, tolerance=plan.tolerance, watch=watch)
    return max(own, known, key=lambda each: (each.admissible, each.log_likelihood))


def full_search(
    matrix: Matrix, search: Search | None = None, *, watch: Watch | None = None, over: Map = map
) -> FullSearch:
    """Sweep a search, on a seeded sample where there are many rows, and polish its best by BIC on all rows.

    over spreads the search as in `sweep`. Raises FitError if no model of the search is admissible.
    """
    search, watch = search or Search(), heard(watch)
    n = len(matrix.values)
    if n <= MOST_ROWS:
        board = sweep(matrix, search, watch=watch, over=over)
        return FullSearch(board, with_objections(board).best(), n)
    some = at_most(as_source(matrix), MOST_ROWS, search.seed)
    board = sweep(some, search, watch=watch, over=over)
    return FullSearch(board, polish(matrix, with_objections(board).best(), watch=watch), some.n)
