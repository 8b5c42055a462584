"""Certainty: which other numbers of groups the rows would bear as well.

Two things decide how many groups are told: which mixture describes the rows best, and which of its components nothing
parts. So the number is sure where every mixture that describes them about as well makes up as many groups, and where
no border between two groups, or within one, could as well be taken for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...data.prepare import Matrix
from ...data.source import Source
from ...data.steps import Steps
from ...mixture.fit import Fit
from ..groups.merging import DEEP, Merge, Merging, merging
from ..groups.valleys import VALLEY
from ..selection.board import Board
from ..selection.criterion import STRONG

NEARLY = 0.05  # share of the level that parts groups: a valley with more chance than that may be none
HARDLY = 4.0  # times that level: one with less may be real
MOST_RIVALS = 6  # mixtures that are looked at


@dataclass(frozen=True)
class Certainty:
    """How sure a number of groups is.

    Attributes:
        groups: the number.
        possible: the numbers that the rows would bear, that one among them, rising.
        weakest: the border between two groups that is the least clear; None for one group.

    Examples:
        >>> core.first_answer(core.sample("faithful").load()).certainty.sure
        True
    """

    groups: int
    possible: tuple[int, ...]
    weakest: Merge | None

    @property
    def sure(self) -> bool:
        """Whether no other number is possible."""
        return self.possible == (self.groups,)


def certainty(board: Board, rows: Matrix | Source, merged: Merging, steps: Sequence[Steps] = ()) -> Certainty:
    """How sure the number of groups is that a search and the merging of its best fit have led to.

    rows are those that were searched, with the columns of them that were rounded.
    """
    groups = merged.chosen.groups
    found = {groups, *_by_borders(merged)}
    for rival in _rivals(board):
        found.add(merging(_without_noise(rival), rows, steps=steps).chosen.groups)
    apart = [each for each in merged.merges if not each.allowed]
    return Certainty(groups, tuple(sorted(found)), apart[0] if apart else None)


def _by_borders(merged: Merging) -> set[int]:
    """The numbers of groups that borders of doubtful depth leave open."""
    found = set()
    for each in merged.merges:
        tested = each.chance == each.chance  # not NaN
        if each.allowed and DEEP <= each.valley < VALLEY and tested and each.chance <= HARDLY * merged.level:
            found.add(merged.chosen.groups + 1)
        if not each.allowed and tested and NEARLY * merged.level < each.chance <= merged.level:
            found.add(max(1, merged.chosen.groups - 1))
    return found


def _rivals(board: Board) -> list[Fit]:
    """The best sound fit at each other number of components that describes the rows about as well as the best."""
    best = board.best()
    at = {fit.components: fit for fit in sorted(board.admissible, key=lambda fit: -fit.bic)}
    near = [fit for k, fit in at.items() if k != best.components and fit.bic - best.bic < STRONG]
    return sorted(near, key=lambda fit: fit.bic)[:MOST_RIVALS]


def _without_noise(fit: Fit) -> Fit:
    mixture = fit.mixture
    if mixture.noise is None:
        return fit
    return replace(fit, mixture=replace(mixture, weights=mixture.weights / mixture.weights.sum(), noise=None))
