"""The fused pass: from a mixture and rows to Moments, or to scores, with nothing of size n x K in between.

Rows go through in blocks that fit the fastest cache, compiled by Numba, free of Python's lock. Chunks of CHUNK_ROWS
are summed apart and folded in order, so any map over them, on any number of threads, gives the same bits. Where Numba
cannot compile or keep what it compiled, the same functions run in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from core.arrays import Array
from core.mixture import compiled, em
from core.mixture.model import Mixture
from core.mixture.moments import Moments

CHUNK_ROWS = 8_192  # the unit of work that threads share out; a whole number of blocks

Map = Callable[[Callable[[slice], Any], Iterable[slice]], Iterable[Any]]
Sums = tuple[Array, Array, Array, Array]  # weight, first and second moments about the current means, totals
Kernel = Callable[[Array, Array], Sums]  # of values (m, d) and row weights (m,), or (0,) where every row weighs 1
Scores = tuple[Array, Array]  # (m,) log densities, (m, K) or (m, K + 1) responsibilities


def e_step(mixture: Mixture, values: Array, weights: Array | None = None, over: Map = map) -> Moments:
    """Moments of (n, d) values with (n,) row weights under the responsibilities that the mixture gives them.

    over maps a function over chunks of rows and returns its values in order; a thread pool's map spreads the work.
    A row whose density is zero under every component makes the log-likelihood -inf and belongs to none.
    """
    passes = _passes()
    if passes is None:
        return em.e_step(mixture, values, weights)
    parts = mixture.means, mixture.whitening, _log_normalisers(mixture)
    return _summed(lambda rows, each: passes.full_sums(rows, each, *parts), mixture, values, weights, over)


def diagonal_e_step(mixture: Mixture, values: Array, weights: Array | None = None, over: Map = map) -> Moments:
    """The same for diagonal covariances: of the scatter only the diagonal is computed, the rest is zero."""
    passes = _passes()
    if passes is None:
        return _diagonal(em.e_step(mixture, values, weights))
    per_deviation = np.diagonal(mixture.whitening, axis1=1, axis2=2).copy()
    parts = mixture.means, per_deviation, _log_normalisers(mixture)
    found = _summed(lambda rows, each: passes.diagonal_sums(rows, each, *parts), mixture, values, weights, over)
    return _diagonal(found)


def log_density(mixture: Mixture, values: Array, over: Map = map) -> Array:
    """(n,) natural log of the density at (n, d) values."""
    return np.concatenate([chunk for chunk, _ in _scores(mixture, values, over)])


def responsibilities(mixture: Mixture, values: Array, over: Map = map) -> Array:
    """(n, K) posterior probabilities of the components, noise last if there is any; zeros where the density is zero."""
    return np.concatenate([chunk for _, chunk in _scores(mixture, values, over)])


def labels(mixture: Mixture, values: Array, over: Map = map) -> npt.NDArray[np.intp]:
    """(n,) most probable component of each row, K for noise; the first of several equal ones."""
    return np.concatenate([chunk.argmax(axis=1) for _, chunk in _scores(mixture, values, over)])


def warm_up() -> None:
    """Compile every pass, or load what an earlier start compiled, so that no fit has to wait for it."""
    _passes()


def _passes() -> ModuleType | None:
    return compiled.load("passes")


def _chunks(rows: int) -> list[slice]:
    """Consecutive chunks, at least one."""
    return [slice(at, at + CHUNK_ROWS) for at in range(0, max(rows, 1), CHUNK_ROWS)]


def _log_normalisers(mixture: Mixture) -> Array:
    """(K,), or (K + 1,) with the constant log density of noise last."""
    if mixture.noise is None:
        return mixture.log_normalisers
    with np.errstate(divide="ignore"):
        return np.append(mixture.log_normalisers, np.log(mixture.noise.weight) - mixture.noise.log_volume)


def _summed(kernel: Kernel, mixture: Mixture, values: Array, weights: Array | None, over: Map) -> Moments:
    """A kernel's sums over all chunks, as Moments."""
    rows = np.asarray(values, dtype=np.float64)
    each = np.empty(0) if weights is None else np.asarray(weights, dtype=np.float64)
    return _moments(mixture, reduce(_add, over(lambda chunk: kernel(rows[chunk], each[chunk]), _chunks(len(rows)))))


def _add(left: Sums, right: Sums) -> Sums:
    return left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]


def _moments(mixture: Mixture, sums: Sums) -> Moments:
    """Sums about the mixture's means as Moments about their own."""
    weight, first, second, totals = sums
    own, noise = np.split(weight, [mixture.components])
    step = first / np.where(own > 0, own, 1.0)[:, None]
    between = step[:, :, None] * step[:, None, :] * own[:, None, None]
    scatter = second + np.tril(second, -1).transpose(0, 2, 1) - between
    log_likelihood, rows, entropy, log_largest = (float(each) for each in totals)
    return Moments(own, mixture.means + step, scatter, log_likelihood, rows, float(noise.sum()), entropy, log_largest)


def _diagonal(found: Moments) -> Moments:
    """The same moments without the products of different features."""
    return replace(found, scatter=found.scatter * np.eye(found.mean.shape[1]))


def _scores(mixture: Mixture, values: Array, over: Map) -> Iterable[Scores]:
    """The scores of each chunk."""
    rows = np.asarray(values, dtype=np.float64)
    passes = _passes()
    if passes is None:
        return over(lambda chunk: _numpy_scores(mixture, rows[chunk]), _chunks(len(rows)))
    parts = mixture.means, mixture.whitening, _log_normalisers(mixture)
    return over(lambda chunk: passes.scores(rows[chunk], np.empty(0), *parts), _chunks(len(rows)))


def _numpy_scores(mixture: Mixture, rows: Array) -> Scores:
    joint = mixture.log_joint(rows)
    log_density = logsumexp(joint, axis=1)
    return log_density, np.exp(joint - np.where(np.isneginf(log_density), 0.0, log_density)[:, None])
