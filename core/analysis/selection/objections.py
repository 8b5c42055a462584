"""Objections: which admissible fits are not offered as an answer all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...mixture.em.stopping import Objection
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from .board import Board

FEWEST_ROWS = 5  # in a group of an answer; fewer are odd rows
CELLS_A_PARAMETER = 5  # at least, or a row
SMALL = 0.05  # mixing weight below which a group may be odd rows
WIDE = 3.0  # times as wide as the others, in the mean over all directions, from which it is


def objections_to(fit: Fit) -> tuple[Objection, ...]:
    """What speaks against a fit as an answer, its own objections first.

    Under a shared covariance one far row would buy itself a group, under free ones all far rows together; with hardly
    more cells than numbers to estimate BIC means nothing.
    """
    found = list(fit.objections)
    if fit.mixture.weights.min() * fit.n_rows < FEWEST_ROWS:
        found.append(Objection.HANDFUL)
    if is_scattered(fit.mixture):
        found.append(Objection.SCATTERED)
    if fit.n_parameters >= _most_parameters(fit):
        found.append(Objection.OVERFULL)
    return tuple(dict.fromkeys(found))


def _most_parameters(fit: Fit) -> float:
    """Of a fit that means something: every row tells of the parameters by each of its cells."""
    return fit.n_rows * max(1.0, fit.mixture.columns / CELLS_A_PARAMETER)


def is_scattered(mixture: Mixture) -> bool:
    """Whether a small component is far wider than the others together, as rows that belong nowhere make it."""
    if mixture.components == 1 or not mixture.features:
        return False
    widths = np.linalg.slogdet(mixture.covariances)[1] / (2 * mixture.features)
    weights = mixture.weights / mixture.weights.sum()
    others = (weights @ widths - weights * widths) / (1 - weights)
    return bool(((weights < SMALL) & (widths - others > np.log(WIDE))).any())


def with_objections(board: Board) -> Board:
    """The board with every objection to an answer; the board itself where no fit would be left."""
    cells = tuple(
        cell if cell.fit is None else replace(cell, fit=replace(cell.fit, objections=objections_to(cell.fit)))
        for cell in board.cells
    )
    found = replace(board, cells=cells)
    return found if found.admissible else board
