"""Level chances: how likely each category of a row is given the row's other columns.

p(level | others) is the sum over components of a component's share given the other columns times its chance of the
level; the surprise is -log of it less its expectation, the entropy of all levels under the same shares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import entr, softmax

from ...arrays import Array
from ...data.transform import Transform
from ...mixture.model import Mixture
from . import words

LEAST = 1e-12  # chance of a level, as far as surprise goes


@dataclass(frozen=True, eq=False)
class LevelChances:
    """The categories of some rows given their other columns; NaN where a cell is blank."""

    codes: Array  # (m, c)
    chance: Array  # (m, c) of the level that came
    likeliest: Array  # (m, c) code of the level that was likeliest
    highest: Array  # (m, c) its chance
    surprise: Array  # (m, c) nats by which the level is less likely than is usual

    @classmethod
    def none(cls) -> LevelChances:
        """Of no categories."""
        return cls(*(np.empty((0, 0)) for _ in range(5)))

    def said(self, row: int, column: int, transform: Transform, given: str) -> str:
        """The level with its chance: "Channel: phone, 2 % given the other columns"."""
        return words.level_chances_said(self, row, column, transform, given)

    def told(self, row: int, column: int, transform: Transform) -> tuple[str, str]:
        """The likeliest level with its chance, and the level that came."""
        return words.level_chances_told(self, row, column, transform)


def levels_left_out(mixture: Mixture, values: Array, codes: Array) -> LevelChances:
    """Of (m, d) values and (m, c) codes, NaN where blank, each category given all other cells of its row."""
    joint = mixture.log_joint(np.column_stack([values, codes]))[:, : mixture.components]  # noise has no say
    chance, likeliest, highest, surprise = (np.full(codes.shape, np.nan) for _ in range(4))
    for j, (chances, logs) in enumerate(zip(mixture.chances, mixture.log_chances, strict=True)):
        there = np.flatnonzero(~np.isnan(codes[:, j]))
        own = codes[there, j].astype(np.intp)
        rest = _rest(joint[there], logs[: mixture.components, own].T, mixture, values[there], codes[there], j)
        levels = shares_of(rest, mixture) @ chances
        came = levels[np.arange(len(there)), own]
        surprise[there, j] = -np.log(np.maximum(came, LEAST)) - entr(levels).sum(axis=1)
        chance[there, j], likeliest[there, j], highest[there, j] = came, levels.argmax(axis=1), levels.max(axis=1)
    return LevelChances(codes, chance, likeliest, highest, surprise)


def shares_of(log_joint: Array, mixture: Mixture) -> Array:
    """(m, K) shares of the components; by their weights where no component could have made a row."""
    possible = np.isfinite(log_joint.max(axis=1, keepdims=True))
    return np.asarray(softmax(np.where(possible, log_joint, np.log(mixture.weights)), axis=1))


def _rest(joint: Array, own: Array, mixture: Mixture, values: Array, codes: Array, column: int) -> Array:
    """(m, K) log of weight times density of the other cells; anew where a chance of 0 cannot be taken back out."""
    if np.isfinite(own).all():
        return joint - own
    blanked = codes.copy()
    blanked[:, column] = np.nan
    return mixture.log_joint(np.column_stack([values, blanked]))[:, : mixture.components]
