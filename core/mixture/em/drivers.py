"""Many passes of EM in one call, for rows in memory: with few rows, a call from Python costs more than a pass.

Compiled by Numba where possible; otherwise the same passes in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Protocol

import numpy as np

from core.arrays import Array
from core.data.patterns import Patterns
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import compiled, kernels, missing_pass
from core.mixture.em import acceleration as accelerate
from core.mixture.em import m_step as em
from core.mixture.em.covariance import TO_THE_END, Sweeps
from core.mixture.em.stopping import Stopping, is_flatter
from core.mixture.family import Family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import Moments


class End(Enum):
    """How a loop stands after some passes."""

    GOING = 0  # it took all passes it was given
    SETTLED = 1  # a pass changed the log-likelihood by less than the tolerance
    DEGENERATE = 2  # a component lost its rows, or a covariance fell under the floor; the mixture before that stands


@dataclass(frozen=True)
class Limits:
    """When a loop ends, and how it goes."""

    floor: Array  # (d,) least variance along each column
    flattest: Array  # (d,) variances along the columns, below which a covariance counts as squeezed
    tolerance: float = 0.0  # of the log-likelihood, relative to 1 + itself
    sweeps: Sweeps = TO_THE_END
    accelerates: bool = False


class Place(Protocol):
    """Where EM stands."""

    @property
    def mixture(self) -> Mixture:
        """The last mixture."""
        ...

    @property
    def found(self) -> Moments:
        """The moments at this mixture."""
        ...

    @property
    def is_squeezed(self) -> bool:
        """Whether a covariance is flatter than the flattest that is none of a spike."""
        ...

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood there."""
        ...

    @property
    def least_weight(self) -> float:
        """Rows of the smallest component."""
        ...


@dataclass(frozen=True)
class Given:
    """A place as a mixture and its moments."""

    mixture: Mixture
    found: Moments
    flattest: Array  # (d,)

    @cached_property
    def is_squeezed(self) -> bool:
        """As in Place."""
        return is_flatter(self.mixture.covariances, self.flattest)

    @property
    def log_likelihood(self) -> float:
        """As in Place."""
        return self.found.log_likelihood

    @property
    def least_weight(self) -> float:
        """As in Place."""
        return float(self.found.weight.min())


@dataclass(frozen=True)
class Ran:
    """Where some passes came to."""

    place: Place
    trace: tuple[float, ...]  # log-likelihood of each mixture: the first, if these were the first passes, and new ones
    end: End
    passes: int  # over the rows, those of rejected steps included


class Loop(Protocol):
    """EM from one start, as far as it has been taken."""

    def run(self, passes: int) -> Ran:
        """Take it so many passes further, unless it ends before. Raises DegenerateError if not one pass is possible."""
        ...


def loop(
    family: Family, start: Mixture | Moments, source: ArraySource, limits: Limits, patterns: Patterns | None = None
) -> Loop:
    """A loop that begins at a mixture, or with the M-step of some Moments (without noise).

    patterns are those of rows with blanks, which come in their order; then there can be no noise.
    """
    loops = compiled.load("loops")
    if loops is None:
        return _numpy_loop(family, start, source, limits, patterns)
    return CompiledLoop(loops, family, start, source, limits, patterns)


class CompiledLoop:
    """A loop whose passes stay in compiled code."""

    def __init__(
        self,
        loops: ModuleType,
        family: Family,
        start: Mixture | Moments,
        source: ArraySource,
        limits: Limits,
        patterns: Patterns | None,
    ) -> None:
        """Before its first pass; the other arguments are those of `loop`."""
        if isinstance(start, Mixture):
            self._shape, begins = _Shape(start.means.shape, start.noise), loops.FROM_MIXTURE
        else:
            self._shape, begins = _Shape(start.mean.shape, None), loops.FROM_MOMENTS
        components, features = self._shape.vectors
        self._loops, self._limits = loops, limits
        self._task = loops.Task(
            components,
            self._shape.columns,
            *family.freedoms,
            limits.sweeps.most,
            int(limits.accelerates),
            begins,
            limits.sweeps.tolerance,
            limits.tolerance,
        )
        seen = np.empty((0, 1 + features)) if patterns is None else patterns.table
        self._rows = source.values, np.empty(0) if source.weights is None else source.weights, seen
        self._room = np.empty(_room(loops, source.n, len(seen), components, features, self._shape.columns))
        if isinstance(start, Mixture):
            self._shape.pack(start, self._room)
        else:
            self._room[self._shape.length + 1 : self._shape.end] = start.numbers

    def run(self, passes: int) -> Ran:
        """As in Loop."""
        loops, task, trace = self._loops, self._task, np.empty(max(passes, 1))
        floor, flattest = self._limits.floor, self._limits.flattest
        end, steps, taken, squeezed = loops.run(*self._rows, task, floor, flattest, self._room, trace)
        if task.begins != loops.FROM_LOOP:
            if not steps:
                raise DegenerateError("A group is squeezed flat, or has lost its rows.", remedy="Try fewer groups.")
            self._task = task._replace(begins=loops.FROM_LOOP)
        place = _Packed(self._room[: self._shape.end].copy(), self._shape, bool(squeezed))
        return Ran(place, tuple(trace[:steps].tolist()), _ENDS[end], taken)


_ENDS = tuple(End)


