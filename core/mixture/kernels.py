"""The fused pass: from a mixture and rows to Moments, or to scores, with nothing of size n x K in between.

Rows go through in blocks that fit the fastest cache, compiled by Numba, free of Python's lock. Chunks of CHUNK_ROWS
are summed apart and folded in order, so any map over them, on any number of threads, gives the same bits. Where Numba
cannot compile or keep what it compiled, the same functions run in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache, reduce
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from core.arrays import Array
from core.data.patterns import Patterns, has_blanks
from core.data.source import as_rows
from core.mixture import compiled
from core.mixture.em import m_step as em
from core.mixture.model import Mixture
from core.mixture.moments import Moments

CHUNK_ROWS = 8_192  # the unit of work that threads share out; a whole number of blocks
TILE = 4  # rows of the whitening factor that are worked on together

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # as Python's own map
Parts = tuple[Array, Array, Array]  # means (K, d), factors, log normalisers: a mixture as the pass reads it


def e_step(mixture: Mixture, values: Array, weights: Array | None = None, over: Map = map) -> Moments:
    """Moments of (n, d) values with (n,) row weights under the responsibilities that the mixture gives them.

    over maps a function over chunks of rows and returns its values in order; a thread pool's map spreads the work.
    A row whose density is zero under every component makes the log-likelihood -inf and belongs to none.
    """
    passes = _passes()
    if passes is None:
        return em.e_step(mixture, values, weights)
    return _summed(passes, mixture, _full_parts(mixture), (values, weights), over)


def diagonal_e_step(mixture: Mixture, values: Array, weights: Array | None = None, over: Map = map) -> Moments:
    """The same for diagonal covariances: of the scatter only the diagonal is computed, the rest is zero."""
    passes = _passes()
    if passes is None:
        found = em.e_step(mixture, values, weights)
    else:
        found = _summed(passes, mixture, _diagonal_parts(mixture), (values, weights), over)
    return replace(found, scatter=found.scatter * np.eye(mixture.features))


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
    """Compile every pass and loop, or load what an earlier start compiled, so that no fit has to wait for it."""
    compiled.build()
    for name in compiled.MODULES:
        compiled.load(name)


def _passes() -> ModuleType | None:
    return compiled.load("passes")


def _chunks(rows: int) -> list[slice]:
    """Consecutive chunks, at least one."""
    return [slice(at, at + CHUNK_ROWS) for at in range(0, max(rows, 1), CHUNK_ROWS)]


def _full_parts(mixture: Mixture) -> Parts:
    packed = np.ascontiguousarray(mixture.whitening[:, *packed_order(mixture.features)])
    return mixture.means, packed, _log_normalisers(mixture)


def _diagonal_parts(mixture: Mixture) -> Parts:
    per_deviation = np.diagonal(mixture.whitening, axis1=1, axis2=2).copy()
    return mixture.means, per_deviation, _log_normalisers(mixture)


@lru_cache(maxsize=16)
def packed_order(features: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of a lower triangle as compiled.full.pack orders them: by tiles of four rows, then by column."""
    head = features % TILE
    rows, columns = np.tril_indices(features)
    tile = np.where(rows < head, rows, head + (rows - head) // TILE * TILE)
    order = np.lexsort((rows, columns, tile))
    return rows[order], columns[order]


def _log_normalisers(mixture: Mixture) -> Array:
    """(K,), or (K + 1,) with the constant log density of noise last."""
    if mixture.noise is None:
        return mixture.log_normalisers
    with np.errstate(divide="ignore"):
        return np.append(mixture.log_normalisers, np.log(mixture.noise.weight) - mixture.noise.log_volume)


def _summed(passes: ModuleType, mixture: Mixture, parts: Parts, rows: tuple[Array, Array | None], over: Map) -> Moments:
    """The sums of all chunks, as Moments."""
    values = np.asarray(rows[0], dtype=np.float64)
    weights = np.empty(0) if rows[1] is None else np.asarray(rows[1], dtype=np.float64)
    room = passes.sums_room(_size(passes, parts)), passes.block_room(_size(passes, parts))

    def sums(chunk: slice) -> Array:
        found = np.zeros(sum(room))
        passes.add_rows(values[chunk], weights[chunk], *parts, found)
        return found[: room[0]]

    return moments_of(mixture, reduce(np.add, over(sums, _chunks(len(values)))))


def _size(passes: ModuleType, parts: Parts) -> Any:
    means, _, log_normalisers = parts
    return passes.Sizes(means.shape[1], means.shape[0], len(log_normalisers))


def moments_of(mixture: Mixture, sums: Array) -> Moments:
    """Sums about the mixture's means as Moments about their own."""
    components, features = mixture.means.shape
    columns = components + (mixture.noise is not None)
    sizes = components, columns - components, components * features, components * features**2
    weight, noise, first, second, totals = np.split(sums, np.cumsum(sizes))
    step = first.reshape(components, features) / np.where(weight > 0, weight, 1.0)[:, None]
    lower = second.reshape(components, features, features)
    between = step[:, :, None] * step[:, None, :] * weight[:, None, None]
    scatter = lower + np.tril(lower, -1).transpose(0, 2, 1) - between
    log_likelihood, rows, entropy, log_largest = (float(each) for each in totals)
    noise_weight = float(noise.sum())
    return Moments(weight, mixture.means + step, scatter, log_likelihood, rows, noise_weight, entropy, log_largest)


def _scores(mixture: Mixture, values: Array, over: Map) -> Iterable[tuple[Array, Array]]:
    """(log densities, responsibilities) of each chunk."""
    rows = as_rows(values, mixture.features)
    if has_blanks(rows):
        return [_scores_by_pattern(mixture, rows, over)]
    passes = _passes()
    if passes is None:
        return over(lambda chunk: _numpy_scores(mixture, rows[chunk]), _chunks(len(rows)))
    parts = _full_parts(mixture)

    def scores(chunk: slice) -> tuple[Array, Array]:
        size = _size(passes, parts)
        found = np.empty((len(rows[chunk]), 1 + size.columns))
        passes.score_rows(rows[chunk], *parts, found.reshape(-1), np.zeros(4 + passes.block_room(size)))
        return found[:, 0], found[:, 1:]

    return over(scores, _chunks(len(rows)))


def _scores_by_pattern(mixture: Mixture, rows: Array, over: Map) -> tuple[Array, Array]:
    """(log densities, responsibilities) of rows with blanks, each by the marginal of the columns that it has."""
    columns = mixture.components + (mixture.noise is not None)
    log_density, shares = np.empty(len(rows)), np.empty((len(rows), columns))
    for chosen, observed in Patterns.of(rows):
        marginal = mixture.seen_in(observed)
        if not observed.any():
            log_density[chosen], shares[chosen] = _numpy_scores(marginal, rows[chosen][:, observed])
            continue
        parts = list(_scores(marginal, rows[chosen][:, observed], over))
        log_density[chosen] = np.concatenate([density for density, _ in parts])
        shares[chosen] = np.concatenate([share for _, share in parts])
    return log_density, shares


def _numpy_scores(mixture: Mixture, rows: Array) -> tuple[Array, Array]:
    joint = mixture.log_joint(rows)
    log_density = logsumexp(joint, axis=1)
    return log_density, np.exp(joint - np.where(np.isneginf(log_density), 0.0, log_density)[:, None])
