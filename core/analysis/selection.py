"""Selection: a sweep over families and numbers of components, and the board of what each cell came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy.typing as npt
import pandas as pd

from core.data.prepare import Matrix
from core.data.source import Source, as_source
from core.errors import ChoiceError, DegenerateError, FitError
from core.mixture.family import FAMILIES, Family, family
from core.mixture.fit import Fit, Origin, by_weight, finish
from core.mixture.kernels import Map as Map
from core.mixture.plan import Plan
from core.mixture.prior import ConjugatePrior
from core.mixture.problem import Problem, pose
from core.mixture.run import Openings, can_be_sound, check, openings, solve
from core.mixture.starts import Hierarchical, Start
from core.mixture.stopping import Outcome, Progress, Watch, unwatched

SURVEYED = 1e-7  # tolerance of a first look at a cell
SURVEY_STARTS = 2  # in it
CONTENDERS = 6  # cells with the lowest criterion that are then fitted as thoroughly as the search says


class Criterion(StrEnum):
    """What decides between fits to the same rows; lower is better for each."""

    BIC = "bic"
    AIC = "aic"
    AICC = "aicc"
    ICL = "icl"
    ICL_ENTROPY = "icl_entropy"

    @property
    def label(self) -> str:
        """Its name as it is written; the two forms of ICL by how rows are assigned in them."""
        return _LABELS[self]

    def of(self, fit: Fit) -> float:
        """The criterion's value for a fit."""
        return float(getattr(fit, self.value))


_LABELS = {
    Criterion.BIC: "BIC",
    Criterion.AIC: "AIC",
    Criterion.AICC: "AICc",
    Criterion.ICL: "ICL (hard)",
    Criterion.ICL_ENTROPY: "ICL (soft)",
}


@dataclass(frozen=True)
class Search:
    """Which models to try, and how."""

    families: tuple[Family, ...] = FAMILIES
    components: tuple[int, ...] = tuple(range(1, 10))
    seed: int = 0
    start: Start = field(default_factory=Hierarchical)
    restarts: int = 8
    tolerance: float = 1e-10
    max_iterations: int = 5_000
    noise: bool = False
    prior: ConjugatePrior | None = None

    def __post_init__(self) -> None:
        """Take names for families and any iterable of numbers. Raises ChoiceError for an empty search."""
        object.__setattr__(self, "families", tuple(family(each) for each in self.families))
        object.__setattr__(self, "components", tuple(int(k) for k in self.components))
        if not self.families or not self.components or min(self.components) < 1:
            raise ChoiceError("A search needs at least one model and numbers of groups from 1 up.")

    def plan(self, family: Family, components: int) -> Plan:
        """The plan of one cell."""
        return Plan(
            family,
            components,
            start=self.start,
            restarts=self.restarts,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            seed=self.seed,
            noise=self.noise,
            prior=self.prior,
        )

    def survey(self, family: Family, components: int) -> Plan:
        """The plan by which a cell shows whether it is worth its own."""
        return replace(
            self.plan(family, components), restarts=min(self.restarts, 2), tolerance=max(self.tolerance, SURVEYED)
        )

    def cells(self, features: int) -> tuple[tuple[Family, int], ...]:
        """(family, K) by rising K; with one column, each distinct family once."""
        distinct = dict.fromkeys(each.reduced(2, features) for each in self.families)
        return tuple((each, k) for k in sorted(set(self.components)) for each in distinct)


@dataclass(frozen=True)
class Cell:
    """One family at one K: its fit, or the sentence that says why there is none."""

    family: Family
    components: int
    fit: Fit | None
    reason: str = ""


