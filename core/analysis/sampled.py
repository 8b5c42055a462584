"""Some rows of many, for what would take too long on all, and what their log densities come to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..arrays import Array, read_only
from ..data.prepare import Matrix
from ..data.source import ArraySource, Source, as_source, levels_of
from ..errors import DataError


@dataclass(frozen=True)
class Sampled:
    """Rows that something is computed on."""

    values: Array  # (m, d + c), no row of it blank throughout
    weights: Array  # (m,), all above 0
    of: int  # rows there are
    levels: tuple[int, ...] = ()  # (c,) how many each column of categories has

    @property
    def rows(self) -> int:
        """m."""
        return len(self.values)

    @property
    def source(self) -> ArraySource:
        """All of them with their weights."""
        return self.at(slice(None))

    def at(self, rows: npt.NDArray[np.intp] | slice) -> ArraySource:
        """Some of them with their weights."""
        return self.weighed(rows, self.weights[rows])

    def weighed(self, rows: npt.NDArray[np.intp] | slice, weights: Array) -> ArraySource:
        """Some of them with other weights."""
        return ArraySource(read_only(self.values[rows]), read_only(weights), levels=self.levels)

    def drawn(self, values: Array) -> ArraySource:
        """(m, d + c) other values in their place, with the same cells blank and the same weights."""
        cells = np.where(np.isnan(self.values), np.nan, values)
        return ArraySource(read_only(cells), read_only(self.weights), levels=self.levels)


def some_rows(X: npt.ArrayLike | Matrix | Source, most: int, seed: int) -> Sampled:
    """All rows that count, in the order of the data, or `most` of them drawn with equal chances, with their weights.

    Rows that are blank in every column or weigh nothing do not count.
    """
    source = as_source(X)
    some = at_most(source, most, seed)
    blocks = list(some.blocks())
    values = np.concatenate([block for block, _ in blocks])
    weights = np.concatenate([np.ones(len(block)) if own is None else own for block, own in blocks])
    counts = (weights > 0) & ~np.isnan(values).all(axis=1)
    if not counts.any():
        raise DataError("No row has a number and a weight.", remedy="Bring rows with numbers in them.")
    return Sampled(read_only(values[counts]), read_only(weights[counts]), source.n, levels_of(source))


def at_most(source: Source, most: int, seed: int) -> Source:
    """The source where it has no more rows, else so many that weigh something, with equal chances and their weights.

    Drawn in proportion to their weights without being put back, heavy rows would come out as often as light ones once
    most rows are drawn.
    """
    if source.n <= most:
        return source
    counting = np.concatenate(
        [np.ones(len(block), dtype=np.bool_) if own is None else own > 0 for block, own in source.blocks()]
    )
    rng = np.random.default_rng([seed, most])
    chosen = np.flatnonzero(counting)
    chosen = np.sort(rng.choice(chosen, min(most, len(chosen)), replace=False))
    begun, parts = 0, []
    for block, own in source.blocks():
        mine = chosen[np.searchsorted(chosen, begun) : np.searchsorted(chosen, begun + len(block))] - begun
        parts.append((block[mine], None if own is None else own[mine]))
        begun += len(block)
    drawn = as_source(parts)
    if not isinstance(drawn, ArraySource):
        return drawn
    return replace(drawn, frequency=getattr(source, "frequency", False), levels=levels_of(source))


def mean_and_error(values: Array, weights: Array) -> tuple[float, float]:
    """The weighted mean of (m,) values, and its standard error as of independent draws (Cochran 1977, section 5.2)."""
    total, m = weights.sum(), len(values)
    if not m:
        return math.nan, math.nan
    mean = float(weights @ values / total)
    apart = weights * (values - mean)
    return mean, float(math.sqrt(apart @ apart * m / (m - 1)) / total)


def means(scores: Iterable[Array], weights: Array) -> Array:
    """The weighted mean of each row of scores; NaN where it holds one, or nothing."""
    return np.array([weights @ each for each in scores]) / (weights.sum() or math.nan)
