"""A mixture: components by weights that are shares of one, and points drawn by choosing a component first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.kmeans_or_mixture.compare import Labels
from ..arrays import Array, closed, read_only
from ..errors import ChoiceError
from ..mixture.model import Mixture
from .toys import FIVE, TURNED

MOST = len(FIVE)


@dataclass(frozen=True, eq=False)
class Draw:
    """Points that were drawn from a mixture."""

    points: Array  # (n, d)
    labels: Labels  # (n,) the component that was chosen for each
    counts: tuple[int, ...]  # (K,)


def blend(shares: Sequence[float], apart: float = 1.0, spread: float = 1.0) -> Mixture:
    """As many components of the set "five" as there are shares, whose weights are those shares over their sum.

    apart stretches the distances of the means from each other, spread every component. Raises ChoiceError for shares
    that are no shares.
    """
    parts = np.asarray(shares, dtype=np.float64)
    if not 1 <= len(parts) <= MOST or parts.min() < 0 or not parts.sum() > 0:
        raise ChoiceError("No component has any weight.", "Weights are shares of one.", "Raise one of them.")
    K = len(parts)
    roots = np.array([[[a, 0.0], [b, c]] for a, b, c in TURNED[:K]]) * spread
    return Mixture(parts / parts.sum(), apart * np.array(FIVE[:K]), roots @ roots.transpose(0, 2, 1))


@dataclass(frozen=True)
class Sum:
    """The density at a place as the sum of its parts."""

    weights: tuple[float, ...]  # (K,)
    densities: tuple[float, ...]  # (K,) of each component alone
    total: float


def along_x(mixture: Mixture, at: float) -> Sum:
    """The density of the first column at a place."""
    alone = mixture.marginal([0])
    each = [alone.ordered([k]) for k in range(alone.components)]
    bells = [Mixture(np.ones(1), one.means, one.covariances) for one in each]
    densities = [float(np.exp(bell.log_density(np.array([[at]]))[0])) for bell in bells]
    total = float(np.exp(alone.log_density(np.array([[at]]))[0]))
    return Sum(tuple(alone.weights.tolist()), tuple(densities), total)


def draw(mixture: Mixture, points: int, seed: int = 0) -> Draw:
    """Points of a mixture: a component by its weight, then a point of that component."""
    rows, labels = mixture.sample_labelled(points, np.random.default_rng(seed))
    counts = np.bincount(labels, minlength=mixture.components)
    return Draw(read_only(rows), closed(labels), tuple(counts.tolist()))
