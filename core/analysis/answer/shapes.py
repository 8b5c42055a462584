"""Shapes: the transform under which a column's groups are likeliest to be bells, in the column's own units.

Each column is fitted by itself, as it is and transformed, by mixtures of as many bells as win by BIC. Densities of
transformed values are turned into those of the values themselves by the slope of the transform, and its power counts as
a parameter, so that BIC compares them (Box and Cox 1964, section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...data.power_transform import PowerTransform, learned_power
from ...data.prepare import Matrix
from ...data.steps import is_coarse, spread
from ...data.table import Shape
from ...errors import CoreError
from ...mixture.family import family
from ..selection.board import Search
from ..selection.sweep import sweep
from . import words

ROWS = 1_000  # on which a column is looked at
FEWEST = 50  # rows that can tell
CLEAR = 10.0  # by how much BIC must fall: very strong evidence (Kass and Raftery 1995, section 3.2)
SKEW = 1.5  # times as far to the 95 % quantile as to the 5 % one, from the median
MANY_VALUES = 0.5  # share of different values, beyond which a column is not rounded
COMPONENTS = (1, 2, 3)
BELLS = (family("VVV"), family("EEE"))


@dataclass(frozen=True)
class Shaped:
    """A column that is transformed, and by how much BIC falls."""

    column: str
    shape: Shape
    gain: float

    @property
    def sentence(self) -> str:
        """What is done and why, in words."""
        return words.shapes_sentence(self)


def shaped(matrix: Matrix, seed: int = 0) -> tuple[Shaped, ...]:
    """The columns of a matrix without transforms that are clearly better described by one."""
    found = []
    rng = np.random.default_rng([seed, ROWS])
    for name, raw in zip(matrix.features, matrix.raw.T, strict=True):
        present = raw[~np.isnan(raw)]
        if len(present) > ROWS:
            present = present[np.sort(rng.choice(len(present), ROWS, replace=False))]
        best = _best(present, seed) if len(present) >= FEWEST and _is_skewed(present) else None
        if best is not None:
            found.append(Shaped(name, *best))
    return tuple(found)


def _is_skewed(present: Array) -> bool:
    low, middle, high = np.quantile(present, [0.05, 0.5, 0.95])
    right, left = high - middle, middle - low
    return bool(max(right, left) > SKEW * min(right, left))


def _best(present: Array, seed: int) -> tuple[Shape, float] | None:
    """The shape with the lowest BIC and how much lower than without it; None where none is clearly lower."""
    shape = Shape.LOG if present.min() > 0 else Shape.YEO_JOHNSON
    power = learned_power(shape, present)
    if is_coarse(power.apply(present)):
        return None
    smooth = _evened(present, seed)
    gain = _bic(smooth, None, seed) - _bic(smooth, power, seed)
    return (shape, gain) if gain > CLEAR else None


def _evened(present: Array, seed: int) -> Array:
    """Rounded values spread evenly over what was rounded to them, so that none is a spike; others as they are."""
    if len(np.unique(present)) > MANY_VALUES * len(present):
        return present
    return spread(present, np.random.default_rng([seed, len(present)]))


def _bic(present: Array, power: PowerTransform | None, seed: int) -> float:
    """The lowest BIC of a column under a transform, in the column's own units; infinite where nothing fits."""
    values = present if power is None else power.apply(present)
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return math.inf
    search = Search(families=BELLS, components=COMPONENTS, restarts=1, tolerance=1e-6, seed=seed)
    try:
        fitted = sweep(values[:, None], search).best()
    except CoreError:
        return math.inf
    if power is None:
        return fitted.bic
    learned = power.shape is not Shape.LOG
    return fitted.bic - 2 * float(power.log_slope(present).sum()) + learned * math.log(len(present))
