"""Pruning: a fitted mixture without the components that odd rows bought themselves.

A tight cluster of odd rows becomes a component, and then finds itself usual. Whether a small component is one is
scored as a row would be: by how odd the others find its centre.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...mixture.model import Mixture
from ..selection.objections import SMALL
from .null import null_of

FAR = 1e-3  # the chance of a row as odd as its centre, under the other components, below which it is one
DRAWS = 20_000  # by which that chance is known
SEED = 0


def pruned(mixture: Mixture) -> Mixture:
    """The mixture without noise, and without components of under SMALL that lie where the others expect no rows.

    They go one at a time, the smallest first; the same mixture if there are none.
    """
    if mixture.noise is not None:
        return pruned(mixture.only(np.ones(mixture.components, dtype=np.bool_)))
    for k in np.argsort(mixture.weights, kind="stable"):
        others = np.arange(mixture.components) != k
        if others.any() and mixture.weights[k] < SMALL and _is_far(centre_of(mixture, int(k)), mixture.only(others)):
            return pruned(mixture.only(others))
    return mixture


def centre_of(mixture: Mixture, k: int) -> Array:
    """(d + c,) the likeliest row of a component."""
    return np.concatenate([mixture.means[k], [float(each[k].argmax()) for each in mixture.chances]])


def _is_far(centre: Array, others: Mixture) -> bool:
    score = -float(others.log_density(centre[None, :])[0])
    return bool(null_of(others, DRAWS, SEED).rarity(score) < FAR)
