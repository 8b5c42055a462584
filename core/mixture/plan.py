"""Plan: everything that decides a fit, beside the data."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import ChoiceError
from core.mixture.em.constraint import EigenvalueRatio
from core.mixture.em.prior import ConjugatePrior
from core.mixture.family import Family, family
from core.mixture.starts.start import Hierarchical, Start


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
        if self.components < 1:
            raise ChoiceError("A mixture has at least one group.", remedy="Ask for 1 or more.")
        if self.restarts < 1 or self.max_iterations < 1 or not self.tolerance > 0:
            raise ChoiceError("Restarts, passes and tolerance must be positive.")
        if self.bound is not None:
            self.bound.check(self.family)
