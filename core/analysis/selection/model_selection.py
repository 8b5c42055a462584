"""Model selection: which number of components a board speaks for, how clearly, and which models cannot be used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ...mixture.family import Family
from ...mixture.fit import Fit
from ...numbers import figure
from . import words
from .board import Board
from .criterion import Criterion

_BIC = r"-2 \log L + p \log n", r"-2 \times ({likelihood}) + {parameters} \times \log {rows}"
_AIC = r"-2 \log L + 2 p", r"-2 \times ({likelihood}) + 2 \times {parameters}"
FORMULAS = {
    Criterion.BIC: _BIC,
    Criterion.AIC: _AIC,
    Criterion.AICC: (
        _AIC[0] + r" + \frac{{2 p (p + 1)}}{{n - p - 1}}",
        _AIC[1] + r" + \frac{{2 \times {parameters} \times {one_more}}}{{{spare}}}",
    ),
    Criterion.ICL: (_BIC[0] + r" - 2 \textstyle\sum_i \log r_i", _BIC[1] + r" - 2 \times ({largest})"),
    Criterion.ICL_ENTROPY: (_BIC[0] + r" + 2 E", _BIC[1] + r" + 2 \times {entropy}"),
}


@dataclass(frozen=True)
class ModelSelection:
    """The best fit by a criterion, and the best with another number of components."""

    criterion: Criterion
    best: Fit
    rival: Fit | None
    models: int  # sound fits that were compared

    @property
    def behind(self) -> float:
        """How far the rival is behind, never negative."""
        return self.criterion.of(self.rival) - self.criterion.of(self.best) if self.rival else float("inf")

    @property
    def sentence(self) -> str:
        """How many components, and how clearly."""
        return words.model_selection_sentence(self)

    @property
    def grounds(self) -> str:
        """The numbers behind the sentence."""
        return words.model_selection_grounds(self)

    @property
    def formula(self) -> str:
        """How the criterion is computed, with the best fit's numbers put in, as LaTeX."""
        terms, numbers = FORMULAS[self.criterion]
        fit = self.best
        told = numbers.format(
            likelihood=_plain(fit.log_likelihood, 7),
            parameters=fit.n_parameters,
            rows=_plain(fit.n_rows, 7),
            largest=_plain(fit.log_largest, 5),
            entropy=_plain(fit.entropy, 5),
            one_more=fit.n_parameters + 1,
            spare=_plain(fit.n_rows - fit.n_parameters - 1, 7),
        )
        name, value = self.criterion.label, _plain(self.criterion.of(fit), 7)
        return rf"\text{{{name}}} = {terms.format()} = {told} = {value}"

    def standing(self, family: Family, components: int, board: Board) -> str:
        """Where a model stands on the board, in a sentence; nothing if it is not there."""
        return words.model_selection_standing(self, family, components, board)


@dataclass(frozen=True)
class Unusable:
    """Models of a board that cannot be used for one and the same reason."""

    reason: str
    models: int

    @property
    def sentence(self) -> str:
        """How many, and why."""
        return words.unusable_sentence(self)


def select_model(board: Board, criterion: Criterion = Criterion.BIC) -> ModelSelection:
    """Compare the sound fits of a board. Raises FitError if there is none."""
    best = board.best(criterion)
    others = [each for each in board.admissible if each.components != best.components]
    return ModelSelection(criterion, best, min(others, key=criterion.of, default=None), len(board.admissible))


def unusable(board: Board) -> tuple[Unusable, ...]:
    """What could not be fitted or is not to be trusted, the commonest reason first."""
    reasons = Counter(
        cell.reason if cell.fit is None else " ".join(each.value for each in cell.fit.objections)
        for cell in board.cells
        if cell.fit is None or not cell.fit.admissible
    )
    return tuple(Unusable(reason, models) for reason, models in reasons.most_common())


def _plain(value: float, digits: int) -> str:
    """A number for LaTeX, which reads a comma as the end of something and knows no other minus than a hyphen."""
    digits_of, _, power = figure(value, digits).replace(",", "{,}").replace("−", "-").partition("e")
    return rf"{digits_of} \cdot 10^{{{int(power)}}}" if power else digits_of
