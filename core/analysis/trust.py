"""Trust: which admissible fits are not offered as an answer all the same."""

from __future__ import annotations

from dataclasses import replace

from core.analysis.selection import Board
from core.mixture.fit import Fit
from core.mixture.stopping import Objection

FEWEST_ROWS = 5  # in a group of an answer; fewer are odd rows


def doubts(fit: Fit) -> tuple[Objection, ...]:
    """What speaks against a fit as an answer, its own objections first.

    Under a shared covariance one far row would buy itself a group; with more numbers than rows BIC means nothing.
    """
    found = list(fit.objections)
    if fit.mixture.weights.min() * fit.n_rows < FEWEST_ROWS:
        found.append(Objection.HANDFUL)
    if fit.n_parameters >= fit.n_rows:
        found.append(Objection.OVERFULL)
    return tuple(dict.fromkeys(found))


def trusted(board: Board) -> Board:
    """The board with every doubt as an objection; the board itself where no fit would be left."""
    cells = tuple(
        cell if cell.fit is None else replace(cell, fit=replace(cell.fit, objections=doubts(cell.fit)))
        for cell in board.cells
    )
    judged = replace(board, cells=cells)
    return judged if judged.admissible else board
