"""Joint levels: the levels of several columns of categories as one number, so that a pass looks them up at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..arrays import Array, closed
from ..errors import DataError

MOST = 256  # joint levels of some columns, blanks included: what is looked up by them stays in the fastest cache


@lru_cache(maxsize=64)
def joint_levels(levels: tuple[int, ...]) -> JointLevels:
    """The joint levels of columns of so many levels each, worked out once."""
    return JointLevels(levels)


@dataclass(frozen=True)
class JointLevels:
    """How the codes of c columns become joint levels; neighbours of which there are few together share one.

    A blank is one more level of its column, the last.
    """

    levels: tuple[int, ...]  # (c,) how many each column has

    @cached_property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """The columns of each of g joint levels."""
        parts: list[list[int]] = []
        size = MOST + 1
        for column, levels in enumerate(self.levels):
            size *= levels + 1
            if size > MOST:
                parts.append([])
                size = levels + 1
            parts[-1].append(column)
        return tuple(map(tuple, parts))

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of each, how many levels its columns have, blanks included."""
        return [tuple(self.levels[column] + 1 for column in part) for part in self.parts]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """(g + 1,) where those of each begin among all, and how many there are."""
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        return (0, *np.cumsum(sizes, dtype=int).tolist())

    @property
    def size(self) -> int:
        """S, of all."""
        return self.starts[-1]

    @cached_property
    def spelling(self) -> Array:
        """(S, m) the levels, counted among those of all columns, that each joint level stands for; -1 for no more."""
        most = max(map(len, self.parts), default=0)
        found = np.full((self.size, most), -1.0)
        for g, (part, shape) in enumerate(zip(self.parts, self.shapes, strict=True)):
            places = np.column_stack(np.unravel_index(np.arange(int(np.prod(shape))), shape))
            for at, column in enumerate(part):
                own = places[:, at]
                known = own < self.levels[column]
                found[self.starts[g] : self.starts[g + 1], at] = np.where(known, self.begins[column] + own, -1.0)
        return closed(found)

    @cached_property
    def begins(self) -> Array:
        """(c + 1,) where the levels of each column begin among all, and how many there are."""
        return closed(np.concatenate(([0.0], np.cumsum(self.levels, dtype=np.float64))))

    def of(self, codes: Array) -> Array:
        """(n, g) joint levels, counted among all, of (n, c) codes, NaN where blank. Raises DataError for no codes."""
        blank = np.isnan(codes)
        filled = np.where(blank, np.array(self.levels, dtype=np.float64), codes)
        is_level = (codes == np.floor(codes)) & (codes >= 0) & (codes < np.array(self.levels))
        if not (is_level | blank).all():
            raise DataError("Some codes of categories are none of their levels.", remedy="Prepare the table anew.")
        found = np.empty((len(codes), len(self.parts)))
        for g, (part, shape) in enumerate(zip(self.parts, self.shapes, strict=True)):
            whole = tuple(filled[:, column].astype(np.intp) for column in part)
            found[:, g] = self.starts[g] + np.ravel_multi_index(whole, shape)
        return found

    def codes(self, joint: Array) -> Array:
        """(n, c) codes, NaN where blank, of (n, g) joint levels."""
        found = np.empty((len(joint), len(self.levels)))
        for g, (part, shape) in enumerate(zip(self.parts, self.shapes, strict=True)):
            places = joint[:, g].astype(np.intp) - self.starts[g]
            found[:, list(part)] = np.column_stack(np.unravel_index(places, shape))
        return np.where(found == np.array(self.levels), np.nan, found)

    def spread(self, by_column: Sequence[Array]) -> Array:
        """(K, S) sums over the columns of each joint level, of (K, L) numbers by level; a blank has none."""
        rows = len(by_column[0]) if by_column else 0
        found = []
        for part in self.parts:
            whole = np.zeros((rows, 1))
            for column in part:
                with_blank = np.column_stack([by_column[column], np.zeros(rows)])
                whole = (whole[:, :, None] + with_blank[:, None, :]).reshape(rows, -1)
            found.append(whole)
        return np.ascontiguousarray(np.concatenate(found, axis=1)) if found else np.zeros((rows, 0))

    def by_column(self, sums: Array) -> tuple[Array, ...]:
        """(K, L) sums by level of each column, of (K, S) by joint level; those of blanks are left out."""
        found: list[Array] = []
        for g, (part, shape) in enumerate(zip(self.parts, self.shapes, strict=True)):
            whole = sums[:, self.starts[g] : self.starts[g + 1]].reshape(len(sums), *shape)
            for at in range(len(part)):
                others = tuple(axis + 1 for axis in range(len(part)) if axis != at)
                found.append(whole.sum(axis=others)[:, :-1])
        return tuple(found)
