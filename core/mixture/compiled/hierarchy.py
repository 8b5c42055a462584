"""The compiled twin of core.mixture.starts.hierarchy: each cluster keeps its cheapest partner among those before it.

A cluster is priced with eight others at a time. Whatever is known of clusters stands one cluster after the other, each
in the order of their first rows, so that eight of them are loaded at once; those that have joined another have no rows
and cost without end. When half are gone, the others close ranks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from ...arrays import Array
from .blocks import LANES
from .elementary import log
from .lanes import Lanes, fill8, load8, store, total, where_less
from .pointers import MATRIX, OUT, Pointer, entry, fill, inlined, inner, pointer, shared

__all__ = ["merge", "room"]


class Clusters(NamedTuple):
    """What is known of m clusters; numbers of one feature after those of another, a stride apart."""

    stride: int  # m up to full lanes
    counts: Pointer  # (stride,)
    names: Pointer  # (m,) first rows
    terms: Pointer  # (stride,) parts of the criterion
    means: Pointer  # (d, stride)
    scatters: Pointer  # (d (d + 1) / 2, stride) lower triangles, row by row
    prices: Pointer  # (stride,) of merging one cluster with each
    least: Pointer  # (m,) cost of the cheapest merge with a cluster before it
    partners: Pointer  # (m,) that cluster
    costs: Pointer  # (m, stride) of merging i with j < i
    joint: Pointer  # (d (d + 1) / 2, LANES) scatters of eight together with one, then their factors


@shared
def padded(m: int) -> int:
    """As many, up to full lanes."""
    return (m + LANES - 1) // LANES * LANES


def room(m: int, d: int) -> int:
    """Doubles that merging (m, d) rows takes."""
    stride, triangle = padded(m), d * (d + 1) // 2
    return stride * (4 + d + triangle + m) + 2 * m + triangle * LANES


@inner
def clusters_in(place: Pointer, m: int, d: int) -> Clusters:
    """Clusters in room(m, d) doubles."""
    stride = padded(m)
    names, terms = place + stride, place + 2 * stride
    means = terms + stride
    scatters = means + d * stride
    prices = scatters + d * (d + 1) // 2 * stride
    least = prices + stride
    costs = least + 2 * m
    joint = costs + m * stride
    return Clusters(stride, place, names, terms, means, scatters, prices, least, least + m, costs, joint)


@inlined
def joint_scatter(now: Clusters, i: int, j: int, d: int, between: Lanes) -> Lanes:
    """Write the scatters of cluster i together with j to j + 7; returns their traces."""
    trace, at = fill8(0.0), 0
    for a in range(d):
        step = between * (load8(now.means, a * now.stride + j) - now.means[a * now.stride + i])
        for b in range(a + 1):
            both = load8(now.scatters, at * now.stride + j) + now.scatters[at * now.stride + i]
            found = both + step * (load8(now.means, b * now.stride + j) - now.means[b * now.stride + i])
            store(now.joint, at * LANES, found)
            at += 1
        trace = trace + found
    return trace


@inlined
def determinants_of(joint: Pointer, d: int, scales: Lanes) -> Lanes:
    """Of eight scatters times their scales, 0 where one is not positive definite; their lower triangles are spoilt."""
    zero, one = fill8(0.0), fill8(1.0)
    found = one
    for a in range(d):
        row = joint + a * (a + 1) // 2 * LANES
        for b in range(a + 1):
            above, entry = joint + b * (b + 1) // 2 * LANES, load8(row, b * LANES)
            for m in range(b):
                inverse = load8(joint, (m * (m + 3) // 2) * LANES)
                entry = entry - load8(row, m * LANES) * inverse * load8(above, m * LANES)
            if a == b:
                found = where_less(zero, entry, found * entry * scales, zero)
                entry = one / where_less(zero, entry, entry, one)
            store(row, b * LANES, entry)
    return found


@inner
def price(now: Clusters, i: int, others: int, d: int, least: float, prices: Pointer) -> None:
    """Write what merging cluster i with each of the first others would cost, up to full lanes."""
    count, zero, one, endless, most = now.counts[i], fill8(0.0), fill8(1.0), fill8(np.inf), fill8(d + 0.5)
    for j in range(0, others, LANES):
        theirs = load8(now.counts, j)
        counts = theirs + count
        scales = one / counts
        traces = joint_scatter(now, i, j, d, theirs * count * scales)
        volumes = (traces + least) * scales
        full = where_less(most, counts, one, zero)
        if total(full) > 0.0:
            volumes = volumes + full * determinants_of(now.joint, d, scales)
        found = counts * log(volumes) - load8(now.terms, j) - now.terms[i]
        store(prices, j, where_less(zero, theirs, found, endless))


@inner
def price_rows(now: Clusters, i: int, d: int, least: float, prices: Pointer) -> None:
    """The same for rows by themselves, of more than one feature: two of them have a distance, and no determinant."""
    for j in range(0, i, LANES):
        squares = fill8(0.0)
        for a in range(d):
            step = load8(now.means, a * now.stride + j) - now.means[a * now.stride + i]
            squares = squares + step * step
        store(prices, j, 2.0 * log(0.25 * squares + 0.5 * least) - load8(now.terms, j) - now.terms[i])


@inner
def close_ranks(now: Clusters, m: int, d: int) -> int:
    """Move the clusters that remain to the front, in their order; how many they are."""
    remain, places = 0, now.prices
    for i in range(m):
        places[i] = -1.0
        if now.counts[i] > 0.0:
            places[i] = remain
            remain += 1
    for i in range(m):
        to = int(places[i])
        if to < 0:
            continue
        for j in range(i):
            if places[j] >= 0.0:
                now.costs[to * now.stride + int(places[j])] = now.costs[i * now.stride + j]
        now.counts[to], now.names[to], now.terms[to] = now.counts[i], now.names[i], now.terms[i]
        now.least[to] = now.least[i]
        now.partners[to] = places[int(now.partners[i])] if to > 0 else 0.0
        for a in range(d):
            now.means[a * now.stride + to] = now.means[a * now.stride + i]
        for at in range(d * (d + 1) // 2):
            now.scatters[at * now.stride + to] = now.scatters[at * now.stride + i]
    fill(now.counts + remain, m - remain, 0.0)
    return remain


@inner
def look_for_partner(now: Clusters, i: int) -> None:
    """The cheapest cluster before one."""
    now.least[i] = np.inf
    for j in range(i):
        if now.counts[j] > 0.0 and now.costs[i * now.stride + j] < now.least[i]:
            now.least[i], now.partners[i] = now.costs[i * now.stride + j], j


@inner
def merge_two(now: Clusters, stays: int, joins: int, d: int) -> None:
    """Put a cluster into one before it; the price of both together is known."""
    ours, theirs, at = now.counts[stays], now.counts[joins], 0
    for a in range(d):
        means = now.means + a * now.stride
        step = ours * theirs / (ours + theirs) * (means[joins] - means[stays])
        for b in range(a + 1):
            others, scatter = now.means + b * now.stride, now.scatters + at * now.stride
            scatter[stays] += scatter[joins] + step * (others[joins] - others[stays])
            at += 1
    for a in range(d):
        means = now.means + a * now.stride
        means[stays] += theirs / (ours + theirs) * (means[joins] - means[stays])
    now.counts[stays], now.counts[joins] = ours + theirs, 0.0
    now.terms[stays] += now.terms[joins] + now.least[joins]


@inner
def price_again(now: Clusters, stays: int, joined: int, m: int, d: int, least: float) -> None:
    """New costs for a cluster that has grown, and new partners for those that lost theirs."""
    price(now, stays, m, d, least, now.prices)
    for i in range(m):
        if now.counts[i] == 0.0 or i == stays:
            continue
        cost = now.prices[i]
        now.costs[max(i, stays) * now.stride + min(i, stays)] = cost
        if i > stays and cost < now.least[i]:
            now.least[i], now.partners[i] = cost, stays
        elif i > stays and (now.partners[i] == stays or now.partners[i] == joined):
            look_for_partner(now, i)
    look_for_partner(now, stays)


@entry(types.void(MATRIX, types.float64, OUT, OUT))
def merge(rows: Array, least: float, place: Array, order: Array) -> None:
    """Write the two clusters of each merge of (m, d) rows, the one that stays first; place has room(m, d) doubles."""
    m, d = rows.shape
    now = clusters_in(pointer(place), m, d)
    fill(now.counts, now.stride, 0.0)
    fill(now.counts, m, 1.0)
    fill(now.terms, now.stride, np.log(least))
    fill(now.means, d * now.stride, 0.0)
    fill(now.scatters, d * (d + 1) // 2 * now.stride, 0.0)
    for i in range(m):
        now.names[i] = i
        for a in range(d):
            now.means[a * now.stride + i] = rows[i, a]
    for i in range(m):
        if d > 1:
            price_rows(now, i, d, least, now.costs + i * now.stride)
        else:
            price(now, i, i, d, least, now.costs + i * now.stride)
        look_for_partner(now, i)
    for step in range(len(rows) - 1):
        if 2 * (len(rows) - step) <= m:
            m = close_ranks(now, m, d)
        joins = 0
        for i in range(1, m):
            if now.counts[i] > 0.0 and (joins == 0 or now.least[i] < now.least[joins]):
                joins = i
        stays = int(now.partners[joins])
        order[2 * step], order[2 * step + 1] = now.names[stays], now.names[joins]
        merge_two(now, stays, joins, d)
        price_again(now, stays, joins, m, d, least)
