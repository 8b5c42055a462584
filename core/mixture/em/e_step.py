"""The E-step: from rows to Moments (Dempster, Laird and Rubin 1977).

Moments of blocks add, so the rows may lie anywhere. Where compiled code can be had, rows go through it in blocks that
fit the fastest cache, free of Python's lock, with nothing of size n x K in between; chunks of CHUNK_ROWS are summed
apart and folded in order, so any map over them, on any number of threads, gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import add
from types import ModuleType
from typing import Any

import numpy as np

from ...arrays import Array
from ...data.joint_levels import JointLevels, joint_levels
from ...data.level_codes import counted
from ...data.patterns import Mask
from ...data.rows import Rows, RowSource
from .. import compiled
from ..marginals import Marginals
from ..missing import Regression
from ..model import Mixture, responsibilities_of
from ..moments import Moments, moments

CHUNK_ROWS = 8_192  # the unit of work that threads share out; a whole number of blocks
BATCH_CELLS = 500_000  # patterns x components x features^2 whose factors are held at a time: 4 MB each

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # as Python's own map
Unit = tuple[int, slice]  # a pattern, and some of its rows


def e_step(mixture: Mixture, rows: Rows, diagonal: bool = False, over: Map = map) -> Moments:
    """Expected moments of rows under the responsibilities that the mixture gives them.

    diagonal: covariances are, and of the scatter only the diagonal is wanted; the rest is zero. over maps a function
    over chunks of rows and returns its values in order; a thread pool's map spreads the work. A row whose density is
    zero under every component makes the log-likelihood -inf and belongs to none.
    """
    passes = compiled.load("passes")
    if passes is None:
        found = in_numpy(mixture, rows)
    else:
        parts = [
            marginals.completed(mixture, observed, _sums(passes, mixture, marginals, some, over))
            for some, observed, marginals in batches(mixture, rows, diagonal)
        ]
        found = _about_own_means(mixture, reduce(np.add, parts), joint_levels(rows.levels))
    return replace(found, scatter=found.scatter * np.eye(mixture.features)) if diagonal else found


def over_all(source: RowSource, diagonal: bool = False, over: Map = map) -> Callable[[Mixture], Moments]:
    """The E-step over all rows of a source."""
    return lambda mixture: reduce(add, (e_step(mixture, rows, diagonal, over) for rows in source.blocks()))


def in_numpy(mixture: Mixture, rows: Rows) -> Moments:
    """The same as the textbook has it.

    Responsibilities come from the marginal of the columns that a row has. In the moments a blank cell counts with its
    expected value given the row's other cells, component by component, and the scatter gains its conditional
    covariance (Ghahramani and Jordan 1994): of data that are blank at random given the cells that are not (Little and
    Rubin 2002, section 6.2).
    """
    total, codes = Moments.zero(mixture.components, mixture.features, mixture.levels), rows.codes
    categories = np.ones(len(mixture.chances), dtype=np.bool_)
    for (at, end), observed in zip(pairwise(rows.patterns.starts), rows.patterns.observed, strict=True):
        marginal, values, weights = (
            mixture.observed_marginal(np.append(observed, categories)),
            rows.values[at:end, observed],
            rows.row_weights[at:end],
        )
        joint = marginal.log_joint(np.column_stack([values, codes[at:end]]))
        log_density, responsibilities = responsibilities_of(joint)
        found = replace(moments(values, responsibilities, weights), log_likelihood=float(weights @ log_density))
        found = replace(found, counts=counted(codes[at:end], rows.levels, responsibilities * weights[:, None]))
        found = found.noise_last() if mixture.noise else found
        total = total + Regression.of(mixture, observed).completed(found, mixture, observed)
    return total


def batches(mixture: Mixture, rows: Rows, diagonal: bool = False) -> Iterator[tuple[Rows, Mask, Marginals]]:
    """The rows of some patterns at a time, with what they observe and how they see the mixture."""
    starts, observed = rows.patterns.starts, rows.patterns.observed
    batch = max(1, BATCH_CELLS // (mixture.components * max(1, mixture.features**2)))
    for first in range(0, len(observed), batch):
        some = observed[first : first + batch]
        begin, end = int(starts[first]), int(starts[first + len(some)])
        yield rows.between(begin, end), some, Marginals.of(mixture, some, diagonal)


def units_of(rows: Rows) -> list[Unit]:
    """Chunks of rows of the same pattern."""
    return [
        (p, slice(at, min(at + CHUNK_ROWS, end)))
        for p, (begin, end) in enumerate(pairwise(rows.patterns.starts.tolist()))
        for at in range(begin, end, CHUNK_ROWS)
    ]


def _sums(passes: ModuleType, mixture: Mixture, marginals: Marginals, rows: Rows, over: Map) -> Array:
    """(P, s) sums of the rows of each pattern about the mixture's means, as compiled code leaves them."""
    packed, normalisers, table = marginals.packed, marginals.log_normalisers, table_of(mixture)
    size = passes.Sizes(mixture.features, mixture.components, normalisers.shape[1], rows.parts, table.shape[1], 0)
    room, work = passes.sums_room(size), passes.block_room(size)
    weights, joint = np.empty(0) if rows.weights is None else rows.weights, rows.joint_levels

    def sums(unit: Unit) -> Array:
        p, chunk = unit
        found = np.empty(room + work)
        found[:room] = 0.0
        parts = mixture.means, packed[p], normalisers[p], table
        passes.add_rows(rows.values[chunk], weights[chunk], joint[chunk], *parts, found)
        return found[:room]

    units, total = units_of(rows), np.zeros((len(packed), room))
    for (p, _), found in zip(units, over(sums, units), strict=True):
        total[p] += found
    return total


def table_of(mixture: Mixture) -> Array:
    """(K, S) log chances by joint level, noise last if there is any."""
    return joint_levels(mixture.levels).spread(mixture.log_chances)


def _about_own_means(mixture: Mixture, sums: Array, joint: JointLevels) -> Moments:
    """Sums about the mixture's means as Moments about the components' own."""
    components, features = mixture.means.shape
    columns = components + (mixture.noise is not None)
    sizes = components, columns - components, components * features, components * features**2, 4
    weight, noise, first, second, totals, counts = np.split(sums, np.cumsum(sizes))
    step = first.reshape(components, features) / np.where(weight > 0, weight, 1.0)[:, None]
    lower = second.reshape(components, features, features)
    between = step[:, :, None] * step[:, None, :] * weight[:, None, None]
    scatter = lower + np.tril(lower, -1).transpose(0, 2, 1) - between
    log_likelihood, rows, entropy, log_largest = (float(each) for each in totals)
    by_level = joint.by_column(counts.reshape(components, joint.size))
    sums_of_rows = log_likelihood, rows, float(noise.sum()), entropy, log_largest
    return Moments(weight, mixture.means + step, scatter, *sums_of_rows, by_level)
