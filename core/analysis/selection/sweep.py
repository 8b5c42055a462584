"""A sweep: every family at every number of components, looked at in rounds.

First each cell by itself, from one start. Then each from where the best other families with as many components ended:
what one family found, another that would not have come there takes over in a few passes. Then the cells that promise
most, from as many starts as the search says, and the best at each number of components, to the search's tolerance; with
many components each begins once more where those ended. Last the one with the lowest BIC from as many starts again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy.typing as npt

from ...data.prepare import Matrix
from ...data.source import Source, as_source
from ...errors import ChoiceError, CoreError, expect_call
from ...mixture.blas import one_thread
from ...mixture.em.e_step import Map as Map
from ...mixture.em.run import Run
from ...mixture.em.stopping import Outcome
from ...mixture.family import FAMILIES, Family
from ...mixture.fit import Origin, finish
from ...mixture.multistart import MANY, FirstMoments, can_be_sound, check, first_moments, from_neighbour, solve
from ...mixture.plan import Plan
from ...mixture.problem import Problem, pose
from ...progress import Joined, Watch, as_watch, unwatched
from .board import SURVEYED, Board, Cell, Search

CONTENDERS = 6  # cells with the lowest BIC that are then fitted as thoroughly as the search says
MANY_FAMILIES = (
    6  # that share what they find: the best at a number of components then hardly gains by starts of its own
)

Key = tuple[Family, int]


def sweep(
    X: npt.ArrayLike | Matrix | Source,
    search: Search | None = None,
    *,
    families: Iterable[Family | str] | None = None,
    components: Iterable[int] | None = None,
    seed: int | None = None,
    watch: Watch | None = None,
    over: Map = map,
) -> Board:
    """Fit every family at every K: once each, and those that promise most as thoroughly as the search says.

    Without a search it is all families with 1 to 9 components, but for those that are named. A cell's plan says which.
    A cell that cannot be fitted says why instead of raising; raises FitError only if no cell is admissible. A watch
    that returns False ends it: cells that were not looked at say so. over maps a function over the cells; a thread
    pool's map spreads them over the cores and changes no result. Raises ChoiceError for a search together with its
    parts.

    Examples:
        >>> board = core.sweep(core.toy("round", rows=60).points, families=("EII", "VVV"), components=range(1, 5))
        >>> board.best("bic").family.name, board.best("bic").components
        ('EII', 3)
    """
    search = _search(search, families, components, seed)
    expect_call(over, "What work is mapped over by")
    problem, origin = pose(as_source(X), seed=search.seed), Origin.of(X)
    wanted = search.cells(problem.source.d)
    simplest = {(each, k): (each.reduced(k, problem.source.d), k) for each, k in wanted}
    distinct = list(dict.fromkeys(simplest.values()))
    shared = Joined(as_watch(watch), "fits", 3 * len(distinct) + len(_many(distinct)) + 1)
    rounds = Rounds(
        problem, search, first_moments(problem, search.start, search.seed), unwatched if watch is None else shared
    )
    with one_thread():
        solved = _rounds_taken(distinct, rounds, shared, over)
    cells = {cell: _cell(problem, origin, *cell, each) for cell, each in solved.items()}
    board = Board(search, tuple(_renamed(cells[simplest[each]], each[0]) for each in wanted))
    if not board.cancelled:
        board.best()
    return board


def _search(
    search: Search | None,
    families: Iterable[Family | str] | None,
    components: Iterable[int] | None,
    seed: int | None,
) -> Search:
    """The search that is asked for, whole or by its parts. Raises ChoiceError for both."""
    if search is None:
        wanted = FAMILIES if families is None else families
        return Search(wanted, range(1, 10) if components is None else components, 0 if seed is None else seed)  # type: ignore[arg-type]
    if not isinstance(search, Search):
        raise ChoiceError("A sweep takes a Search.", remedy="Give core.Search(), or families and components.")
    parts = {"families": families, "components": components, "seed": seed}
    given = [name for name, value in parts.items() if value is not None]
    if given:
        why = f"The search says its {' and '.join(given)} itself."
        raise ChoiceError("A sweep takes a search or its parts, never both.", why, "Put them into the search.")
    return search


def _rounds_taken(cells: Sequence[Key], rounds: Rounds, shared: Joined, over: Map) -> dict[Key, Solved]:
    """What the rounds come to, one after the other, as far as the watch lets it."""

    def fit_once(cell: Key) -> Solved:
        return _step(shared, _CANCELLED, lambda: rounds.fit_once(cell))

    def fit_from_neighbours(cell: Key) -> Solved:
        return _step(
            shared, solved[cell], lambda: rounds.fit_from_neighbours(cell, solved[cell], leaders.get(cell[1], ()))
        )

    def fit_thoroughly(cell: Key) -> Solved:
        plan = plans.get(cell)
        return _step(
            shared,
            solved[cell],
            lambda: rounds.fit_thoroughly(solved[cell], plan) if plan is not None else solved[cell],
        )

    solved = dict(zip(cells, over(fit_once, cells), strict=True))
    leaders = leading(rounds.ended(solved))
    solved = dict(zip(cells, over(fit_from_neighbours, cells), strict=True))
    plans = rounds.plans(solved)
    solved = dict(zip(cells, over(fit_thoroughly, cells), strict=True))
    leaders, many = leading(rounds.ended(solved)), _many(cells)
    solved |= zip(many, over(fit_from_neighbours, many), strict=True)
    ended = rounds.ended(solved)
    if ended:
        best = ended[0].cell
        solved[best] = _step(shared, solved[best], lambda: rounds.challenge(best, solved[best], over))
    return solved


def _many(cells: Iterable[Key]) -> list[Key]:
    """The cells with so many components that a first start hardly leads to a good optimum."""
    return [cell for cell in cells if cell[1] >= MANY]


@dataclass(frozen=True)
class Solved:
    """What a look at one family at one K came to: a run by a plan, or the sentence that says why there is none."""

    plan: Plan | None = None
    run: Run | None = None
    reason: str = ""


_CANCELLED = Solved(reason=Outcome.CANCELLED.value)


@dataclass(frozen=True, eq=False)
class Ended:
    """Where a cell ended."""

    cell: Key
    run: Run
    height: float  # the log-likelihood, in EM's units
    bic: float  # in EM's units


def leading(ended: Sequence[Ended]) -> dict[int, list[Ended]]:
    """At each K, of sound ends in the order of BIC: the two lowest and the two highest, so that each has another."""
    sound: dict[int, list[Ended]] = {}
    for each in ended:
        if not each.run.objections:
            sound.setdefault(each.cell[1], []).append(each)
    return {
        k: list(dict.fromkeys([*some[:2], *sorted(some, key=lambda each: -each.height)[:2]]))
        for k, some in sound.items()
    }


@dataclass(frozen=True)
class Rounds:
    """The ways to look at a cell."""

    problem: Problem
    search: Search
    first: FirstMoments
    watch: Watch

    def fit_once(self, cell: Key) -> Solved:
        """By itself, from the first start."""
        return self._solve(self.search.survey(*cell))

    def fit_from_neighbours(self, cell: Key, solved: Solved, neighbours: Sequence[Ended]) -> Solved:
        """From where two of its neighbours ended: the first, and the one with the highest log-likelihood."""
        plan, run = solved.plan or self.search.survey(*cell), solved.run
        others = [each for each in neighbours if each.cell != cell]
        best = dict.fromkeys([others[0], max(others, key=lambda each: each.height)] if others else ())
        for neighbour in best:
            run = from_neighbour(self.problem, plan, self.watch, neighbour.run.found, run)
        return solved if run is None else Solved(plan, run)

    def fit_thoroughly(self, solved: Solved, plan: Plan) -> Solved:
        """By a plan of its own."""
        found = self._solve(plan, solved.run)
        return found if found.run is not None else solved

    def challenge(self, cell: Key, solved: Solved, over: Map = map) -> Solved:
        """From other starts, as many as the search says, if it says several."""
        plan = self.search.plan(*cell)
        if plan.restarts == 1 or plan.components == 1:
            return solved
        found = self._solve(plan, solved.run, range(plan.restarts, 2 * plan.restarts), over)
        return found if found.run is not None else solved

    def _solve(self, plan: Plan, known: Run | None = None, attempts: range | None = None, over: Map = map) -> Solved:
        try:
            check(self.problem, plan)
            run = solve(self.problem, plan, self.watch, self.first, over, known, attempts)
            return Solved(plan, run)
        except CoreError as refusal:
            return Solved(reason=str(refusal))

    def ended(self, solved: Mapping[Key, Solved]) -> list[Ended]:
        """Where the cells ended that did, the sound ones first, by rising BIC."""
        d, log_rows = self.problem.source.d, math.log(self.problem.rows)
        found = []
        for cell, run in ((cell, each.run) for cell, each in solved.items()):
            if run is not None:
                height = run.place.log_likelihood
                found.append(Ended(cell, run, height, cell[0].n_parameters(cell[1], d) * log_rows - 2 * height))
        return sorted(found, key=lambda each: (bool(each.run.objections), each.bic))

    def plans(self, solved: Mapping[Key, Solved]) -> dict[Key, Plan]:
        """How to go on with the cells that may gain by more work.

        Those with the lowest BIC, those without a sound optimum that can have one, and the best at each number of
        components get the search's own plan; with many families, the last of these keep to their start, unless
        they have many components.
        """
        if self.search.restarts == 1 and self.search.tolerance >= SURVEYED:
            return {}
        ranked = self.ended(solved)
        sound = {each.cell for each in ranked if not each.run.objections}
        plans = {each.cell: self.search.plan(*each.cell) for each in ranked[:CONTENDERS]}
        plans |= {
            cell: plan
            for cell in solved
            if cell not in sound and can_be_sound(self.problem, plan := self.search.plan(*cell))
        }
        families = {family for family, _ in solved}
        few = len(families) < MANY_FAMILIES
        for leader in {each.cell[1]: each.cell for each in reversed(ranked)}.values():
            restarts = self.search.restarts if few or leader[1] >= MANY else 1
            plans.setdefault(leader, replace(self.search.plan(*leader), restarts=restarts))
        return plans


def _step(shared: Joined, otherwise: Solved, work: Callable[[], Solved]) -> Solved:
    """What some work comes to, or something else where the sweep was cancelled before its end."""
    found = work() if shared.goes_on else otherwise
    shared.count()
    return found if shared.goes_on else otherwise


def _cell(problem: Problem, origin: Origin, family: Family, components: int, solved: Solved) -> Cell:
    if solved.run is None or solved.plan is None:
        return Cell(family, components, None, solved.reason)
    return Cell(family, components, finish(problem, solved.plan, solved.run, solved.run.mixture.by_weight, origin))


def _renamed(cell: Cell, each: Family) -> Cell:
    """The cell under the name of a family with the same likelihood and the same number of parameters."""
    if cell.family == each:
        return cell
    fit = cell.fit and replace(cell.fit, plan=replace(cell.fit.plan, family=each))
    return replace(cell, family=each, fit=fit)
