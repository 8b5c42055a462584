"""Policies: how odd is odd, as a line among the scores of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from ...errors import ChoiceError, is_number, whole_number

if TYPE_CHECKING:
    from .odd_rows import Scored

NEVER = float("inf")
TIE = 1e-9  # difference of scores, relative to 1 + themselves, that is rounding: rows of categories alone share scores
MORE = 1.05  # times the chance asked for, beyond which rows that share a score are not flagged for it


@runtime_checkable
class Policy(Protocol):
    """Where to draw the line."""

    def threshold(self, scored: Scored) -> float:
        """The least score that counts as odd."""
        ...


@dataclass(frozen=True)
class Quantile:
    """The oddest share of the rows.

    Attributes:
        share: share of the rows that are flagged, from 0 to 1.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, core.Quantile(0.1)).flagged.sum().item()
        3
    """

    share: float

    def __post_init__(self) -> None:
        """Refuse a share outside 0..1. Raises ChoiceError."""
        if not is_number(self.share) or not 0 <= self.share <= 1:
            raise ChoiceError("A share lies between 0 and 1.")

    def threshold(self, scored: Scored) -> float:
        """The quantile of the scores themselves."""
        return TopRows(int(np.floor(self.share * len(scored.score) + 1e-9))).threshold(scored)


@dataclass(frozen=True)
class TopRows:
    """The oddest rows, a given number of them; rows tied with the last are all in.

    Attributes:
        count: number of rows that are flagged, 0 or more.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, core.TopRows(1)).ranking.tolist()
        [29]
    """

    count: int

    def __post_init__(self) -> None:
        """Refuse a negative count. Raises ChoiceError."""
        if whole_number(self.count, "The number of rows to flag", -1) < 0:
            raise ChoiceError("The number of rows to flag cannot be negative.")

    def threshold(self, scored: Scored) -> float:
        """The score of the last row that is in."""
        if self.count == 0:
            return NEVER
        return float(np.sort(scored.level)[-min(self.count, len(scored.level))])


@dataclass(frozen=True)
class ExpectedFalseAlarms:
    """As many rows as chance alone would flag `count` times among this many rows from the fitted mixture.

    Attributes:
        count: number of rows that chance alone would flag on average, 0 or more; 0 flags none.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, core.ExpectedFalseAlarms(0.1)).ranking.tolist()
        [29]
    """

    count: float

    def __post_init__(self) -> None:
        """Refuse a negative count. Raises ChoiceError."""
        if not is_number(self.count) or not self.count >= 0:
            raise ChoiceError("The expected number of false alarms cannot be negative.")

    def threshold(self, scored: Scored) -> float:
        """The simulated score that count of n rows reach on average, or just above it where too many share it."""
        if not self.count:
            return NEVER
        chance = min(self.count / len(scored.score), 1.0)
        line = float(scored.null.quantile(chance))
        tie = TIE * (1 + abs(line))
        return line + tie if float(scored.null.tail(line - tie)) > MORE * chance else line


@dataclass(frozen=True)
class FalseDiscoveryRate:
    """Rows among which at most this share is expected to be flagged wrongly (Benjamini and Hochberg 1995).

    Attributes:
        rate: share of the flagged rows that may be wrong on average, from 0 to 1.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> core.anomalies(core.fit(rows), rows, core.FalseDiscoveryRate(0.05)).ranking.tolist()
        [29]
    """

    rate: float

    def __post_init__(self) -> None:
        """Refuse a rate outside 0..1. Raises ChoiceError."""
        if not is_number(self.rate) or not 0 <= self.rate <= 1:
            raise ChoiceError("A false discovery rate lies between 0 and 1.")

    def threshold(self, scored: Scored) -> float:
        """The least score whose q-value is within the rate."""
        within = scored.level[scored.q_value <= self.rate]
        return float(within.min()) if len(within) else NEVER
