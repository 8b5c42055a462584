"""Plan: everything that decides a fit, beside the data."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import ChoiceError, is_number, whole_number
from .em.constraint import EigenvalueRatio
from .em.prior import ConjugatePrior
from .family import Family, family
from .starts.start import Hierarchical, Start


@dataclass(frozen=True)
class Plan:
    """Everything that decides a fit, beside the data."""

    family: Family = field(default_factory=lambda: family("VVV"))
    components: int = 1
    start: Start = field(default_factory=Hierarchical)
    restarts: int = 5
    tolerance: float = 1e-10  # relative change of the log-likelihood at which a run has settled
    max_iterations: int = 5_000  # passes over the data, per start
    seed: int = 0
    noise: bool = False
    accelerate: bool = True
    frequency: bool = False  # row weights count rows, instead of being rescaled to sum to n
    prior: ConjugatePrior | None = None  # fits are then posterior modes, by plain EM
    bound: EigenvalueRatio | None = None  # on the variances, kept to by plain EM

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out. Raises ChoiceError."""
        object.__setattr__(self, "family", family(self.family))
        check_components(self.components)
        whole_number(self.restarts, "The number of restarts")
        check_passes(self.max_iterations, self.tolerance, self.start, self.seed)
        self._check_restraints()

    def _check_restraints(self) -> None:
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
        raise ChoiceError("A start is one of Hierarchical(), KMeansPlusPlus() and RandomRows().")
