"""Words: evidence on the number of components as a person reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...mixture.family import Family
from ...mixture.fit import Fit
from ...numbers import count, figure
from ...progress import so_far
from .board import Board
from .criterion import NOTHING, POSITIVE, STRONG, Criterion

if TYPE_CHECKING:
    from .bootstrap_test import BootstrapTest
    from .conclusion import Conclusion
    from .effective import EffectiveComponents
    from .held_out import HeldOut
    from .model_selection import ModelSelection, Unusable


STRENGTHS = ((NOTHING, "hardly any"), (POSITIVE, "weak"), (STRONG, "strong"), (math.inf, "very strong"))


def held_out_sentence(found: HeldOut) -> str:
    """How many components predict best, and whether fewer do as well."""
    before = so_far(found.cancelled)
    if not found.predictions:
        return f"{before}No part of the rows was predicted."
    best, choice = found.best, found.choice
    number = count(choice.components, "component")
    how = "best, and nothing simpler comes near" if choice is best else f"as well as the best, {best.name}"
    return f"{before}{number}: {choice.name} predicts rows that it has not seen {how}."


def held_out_grounds(found: HeldOut) -> str:
    """The numbers behind the sentence; nothing where no part was held out."""
    if not found.predictions:
        return ""
    best, choice = found.best, found.choice
    where = (
        f"{found.rows:,} rows" if found.rows == found.of else f"{found.rows:,} of {found.of:,} rows, drawn at random,"
    )
    parts = "some parts were" if found.cancelled else "each part was"
    said = (
        f"{where} were split into {found.folds.folds} parts, {count(found.folds.repeats, 'time')}; {parts} "
        f"predicted by models fitted to the others. {best.name} gave its rows the highest mean log density, "
        f"{figure(best.density, 4)} a row."
    )
    if choice is best:
        return f"{said} Every model with fewer numbers is more than one standard error behind."
    return (
        f"{said} {choice.name} is {figure(choice.behind, 2)} behind, within one standard error "
        f"({figure(choice.error, 2)}), and has the fewest numbers of all that are: {choice.n_parameters:,} "
        f"instead of {best.n_parameters:,}."
    )


def bootstrap_test_sentence(found: BootstrapTest) -> str:
    """Whether one component more is worth having."""
    K, chance, before = found.components, figure(found.p_value, 2), so_far(found.cancelled)
    if not found.drawn:
        return f"{before}No set was drawn, so nothing can be said of {K + 1} components."
    if found.significant:
        return (
            f"{before}{K + 1} components describe the rows better than {K}, by more than chance gives (p = {chance})."
        )
    return f"{before}{count(K, 'component')} will do: chance would make {K + 1} look as good (p = {chance})."


def bootstrap_test_grounds(found: BootstrapTest) -> str:
    """The numbers behind the sentence; nothing where no set was drawn."""
    if not found.drawn:
        return ""
    where = "" if found.rows == found.of else f" On {found.rows:,} of {found.of:,} rows, drawn at random."
    verb = "does" if found.as_much == 1 else "do"
    return (
        f"Twice the gain in log-likelihood from {found.family.name} with {found.components} to {found.components + 1} "
        f"is {figure(found.statistic)}. Of {count(len(found.drawn), 'set')} drawn from the fitted "
        f"{count(found.components, 'component')}, {found.as_much} {verb} as well.{where}"
    )


def effective_sentence(found: EffectiveComponents) -> str:
    """The effective number and its spread."""
    low, high = found.spread
    number, times = found.most_common
    starts, before = count(len(found.runs), "start"), so_far(found.cancelled)
    if low == high:
        needs = "a single component" if low == 1 else count(low, "component")
        return f"{before}It needs {needs}" + (
            f" from each of {starts}." if len(found.runs) > 1 else " from its one start."
        )
    best = found.best.effective_components
    often = f", most often {number} ({times} of {starts})" if times > 1 else f" over {starts}"
    return f"{before}It needs {low} to {high} components{often}; the start with the highest evidence needs {best}."


def effective_grounds(found: EffectiveComponents) -> str:
    """Between how many it could choose, and on what it rests."""
    most = found.runs[0].plan.components
    if max(found.numbers) == most:
        return f"It uses all {most} components that it was given, so it may need more."
    return f"It was given {count(most, 'component')} and left the others empty."


def _how_clearly(behind: float) -> str:
    if behind < POSITIVE:
        return "slightly"
    return "clearly" if behind < STRONG else "strongly"


def _called(fit: Fit) -> str:
    return f"{fit.family.name} with {count(fit.components, 'component')}"


def evidence(difference: float) -> str:
    """How strong the evidence of a difference in BIC is, in the four steps of Kass and Raftery (1995)."""
    return next(word for least, word in STRENGTHS if difference < least or math.isinf(least))


def model_selection_sentence(found: ModelSelection) -> str:
    """How many components, and how clearly."""
    name, one = found.criterion.label, found.best.components
    if found.rival is None:
        return f"{name} is lowest at {count(one, 'component')}; no other number could be compared."
    other = found.rival.components
    if found.behind < NOTHING:
        return f"{name} cannot tell {min(one, other)} from {max(one, other)} components."
    return f"{name} {_how_clearly(found.behind)} prefers {count(one, 'component')} to {other}."


def model_selection_grounds(found: ModelSelection) -> str:
    """The numbers behind the sentence."""
    name = found.criterion.label
    said = (
        f"Of {count(found.models, 'sound model')} of {found.best.n_rows:,.0f} rows, {_called(found.best)} has the "
        f"lowest {name}: {figure(found.criterion.of(found.best), 6)}."
    )
    if found.rival is None:
        return said
    guide = "" if found.criterion is Criterion.BIC else f"; for {name} that is only a guide"
    return (
        f"{said} The best with another number of them, {_called(found.rival)}, is {figure(found.behind)} behind: "
        f"{evidence(found.behind)} evidence. Kass and Raftery (1995) call a difference in BIC under {NOTHING:.0f} "
        f"hardly worth a mention, one over {STRONG:.0f} very strong{guide}."
    )


def conclusion_sentence(found: Conclusion) -> str:
    """How many groups, and how many components the criterion asks for."""
    name, number = found.selection.criterion.label, count(found.groups, "group")
    if found.told is not None and found.told.components != found.components:
        return f"{number} in the present model. {found.selection.sentence}"
    if found.groups == found.components:
        return f"{number}: {found.selection.sentence}"
    return f"{number}: {name} asks for {found.components} components, which make up {number}."


def conclusion_grounds(found: Conclusion) -> tuple[str, ...]:
    """What speaks for it and what against, one sentence or two for each kind of evidence."""
    said = [found.selection.grounds]
    if found.merging is not None and found.merging.chosen.merges:
        said.append(f"{found.merging.sentence} {found.merging.stop}")
    if found.held_out is not None and found.held_out.predictions:
        said.append(_on_rows_held_out(found, found.held_out))
    if found.test is not None and found.test.drawn:
        said.append(_on_one_more(found, found.test))
    if found.needed is not None:
        said.append(_on_bayesian_mixtures(found, found.needed))
    return tuple(said)


def _on_rows_held_out(found: Conclusion, held: HeldOut) -> str:
    """Whether cross-validation asks for the same number of components."""
    K = held.choice.components
    if found.components == K:
        return f"Rows held out agree: {held.choice.name} is the simplest that predicts them as well as any."
    fewer = "fewer" if found.components > K else "more"
    return f"Rows held out ask for {fewer}: {held.choice.name} is the simplest that predicts them as well as any."


def _on_one_more(found: Conclusion, test: BootstrapTest) -> str:
    """Whether the bootstrap test agrees."""
    return f"The bootstrap test {'disagrees' if test.significant else 'agrees'}: {test.sentence}"


def _on_bayesian_mixtures(found: Conclusion, needed: EffectiveComponents) -> str:
    """Whether the Bayesian mixture with the highest evidence agrees, and what others keep."""
    (low, high), best = needed.spread, needed.best.effective_components
    said = f"Bayesian mixtures {'agree' if best == found.components else 'disagree'}: they keep {best}"
    return f"{said}." if low == high else f"{said} at the highest evidence, {low} to {high} over all starts."


def model_selection_standing(found: ModelSelection, family: Family, components: int, board: Board) -> str:
    """Where a model stands on the board, in a sentence; nothing if it is not there."""
    there = [each for each in board.admissible if (each.family, each.components) == (family, components)]
    if not there:
        return ""
    gap = found.criterion.of(there[0]) - found.criterion.of(found.best)
    if gap <= 0:
        return f"It is the best by {found.criterion.label}."
    return f"Its {found.criterion.label} is {figure(gap)} above the lowest."


def unusable_sentence(found: Unusable) -> str:
    """How many, and why."""
    return f"{count(found.models, 'model')}: {found.reason}"
