"""Robust: a mixture of the groups alone, to whose shape odd rows do not contribute."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...arrays import Array, read_only
from ...data.prepare import Matrix
from ...data.rows import patterns_of
from ...data.source import Source, as_source
from ...errors import CoreError, FitError
from ...mixture import density
from ...mixture.em.prior import ConjugatePrior
from ...mixture.fit import Fit, fit
from ...mixture.model import Mixture
from ...progress import Watch
from ..anomaly.odd_rows import Scored
from ..anomaly.scorers import scores_under
from .latent import Latent
from .scatter import FEWEST, groups_alone

DRAWS, CELLS, SEED = 100_000, 2_000_000, 0  # rows and cells that are drawn, by which chances are known
ALARMS = 1.0  # rows that are set aside by chance alone, on average
MOST_APART = 0.15  # share of the rows: were more set aside, it would be the groups that are not bells
FAR, MOSTLY = 1e-6, 0.5  # chance of a row that is scatter beyond doubt, and the share of odd rows that are such
ROUNDS = 2
STAYS = 0.9  # share of the rows that stay in their component when EM goes on with the cells as they are


@dataclass(frozen=True)
class Settled:
    """A fit of the groups, and which rows it is of."""

    fit: Fit
    took_part: npt.NDArray[np.bool_]  # (n,) rows of the matrix


def settled(fitted: Fit, matrix: Matrix, *, tolerance: float, watch: Watch) -> Settled:
    """A fit without noise, scatter and handfuls, and without the rows that it finds next to impossible.

    A row is set aside where fewer than one such row is expected by chance. The fit as it is where nothing is set aside,
    or where the rest cannot be fitted.
    """
    whole = np.ones(len(matrix.values), dtype=np.bool_)
    mixture, n = groups_alone(fitted.mixture, fitted.n_rows), len(whole)
    if n < FEWEST:
        return Settled(fitted, whole)
    found = Settled(fitted, whole)
    for _ in range(ROUNDS):
        keep = ~apart(chances(mixture, matrix))
        keep = keep if keep.mean() >= 1 - MOST_APART else whole
        if mixture is found.fit.mixture and (keep == found.took_part).all():
            break
        kept = matrix.at(keep)
        again = refitted(density.responsibilities(mixture, kept.rows), fitted, kept, tolerance, watch)
        if again is None:
            break
        found = Settled(again, keep)
        mixture = groups_alone(again.mixture, again.n_rows)
        if mixture is again.mixture:
            break
    return found


def apart(chance: Array) -> npt.NDArray[np.bool_]:
    """(n,) the rows that are set aside, by the chance of a row at least as odd.

    They are those of which fewer than one is expected, if most of these are far beyond that; else those alone that are:
    the others are the tails of groups that are no bells.
    """
    odd, far = chance < ALARMS / len(chance), chance < FAR
    return odd if far.sum() >= MOSTLY * odd.sum() else far


def chances(mixture: Mixture, rows: Matrix | Source) -> Array:
    """(n,) the chance of a row at least as odd, blank in the same columns."""
    source = as_source(rows)
    return Scored(
        read_only(scores_under(mixture, source)),
        mixture,
        min(DRAWS, CELLS // mixture.columns),
        SEED,
        patterns_of(source),
    ).p_value


def on_cells(found: Settled, latent: Latent, rows: Matrix, *, tolerance: float, watch: Watch) -> Settled:
    """The fit taken on to the cells as they are, from its shares of the rows.

    A group may collapse onto a value there, or wander off, as at the end of a scale; to stop after one pass may keep it
    from that, or a weak prior, or values that are spread over their steps. Of these the first is taken that leaves most
    rows where they were, else the one that leaves most. Raises FitError where none is sound.
    """
    part, plan = found.took_part, found.fit.plan
    shares = density.responsibilities(found.fit.mixture, rows.at(part).rows)
    cells, best, most = latent.matrix, None, 0.0
    once, with_prior = replace(plan, max_iterations=1), replace(plan, prior=ConjugatePrior())
    for other, matrix in ((plan, cells), (once, cells), (with_prior, cells), (plan, latent.spread())):
        again = refitted(shares, replace(found.fit, plan=other), matrix.at(part), tolerance, watch)
        if again is None:
            continue
        there = density.responsibilities(again.mixture, cells.at(part).rows).argmax(axis=1)
        same = float(np.mean(there == shares.argmax(axis=1)))
        if same > most:
            best, most = again, same
        if same >= STAYS:
            break
    if best is not None:
        return replace(found, fit=best)
    raise FitError(
        "No model fits these columns soundly.",
        "Every one collapsed onto values that many rows share.",
        "Let columns of few different values take part as categories.",
    )


def refitted(shares: Array, like: Fit, matrix: Matrix, tolerance: float, watch: Watch) -> Fit | None:
    """EM on some rows, without noise, from (m, K) shares of them; None where that leads to no sound fit."""
    plan = replace(like.plan, components=shares.shape[1], noise=False, tolerance=tolerance)
    try:
        found = fit(matrix, plan, responsibilities=shares, watch=watch)
    except CoreError:
        return None
    return found if found.admissible else None
