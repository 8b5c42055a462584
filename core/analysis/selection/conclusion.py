"""The conclusion: how many groups, in one sentence, with everything that was measured as its grounds."""

from __future__ import annotations

from dataclasses import dataclass

from ..groups.grouping import Grouping
from ..groups.merging import Merging
from . import words
from .bootstrap_test import BootstrapTest
from .effective import EffectiveComponents
from .held_out import HeldOut
from .model_selection import ModelSelection


@dataclass(frozen=True)
class Conclusion:
    """What a criterion selects, beside what else is known by now."""

    selection: ModelSelection
    merging: Merging | None = None  # of the selection's best fit
    held_out: HeldOut | None = None
    test: BootstrapTest | None = None  # of the selection's best model against one group more
    needed: EffectiveComponents | None = None  # what Bayesian mixtures keep
    told: Grouping | None = None  # the groups that are told of, of whatever model; None: those of the best fit

    @property
    def components(self) -> int:
        """How many the criterion asks for."""
        return self.selection.best.components

    @property
    def groups(self) -> int:
        """How many groups are told of, or else those make up."""
        if self.told is not None:
            return self.told.groups
        return self.components if self.merging is None else self.merging.chosen.groups

    @property
    def sentence(self) -> str:
        """How many groups, and how many components the criterion asks for."""
        return words.conclusion_sentence(self)

    @property
    def grounds(self) -> tuple[str, ...]:
        """What speaks for it and what against, one sentence or two for each kind of evidence."""
        return words.conclusion_grounds(self)
