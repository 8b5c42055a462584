"""Searching: which mixture describes the rows best, with as many components as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from ...data.prepare import Matrix
from ...data.source import Source, as_source
from ...errors import CoreError
from ...mixture.em.stopping import Objection, Outcome
from ...mixture.family import Family, family
from ...mixture.fit import Fit, fit
from ...progress import Watch
from ..selection.board import Board, Cell, Search
from ..selection.objections import objections_to
from ..selection.sweep import Map, sweep
from .scatter import are_groups, only_tails

STEP = 4  # numbers of components that are tried at once
MOST_COMPONENTS = 20
ROWS_A_COMPONENT = 10  # at least, of the largest number that is tried
MOST_WORK = 40_000_000  # rows times components times columns squared, of the largest number beyond the first step
MOST_NOISE = 0.2  # share of the rows: beyond it the box around all rows is the model
FREE = tuple(family(name) for name in ("VVV", "VVI", "EEE", "VEE"))
FRUGAL = tuple(family(name) for name in ("EII", "VII", "EEI", "VVI"))


def searched(
    rows: Matrix | Source, search: Search, *, watch: Watch, over: Map, most: int = MOST_COMPONENTS
) -> Board | None:
    """Sweeps by rising numbers of components, until more of them win nothing; None where no model fits soundly.

    A family of which no step is sound takes no part in the next. With noise, fits whose noise takes too many rows are
    not sound.
    """
    most, families = min(most, most_components(rows)), search.families
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
        joined = _without_scatter(joined, board.cells, rows, watch) if search.noise else joined
        found = Board(replace(search, components=tuple(sorted({c.components for c in joined}))), joined)
        if not found.admissible or found.best().components < components[-1] - 1 or board.cancelled:
            break
        still = {fit.family for fit in found.admissible if fit.components > 1 and fit.components in components}
        families = tuple(each for each in families if each.reduced(2, _columns(rows)) in still)
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
    n = len(rows.row_ids) if isinstance(rows, Matrix) else rows.n
    bearable = max(STEP, MOST_WORK // (n * max(_columns(rows), 1) ** 2))
    return int(max(1, min(MOST_COMPONENTS, n // ROWS_A_COMPONENT, bearable)))


def _columns(rows: Matrix | Source) -> int:
    """How many columns of numbers there are."""
    return len(rows.features) if isinstance(rows, Matrix) else rows.d


def _without_scatter(
    cells: tuple[Cell, ...], new: tuple[Cell, ...], rows: Matrix | Source, watch: Watch
) -> tuple[Cell, ...]:
    """The cells, with better fits that come of giving the noise what is no group in new ones, if not sound for that.

    EM from a start that has a component on a few far rows leaves it there; without it, they are the noise's.
    """
    known = {(cell.family, cell.components): cell for cell in cells}
    for again in _rid_of_scatter(new, rows, watch):
        at = again.family, again.components
        before = known[at].fit if at in known else None
        worse = before is not None and before.admissible and before.bic <= again.bic
        if at in known and again.admissible and not worse:
            known[at] = replace(known[at], fit=again)
    return tuple(known.values())


def _rid_of_scatter(cells: tuple[Cell, ...], rows: Matrix | Source, watch: Watch) -> Iterator[Fit]:
    """Fits with noise from where others ended, whose components that are no groups are the noise's."""
    values = np.concatenate([block for block, _ in as_source(rows).blocks()])
    for cell in cells:
        ended = cell.fit
        if ended is None or ended.admissible or ended.mixture.noise is None:
            continue
        keep = np.append(are_groups(ended.mixture, ended.n_rows), False)
        if keep[:-1].all():
            continue
        shares = ended.mixture.responsibilities(values)
        first = np.column_stack([shares[:, keep], shares[:, ~keep].sum(axis=1)])
        with suppress(CoreError):
            plan = replace(ended.plan, components=int(keep.sum()))
            again = fit(rows, plan, responsibilities=first, watch=watch)
            if again.outcome is Outcome.CANCELLED:
                return
            yield replace(again, objections=_objections(again))


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
