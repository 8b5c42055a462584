"""Rows as EM goes through them: those that are blank in the same columns follow each other.

Complete rows are one pattern like any other, so nobody has to ask which kind they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Scalar
from .joint_levels import joint_levels
from .patterns import Patterns
from .source import BLOCK_ROWS, ArraySource, Source, levels_of


class RowSource(Protocol):
    """Rows that can be gone through again and again, always in the same blocks."""

    @property
    def n(self) -> int:
        """Rows."""
        ...

    @property
    def d(self) -> int:
        """Features: the columns of numbers."""
        ...

    @property
    def levels(self) -> tuple[int, ...]:
        """(c,) how many levels each column of categories has."""
        ...

    def blocks(self) -> Iterator[Rows]:
        """All rows, some at a time."""
        ...

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """(at most n, d + c) rows drawn without replacement, in proportion to their weights; NaN where blank."""
        ...

    def scaled(self, centre: Array | float, scale: Array | float, weight_factor: float = 1.0) -> RowSource:
        """The rows less a centre and divided by a scale, their weights multiplied by a factor."""
        ...


@dataclass(frozen=True)
class Rows:
    """Rows in memory, in the order of the patterns of their numbers."""

    values: Array  # (n, d), 0 where blank
    weights: Array | None  # (n,); None where every row weighs 1
    patterns: Patterns  # order: where the rows stood as they were given
    set_aside: int = 0  # rows without a cell that were given and left out
    levels: tuple[int, ...] = ()  # (c,) how many each column of categories has
    joint: Array | None = None  # (n, g) joint levels of those columns; None where there are none

    @classmethod
    def of(cls, values: Array, weights: Array | None = None, levels: tuple[int, ...] = ()) -> Rows:
        """Of (n, d + c) values and codes, NaN where blank, with (n,) weights and so many levels of c columns."""
        joint = None
        if levels:
            joint, values = joint_levels(levels).of(values[:, -len(levels) :]), values[:, : -len(levels)]
        patterns = Patterns.of(values)
        if patterns.order is not None:
            values, weights = values[patterns.order], None if weights is None else weights[patterns.order]
            joint = None if joint is None else joint[patterns.order]
        if not patterns.are_complete:
            values = np.where(patterns.cells, values, 0.0)
        return cls(values, weights, patterns, levels=levels, joint=joint)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.values)

    @property
    def d(self) -> int:
        """Features."""
        return self.values.shape[1]

    @property
    def row_weights(self) -> Array:
        """(n,) weights."""
        return np.ones(self.n) if self.weights is None else self.weights

    @property
    def with_blanks(self) -> Array:
        """(n, d) values, NaN where blank."""
        return self.values if self.patterns.are_complete else np.where(self.patterns.cells, self.values, np.nan)

    def filled(self, by: Callable[[Array], Array]) -> Array:
        """(n, d) values, with blanks as something fills them; it is not asked where there are none."""
        return self.values if self.patterns.are_complete else by(self.with_blanks)

    @property
    def joint_levels(self) -> Array:
        """(n, g) joint levels of the columns of categories, none where there are none."""
        return np.empty((self.n, 0)) if self.joint is None else self.joint

    @property
    def parts(self) -> int:
        """g."""
        return 0 if self.joint is None else self.joint.shape[1]

    @cached_property
    def codes(self) -> Array:
        """(n, c) codes of the categories, NaN where blank."""
        return np.empty((self.n, 0)) if self.joint is None else joint_levels(self.levels).codes(self.joint)

    @property
    def numbers(self) -> Rows:
        """The same rows without their categories."""
        return self if self.joint is None else replace(self, levels=(), joint=None)

    @property
    def together(self) -> Array:
        """(n, d + c) values and codes, NaN where blank."""
        return self.with_blanks if self.joint is None else np.column_stack([self.with_blanks, self.codes])

    def weighty(self) -> Rows:
        """Those that have a weight."""
        if self.weights is None or self.weights.min() > 0:
            return self
        return Rows.of(self.together[self.weights > 0], self.weights[self.weights > 0], self.levels)

    def with_cells(self) -> Rows:
        """Those that have a cell: the others, which nothing can be learned from, come last."""
        patterns = self.patterns
        if not self.n or patterns.observed[-1:].any():
            return self
        if self.joint is not None:
            return self._with_codes()
        end = int(patterns.starts[-2])
        order = np.arange(end) if patterns.order is None else patterns.order[:end]
        kept = Patterns(order, patterns.starts[:-1], patterns.observed[:-1]) if end else Patterns.complete(0, self.d)
        weights = None if self.weights is None else self.weights[:end]
        return Rows(self.values[:end], weights, kept, self.set_aside + self.n - end)

    def _with_codes(self) -> Rows:
        """Those that have a number or a code: of the rows without a number, which come last, those with a code."""
        at = int(self.patterns.starts[-2])
        has = np.ones(self.n, dtype=np.bool_)
        has[at:] = ~np.isnan(self.codes[at:]).all(axis=1)
        if has.all():
            return self
        order = np.arange(self.n) if self.patterns.order is None else self.patterns.order
        kept = Rows.of(self.together[has], None if self.weights is None else self.weights[has], self.levels)
        patterns = replace(kept.patterns, order=order[has])  # those kept are in order already
        return replace(kept, patterns=patterns, set_aside=self.set_aside + self.n - int(has.sum()))

    @property
    def whole(self) -> Rows:
        """Those without a blank, which come first."""
        is_first = self.n > 0 and bool(self.patterns.observed[0].all())
        return self.between(0, int(self.patterns.starts[1]) if is_first else 0)

    def arranged(self, given: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Something (n, ...) of the rows as they were given, in their order here."""
        return given if self.patterns.order is None else given[self.patterns.order]

    def as_given(self, found: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """Something (n, ...) of the rows in their order here, in the order in which they were given; none set aside."""
        if self.patterns.order is None:
            return found
        given = np.empty_like(found)
        given[self.patterns.order] = found
        return given

    def scaled(self, centre: Array | float, scale: Array | float, weight_factor: float = 1.0) -> Rows:
        """Less a centre and divided by a scale, their weights multiplied by a factor."""
        values = (self.values - centre) / scale
        if not self.patterns.are_complete:
            values = np.where(self.patterns.cells, values, 0.0)
        weights = None if self.weights is None else self.weights * weight_factor
        return replace(self, values=values, weights=weights)

    def between(self, at: int, end: int) -> Rows:
        """Some that follow each other here."""
        if (at, end) == (0, self.n):
            return self
        weights, joint = (None if each is None else each[at:end] for each in (self.weights, self.joint))
        return Rows(self.values[at:end], weights, self.patterns.within(at, end), 0, self.levels, joint)

    def blocks(self) -> Iterator[Rows]:
        """As in RowSource."""
        for at in range(0, self.n, BLOCK_ROWS):
            yield self.between(at, min(at + BLOCK_ROWS, self.n))

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """As in RowSource, in order."""
        return ArraySource(self.together, self.weights, levels=self.levels).sample(n, rng)


@dataclass(frozen=True)
class Streamed:
    """The rows of a source that have a cell, less a centre and divided by a scale as they come."""

    source: Source
    centre: Array | float | None = None  # (d,); None: rows stay as they are
    scale: Array | float = 1.0
    weight_factor: float = 1.0

    @property
    def n(self) -> int:
        """Rows."""
        return self.source.n

    @property
    def d(self) -> int:
        """Features: the columns of numbers."""
        return self.source.d

    @property
    def levels(self) -> tuple[int, ...]:
        """(c,) how many levels each column of categories has."""
        return levels_of(self.source)

    def scaled(self, centre: Array | float, scale: Array | float, weight_factor: float = 1.0) -> Streamed:
        """The source's rows by another centre, scale and factor of the weights."""
        return Streamed(self.source, centre, scale, weight_factor)

    def blocks(self) -> Iterator[Rows]:
        """As in RowSource."""
        for values, weights in self.source.blocks():
            factored = None if weights is None else weights * self.weight_factor
            yield Rows.of(self._scaled(values), factored, self.levels).with_cells()

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """As in RowSource."""
        return self._scaled(self.source.sample(n, rng))

    def _scaled(self, values: Array) -> Array:
        if self.centre is None:
            return values
        if not self.levels:
            return (values - self.centre) / self.scale
        return np.column_stack([(values[:, : self.d] - self.centre) / self.scale, values[:, self.d :]])


def gathered(source: Source) -> Rows:
    """All rows of a source that have a cell, with weights."""
    blocks = [(values, np.ones(len(values)) if weights is None else weights) for values, weights in source.blocks()]
    values, weights = (np.concatenate([each[part] for each in blocks]) for part in (0, 1))
    return Rows.of(values, weights, levels_of(source)).with_cells()


def rows_of(source: Source) -> RowSource:
    """The rows of a source: of one in memory put in order once, of any other as they come."""
    if isinstance(source, ArraySource):
        return Rows.of(source.values, source.weights, source.levels).with_cells()
    return Streamed(source)


def patterns_of(source: Source) -> Patterns:
    """The patterns of all rows of a source, over its numbers and categories."""
    blocks = [values for values, _ in source.blocks()]
    if all(Patterns.of(values).are_complete for values in blocks):
        return Patterns.complete(source.n, source.d + len(levels_of(source)))
    return Patterns.of(np.concatenate(blocks))
