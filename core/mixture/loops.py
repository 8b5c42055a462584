"""Many passes of EM in one call, for rows in memory: with few rows, a call from Python costs more than a pass.

Compiled by Numba where possible; otherwise the same passes in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, partial
from types import ModuleType
from typing import Any

import numpy as np

from core.arrays import Array
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import accelerate, compiled, em, kernels, missing_pass
from core.mixture.covariance import TO_THE_END, Sweeps
from core.mixture.family import Family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import Moments
from core.mixture.patterns import Patterns


class End(Enum):
    """How a loop ended."""

    GOING = 0  # it took all passes it was given
    SETTLED = 1  # a pass changed the log-likelihood by less than the tolerance
    DEGENERATE = 2  # a component lost its rows, or a covariance fell under the floor; the mixture before that stands


@dataclass(frozen=True)
class Limits:
    """When a loop ends, and how it goes."""

    floor: Array  # (d,) least variance along each column
    passes: int  # in one stride
    tolerance: float = 0.0  # of the log-likelihood, relative to 1 + itself
    sweeps: Sweeps = TO_THE_END
    accelerates: bool = False
    opening: int | None = None  # passes in the first stride, where they are others

    @property
    def first(self) -> int:
        """Passes in the first stride."""
        return self.passes if self.opening is None else self.opening


@dataclass(frozen=True)
class Ran:
    """Where a stride came to."""

    there: Callable[[], tuple[Mixture, Moments]]
    trace: tuple[float, ...]  # log-likelihood of each mixture of the stride
    end: End
    passes: int = 1  # over the rows, those of rejected steps included

    @property
    def mixture(self) -> Mixture:
        """The last mixture."""
        return self._place[0]

    @property
    def found(self) -> Moments:
        """The moments at this mixture."""
        return self._place[1]

    @cached_property
    def _place(self) -> tuple[Mixture, Moments]:
        return self.there()


def stood(mixture: Mixture, found: Moments, trace: tuple[float, ...], end: End, passes: int = 1) -> Ran:
    """A stride that came to a known place."""
    return Ran(lambda: (mixture, found), trace, end, passes)


def strides(
    family: Family, start: Mixture | Moments, source: ArraySource, limits: Limits, patterns: Patterns | None = None
) -> Iterator[Ran]:
    """EM in strides, each taken up where the one before was left, until one has an end.

    It begins at a mixture, or with the M-step of some Moments (without noise). The first trace begins with the first
    mixture, the others with the first new one. patterns are those of rows with blanks, which come in their order; then
    there can be no noise. Raises DegenerateError if not one pass is possible.
    """
    loops = compiled.load("loops")
    if loops is None:
        yield from _numpy_strides(family, start, source, limits, patterns)
        return
    components, features = (start.means if isinstance(start, Mixture) else start.mean).shape
    shape = _Shape(components, features, start.noise if isinstance(start, Mixture) else None)
    size = loops.Sizes(features, components, shape.columns)
    begins = loops.FROM_MIXTURE if isinstance(start, Mixture) else loops.FROM_MOMENTS
    task = _task(loops, size, family, limits, begins)
    seen = np.empty((0, 1 + features)) if patterns is None else patterns.table
    room, trace = np.empty(loops.loop_room(source.n, len(seen), size)), np.empty(max(limits.first, 1))
    _pack(room, start, shape)
    weights = np.empty(0) if source.weights is None else source.weights
    end = End.GOING
    while end is End.GOING:
        ended, steps, passes = loops.run(source.values, weights, seen, task, limits.floor, room, trace)
        if not steps and task.begins != loops.FROM_LOOP:
            raise DegenerateError("A group is squeezed flat, or has lost its rows.", remedy="Try fewer groups.")
        front = room[: 2 * shape.length + 5].copy()
        end = End(ended)
        yield Ran(partial(_unpack, front, shape), tuple(trace[:steps].tolist()), end, passes)
        if task.begins != loops.FROM_LOOP:
            task, trace = task._replace(begins=loops.FROM_LOOP), np.empty(max(limits.passes, 1))


def plain(family: Family, start: Mixture | Moments, source: ArraySource, limits: Limits) -> Ran:
    """The first stride of EM. Raises DegenerateError if not one pass is possible."""
    return next(strides(family, start, source, limits))


def _task(loops: ModuleType, size: Any, family: Family, limits: Limits, begins: int) -> Any:
    """Limits and family as numbers."""
    return loops.Task(
        size.components,
        size.columns,
        *(axis.freedom for axis in family.axes),
        limits.sweeps.most,
        int(limits.accelerates),
        begins,
        limits.sweeps.tolerance,
        limits.tolerance,
    )


@dataclass(frozen=True)
class _Shape:
    """What a mixture's numbers are, where they follow each other."""

    components: int
    features: int
    noise: Noise | None

    @cached_property
    def columns(self) -> int:
        """Mixing weights, noise's included."""
        return self.components + (self.noise is not None)

    @cached_property
    def length(self) -> int:
        """Of mixing weights, (K, d) and (K, d, d) together."""
        return self.columns + self.components * self.features * (1 + self.features)

    def split(self, numbers: Array) -> tuple[Array, Array, Array]:
        """Views: (columns,), (K, d) and (K, d, d)."""
        vectors, matrices = self.columns, self.columns + self.components * self.features
        return (
            numbers[:vectors],
            numbers[vectors:matrices].reshape(self.components, self.features),
            numbers[matrices : self.length].reshape(self.components, self.features, self.features),
        )