@lru_cache(maxsize=256)
def _room(loops: ModuleType, n: int, patterns: int, components: int, features: int, columns: int) -> int:
    """Doubles that a loop takes."""
    return int(loops.loop_room(n, patterns, loops.Sizes(features, components, columns)))


class _Shape:
    """Where a mixture's numbers and those of its moments stand."""

    def __init__(self, vectors: tuple[int, ...], noise: Noise | None) -> None:
        """Of means (K, d) and a noise component, if there is any."""
        components, features = self.vectors = vectors
        self.components, self.matrices, self.noise = components, (components, features, features), noise
        self.columns = components + (noise is not None)  # mixing weights, noise's included
        self.first = self.columns + components * features
        self.length = self.first + components * features * features  # of (columns,), (K, d) and (K, d, d) together
        self.end = 2 * self.length + 5  # after the log density of noise, the moments and their four totals

    def split(self, numbers: Array) -> tuple[Array, Array, Array]:
        """Views: (columns,), (K, d) and (K, d, d)."""
        columns, first = self.columns, self.first
        return (
            numbers[:columns],
            numbers[columns:first].reshape(self.vectors),
            numbers[first : self.length].reshape(self.matrices),
        )

    def pack(self, start: Mixture, room: Array) -> None:
        """Write a mixture where compiled.steps.State has it."""
        mixing, means, covariances = self.split(room)
        mixing[: self.components], means[:], covariances[:] = start.weights, start.means, start.covariances
        if start.noise is not None:
            mixing[-1], room[self.length] = start.noise.weight, -start.noise.log_volume


@dataclass(frozen=True)
class _Packed:
    """A place as compiled code left it, taken apart only where it is looked at."""

    numbers: Array  # (shape.end,)
    shape: _Shape
    is_squeezed: bool

    @property
    def log_likelihood(self) -> float:
        """As in Place."""
        return float(self.numbers[-4])

    @property
    def least_weight(self) -> float:
        """As in Place."""
        at = self.shape.length + 1
        return float(self.numbers[at : at + self.shape.components].min())

    @cached_property
    def mixture(self) -> Mixture:
        """As in Place."""
        self.numbers.flags.writeable = False
        k, noise = self.shape.components, self.shape.noise
        mixing, means, covariances = self.shape.split(self.numbers)
        return Mixture(mixing[:k], means, covariances, noise and replace(noise, weight=float(mixing[k])))

    @cached_property
    def found(self) -> Moments:
        """As in Place."""
        self.numbers.flags.writeable = False
        k = self.shape.components
        weight, mean, scatter = self.shape.split(self.numbers[self.shape.length + 1 :])
        log_likelihood, rows, entropy, log_largest = self.numbers[-4:].tolist()
        return Moments(weight[:k], mean, scatter, log_likelihood, rows, float(weight[k:].sum()), entropy, log_largest)


class SteppedLoop:
    """A loop that takes its steps one by one."""

    def __init__(
        self,
        steps: Iterator[tuple[Mixture, Moments]],
        taken: Callable[[], int],
        limits: Limits,
        value: Callable[[Mixture, Moments], float] = lambda _, found: found.log_likelihood,
    ) -> None:
        """Before its first step; taken counts the passes behind it, and a value is what may not fall."""
        self._steps, self._taken, self._value = steps, taken, value
        self._stopping, self._flattest = Stopping(limits.tolerance), limits.flattest
        self._place: Given | None = None
        self._last = 0.0

    def run(self, passes: int) -> Ran:
        """As in Loop."""
        begun, trace, end = self._taken(), list[float](), End.GOING
        while end is End.GOING and self._taken() - begun < max(passes, 1):
            try:
                mixture, found = next(self._steps)
            except DegenerateError:
                if self._place is None:
                    raise
                end = End.DEGENERATE
                break
            value = self._value(mixture, found)
            if self._place is not None and self._stopping.settled(self._last, value):
                end = End.SETTLED
            self._place, self._last = Given(mixture, found, self._flattest), value
            trace.append(value)
        assert self._place is not None
        return Ran(self._place, tuple(trace), end, self._taken() - begun)


class Counted:
    """An E-step that counts the passes it was asked for over a source of n rows."""

    def __init__(self, step: em.EStep, n: int) -> None:
        self._step, self._n, self._rows = step, n, 0

    def __call__(self, mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
        """The step's moments of some of the rows."""
        self._rows += len(values)
        return self._step(mixture, values, weights)

    def passes(self) -> int:
        """Passes over all rows."""
        return self._rows // self._n


def _numpy_loop(
    family: Family, start: Mixture | Moments, source: ArraySource, limits: Limits, patterns: Patterns | None
) -> SteppedLoop:
    whole = kernels if patterns is None else missing_pass
    step = Counted(whole.diagonal_e_step if family.is_diagonal else whole.e_step, source.n)
    going = accelerate.passes if limits.accelerates else em.passes

    def steps() -> Iterator[tuple[Mixture, Moments]]:
        begin = em.m_step(family, start, None, limits.floor, limits.sweeps) if isinstance(start, Moments) else start
        rows = _Whole(source.values, source.weights)
        yield from going(family, begin, rows, step, limits.floor, limits.sweeps)

    return SteppedLoop(steps(), step.passes, limits)


@dataclass(frozen=True)
class _Whole(ArraySource):
    """Rows in one block, so that a step is a pass."""

    def blocks(self) -> Iterator[tuple[Array, Array | None]]:
        """All rows at once."""
        yield self.values, self.weights
