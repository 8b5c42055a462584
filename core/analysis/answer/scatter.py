"""Scatter: which components of a mixture are groups, and which hold rows that belong nowhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...arrays import Array
from ...mixture.model import Mixture

SMALL = 0.1  # share of the rows: a component of more is a group however few those are
FEWEST, FEWEST_A_COLUMN = 20, 5  # rows of a small group: so many, and so many for each number of its mean and one more
SCATTER, WIDE = 0.15, 3.0  # share of the rows, and times as wide as the others: rows that belong nowhere
CONCENTRIC = 1.0  # standard deviations between the centres of a wide component and of the one whose tails it takes


def are_groups(mixture: Mixture, n: float) -> npt.NDArray[np.bool_]:
    """(K,) the components that are groups of n rows: no handful, and not scattered far more widely than the others."""
    keep = np.ones(mixture.components, dtype=np.bool_)
    weights, wide = mixture.weights / mixture.weights.sum(), widths(mixture)
    fewest = max(FEWEST, FEWEST_A_COLUMN * (mixture.features + 1))
    for k in np.argsort(weights, kind="stable")[:-1]:
        handful = weights[k] < SMALL and weights[k] * n < fewest
        others = (weights @ wide - weights[k] * wide[k]) / (1 - weights[k])
        scattered = weights[k] < SCATTER and wide[k] - others > np.log(WIDE) and not is_tail(mixture, k)
        keep[k] = not (handful or scattered)
    return keep


def groups_alone(mixture: Mixture, n: float) -> Mixture:
    """The components that are groups, their weights summing to 1; the same mixture if all are and there is no noise."""
    keep = are_groups(mixture, n)
    if keep.all() and mixture.noise is None:
        return mixture
    return mixture.only(keep).by_weight


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