def _pack(room: Array, start: Mixture | Moments, shape: _Shape) -> None:
    """Write a mixture or moments where compiled.steps.State has them."""
    if isinstance(start, Moments):
        weight, mean, scatter = shape.split(room[shape.length + 1 :])
        weight[:], mean[:], scatter[:] = start.weight, start.mean, start.scatter
        room[2 * shape.length + 1 : 2 * shape.length + 5] = (0.0, start.rows, 0.0, 0.0)
        return
    mixing, means, covariances = shape.split(room)
    mixing[: shape.components], means[:], covariances[:] = start.weights, start.means, start.covariances
    if start.noise is not None:
        mixing[-1], room[shape.length] = start.noise.weight, -start.noise.log_volume


def _unpack(front: Array, shape: _Shape) -> tuple[Mixture, Moments]:
    """The mixture and its moments that a loop left behind."""
    front.flags.writeable = False
    mixing, means, covariances = shape.split(front)
    weight, mean, scatter = shape.split(front[shape.length + 1 :])
    k = shape.components
    noise = shape.noise and replace(shape.noise, weight=float(mixing[k]))
    log_likelihood, rows, entropy, log_largest = front[-4:].tolist()
    noise_weight = float(weight[k:].sum())
    found = Moments(weight[:k], mean, scatter, log_likelihood, rows, noise_weight, entropy, log_largest)
    return Mixture(mixing[:k], means, covariances, noise), found


def _numpy_strides(
    family: Family, start: Mixture | Moments, source: ArraySource, limits: Limits, patterns: Patterns | None
) -> Iterator[Ran]:
    passes = 0
    whole = kernels if patterns is None else missing_pass
    if isinstance(start, Moments):
        start = em.m_step(family, start, None, limits.floor, limits.sweeps)

    def step(some: Mixture, values: Array, weights: Array | None) -> Moments:
        nonlocal passes
        passes += 1
        return (whole.diagonal_e_step if family.is_diagonal else whole.e_step)(some, values, weights)

    going = accelerate.passes if limits.accelerates else em.passes
    steps = going(family, start, _Whole(source.values, source.weights), step, limits.floor, limits.sweeps)
    mixture, found = next(steps)
    trace, end, most = [found.log_likelihood], End.GOING, limits.first
    while True:
        while end is End.GOING and passes < most:
            before = found.log_likelihood
            try:
                mixture, found = next(steps)
            except DegenerateError:
                end = End.DEGENERATE
                break
            trace.append(found.log_likelihood)
            if abs(found.log_likelihood - before) <= limits.tolerance * (1 + abs(found.log_likelihood)):
                end = End.SETTLED
        yield stood(mixture, found, tuple(trace), end, passes)
        if end is not End.GOING:
            return
        trace, passes, most = [], 0, limits.passes


@dataclass(frozen=True)
class _Whole(ArraySource):
    """Rows in one block, so that a step is a pass."""

    def blocks(self) -> Iterator[tuple[Array, Array | None]]:
        """All rows at once."""
        yield self.values, self.weights
