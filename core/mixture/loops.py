"""Many passes of EM in one call, for rows in memory: with few rows, a call from Python costs more than a pass.

Compiled by Numba where possible; otherwise the same passes in NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from core.arrays import Array
from core.data.source import ArraySource
from core.errors import DegenerateError
from core.mixture import compiled, kernels
from core.mixture.covariance import TO_THE_END, Sweeps
from core.mixture.em import passes
from core.mixture.family import Family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import Moments


class End(Enum):
    """How a loop ended."""

    GOING = 0  # it took all passes it was given
    SETTLED = 1  # a pass changed the log-likelihood by less than the tolerance
    DEGENERATE = 2  # a component lost its rows, or a covariance fell under the floor; the mixture before that stands


@dataclass(frozen=True)
class Limits:
    """When a loop ends."""

    floor: Array  # (d,) least variance along each column
    passes: int
    tolerance: float = 0.0  # of the log-likelihood, relative to 1 + itself
    sweeps: Sweeps = TO_THE_END


@dataclass(frozen=True)
class Ran:
    """Where a loop came to."""

    mixture: Mixture
    found: Moments  # at this mixture
    trace: tuple[float, ...]  # log-likelihood at each pass, from the first mixture on
    end: End


def plain(family: Family, mixture: Mixture, source: ArraySource, limits: Limits) -> Ran:
    """Plain EM from a mixture, at most limits.passes E-steps. Raises DegenerateError if not one of them is possible."""
    loops = compiled.load("loops")
    if loops is None:
        return _numpy_plain(family, mixture, source, limits)
    size = loops.Sizes(mixture.features, mixture.components, mixture.components + (mixture.noise is not None))
    axes = (axis.freedom for axis in family.axes)
    sweeps = limits.sweeps.most, limits.sweeps.tolerance
    task = loops.Task(size.components, size.columns, *axes, *sweeps, limits.tolerance)
    room, trace = np.empty(loops.loop_room(source.n, size)), np.empty(max(limits.passes, 1))
    start = _flat(mixture)
    room[: len(start)] = start
    weights = np.empty(0) if source.weights is None else source.weights
    end, taken = loops.plain(source.values, weights, task, limits.floor, room, trace)
    if not taken:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.")
    return Ran(*_unpack(room, mixture), tuple(trace[:taken].tolist()), End(end))


def _flat(mixture: Mixture) -> Array:
    """A mixture's numbers as compiled.steps.State begins with them."""
    noise = () if mixture.noise is None else (mixture.noise.weight,)
    density = 0.0 if mixture.noise is None else -mixture.noise.log_volume
    return np.concatenate((mixture.weights, noise, mixture.means.ravel(), mixture.covariances.ravel(), (density,)))


def _unpack(room: Array, start: Mixture) -> tuple[Mixture, Moments]:
    """The mixture and its moments that a loop left behind."""
    components, features = start.means.shape
    noisy = int(start.noise is not None)
    block = [components, noisy, components * features, components * features**2]
    parts = iter(np.split(room, np.cumsum([*block, 1, *block, 4])))
    weights, noise, means, covariances = _shaped(parts, features)
    next(parts)
    weight, noise_weight, mean, scatter = _shaped(parts, features)
    log_likelihood, rows, entropy, log_largest = next(parts).tolist()
    box = start.noise and Noise(float(noise.sum()), start.noise.log_volume)
    found = Moments(weight, mean, scatter, log_likelihood, rows, float(noise_weight.sum()), entropy, log_largest)
    return Mixture(weights, means, covariances, box), found


def _shaped(parts: Iterator[Any], features: int) -> tuple[Array, Array, Array, Array]:
    """Weights, noise weight, (K, d) and (K, d, d)."""
    weights, noise, vectors, matrices = (next(parts) for _ in range(4))
    return weights, noise, vectors.reshape(-1, features), matrices.reshape(-1, features, features)


def _numpy_plain(family: Family, mixture: Mixture, source: ArraySource, limits: Limits) -> Ran:
    step = kernels.diagonal_e_step if family.is_diagonal else kernels.e_step
    steps = passes(family, mixture, source, step, limits.floor, limits.sweeps)
    mixture, found = next(steps)
    trace = [found.log_likelihood]
    while len(trace) < limits.passes:
        try:
            mixture, found = next(steps)
        except DegenerateError:
            return Ran(mixture, found, tuple(trace), End.DEGENERATE)
        trace.append(found.log_likelihood)
        if abs(trace[-1] - trace[-2]) <= limits.tolerance * (1 + abs(trace[-1])):
            return Ran(mixture, found, tuple(trace), End.SETTLED)
    return Ran(mixture, found, tuple(trace), End.GOING)
