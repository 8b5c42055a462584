"""What the page How many groups? alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from core.analysis.selection.board import Search
from core.analysis.selection.criterion import Criterion
from pages.app.choices import DataChoice, Model, PreparationChoice
from pages.app.session import Part


@dataclass(frozen=True)
class CriterionChoice(Part):
    """By what models are compared."""

    after = (DataChoice,)
    criterion: Criterion = Criterion.BIC


@dataclass(frozen=True)
class CurvesChoice(Part):
    """Which families have curves."""

    after = (PreparationChoice,)
    families: tuple[str, ...] | None = None  # None: the leading ones


@dataclass(frozen=True)
class EvidenceChoice(Part):
    """What was asked for of all that takes longer than a moment."""

    after = (PreparationChoice,)
    held_out: Search | None = None  # the search whose models are to be compared on rows held out
    tested: Model | None = None  # the model that is to be tested against one with a component more
    bayesian: bool = False  # whether Bayesian mixtures are to say how many components they need
