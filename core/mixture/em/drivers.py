"""What takes the passes of EM: compiled code, many of them in a call, or the loop in Python, one by one.

With few rows a call from Python costs more than a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Generic, Protocol, cast

import numpy as np

from ...arrays import Array
from ...data.joint_levels import JointLevels, joint_levels
from ...data.patterns import Patterns
from ...data.rows import Rows
from ...errors import DegenerateError
from ..model import Mixture, Noise
from ..moments import Moments
from . import constants
from .m_step import MStep
from .passes import Model
from .stopping import Stopping, is_blurred, is_flatter, is_lower


class End(Enum):
    """How a stride of passes ends."""

    GOING = constants.GOING  # it took all passes it was given
    SETTLED = constants.SETTLED  # a pass changed the log-likelihood by less than the tolerance
    DEGENERATE = constants.DEGENERATE  # a component collapsed; the mixture before that stands
    FELL = constants.FELL  # a pass lowered what none may lower, by more than rounding; the mixture before it stands


_ENDS = tuple(End)


@dataclass(frozen=True, eq=False)
class Place:
    """Where EM stands; its arrays are taken apart only where they are looked at."""

    log_likelihood: float
    least_weight: float  # rows of the smallest component
    is_near_singular: bool  # whether a covariance is as flat as that of a spike
    _both: Callable[[], tuple[Mixture, Moments]]

    @cached_property
    def _known(self) -> tuple[Mixture, Moments]:
        return self._both()

    @property
    def mixture(self) -> Mixture:
        """The last mixture."""
        return self._known[0]

    @property
    def found(self) -> Moments:
        """The moments at this mixture."""
        return self._known[1]


@dataclass(frozen=True)
class Stride:
    """Where some passes came to."""

    place: Place
    trace: tuple[float, ...]  # value of each mixture: the first, if these were the first passes, and new ones
    end: End


class Driver(Protocol):
    """EM from one start, as far as it has been taken."""

    def advance(self, passes: int) -> Stride:
        """Take it so many passes further, unless it ends before. Raises DegenerateError if not one pass is possible."""
        ...


@dataclass(frozen=True)
class Method:
    """How compiled passes go, and when they end."""

    m_step: MStep  # without prior and constraint, with a floor
    flattest: Array  # (d,) variances along the columns: a covariance that is not wider everywhere is near-singular
    tolerance: float = 0.0  # of the log-likelihood, relative to 1 + itself
    accelerates: bool = False


class Stepped(Generic[Model]):
    """The loop in Python."""

    def __init__(
        self,
        steps: Iterator[tuple[Model, Moments]],
        value: Callable[[Model, Moments], float],
        tolerance: float = 0.0,
        flattest: Array | None = None,
    ) -> None:
        """Before the first of its passes; value is what may not fall, flattest that of Method."""
        self._steps, self._value = steps, value
        self._stopping, self._flattest = Stopping(tolerance), flattest
        self._before: float | None = None
        self.last: tuple[Model, Moments]  # where it stands, once it has begun

    def advance(self, passes: int) -> Stride:
        """As in Driver."""
        trace, end = list[float](), End.GOING
        while end is End.GOING and len(trace) < max(passes, 1):
            try:
                there = next(self._steps)
            except DegenerateError:
                if self._before is None:
                    raise
                end = End.DEGENERATE
                break
            value, before = self._value(*there), self._before
            if before is not None and is_lower(value, before):
                end = End.SETTLED if is_blurred(value, before) else End.FELL
                break
            if before is not None and self._stopping.settled(before, value):
                end = End.SETTLED
            self.last, self._before = there, value
            trace.append(value)
        return Stride(self._place(), tuple(trace), end)

    def _place(self) -> Place:
        model, found = both = cast(tuple[Mixture, Moments], self.last)  # or what stands for a mixture elsewhere
        flattest = self._flattest
        near_singular = flattest is not None and isinstance(model, Mixture) and is_flatter(model.covariances, flattest)
        return Place(found.log_likelihood, float(found.weight.min()), near_singular, lambda: both)


class Compiled:
    """Passes that stay in compiled code."""

    def __init__(self, loops: ModuleType, method: Method, start: Mixture | Moments, rows: Rows) -> None:
        """At a mixture, or before the M-step of some Moments without noise."""
        joint = joint_levels(rows.levels)
        if isinstance(start, Mixture):
            self._layout, begins = Layout(start.means.shape, start.noise, joint), loops.FROM_MIXTURE
        else:
            self._layout, begins = Layout(start.mean.shape, None, joint), loops.FROM_MOMENTS
        components, features = self._layout.vectors
        family = method.m_step.family
        family = family if features else family.reduced(components, features)  # without a matrix none has axes
        self._loops, self._method = loops, method
        self._task = loops.Task(
            components,
            self._layout.columns,
            *family.freedoms,
            method.m_step.sweeps.most,
            int(method.accelerates),
            begins,
            method.m_step.sweeps.tolerance,
            method.tolerance,
        )
        table = _table(rows.patterns, self._layout.noise)
        weights = np.empty(0) if rows.weights is None else rows.weights
        self._rows = rows.values, weights, rows.joint_levels, joint.spelling, joint.begins, table
        self._room = np.empty(_room(loops, rows.n, len(table), self._layout.sizes))
        if isinstance(start, Mixture):
            self._layout.pack(start, self._room)
        else:
            self._layout.pack_moments(start, self._room)

    def advance(self, passes: int) -> Stride:
        """As in Driver; an accelerated step at the end may take a pass more."""
        loops, task, trace = self._loops, self._task, np.empty(max(passes, 1))
        floor, flattest = self._method.m_step.floor, self._method.flattest
        end, steps, _, near_singular = loops.run(*self._rows, task, floor, flattest, self._room, trace)
        if task.begins != loops.FROM_LOOP:
            if not steps:
                raise DegenerateError(
                    "A group lies on a line or a point, or has lost its rows.", remedy="Try fewer groups."
                )
            self._task = task._replace(begins=loops.FROM_LOOP)
        place = self._layout.place(self._room[: self._layout.end].copy(), bool(near_singular))
        return Stride(place, tuple(trace[:steps].tolist()), _ENDS[end])


def _table(patterns: Patterns, noise: Noise | None) -> Array:
    """(P, 2 + d) where each pattern ends, the log density of noise there, and 1 for each column that it observes."""
    table = np.zeros((len(patterns.observed), 2 + patterns.observed.shape[1]))
    table[:, 0], table[:, 2:] = patterns.starts[1:], patterns.observed
    if noise is not None:
        table[:, 1] = [-noise.observed_marginal(each).log_volume for each in patterns.observed]
    return table


@lru_cache(maxsize=256)
def _room(loops: ModuleType, n: int, patterns: int, sizes: tuple[int, ...]) -> int:
    """Doubles that compiled passes take."""
    return int(loops.loop_room(n, patterns, loops.Sizes(*sizes)))


class Layout:
    """Where compiled code keeps a mixture's numbers and those of its moments."""

    def __init__(self, vectors: tuple[int, ...], noise: Noise | None, joint: JointLevels) -> None:
        """Of means (K, d), a noise component if there is any, and categories of such levels."""
        components, features = self.vectors = vectors
        self.components, self.matrices, self.noise, self.joint = (
            components,
            (components, features, features),
            noise,
            joint,
        )
        self.columns = components + (noise is not None)  # mixing weights, noise's included
        self.first = self.columns + components * features
        self.middle = self.first + components * features * features  # of (columns,), (K, d) and (K, d, d) together
        self.levels = components * sum(joint.levels)  # of (K, T)
        self.moments = self.middle + self.levels + 1  # after the log density of noise
        self.totals = self.moments + self.middle
        self.end = self.totals + 4 + components * joint.size + self.levels
        self.sizes = (features, components, self.columns, len(joint.parts), joint.size, sum(joint.levels))

    def split(self, numbers: Array) -> tuple[Array, Array, Array]:
        """Views: (columns,), (K, d) and (K, d, d)."""
        columns, first = self.columns, self.first
        return (
            numbers[:columns],
            numbers[columns:first].reshape(self.vectors),
            numbers[first : self.middle].reshape(self.matrices),
        )

    def by_column(self, numbers: Array) -> tuple[Array, ...]:
        """(K, L) views of each column of categories, of (K, T) numbers."""
        if not self.joint.levels:
            return ()
        whole = numbers.reshape(self.components, -1)
        return tuple(np.split(whole, np.cumsum(self.joint.levels)[:-1], axis=1))

    def pack(self, start: Mixture, room: Array) -> None:
        """Write a mixture where compiled.steps.State has it."""
        mixing, means, covariances = self.split(room)
        mixing[: self.components], means[:], covariances[:] = start.weights, start.means, start.covariances
        if start.chances:
            room[self.middle : self.middle + self.levels] = np.concatenate(start.chances, axis=1).ravel()
        if start.noise is not None:
            mixing[-1], room[self.moments - 1] = start.noise.weight, -start.noise.log_volume

    def pack_moments(self, start: Moments, room: Array) -> None:
        """Write all that an M-step needs of moments without noise."""
        room[self.moments : self.totals + 4] = start.numbers
        if start.counts:
            room[self.end - self.levels : self.end] = np.concatenate(start.counts, axis=1).ravel()

    def place(self, numbers: Array, is_near_singular: bool) -> Place:
        """A place of (end,) numbers as compiled code left them."""
        weights = numbers[self.moments :][: self.components]
        return Place(float(numbers[self.totals]), float(weights.min()), is_near_singular, lambda: self._apart(numbers))

    def _apart(self, numbers: Array) -> tuple[Mixture, Moments]:
        numbers.flags.writeable = False
        k, noise = self.components, self.noise
        mixing, means, covariances = self.split(numbers)
        chances = self.by_column(numbers[self.middle : self.middle + self.levels])
        noise = noise and replace(noise, weight=float(mixing[k]))
        mixture = Mixture(mixing[:k], means, covariances, noise, chances)
        weight, mean, scatter = self.split(numbers[self.moments :])
        log_likelihood, rows, entropy, log_largest = numbers[self.totals : self.totals + 4].tolist()
        totals = log_likelihood, rows, float(weight[k:].sum()), entropy, log_largest
        return mixture, Moments(weight[:k], mean, scatter, *totals, self.by_column(numbers[self.end - self.levels :]))
