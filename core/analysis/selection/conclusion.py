"""The conclusion: how many groups, in one sentence, with everything that was measured as its grounds."""

from __future__ import annotations

from dataclasses import dataclass

from ...numbers import count
from ..groups.grouping import Grouping
from ..groups.merging import Merging
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
        name, number = self.selection.criterion.label, count(self.groups, "group")
        if self.told is not None and self.told.components != self.components:
            return f"{number} in the present model. {self.selection.sentence}"
        if self.groups == self.components:
            return f"{number}: {self.selection.sentence}"
        return f"{number}: {name} asks for {self.components} components, which make up {number}."

    @property
    def grounds(self) -> tuple[str, ...]:
        """What speaks for it and what against, one sentence or two for each kind of evidence."""
        found = [self.selection.grounds]
        if self.merging is not None and self.merging.chosen.merges:
            found.append(f"{self.merging.sentence} {self.merging.stop}")
        if self.held_out is not None and self.held_out.predictions:
            found.append(self._on_rows_held_out(self.held_out))
        if self.test is not None and self.test.drawn:
            found.append(self._on_one_more(self.test))
        if self.needed is not None:
            found.append(self._on_bayesian_mixtures(self.needed))
        return tuple(found)

    def _on_rows_held_out(self, held: HeldOut) -> str:
        """Whether cross-validation asks for the same number of components."""
        K = held.choice.components
        if self.components == K:
            return f"Rows held out agree: {held.choice.name} is the simplest that predicts them as well as any."
        fewer = "fewer" if self.components > K else "more"
        return f"Rows held out ask for {fewer}: {held.choice.name} is the simplest that predicts them as well as any."

    def _on_one_more(self, test: BootstrapTest) -> str:
        """Whether the bootstrap test agrees."""
        return f"The bootstrap test {'disagrees' if test.significant else 'agrees'}: {test.sentence}"

    def _on_bayesian_mixtures(self, needed: EffectiveComponents) -> str:
        """Whether the Bayesian mixture with the highest evidence agrees, and what others keep."""
        (low, high), best = needed.spread, needed.best.effective_components
        said = f"Bayesian mixtures {'agree' if best == self.components else 'disagree'}: they keep {best}"
        return f"{said}." if low == high else f"{said} at the highest evidence, {low} to {high} over all starts."
