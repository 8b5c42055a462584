"""Grouping: which components of a mixture make up one group together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.arrays import Array
from core.errors import ChoiceError
from core.mixture.model import Mixture

Parts = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Grouping:
    """K components in G groups, each group at the place of its first component."""

    of: tuple[int, ...]  # (K,) the group of each component, every one of 0..G-1 in the order of its first component

    def __post_init__(self) -> None:
        """Refuse numbers that are no grouping. Raises ChoiceError."""
        if not self.of or list(dict.fromkeys(self.of)) != list(range(max(self.of) + 1)):
            raise ChoiceError("Groups of components are numbered from 0 in the order in which they first come.")

    @classmethod
    def apart(cls, components: int) -> Grouping:
        """Every component a group of its own."""
        return cls(tuple(range(components)))

    @classmethod
    def together(cls, parts: Parts) -> Grouping:
        """The groups that are given by their components."""
        group = {k: at for at, part in enumerate(sorted(parts, key=min)) for k in part}
        return cls(tuple(group[k] for k in range(len(group))))

    @property
    def components(self) -> int:
        """K."""
        return len(self.of)

    @property
    def groups(self) -> int:
        """G."""
        return max(self.of) + 1

    @property
    def parts(self) -> Parts:
        """The components of each group."""
        return tuple(tuple(k for k, own in enumerate(self.of) if own == group) for group in range(self.groups))

    @property
    def merges(self) -> bool:
        """Whether any group has several components."""
        return self.groups < self.components

    def shares(self, responsibilities: Array) -> Array:
        """(n, G) summed over the components of each group, of (n, K); a last column for noise stays the last."""
        columns = [responsibilities[:, list(part)].sum(axis=1) for part in self.parts]
        return np.column_stack([*columns, responsibilities[:, self.components :]])

    def sums(self, values: Array) -> Array:
        """(G, ...) sums over the components of each group, of (K, ...)."""
        return np.stack([values[list(part)].sum(axis=0) for part in self.parts])

    def blended(self, mixture: Mixture) -> Mixture:
        """One Gaussian for each group, with the weight, mean and covariance that its components have together."""
        if not self.merges:
            return mixture
        weights = self.sums(mixture.weights)
        means = self.sums(mixture.weights[:, None] * mixture.means) / weights[:, None]
        apart = mixture.means - means[list(self.of)]
        spread = mixture.covariances + apart[:, :, None] * apart[:, None, :]
        covariances = self.sums(mixture.weights[:, None, None] * spread) / weights[:, None, None]
        return Mixture(weights, means, covariances, mixture.noise)
