"""The pass over rows with blanks, fast: the fused kernel on the rows of each pattern, linear algebra for all at once.

A column that is blank in a pattern gets zeros in the whitening factors, so its cells have no say and may hold any
number. What the kernel sums about the mixture's means is linear in the rows, so the sums of all patterns are completed
together (as in `missing.Regression`) and added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import add
from types import ModuleType

import numpy as np

from core.arrays import Array
from core.data.patterns import Mask, Patterns, Positions
from core.errors import DegenerateError
from core.mixture import compiled, missing
from core.mixture.kernels import moments_of, packed_order
from core.mixture.model import LOG_2PI, Mixture
from core.mixture.moments import Moments

BATCH_CELLS = 500_000  # patterns x components x features^2 whose factors are held at a time: 4 MB each


def e_step(mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
    """Expected moments of (n, d) values, NaN where blank: the numbers of `missing.e_step`."""
    return _e_step(mixture, values, weights, full_factors)


def diagonal_e_step(mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
    """The same for diagonal covariances: of the scatter only the diagonal is computed, the rest is zero."""
    found = _e_step(mixture, values, weights, diagonal_factors)
    return replace(found, scatter=found.scatter * np.eye(mixture.features))


@dataclass(frozen=True)
class Factors:
    """A mixture as the rows of P patterns see it."""

    packed: Array  # (P, K, ...) whitening factors as the kernel reads them, zero in blank columns
    log_roots: Array  # (P, K) log of the root of the determinant of the precision of the observed columns
    slope: Array | None  # (P, K, d, d) from observed columns to all; None where blank ones are unrelated to them
    covariance: Array  # (P, K, d, d) that remains of the blank columns


def full_factors(mixture: Mixture, observed: Mask) -> Factors:
    """For (P, d) observed columns; blank ones stand apart with a variance of 1 while factors are taken."""
    both = observed[:, None, :, None] & observed[:, None, None, :]
    eye = np.eye(mixture.features)
    blank = ~observed[:, None, :, None]
    seen = np.where(both, mixture.covariances, blank * eye)
    try:
        whitening = np.tril(np.linalg.inv(np.linalg.cholesky(seen)))
    except np.linalg.LinAlgError:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.") from None
    log_roots = np.log(np.diagonal(whitening, axis1=2, axis2=3)).sum(axis=2)
    whitening *= both
    crossing = np.where(blank & observed[:, None, None, :], mixture.covariances, 0.0)
    explained = crossing @ whitening.swapaxes(2, 3)
    remaining = np.where(blank & blank.swapaxes(2, 3), mixture.covariances, 0.0) - explained @ explained.swapaxes(2, 3)
    slope = explained @ whitening + (both & (eye > 0))
    packed = np.ascontiguousarray(whitening[:, :, *packed_order(mixture.features)])
    return Factors(packed, log_roots, slope, remaining)


def diagonal_factors(mixture: Mixture, observed: Mask) -> Factors:
    """For (P, d) observed columns of a mixture with diagonal covariances."""
    variances = np.diagonal(mixture.covariances, axis1=1, axis2=2)
    if not variances.min() > 0:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.")
    seen = observed[:, None, :]
    log_roots = -np.where(seen, np.log(variances), 0.0).sum(axis=2) / 2
    remaining = np.where(seen, 0.0, variances)[..., None] * np.eye(mixture.features)
    return Factors(np.where(seen, 1 / np.sqrt(variances), 0.0), log_roots, None, remaining)


def _e_step(
    mixture: Mixture, values: Array, weights: Array | None, factors_of: Callable[[Mixture, Mask], Factors]
) -> Moments:
    passes = compiled.load("passes")
    if passes is None:
        return missing.e_step(mixture, values, weights)
    patterns = Patterns.of(values)
    rows = np.where(np.isnan(values), 0.0, values)
    given = np.empty(0) if weights is None else np.asarray(weights, dtype=np.float64)
    if patterns.order is not None:
        rows, given = rows[patterns.order], given if weights is None else given[patterns.order]
    batch = max(1, BATCH_CELLS // (mixture.components * mixture.features**2))
    parts = []
    for at in range(0, len(patterns.observed), batch):
        observed, starts = patterns.observed[at : at + batch], patterns.starts[at : at + batch + 1]
        factors = factors_of(mixture, observed)
        normalisers = _log_normalisers(mixture, factors, observed)
        sums = _sums(passes, mixture, (factors.packed, normalisers), (rows, given), starts)
        parts.append(_completed(mixture, factors, observed, sums))
    return moments_of(mixture, reduce(add, parts))


def _log_normalisers(mixture: Mixture, factors: Factors, observed: Mask) -> Array:
    """(P, K), or (P, K + 1) with the log density of noise last."""
    with np.errstate(divide="ignore"):
        found = np.log(mixture.weights) + factors.log_roots - observed.sum(axis=1)[:, None] * (LOG_2PI / 2)
        if mixture.noise is None:
            return found
        volumes = [mixture.noise.seen_in(each).log_volume for each in observed]
        return np.column_stack([found, np.log(mixture.noise.weight) - np.array(volumes)])


def _sums(
    passes: ModuleType, mixture: Mixture, parts: tuple[Array, Array], rows: tuple[Array, Array], starts: Positions
) -> Array:
    """(P, sums_room) sums of the rows of each pattern about the mixture's means, as the kernel leaves them."""
    packed, normalisers = (np.ascontiguousarray(each) for each in parts)
    values, weights = rows
    size = passes.Sizes(mixture.features, mixture.components, normalisers.shape[1])
    room = passes.sums_room(size)
    found, work = np.empty((len(packed), room)), np.empty(room + passes.block_room(size))
    bounds = starts.tolist()
    for p, (at, end) in enumerate(pairwise(bounds)):
        work[:room] = 0.0
        passes.add_rows(values[at:end], weights[at:end], mixture.means, packed[p], normalisers[p], work)
        found[p] = work[:room]
    return found


def _completed(mixture: Mixture, factors: Factors, observed: Mask, sums: Array) -> Array:
    """(sums_room,) sums of all patterns over all columns, from those over their observed columns; lower triangles."""
    components, features = mixture.means.shape
    columns = components + (mixture.noise is not None)
    edges = np.cumsum((columns, components * features, components * features**2))
    weight, first, second, totals = np.split(sums, edges, axis=1)
    seen = observed[:, None, :]
    first = first.reshape(-1, components, features) * seen
    lower = second.reshape(-1, components, features, features)
    square = (lower + np.tril(lower, -1).swapaxes(2, 3)) * (seen[..., None] & seen[:, :, None, :])
    if factors.slope is not None:
        first = (factors.slope @ first[..., None])[..., 0]
        square = factors.slope @ square @ factors.slope.swapaxes(2, 3)
    square = square + weight[:, :components, None, None] * factors.covariance
    found = (weight, first, np.tril(square), totals)
    return np.concatenate([each.sum(axis=0).ravel() for each in found])
