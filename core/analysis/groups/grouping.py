"""Grouping: which components of a mixture make up one group together, and what the groups are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...data.names import unique_names
from ...errors import ChoiceError
from ...mixture.model import Mixture

Parts = tuple[tuple[int, ...], ...]
LONGEST_NAME = 40  # characters of a group's name
UNNAMED = "Group "  # and its number, from 1
RESERVED = ("Noise", "Undecided", "Odd row")  # names of what is no group


@dataclass(frozen=True)
class Grouping:
    """K components in G groups, each group at the place of its first component.

    Attributes:
        of: (K,) the group of each component, every one of 0..G-1 in the order of its first component.
        given: names that the user gave to groups; "" and those that lack are called by their number.

    Examples:
        >>> grouping = core.Grouping(of=(0, 1, 0), given=("small cars",))
        >>> grouping.names, grouping.parts
        (('small cars', 'Group 2'), ((0, 2), (1,)))
    """

    of: tuple[int, ...]
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that are no grouping. Raises ChoiceError."""
        if not self.of or list(dict.fromkeys(self.of)) != list(range(len(set(self.of)))):
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

    def called(self, given: Sequence[str]) -> Grouping:
        """The same groups under other names, by group; "" is none."""
        return replace(self, given=tuple(given))

    @property
    def names(self) -> tuple[str, ...]:
        """(G,) unique names: those that were given, else "Group 1", ..."""
        wanted = [_on_a_line(name) for name in self.given[: self.groups]]
        wanted += [""] * (self.groups - len(wanted))
        named = [name or f"{UNNAMED}{k + 1}" for k, name in enumerate(wanted)]
        return tuple(unique_names([*RESERVED, *named])[len(RESERVED) :])

    @property
    def labels(self) -> tuple[str, ...]:
        """(G,) names as they stand where it is said already that they are groups: "1" for "Group 1"."""
        return labels_of(self.names)

    @property
    def is_named(self) -> bool:
        """Whether any group has a name that was given."""
        return any(name != f"{UNNAMED}{k + 1}" for k, name in enumerate(self.names))

    def in_words(self, groups: Sequence[int]) -> str:
        """Some groups, from 0: "Group 2", "Groups 1 and 3", "Small cars and Group 3"."""
        names = [self.names[group] for group in groups]
        if len(names) > 1 and all(name == f"{UNNAMED}{k + 1}" for name, k in zip(names, groups, strict=True)):
            return f"Groups {' and '.join(name.removeprefix(UNNAMED) for name in names)}"
        return " and ".join(names)

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
        chances = tuple(self.sums(mixture.weights[:, None] * each) / weights[:, None] for each in mixture.chances)
        return Mixture(weights, means, covariances, mixture.noise, chances)


def labels_of(names: Sequence[str]) -> tuple[str, ...]:
    """Unique names of groups without what says that they are groups, where that leaves them unique."""
    short = tuple(name.removeprefix(UNNAMED) for name in names)
    return short if len(set(short)) == len(short) else tuple(names)


def _on_a_line(name: str) -> str:
    """A name without what does not show or turns the direction of writing, and no longer than a key has room for."""
    line = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(line.split())[:LONGEST_NAME].strip()
