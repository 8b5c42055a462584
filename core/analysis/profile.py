"""Profiles: what each group is like, in raw units, and what sets it apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.arrays import Array
from core.numbers import figure

Labels = npt.NDArray[np.intp]

# Cohen 1988: 0.5 is a medium difference, 0.8 a large one; at 2 two normal groups overlap by a third.
SOME, LARGE, VERY_LARGE = 0.5, 0.8, 2.0
TOLD = 3  # columns that a sentence names at most


@dataclass(frozen=True)
class ColumnProfile:
    """One column within one group, in raw units."""

    feature: str
    mean: float
    sd: float
    lower: float  # first quartile
    median: float
    upper: float  # third quartile
    effect: float  # (mean - mean of the other rows) / pooled sd (Cohen 1988, eq. 2.2.1); 0 where there are none

    @property
    def word(self) -> str:
        """How the group's mean differs from the other rows'."""
        size = abs(self.effect)
        if size < SOME:
            return "about average"
        direction = "higher" if self.effect > 0 else "lower"
        if size < LARGE:
            return f"a little {direction}"
        return f"much {direction}" if size >= VERY_LARGE else direction


@dataclass(frozen=True)
class GroupProfile:
    """One group: its size, and every column within it."""

    group: int  # from 0
    rows: int
    share: float
    columns: tuple[ColumnProfile, ...]

    def sentence(self, overall: Sequence[ColumnProfile]) -> str:
        """What sets the group apart, in words, from the measured means only."""
        telling = sorted(zip(self.columns, overall, strict=True), key=lambda pair: -abs(pair[0].effect))
        parts = [
            f"{mine.feature} {mine.word} ({figure(mine.mean)} against {figure(all_rows.mean)} overall)"
            for mine, all_rows in telling[:TOLD]
            if abs(mine.effect) >= SOME
        ]
        plural = "row" if self.rows == 1 else "rows"
        size = f"{self.rows:,} {plural} ({100 * self.share:.0f} %)"
        return f"{size}: {'; '.join(parts)}." if parts else f"{size}, close to the average in every column."


@dataclass(frozen=True)
class Profiles:
    """All groups, and all rows together."""

    overall: tuple[ColumnProfile, ...]
    groups: tuple[GroupProfile, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """A row per group and column: group (from 1), feature, mean, sd, lower, median, upper, effect."""
        return pd.DataFrame(
            [
                {"group": each.group + 1, **{name: getattr(column, name) for name in ColumnProfile.__annotations__}}
                for each in self.groups
                for column in each.columns
            ]
        )


def profiles(raw: Array, labels: Labels, components: int, features: Sequence[str]) -> Profiles:
    """Profiles of K groups from (n, d) raw values and (n,) labels; blanks are passed over."""
    groups = []
    for k in range(components):
        mine = labels == k
        columns = tuple(_column(name, raw[mine, j], raw[~mine, j]) for j, name in enumerate(features))
        groups.append(GroupProfile(k, int(mine.sum()), float(mine.mean()), columns))
    overall = tuple(_column(name, raw[:, j], raw[:0, j]) for j, name in enumerate(features))
    return Profiles(overall, tuple(groups))


def most_typical(log_density: Array, labels: Labels, group: int, count: int = 5) -> npt.NDArray[np.intp]:
    """Positions of the rows of a group that lie where the mixture is densest."""
    mine = np.flatnonzero(labels == group)
    return mine[np.argsort(-log_density[mine], kind="stable")[:count]]


def _column(name: str, mine: Array, others: Array) -> ColumnProfile:
    mine, others = mine[~np.isnan(mine)], others[~np.isnan(others)]
    if len(mine) == 0:
        nan = float("nan")
        return ColumnProfile(name, nan, nan, nan, nan, nan, 0.0)
    lower, median, upper = np.quantile(mine, [0.25, 0.5, 0.75])
    mean = _mean(mine)
    return ColumnProfile(
        name, mean, float(mine.std()), float(lower), float(median), float(upper), _effect(mine, others)
    )


def _mean(values: Array) -> float:
    """About the first value, so that an offset costs no digits."""
    return float(values[0] + (values - values[0]).mean())


def _effect(mine: Array, others: Array) -> float:
    if len(mine) == 0 or len(others) == 0:
        return 0.0
    pooled = np.sqrt((len(mine) * mine.var() + len(others) * others.var()) / (len(mine) + len(others)))
    difference = _mean(mine) - _mean(others)
    if pooled == 0:
        return 0.0 if difference == 0 else float(np.sign(difference) * np.inf)
    return float(difference / pooled)
