"""The compiled twin of core.mixture.hierarchy: each cluster keeps its cheapest partner among those before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from core.arrays import Array
from core.mixture.compiled.pointers import MATRIX, OUT, Pointer, copy, entry, fill, inner, pointer

__all__ = ["merge", "room"]


class Clusters(NamedTuple):
    """What is known of m clusters, each at the place of its first row."""

    counts: Pointer  # (m,), 0 of one that has joined another
    terms: Pointer  # (m,) parts of the criterion
    least: Pointer  # (m,) cost of the cheapest merge with a cluster before it
    partners: Pointer  # (m,) that cluster
    means: Pointer  # (m, d)
    scatters: Pointer  # (m, d, d)
    costs: Pointer  # (m, m) of merging i with j < i
    joint: Pointer  # (d, d) scatter of two together
    factor: Pointer  # (d, d)


def room(m: int, d: int) -> int:
    """Doubles that merging (m, d) rows takes."""
    return m * (4 + d + d * d + m) + 2 * d * d


@inner
def clusters_in(place: Pointer, m: int, d: int) -> Clusters:
    """Clusters in room(m, d) doubles."""
    means = place + 4 * m
    scatters = means + m * d
    costs = scatters + m * d * d
    joint = costs + m * m
    return Clusters(place, place + m, place + 2 * m, place + 3 * m, means, scatters, costs, joint, joint + d * d)


@inner
def log_determinant(matrix: Pointer, d: int, factor: Pointer) -> float:
    """Of a (d, d) matrix; minus infinity if it is not positive definite."""
    found = 0.0
    for j in range(d):
        for i in range(j, d):
            entry = matrix[i * d + j]
            for m in range(j):
                entry -= factor[i * d + m] * factor[j * d + m]
            if i == j:
                if not entry > 0.0:
                    return -np.inf
                found += np.log(entry)
                factor[j * d + j] = np.sqrt(entry)
            else:
                factor[i * d + j] = entry / factor[j * d + j]
    return found


@inner
def term_of(count: float, trace: float, matrix: Pointer, d: int, least: float, factor: Pointer) -> float:
    """A cluster's part of the criterion; matrix, its scatter, is looked at beyond d rows only."""
    flat = np.log((trace + least) / count)
    if count <= d:
        return count * flat
    full = log_determinant(matrix, d, factor) - d * np.log(count)
    high, low = max(full, flat), min(full, flat)
    return count * (high + np.log(1.0 + np.exp(low - high)))


@inner
def trace_of(matrix: Pointer, d: int) -> float:
    """The sum of the diagonal."""
    found = 0.0
    for j in range(d):
        found += matrix[j * d + j]
    return found


@inner
def join(now: Clusters, i: int, j: int, d: int) -> None:
    """Write the scatter of two clusters together, its lower half."""
    between = now.counts[i] * now.counts[j] / (now.counts[i] + now.counts[j])
    for a in range(d):
        step = between * (now.means[i * d + a] - now.means[j * d + a])
        for b in range(a + 1):
            both = now.scatters[(i * d + a) * d + b] + now.scatters[(j * d + a) * d + b]
            now.joint[a * d + b] = both + step * (now.means[i * d + b] - now.means[j * d + b])


@inner
def cost_of(now: Clusters, i: int, j: int, d: int, least: float) -> float:
    """What merging two clusters costs."""
    count = now.counts[i] + now.counts[j]
    trace = trace_of(now.scatters + i * d * d, d) + trace_of(now.scatters + j * d * d, d)
    if count > d:
        join(now, i, j, d)
        trace = trace_of(now.joint, d)
    else:
        for a in range(d):
            trace += now.counts[i] * now.counts[j] / count * (now.means[i * d + a] - now.means[j * d + a]) ** 2
    return term_of(count, trace, now.joint, d, least, now.factor) - now.terms[i] - now.terms[j]


@inner
def look_for_partner(now: Clusters, i: int, m: int) -> None:
    """The cheapest cluster before one."""
    now.least[i] = np.inf
    for j in range(i):
        if now.counts[j] > 0.0 and now.costs[i * m + j] < now.least[i]:
            now.least[i], now.partners[i] = now.costs[i * m + j], j


@inner
def merge_two(now: Clusters, stays: int, joins: int, d: int, least: float) -> None:
    """Put a cluster into one before it."""
    join(now, stays, joins, d)
    for a in range(d):
        for b in range(a + 1):
            now.scatters[(stays * d + a) * d + b] = now.joint[a * d + b]
    share = now.counts[joins] / (now.counts[stays] + now.counts[joins])
    for a in range(d):
        now.means[stays * d + a] += share * (now.means[joins * d + a] - now.means[stays * d + a])
    now.counts[stays] += now.counts[joins]
    now.counts[joins] = 0.0
    trace = trace_of(now.joint, d)
    now.terms[stays] = term_of(now.counts[stays], trace, now.joint, d, least, now.factor)


@inner
def price_again(now: Clusters, stays: int, joined: int, m: int, d: int, least: float) -> None:
    """New costs for a cluster that has grown, and new partners for those that lost theirs."""
    for i in range(m):
        if now.counts[i] == 0.0 or i == stays:
            continue
        high, low = max(i, stays), min(i, stays)
        cost = cost_of(now, i, stays, d, least)
        now.costs[high * m + low] = cost
        if i > stays and cost < now.least[i]:
            now.least[i], now.partners[i] = cost, stays
        elif i > stays and (now.partners[i] == stays or now.partners[i] == joined):
            look_for_partner(now, i, m)
    look_for_partner(now, stays, m)


@entry(types.void(MATRIX, types.float64, OUT, OUT))
def merge(rows: Array, least: float, place: Array, order: Array) -> None:
    """Write the two clusters of each merge of (m, d) rows, the one that stays first; place has room(m, d) doubles."""
    m, d = rows.shape
    now = clusters_in(pointer(place), m, d)
    fill(now.counts, m, 1.0)
    fill(now.terms, m, np.log(least))
    fill(now.scatters, m * d * d, 0.0)
    copy(pointer(rows), now.means, m * d)
    for i in range(m):
        for j in range(i):
            now.costs[i * m + j] = cost_of(now, i, j, d, least)
        look_for_partner(now, i, m)
    for step in range(m - 1):
        joins = 0
        for i in range(1, m):
            if now.counts[i] > 0.0 and (joins == 0 or now.least[i] < now.least[joins]):
                joins = i
        stays = int(now.partners[joins])
        order[2 * step], order[2 * step + 1] = stays, joins
        merge_two(now, stays, joins, d, least)
        price_again(now, stays, joins, m, d, least)
