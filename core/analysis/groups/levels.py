"""Levels: how often each group has each level of a category, and which level sets it apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array, read_only
from ...data.prepare import Matrix
from . import words


@dataclass(frozen=True)
class LevelProfile:
    """One column of categories within one group, by counts of rows; rows that are blank there do not count.

    Attributes:
        feature: name of the column.
        levels: (L,) its levels.
        counts: (L,) rows of the group at each level.
        overall: (L,) rows at each level, of any group.

    Examples:
        >>> core.LevelProfile("plan", ("basic", "pro"), (3, 7), (75, 25)).sentence
        'plan mostly pro (70 %, 25 % overall)'
    """

    feature: str
    levels: tuple[str, ...]
    counts: tuple[int, ...]
    overall: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Rows of the group that have a level."""
        return sum(self.counts)

    @cached_property
    def chances(self) -> Array:
        """(L,) shares of the group's rows; NaN where none has a level."""
        return _shares(self.counts)

    @cached_property
    def usual(self) -> Array:
        """(L,) shares of all rows."""
        return _shares(self.overall)

    @cached_property
    def effects(self) -> Array:
        """(L,) how much oftener the group has each level than the other rows: Cohen's h (1988, eq. 6.2.1)."""
        others = np.subtract(self.overall, self.counts)
        if not self.rows or not others.sum():
            return read_only(np.zeros(len(self.levels)))
        angles = (2 * np.arcsin(np.sqrt(_shares(each))) for each in (self.counts, others))
        own, rest = angles
        return read_only(own - rest)

    @cached_property
    def telling(self) -> int:
        """The level that sets the group furthest apart; of two as far apart the one that it has oftener."""
        sizes = np.abs(self.effects)
        first = np.flatnonzero(sizes >= sizes.max() - 1e-9)
        return int(first[np.argmax(self.effects[first])])

    @property
    def effect(self) -> float:
        """Cohen's h of the telling level."""
        return float(self.effects[self.telling])

    @property
    def word(self) -> str:
        """How often the group has the telling level."""
        return "about average" if abs(self.effect) < words.SOME else self.how_often

    @property
    def how_often(self) -> str:
        """The same where it is not about average."""
        chance = self.chances[self.telling]
        if self.effect > 0:
            return "always" if chance == 1 else "mostly" if chance >= 0.5 else "more often"
        return "never" if chance == 0 else "less often"

    def said(self, level: int) -> str:
        """A level and how often the group has it: "pro 70 %"."""
        return words.levels_said(self, level)

    @property
    def sentence(self) -> str:
        """What sets the group apart in this column, from the counts alone."""
        return words.levels_sentence(self)


def level_profiles(matrix: Matrix, labels: npt.NDArray[np.intp], groups: int) -> tuple[tuple[LevelProfile, ...], ...]:
    """(G) of each group its columns of categories, by (n,) labels of a matrix's rows; a label beyond is no group's.

    Examples:
        >>> table = core.sample("customers").load()
        >>> matrix = core.prepare(table)
        >>> found = core.level_profiles(matrix, core.k_means(matrix, 2).labels, 2)
        >>> [each.feature for each in found[0]] == list(matrix.categories)
        True
    """
    return tuple(profiles_by(matrix, [labels == group for group in range(groups)]))


def profiles_by(matrix: Matrix, parts: Sequence[npt.NDArray[np.bool_]]) -> list[tuple[LevelProfile, ...]]:
    """The columns of categories within each part of a matrix's rows, by (n,) masks."""
    sizes = [len(each) for each in matrix.levels]
    every = np.ones(len(matrix.codes), dtype=np.bool_)
    overall = [_counted(column, every, size) for column, size in zip(matrix.codes.T, sizes, strict=True)]
    return [
        tuple(
            LevelProfile(name, levels, _counted(column, part, size), all_rows)
            for name, levels, column, size, all_rows in zip(
                matrix.categories, matrix.levels, matrix.codes.T, sizes, overall, strict=True
            )
        )
        for part in parts
    ]


def level_frame(found: Sequence[Sequence[LevelProfile]]) -> pd.DataFrame:
    """A row per group, column and level: group (from 1), feature, level, rows, chance, overall, effect."""
    return pd.DataFrame(
        [
            {
                "group": group + 1,
                "feature": each.feature,
                "level": level,
                "rows": each.counts[at],
                "chance": float(each.chances[at]),
                "overall": float(each.usual[at]),
                "effect": float(each.effects[at]),
            }
            for group, columns in enumerate(found)
            for each in sorted(columns, key=lambda column: -abs(column.effect))
            for at, level in enumerate(each.levels)
        ],
        columns=["group", "feature", "level", "rows", "chance", "overall", "effect"],
    )


def _counted(codes: npt.NDArray[np.int32], part: npt.NDArray[np.bool_], levels: int) -> tuple[int, ...]:
    """(L,) rows of a part at each level."""
    return tuple(np.bincount(codes[part & (codes >= 0)], minlength=levels).tolist())


def _shares(counts: Sequence[int] | npt.NDArray[np.intp]) -> Array:
    total = np.sum(counts)
    return read_only(np.asarray(counts) / total if total else np.full(len(counts), np.nan))
