"""Selection: a search over families and numbers of components, and the board of what each cell came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from ...errors import ChoiceError, FitError, whole_number
from ...mixture.em.e_step import Map as Map
from ...mixture.em.prior import ConjugatePrior
from ...mixture.em.stopping import Outcome
from ...mixture.family import FAMILIES, Family, family
from ...mixture.fit import Fit
from ...mixture.plan import Plan
from ...mixture.starts.start import Hierarchical, Start
from .criterion import Criterion

SURVEYED = 1e-6  # tolerance of a first look at a cell


@dataclass(frozen=True)
class Search:
    """Which models to try, and how.

    Attributes:
        families: covariance families to try, or their names; by default all 14.
        components: numbers of components K to try, each 1 or more.
        seed: seed of all that is drawn at random; the same seed gives the same board.
        start: how first groups are chosen: `Hierarchical()`, the default, `KMeansPlusPlus()`, `Lloyd()`,
            `RandomRows()`, or several of them `InTurn`.
        restarts: number of starts of the models that promise most; the others begin from one.
        tolerance: relative change of the log-likelihood at which those have settled.
        max_iterations: most passes over the data, for each start.
        noise: whether every model has a uniform noise component.
        prior: prior of every component; None is no prior.

    Examples:
        >>> search = core.Search(families=("EEE", "full"), components=range(1, 4))
        >>> [(family.name, components) for family, components in search.cells(features=2)][:3]
        [('EEE', 1), ('VVV', 1), ('EEE', 2)]
    """

    families: tuple[Family, ...] = FAMILIES
    components: tuple[int, ...] = tuple(range(1, 10))
    seed: int = 0
    start: Start = field(default_factory=Hierarchical)
    restarts: int = 5
    tolerance: float = 1e-10
    max_iterations: int = 5_000
    noise: bool = False
    prior: ConjugatePrior | None = None

    def __post_init__(self) -> None:
        """Take names for families and any iterable of numbers. Raises ChoiceError for an empty search."""
        wanted = "A search needs at least one model and numbers of groups from 1 up."
        for name in ("families", "components"):
            if isinstance(getattr(self, name), str) or not isinstance(getattr(self, name), Iterable):
                raise ChoiceError(wanted)
        object.__setattr__(self, "families", tuple(family(each) for each in self.families))
        numbers = tuple(whole_number(k, "The number of groups", 0) for k in self.components)
        object.__setattr__(self, "components", numbers)
        if not self.families or not numbers or min(numbers) < 1:
            raise ChoiceError(wanted)
        self.plan(self.families[0], numbers[0])  # refuses what no plan can carry out

    def plan(self, family: Family, components: int) -> Plan:
        """The plan of one cell."""
        return self._plan(family, components, self.restarts, self.tolerance)

    def survey(self, family: Family, components: int) -> Plan:
        """The plan by which a cell shows whether it is worth its own."""
        return self._plan(family, components, 1, max(self.tolerance, SURVEYED))

    def _plan(self, family: Family, components: int, restarts: int, tolerance: float) -> Plan:
        return Plan(
            family,
            components,
            start=self.start,
            restarts=restarts,
            tolerance=tolerance,
            max_iterations=self.max_iterations,
            seed=self.seed,
            noise=self.noise,
            prior=self.prior,
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
    """What every cell of a search came to.

    Attributes:
        search: the search that it is of.
        cells: one for each family at each K: its fit, or the sentence that says why there is none.

    Examples:
        >>> board = core.sweep(core.toy("round", rows=60).points, families=("EII", "VVV"), components=(1, 3))
        >>> board.best("bic").components, len(board.frame)
        (3, 4)
    """

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