@dataclass(frozen=True)
class Board:
    """What every cell of a search came to."""

    search: Search
    cells: tuple[Cell, ...]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row per cell; the numbers of a cell without a fit are blank, its outcome is the reason."""
        return pd.DataFrame([_row(cell) for cell in self.cells])

    @property
    def admissible(self) -> tuple[Fit, ...]:
        """The fits that nothing speaks against."""
        return tuple(cell.fit for cell in self.cells if cell.fit is not None and cell.fit.admissible)

    @property
    def cancelled(self) -> bool:
        """Whether the sweep was ended before every cell was done."""
        return any(cell.reason == Outcome.CANCELLED.value for cell in self.cells)

    def best(self, criterion: str = "bic") -> Fit:
        """The admissible fit with the lowest criterion. Raises FitError if there is none, ChoiceError for its name."""
        if criterion not in list(Criterion):
            raise ChoiceError(f"There is no criterion {criterion!r}.", remedy=f"Choose one of {', '.join(Criterion)}.")
        if not self.admissible:
            raise FitError(
                "No model fits these columns soundly.",
                "Every one collapsed onto a few rows or a flat direction.",
                "Try fewer groups, or leave out columns with few distinct values.",
            )
        return min(self.admissible, key=Criterion(criterion).of)

    def best_of(self, components: int, criterion: str = "bic") -> Fit:
        """The best admissible fit with K components. Raises FitError if there is none."""
        return replace(self, cells=tuple(c for c in self.cells if c.components == components)).best(criterion)

    def cell(self, name: str | Family, components: int) -> Cell:
        """The cell of a family and K. Raises ChoiceError if it was not searched."""
        wanted = family(name)
        for each in self.cells:
            if each.components == components and each.family == wanted:
                return each
        raise ChoiceError(f"{wanted.name} with {components} groups was not part of this search.")


def sweep(
    X: npt.ArrayLike | Matrix | Source,
    search: Search | None = None,
    *,
    families: Iterable[Family | str] = FAMILIES,
    components: Iterable[int] = range(1, 10),
    seed: int = 0,
    watch: Watch | None = None,
    over: Map = map,
) -> Board:
    """Fit every family at every K: once each, and those that promise most as thoroughly as the search says.

    A cell's plan says which. A cell that cannot be fitted says why instead of raising; raises FitError only if no cell
    is admissible. A watch that returns False leaves the cells that are not done marked as cancelled. over maps a
    function over the cells; a thread pool's map spreads them over the cores and changes no result.
    """
    if search is None:
        search = Search(tuple(family(each) for each in families), tuple(components), seed)
    problem, origin = pose(as_source(X), seed=search.seed), Origin.of(X)
    wanted = search.cells(problem.source.d)
    simplest = {(each, k): (each.reduced(k, problem.source.d), k) for each, k in wanted}
    distinct = list(dict.fromkeys(simplest.values()))
    course = Course(watch or unwatched, len(distinct))
    told: Watch = unwatched if watch is None else course
    first = openings(problem, search.start, search.seed)

    def solve_one(plan: Plan) -> Cell:
        solved = _solve_cell(problem, plan, origin, told, first) if course.goes_on else _cancelled(plan)
        course.done.append(plan)
        return solved

    found = dict(zip(distinct, over(solve_one, [search.survey(*cell) for cell in distinct]), strict=True))
    contenders = _contenders(search, found, problem) if course.goes_on else []
    course.total += len(contenders)
    for cell, solved in zip(contenders, over(solve_one, [search.plan(*cell) for cell in contenders]), strict=True):
        found[cell] = solved if solved.fit is not None else found[cell]
    board = Board(search, tuple(_renamed(found[simplest[cell]], cell[0]) for cell in wanted))
    if not board.cancelled:
        board.best()
    return board


def _contenders(search: Search, found: Mapping[tuple[Family, int], Cell], problem: Problem) -> list[tuple[Family, int]]:
    """The cells that may gain by more work: with the lowest BIC, of all and at each K, or without a sound optimum.

    Of those without one, only such as can have one.
    """
    if search.restarts <= SURVEY_STARTS and search.tolerance >= SURVEYED:
        return []
    fits = {cell: solved.fit for cell, solved in found.items() if solved.fit is not None}
    ranked = sorted(fits, key=lambda cell: (not fits[cell].admissible, fits[cell].bic))
    best_of_each = {k: cell for cell in reversed(ranked) for k in (cell[1],)}
    unsound = [cell for cell in found if cell not in fits or not fits[cell].admissible]
    unsound = [cell for cell in unsound if can_be_sound(problem, search.plan(*cell))]
    return list(dict.fromkeys([*ranked[:CONTENDERS], *best_of_each.values(), *unsound]))


@dataclass
class Course:
    """How far a sweep is, told to a watch from any of its cells."""

    watch: Watch
    total: int
    done: list[Plan] = field(default_factory=list)  # what is done
    goes_on: bool = True

    def __call__(self, progress: Progress) -> bool:
        """Pass a fit's progress on as the sweep's."""
        at = len(self.done)
        self.goes_on = self.goes_on and self.watch(Progress("models", at, self.total, progress.log_likelihood))
        return self.goes_on


def _solve_cell(problem: Problem, plan: Plan, origin: Origin, watch: Watch, first: Openings) -> Cell:
    try:
        check(problem, plan)
        run = solve(problem, plan, watch, first)
    except (FitError, DegenerateError) as refusal:
        return Cell(plan.family, plan.components, None, str(refusal))
    if run.outcome is Outcome.CANCELLED:
        return _cancelled(plan)
    return Cell(plan.family, plan.components, finish(problem, plan, by_weight(run), origin))


def _cancelled(plan: Plan) -> Cell:
    return Cell(plan.family, plan.components, None, Outcome.CANCELLED.value)


def _renamed(cell: Cell, each: Family) -> Cell:
    """The cell under the name of a family with the same likelihood and the same number of parameters."""
    fit = cell.fit and replace(cell.fit, plan=replace(cell.fit.plan, family=each))
    return replace(cell, family=each, fit=fit)


def _row(cell: Cell) -> dict[str, object]:
    fit = cell.fit
    nan = float("nan")
    return {
        "family": cell.family.name,
        "components": cell.components,
        "log_likelihood": fit.log_likelihood if fit else nan,
        "n_parameters": fit.n_parameters if fit else cell.family.n_parameters(cell.components, 1) * 0,
        **{each.value: each.of(fit) if fit else nan for each in Criterion},
        "outcome": fit.outcome.value if fit else cell.reason,
        "admissible": bool(fit and fit.admissible),
    }
