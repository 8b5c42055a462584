"""Model-based agglomerative clustering: rows are merged in the order that costs the classification likelihood least.

The criterion is that of family VVV, each cluster with a covariance of its own (Banfield and Raftery 1993; Fraley
1998): the sum over clusters of n_k log(det(W_k / n_k) + (tr W_k + r) / n_k), where W_k is a cluster's scatter and the
second part, with r the mean variance of all columns, stands in for the determinant while a cluster is flat. Clusters
of up to d rows have no determinant, only the second part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...arrays import Array
from .. import compiled

Merges = npt.NDArray[np.intp]  # (m - 1, 2) at each step, the cluster that goes on and the one that joins it


def merge_all(rows: Array) -> Merges:
    """The merges of (m, d) rows down to one cluster; a cluster goes by its first row."""
    m, d = rows.shape
    fast = compiled.load("hierarchy")
    if fast is None:
        return _merge_in_numpy(rows)
    order = np.empty(2 * (m - 1))
    fast.merge(np.ascontiguousarray(rows), ridge(rows), np.empty(fast.room(m, d)), order)
    return order.reshape(-1, 2).astype(np.intp)


def cut(merges: Merges, clusters: int) -> npt.NDArray[np.intp]:
    """(m,) labels 0, 1, ... of that many clusters, in the order of their first rows."""
    heads = np.arange(len(merges) + 1)
    stays, joins = merges[: len(merges) + 1 - clusters].T
    heads[joins] = stays
    while True:  # each row to the head of its head, until all heads are their own
        further = heads[heads]
        if np.array_equal(further, heads):
            return np.unique(heads, return_inverse=True)[1]
        heads = further


def ridge(rows: Array) -> float:
    """The mean variance of the columns."""
    return float(np.mean(np.var(rows, axis=0)))


def terms_of(counts: Array, scatters: Array, least: float) -> Array:
    """(c,) each cluster's part of the criterion, of (c,) counts and (c, d, d) scatters."""
    d = scatters.shape[1]
    flat = (np.trace(scatters, axis1=1, axis2=2) + least) / counts
    signs, logs = np.linalg.slogdet(scatters)
    logs = np.where((signs > 0) & (counts > d), logs - d * np.log(counts), -np.inf)
    return np.asarray(counts * np.logaddexp(logs, np.log(flat)))


def _merge_in_numpy(rows: Array) -> Merges:
    """The same without compiled code."""
    m, d = rows.shape
    least = ridge(rows)
    counts, means, scatters = np.ones(m), rows.copy(), np.zeros((m, d, d))
    terms = terms_of(counts, scatters, least)
    costs = np.full((m, m), np.inf)  # costs[i, j] of merging i with j < i

    def joined(i: int, others: npt.NDArray[np.intp]) -> Array:
        """(c, d, d) scatters of cluster i together with each of the others."""
        step = means[others] - means[i]
        between = (counts[i] * counts[others] / (counts[i] + counts[others]))[:, None, None]
        return np.asarray(scatters[i] + scatters[others] + between * step[:, :, None] * step[:, None, :])

    def price(i: int, others: npt.NDArray[np.intp]) -> None:
        found = terms_of(counts[i] + counts[others], joined(i, others), least) - terms[i] - terms[others]
        costs[np.maximum(i, others), np.minimum(i, others)] = found

    for i in range(1, m):
        price(i, np.arange(i))
    merges = np.empty((m - 1, 2), dtype=np.intp)
    alive = np.ones(m, dtype=bool)
    for step in range(m - 1):
        joins, stays = divmod(int(np.argmin(costs)), m)
        merges[step] = stays, joins
        scatters[stays] = joined(stays, np.array([joins]))[0]
        share = counts[joins] / (counts[stays] + counts[joins])
        means[stays] += share * (means[joins] - means[stays])
        counts[stays] += counts[joins]
        terms[stays] = terms_of(counts[[stays]], scatters[[stays]], least)[0]
        alive[joins] = False
        costs[joins, :] = costs[:, joins] = np.inf
        price(stays, np.flatnonzero(alive & (np.arange(m) != stays)))
    return merges
