"""Plan: everything that decides a fit, beside the data."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import ChoiceError, expect_truth, is_number, whole_number
from .em.constraint import EigenvalueRatio
from .em.prior import ConjugatePrior
from .family import Family, family
from .starts.start import Hierarchical, Start


@dataclass(frozen=True)
class Plan:
    """Everything that decides a fit, beside the data.

    Attributes:
        family: covariance family, or its name such as "EEE" or "tied"; by default "VVV", where none of it is shared.
        components: number of components K, 1 or more; a noise component does not count.
        start: how first groups are chosen: `Hierarchical()`, the default, `KMeansPlusPlus()`, `Lloyd()`,
            `RandomRows()`, or several of them `InTurn`.
        restarts: number of starts, of whose ends the best sound one is kept; a single component needs one alone.
        tolerance: relative change of the log-likelihood at which a run has settled.
        max_iterations: most passes over the data, for each start.
        seed: seed of all that is drawn at random; the same seed gives the same fit.
        noise: whether one component more, uniform over a box around all rows, takes scattered rows.
        accelerate: whether EM takes quasi-Newton steps, which need fewer passes; False is plain EM.
        frequency: whether row weights count rows; by default they are rescaled to sum to n.
        prior: prior of every component; fits are then posterior modes, by plain EM. None is no prior.
        bound: bound on how unequal variances are, kept to by plain EM; None is no bound.

    Examples:
        >>> plan = core.Plan(family="VVV", components=3)
        >>> plan.family.name, plan.components, plan.restarts
        ('VVV', 3, 20)
        >>> core.Plan(family="full") == core.Plan()
        True
    """

    family: Family = field(default_factory=lambda: family("VVV"))
    components: int = 1
    start: Start = field(default_factory=Hierarchical)
    restarts: int = 20
    tolerance: float = 1e-10
    max_iterations: int = 5_000
    seed: int = 0
    noise: bool = False
    accelerate: bool = True
    frequency: bool = False
    prior: ConjugatePrior | None = None
    bound: EigenvalueRatio | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out. Raises ChoiceError."""
        object.__setattr__(self, "family", family(self.family))
        check_components(self.components)
        whole_number(self.restarts, "The number of restarts")
        check_passes(self.max_iterations, self.tolerance, self.start, self.seed)
        for name in ("noise", "accelerate", "frequency"):
            expect_truth(getattr(self, name), f"The field {name} of a plan")
        self._check_constraints()

    def _check_constraints(self) -> None:
        if self.prior is not None and not isinstance(self.prior, ConjugatePrior):
            raise ChoiceError("The prior of a plan is a ConjugatePrior, or None.")
        if self.bound is not None and not isinstance(self.bound, EigenvalueRatio):
            raise ChoiceError("The bound of a plan is an EigenvalueRatio, or None.")
        if self.bound is not None:
            self.bound.check(self.family)


def check_components(components: int) -> None:
    """Raise ChoiceError for what is no number of groups."""
    if whole_number(components, "The number of groups", 0) < 1:
        raise ChoiceError("A mixture has at least one group.", remedy="Ask for 1 or more.")


def check_passes(max_iterations: int, tolerance: float, start: Start, seed: int) -> None:
    """Raise ChoiceError where passes could not begin or end by these."""
    whole_number(max_iterations, "The limit of passes")
    whole_number(seed, "A seed", 0)
    if not is_number(tolerance) or not tolerance > 0:
        raise ChoiceError("The tolerance must be a positive number.")
    if not isinstance(start, Start):
        raise ChoiceError("A start is one of Hierarchical(), KMeansPlusPlus(), Lloyd(), RandomRows() and InTurn().")
