"""Toys: small sets of points in the plane with known groups, made to show one thing each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.kmeans_or_mixture.compare import Labels
from ..arrays import Array, closed, read_only
from ..errors import ChoiceError, whole_number


@dataclass(frozen=True, eq=False)
class Toy:
    """Points with the groups they were drawn from.

    Attributes:
        key: name of the set, as TOYS has it.
        title: name of the set for a person.
        points: (n, 2) the points.
        labels: (n,) the group that each was drawn from, 0..K-1.

    Examples:
        >>> round_ones = core.toy("round", rows=60)
        >>> round_ones.title, round_ones.components
        ('Round, alike', 3)
    """

    key: str
    title: str
    points: Array
    labels: Labels

    @property
    def components(self) -> int:
        """K, the number of groups they were drawn from."""
        return int(self.labels.max()) + 1


@dataclass(frozen=True)
class Maker:
    """How to draw one of the sets."""

    title: str
    draw: Callable[[int, np.random.Generator], tuple[Array, Labels]]


def toy(key: str, rows: int = 500, seed: int = 0) -> Toy:
    """So many points of one of the sets in TOYS. Raises ChoiceError for a set or a number that there is not.

    Examples:
        >>> core.toy("crescents", rows=40).points.shape
        (40, 2)
    """
    if not isinstance(key, str) or key not in TOYS:
        raise ChoiceError(f"There is no toy set called {key!r}.", remedy=f"Choose one of {', '.join(TOYS)}.")
    whole_number(seed, "A seed", 0)
    if whole_number(rows, "The number of points", 0) < 20:
        raise ChoiceError("A toy set has at least 20 points.")
    maker = TOYS[key]
    points, labels = maker.draw(rows, np.random.default_rng([seed, rows]))
    return Toy(key, maker.title, read_only(points), closed(labels))


def _gaussians(
    shares: Sequence[float], means: Sequence[tuple[float, float]], factors: Sequence[tuple[float, float, float]]
) -> Callable[[int, np.random.Generator], tuple[Array, Labels]]:
    """Draws from Gaussians with covariance factors (l11, l21, l22), in fixed shares."""

    def draw(rows: int, rng: np.random.Generator) -> tuple[Array, Labels]:
        labels = _shared_out(rows, shares)
        standard = rng.normal(size=(rows, 2))
        l11, l21, l22 = np.array(factors)[labels].T
        spread = np.column_stack([l11 * standard[:, 0], l21 * standard[:, 0] + l22 * standard[:, 1]])
        return np.array(means)[labels] + spread, labels

    return draw


def _crescents(rows: int, rng: np.random.Generator) -> tuple[Array, Labels]:
    labels = _shared_out(rows, (0.5, 0.5))
    angle = rng.uniform(0, np.pi, rows)
    side = 1 - 2 * labels
    x = 3 * np.cos(angle) * side + 3.0 * labels
    y = 3 * np.sin(angle) * side + 1.2 * labels
    return np.column_stack([x, y]) + rng.normal(0, 0.25, (rows, 2)), labels


def _rings(rows: int, rng: np.random.Generator) -> tuple[Array, Labels]:
    labels = _shared_out(rows, (0.35, 0.65))
    angle = rng.uniform(0, 2 * np.pi, rows)
    radius = np.where(labels == 0, 0.0, 4.0)
    circle = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return circle + rng.normal(0, np.where(labels == 0, 0.7, 0.3)[:, None], (rows, 2)), labels


def _shared_out(rows: int, shares: Sequence[float]) -> Labels:
    """(n,) labels 0, 1, ... in these shares, in order."""
    ends = np.round(np.cumsum(shares) / np.sum(shares) * rows).astype(np.intp)
    return np.repeat(np.arange(len(shares)), np.diff(ends, prepend=0))


_TRIANGLE = [(-3.0, -2.0), (3.0, -2.0), (0.0, 3.2)]
FIVE = [(-5.0, -3.0), (-1.5, 3.5), (4.5, 4.0), (5.5, -2.5), (0.5, -1.0)]
TURNED = [(1.3, 0.5, 0.6), (0.7, -0.5, 1.2), (1.2, -0.9, 0.5), (0.8, 0.2, 1.1), (0.9, 0.6, 0.5)]

TOYS: dict[str, Maker] = {
    "round": Maker("Round, alike", _gaussians((1, 1, 1), _TRIANGLE, [(0.8, 0, 0.8)] * 3)),
    "elongated": Maker("Elongated", _gaussians((1, 1, 1), [(-1, 2.2), (0, 0), (1, -2.2)], [(2.2, 1.1, 0.4)] * 3)),
    "spread": Maker(
        "Unequal spread",
        _gaussians((1, 1, 1), [(-3.4, 0), (2.5, 0), (-3.4, 3.0)], [(0.4, 0, 0.4), (2.0, 0, 2.0), (0.5, 0, 0.5)]),
    ),
    "size": Maker(
        "Unequal size", _gaussians((20, 1, 1), [(0, 0), (4.6, 2.0), (4.6, -2.0)], [(1.4, 0, 1.4)] + [(0.5, 0, 0.5)] * 2)
    ),
    "overlapping": Maker("Overlapping", _gaussians((2, 1, 1), _TRIANGLE, [(2.0, 0.9, 1.2), (1.6, -1, 1.3), (2, 0, 1)])),
    "crescents": Maker("Crescents", _crescents),
    "ring": Maker("A ring around a blob", _rings),
    "five": Maker("Five turned groups", _gaussians((3, 2, 2, 2, 1), FIVE, TURNED)),
}
