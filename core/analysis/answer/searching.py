"""Searching: which mixture describes the rows best, with as many components as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...arrays import Array
from ...data.prepare import Matrix
from ...data.source import Source
from ...errors import CoreError
from ...mixture.em.stopping import Objection
from ...mixture.family import Family, family
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ...progress import Watch
from ..selection.board import Board, Search
from ..selection.objections import objections_to
from ..selection.sweep import Map, sweep

STEP = 4  # numbers of components that are tried at once
MOST_COMPONENTS = 20
ROWS_A_COMPONENT = 10  # at least, of the largest number that is tried
MOST_WORK = 40_000_000  # rows times components times columns squared, of the largest number beyond the first step
MOST_NOISE = 0.2  # share of the rows: beyond it the box around all rows is the model
CONCENTRIC = 1.0  # standard deviations between the centres of a wide component and of the one whose tails it takes
FREE = tuple(family(name) for name in ("VVV", "VVI", "EEE", "VEE"))
FRUGAL = tuple(family(name) for name in ("EII", "VII", "EEI", "VVI"))


def searched(rows: Matrix | Source, search: Search, *, watch: Watch, over: Map) -> Board | None:
    """Sweeps by rising numbers of components, until more of them win nothing; None where no model fits soundly.

    A family of which no step is sound takes no part in the next. With noise, fits whose noise takes too many rows are
    not sound.
    """
    most, families = most_components(rows), search.families
    found: Board | None = None
    for first in range(1, MOST_COMPONENTS, STEP):
        components = tuple(k for k in range(first, first + STEP) if k <= most)
        if not components or not families:
            break
        try:
            step = replace(search, families=families, components=components)
            board = sound(sweep(rows, step, watch=watch, over=over))
        except CoreError:
            break
        joined = (*(found.cells if found else ()), *board.cells)
        found = Board(replace(search, components=tuple(sorted({c.components for c in joined}))), joined)
        if not found.admissible or found.best().components < components[-1] - 1 or board.cancelled:
            break
        still = {fit.family for fit in board.admissible if fit.components > 1}
        families = tuple(each for each in families if each in still)
    return found if found is not None and found.admissible else None


def families_for(rows: int, features: int) -> tuple[Family, ...]:
    """Families that so many rows can bear."""
    if not features:
        return FRUGAL[:1]
    if rows <= features + 1:
        return FRUGAL
    full = features * (features + 3) / 2
    return FREE if rows >= full else (*FREE, *FRUGAL[:3])


def most_components(rows: Matrix | Source) -> int:
    """How many components are tried at most: so many as the rows bear, and as the columns leave time for."""
    n, d = (len(rows.row_ids), len(rows.features)) if isinstance(rows, Matrix) else (rows.n, rows.d)
    bearable = max(STEP, MOST_WORK // (n * max(d, 1) ** 2))
    return int(max(1, min(MOST_COMPONENTS, n // ROWS_A_COMPONENT, bearable)))


def sound(board: Board) -> Board:
    """The board with every objection to an answer; the board itself, without noise, where no fit would be left.

    A wide component around another is a tail of that one.
    """
    cells = [
        cell if cell.fit is None else replace(cell, fit=replace(cell.fit, objections=_objections(cell.fit)))
        for cell in board.cells
    ]
    found = replace(board, cells=tuple(cells))
    return found if found.admissible or board.search.noise else board


def _objections(fit: Fit) -> tuple[Objection, ...]:
    found = [each for each in objections_to(fit) if each is not Objection.SCATTERED or not only_tails(fit.mixture)]
    if fit.mixture.noise is not None and fit.mixture.noise.weight > MOST_NOISE:
        found.append(Objection.SCATTERED)
    return tuple(found)


def widths(mixture: Mixture) -> Array:
    """(K,) log of the mean width of each component over all directions."""
    return np.asarray(np.linalg.slogdet(mixture.covariances)[1] / (2 * max(mixture.features, 1)))


def is_tail(mixture: Mixture, k: int) -> bool:
    """Whether a component lies around a narrower one that holds more rows."""
    wide = widths(mixture)
    others: Sequence[int] = [
        j for j in range(mixture.components) if wide[j] < wide[k] and mixture.weights[j] > mixture.weights[k]
    ]
    apart = [float(np.linalg.norm(mixture.whitening[j] @ (mixture.means[k] - mixture.means[j]))) for j in others]
    return any(distance < CONCENTRIC * np.sqrt(mixture.features) for distance in apart)


def only_tails(mixture: Mixture) -> bool:
    """Whether all components that are far wider than the others are tails of one."""
    wide, weights = widths(mixture), mixture.weights / mixture.weights.sum()
    return all(is_tail(mixture, k) for k in np.flatnonzero(wide - weights @ wide > np.log(2.0)).tolist())
