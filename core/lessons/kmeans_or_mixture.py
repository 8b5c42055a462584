"""Contest: K-Means and the free Gaussian mixture on points whose groups are known, told by the adjusted Rand index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import adjusted_rand_score

from ..analysis.kmeans_or_mixture.compare import Labels, matched, shared_rows
from ..arrays import closed
from ..kmeans import Partition, k_means
from ..mixture.family import family
from ..mixture.fit import Fit, fit
from ..mixture.plan import Plan
from .toys import Toy, toy

SAME = 0.02  # difference of two adjusted Rand indices within which neither has won
FOUND = 0.8  # adjusted Rand index from which the groups count as found


@dataclass(frozen=True, eq=False)
class Contest:
    """Both splits of a toy set under the numbers of the true groups that they match."""

    toy: Toy
    partition: Partition
    fit: Fit
    k_means_labels: Labels  # (n,)
    mixture_labels: Labels  # (n,) the likeliest component
    k_means_matches: tuple[int, ...]  # (K,) the true group that each cluster matches
    mixture_matches: tuple[int, ...]  # (K,) the true group that each component matches
    k_means_ari: float  # with the true groups (Hubert and Arabie 1985): 1 is the same split, 0 what chance gives
    mixture_ari: float

    @property
    def sentence(self) -> str:
        """Who wins, by the two measured indices."""
        measured = f"adjusted Rand index {self.k_means_ari:.2f} for K-Means, {self.mixture_ari:.2f} for the mixture"
        if max(self.k_means_ari, self.mixture_ari) < FOUND:
            return f"Neither finds the groups: {measured}"
        if abs(self.k_means_ari - self.mixture_ari) <= SAME:
            return f"A draw, both find the groups: {measured}"
        return f"{'K-Means' if self.k_means_ari > self.mixture_ari else 'The mixture'} wins: {measured}"


def contest(key: str, rows: int = 500, components: int | None = None, seed: int = 0) -> Contest:
    """Both methods on one of the toy sets, with as many groups as it has unless told otherwise.

    Raises ChoiceError for a set that there is not, FitError if the mixture finds no optimum.
    """
    given = toy(key, rows, seed)
    K = given.components if components is None else components
    parts = k_means(given.points, K, seed=seed)
    model = fit(given.points, Plan(family=family("VVV"), components=K, seed=seed))
    own = np.asarray(model.mixture.responsibilities(given.points).argmax(axis=1))
    first, second = (_matches(given, labels, K) for labels in (parts.labels, own))
    return Contest(
        given,
        parts,
        model,
        closed(np.asarray(first)[parts.labels]),
        closed(np.asarray(second)[own]),
        first,
        second,
        float(adjusted_rand_score(given.labels, parts.labels)),
        float(adjusted_rand_score(given.labels, own)),
    )


def _matches(given: Toy, labels: Labels, components: int) -> tuple[int, ...]:
    return matched(shared_rows(given.labels, labels, given.components, components))
