"""Identity: which colour slot each component of a fit has, so that a group keeps its colour whatever is fitted.

The best fits of a search with K = 1, 2, ... components form a chain. Each link takes over the slots of the one before:
components are matched by the Hungarian method, and those that are new take the lowest slots left. Any other fit takes
its slots from the link with as many components.

Components are compared by the Bhattacharyya distance between weighted densities, -log of the integral of
sqrt(w_a N_a w_b N_b) (Bhattacharyya 1943; closed form in Kailath 1967). It needs no rows, so a fit gives the same
answer on a sample and on all of them; it knows shape as well as place, so concentric groups are told apart; it does not
change when columns are scaled; and where a group splits, its slot goes to the larger part. Matching minimises the sum
of its logarithms, so that one component that went far away cannot push the others out of their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from ...arrays import Array
from ...errors import FitError
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ..selection.board import Board
from .grouping import Grouping

Slots = tuple[int, ...]
FARTHEST = 1e9  # stands for the distance to a component so flat that its density has no number


def slots(board: Board, fit: Fit) -> Slots:
    """The colour slot of each of a fit's K components, whether or not the fit is on the board.

    A fit to other columns than the board's has its slots in its own order.
    """
    links = chain(board)
    known = [k for k, (mixture, _) in links.items() if mixture.features == fit.mixture.features]
    if not known:
        return tuple(range(fit.components))
    nearest = min(known, key=lambda k: (abs(k - fit.components), k))
    return inherited(*links[nearest], fit.mixture)


def chain(board: Board) -> dict[int, tuple[Mixture, Slots]]:
    """The best admissible mixture at each K of the board, by rising K, with the slots of its components."""
    links: dict[int, tuple[Mixture, Slots]] = {}
    before: tuple[Mixture, Slots] | None = None
    for components in sorted(set(board.search.components)):
        try:
            mixture = board.best_of(components).mixture
        except FitError:
            continue
        own = inherited(*before, mixture) if before else tuple(range(components))
        before = links[components] = (mixture, own)
    return links


def inherited(parent: Mixture, parent_slots: Slots, child: Mixture) -> Slots:
    """Slots of a child's components: those of the parent's components they are matched to, else the lowest left."""
    rows, columns = linear_sum_assignment(np.log1p(distances(child, parent)))
    return _filled(
        {int(row): parent_slots[int(column)] for row, column in zip(rows, columns, strict=True)}, child.components
    )


def group_slots(own: Sequence[int], grouping: Grouping, colours: int) -> Slots:
    """The slot of each group: that of its first component or, where a group before it has that colour, the lowest free.

    own are the components' slots; slots that differ by the number of colours share one. With more groups than colours
    the last keep their slots.
    """
    found: list[int] = []
    for part in grouping.parts:
        taken = {slot % colours for slot in found}
        free = [slot for slot in range(colours) if slot not in taken]
        found.append(free[0] if own[part[0]] % colours in taken and free else own[part[0]])
    return tuple(found)


def cluster_slots(labels: npt.ArrayLike, own: Sequence[int], clusters: npt.ArrayLike, components: int) -> Slots:
    """The slots of `components` clusters of the rows, from groups of the same rows whose slots are `own`.

    labels: (n,) the group of each row, clusters: (n,) its cluster. The matching shares the most rows; a cluster
    without a match takes the lowest slot left. Labels beyond `own` (noise) are passed over.
    """
    group, cluster = np.asarray(labels, dtype=np.intp), np.asarray(clusters, dtype=np.intp)
    shared = np.zeros((components, len(own)))
    placed = group < len(own)
    np.add.at(shared, (cluster[placed], group[placed]), 1.0)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return _filled({int(row): own[int(column)] for row, column in zip(rows, columns, strict=True)}, components)


def distances(first: Mixture, second: Mixture) -> Array:
    """(K, L) Bhattacharyya distances between the weighted components of two mixtures of the same columns."""
    between = (first.covariances[:, None] + second.covariances[None]) / 2
    apart = first.means[:, None] - second.means[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        solved = np.linalg.solve(between, apart[..., None])[..., 0]
        volumes = np.linalg.slogdet(between)[1] - (_log_dets(first)[:, None] + _log_dets(second)[None]) / 2
        weights = np.log(first.weights)[:, None] + np.log(second.weights)[None]
        distance = (apart * solved).sum(axis=2) / 8 + volumes / 2 - weights / 2
    return np.clip(np.nan_to_num(distance, nan=FARTHEST, posinf=FARTHEST, neginf=0.0), 0.0, FARTHEST)


def _log_dets(mixture: Mixture) -> Array:
    return np.asarray(np.linalg.slogdet(mixture.covariances)[1])


def _filled(matched: dict[int, int], components: int) -> Slots:
    """The matched slots, and for every other component the lowest slot that nobody has."""
    spare = (slot for slot in count() if slot not in set(matched.values()))
    return tuple(matched[k] if k in matched else next(spare) for k in range(components))
