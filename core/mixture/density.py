"""What a mixture says of many rows: their density and where they belong, by the pass that EM takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from ..arrays import Array
from ..data.rows import Rows
from ..data.source import as_rows
from . import compiled
from .em.e_step import Map, Unit, batches, table_of, units_of
from .marginals import Marginals
from .model import Mixture, responsibilities_of

Scores = tuple[Array, Array]  # log densities, responsibilities


def log_density(mixture: Mixture, values: Array, over: Map = map) -> Array:
    """(n,) natural log of the density at (n, d + c) values; of the cells that a row has, if some are blank (NaN)."""
    rows = _rows(mixture, values)
    return rows.as_given(np.concatenate([np.empty(0), *(found for found, _ in _scores(mixture, rows, over))]))


def responsibilities(mixture: Mixture, values: Array, over: Map = map) -> Array:
    """(n, K) posterior probabilities of the components, noise last if there is any; zeros where the density is zero."""
    rows = _rows(mixture, values)
    none = np.empty((0, mixture.components + (mixture.noise is not None)))
    return rows.as_given(np.concatenate([none, *(shares for _, shares in _scores(mixture, rows, over))]))


def labels(mixture: Mixture, values: Array, over: Map = map) -> npt.NDArray[np.intp]:
    """(n,) most probable component of each row, K for noise; the first of several equal ones."""
    rows, none = _rows(mixture, values), np.empty(0, dtype=np.intp)
    return rows.as_given(np.concatenate([none, *(each.argmax(axis=1) for _, each in _scores(mixture, rows, over))]))


def _rows(mixture: Mixture, values: Array) -> Rows:
    return Rows.of(as_rows(values, mixture.columns), levels=mixture.levels)


def _scores(mixture: Mixture, rows: Rows, over: Map) -> Iterator[Scores]:
    """Of each chunk, in the order of the rows."""
    for some, _, marginals in batches(mixture, rows):
        yield from _scores_of(mixture, some, marginals, over)


def _scores_of(mixture: Mixture, rows: Rows, marginals: Marginals, over: Map) -> Iterable[Scores]:
    passes, means = compiled.load("passes"), mixture.means
    if passes is None:
        return over(lambda unit: _in_numpy(mixture, rows, unit), units_of(rows))
    packed, normalisers, table = marginals.packed, marginals.log_normalisers, table_of(mixture)
    size = passes.Sizes(mixture.features, mixture.components, normalisers.shape[1], rows.parts, table.shape[1], 0)
    work, joint = 4 + passes.block_room(size), rows.joint_levels

    def scores(unit: Unit) -> Scores:
        p, chunk = unit
        found = np.empty((chunk.stop - chunk.start, 1 + size.columns))
        parts = means, packed[p], normalisers[p], table
        passes.score_rows(rows.values[chunk], joint[chunk], *parts, found.reshape(-1), np.zeros(work))
        return found[:, 0], found[:, 1:]

    return over(scores, units_of(rows))


def _in_numpy(mixture: Mixture, rows: Rows, unit: Unit) -> Scores:
    p, chunk = unit
    observed = np.where(rows.patterns.observed[p], rows.values[chunk], np.nan)
    return responsibilities_of(mixture.log_joint(np.column_stack([observed, rows.codes[chunk]])))
