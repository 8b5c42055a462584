"""Moments: all that EM needs to know of the data, and how the moments of two blocks of rows add.

The scatter is centred about each component's own mean, never a raw second moment, so an offset of 1e8 costs
no digits. Addition is associative and commutative up to rounding, and `zero` is its neutral element: memory, disk,
threads and a cluster all fold the same values, in block order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add

import numpy as np
import numpy.typing as npt

from ..arrays import Array, closed, read_only
from ..data.source import Source, as_numbers
from ..errors import DataError


@dataclass(frozen=True)
class Moments:
    """Responsibility-weighted moments of some rows under a mixture of K components in d features.

    Attributes:
        weight: (K,) sums of responsibilities times row weights.
        mean: (K, d) means of the rows by these weights.
        scatter: (K, d, d) sums of squares and products about the mean, not divided by the weight.
        log_likelihood: of these rows at the mixture that gave the responsibilities; 0 where none gave them.
        rows: sum of the row weights.
        noise_weight: how much of `rows` fell to the noise component.
        entropy: -sum of w r log r over rows and components, of row weights w and responsibilities r.
        log_largest: sum over rows of w log(largest r of the row).
        counts: of each column of categories, (K, L) sums of responsibilities times row weights by level.

    Examples:
        >>> one = core.moments(np.array([[0.0], [2.0]]), np.ones((2, 1)))
        >>> other = core.moments(np.array([[10.0]]), np.ones((1, 1)))
        >>> (one + other).mean.tolist(), (one + other).weight.tolist()
        ([[4.0]], [3.0])
    """

    weight: Array
    mean: Array
    scatter: Array
    log_likelihood: float = 0.0
    rows: float = 0.0
    noise_weight: float = 0.0
    entropy: float = 0.0
    log_largest: float = 0.0
    counts: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in ("weight", "mean", "scatter"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @cached_property
    def numbers(self) -> Array:
        """All that an M-step needs of numbers, one after the other, as compiled loops have it; without noise."""
        parts = self.weight, self.mean.ravel(), self.scatter.ravel(), (0.0, self.rows, 0.0, 0.0)
        return closed(np.concatenate(parts))

    @classmethod
    def zero(cls, components: int, features: int, levels: tuple[int, ...] = ()) -> Moments:
        """The moments of no rows."""
        K, d = components, features
        counts = tuple(np.zeros((K, each)) for each in levels)
        return cls(np.zeros(K), np.zeros((K, d)), np.zeros((K, d, d)), counts=counts)

    def __add__(self, other: Moments) -> Moments:
        """The moments of both sets of rows together (Chan, Golub and LeVeque 1983, eq. 2.1)."""
        weight = self.weight + other.weight
        share = np.divide(other.weight, weight, out=np.zeros_like(weight), where=weight > 0)
        step = other.mean - self.mean
        between = (self.weight * share)[:, None, None] * step[:, :, None] * step[:, None, :]
        return Moments(
            weight,
            self.mean + share[:, None] * step,
            self.scatter + other.scatter + between,
            self.log_likelihood + other.log_likelihood,
            self.rows + other.rows,
            self.noise_weight + other.noise_weight,
            self.entropy + other.entropy,
            self.log_largest + other.log_largest,
            tuple(mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)),
        )

    def noise_last(self) -> Moments:
        """The same moments with the last component counted as noise: its weight is kept, its place is not."""
        return replace(
            self,
            weight=self.weight[:-1],
            mean=self.mean[:-1],
            scatter=self.scatter[:-1],
            noise_weight=self.noise_weight + float(self.weight[-1]),
            counts=tuple(each[:-1] for each in self.counts),
        )


def moments(values: Array, responsibilities: Array, weights: Array | None = None) -> Moments:
    """The moments of (n, d) values under given (n, K) responsibilities and (n,) row weights.

    The log-likelihood is zero: responsibilities alone do not have one.

    Raises DataError for what is not numbers, or of shapes that do not fit together.

    Examples:
        >>> rows = np.array([[0.0], [2.0], [10.0]])
        >>> core.moments(rows, np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).mean.tolist()
        [[1.0], [10.0]]
    """
    values, responsibilities = as_numbers(values, "Rows"), as_numbers(responsibilities, "Responsibilities")
    rows = np.ones(values.shape[:1]) if weights is None else as_numbers(weights, "Row weights")
    if values.ndim != 2 or responsibilities.ndim != 2 or {len(values), len(responsibilities)} != {rows.size}:
        raise DataError("Rows (n, d), their responsibilities (n, K) and their weights (n,) do not fit together.")
    if np.isinf(values).any():
        raise DataError("Some cells are infinite.", remedy="Drop those rows first.")
    largest = responsibilities.max(axis=1, initial=0.0)
    return replace(
        adding_up(values, responsibilities, rows),
        entropy=float(-(rows[:, None] * responsibilities * _log(responsibilities)).sum()),
        log_largest=float((rows * _log(largest)).sum()),
    )


def adding_up(values: Array, responsibilities: Array, rows: Array) -> Moments:
    """What an M-step needs of (n, d) values under (n, K) responsibilities and (n,) row weights: nothing but sums."""
    weighted = responsibilities * rows[:, None]
    weight = weighted.sum(axis=0)
    divisor = np.where(weight > 0, weight, 1.0)[:, None]
    # About a common centre first, so that the sums of a large offset lose no digits.
    centre = values.mean(axis=0) if len(values) else np.zeros(values.shape[1])
    mean = centre + weighted.T @ (values - centre) / divisor
    scatter = np.empty((len(weight), values.shape[1], values.shape[1]))
    for k, w in enumerate(weighted.T):
        centred = values - mean[k]
        scatter[k] = (w[:, None] * centred).T @ centred
    return Moments(weight, mean, scatter, rows=float(rows.sum()))


def of_groups(values: Array, labels: npt.NDArray[np.intp], components: int, rows: Array) -> Moments:
    """The same of (n, d) values in K groups by (n,) labels: each row is looked at about its own group's mean."""
    weight, d = np.asarray(np.bincount(labels, rows, components), dtype=np.float64), values.shape[1]
    order = np.argsort(labels, kind="stable")
    values, weights = values[order], rows[order, None]
    ends = np.cumsum(np.bincount(labels, minlength=components)).tolist()
    centre = values.mean(axis=0)
    mean, scatter = np.tile(centre, (components, 1)), np.zeros((components, d, d))
    for k, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        if weight[k] > 0:
            some, w = values[start:end] - centre, weights[start:end]
            step = (w * some).sum(axis=0) / weight[k]
            some -= step
            mean[k] += step
            scatter[k] = (w * some).T @ some
    return Moments(weight, mean, scatter, rows=float(rows.sum()))


def _log(probabilities: Array) -> Array:
    """log p, and 0 where p = 0: p log p is 0 there."""
    return np.log(np.where(probabilities > 0, probabilities, 1.0))


def pooled(source: Source) -> Moments:
    """The moments of all rows of a source as one component."""
    return reduce(add, (moments(values, np.ones((len(values), 1)), weights) for values, weights in source.blocks()))
