"""Steps: numbers that were rounded, and rows in which they are spread evenly over what was rounded to them.

A density has a spike at a value that many rows share, and a mixture as many components as there are spikes; spread
evenly over the step that was rounded to it, the value is as likely as a density makes that step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import Array, owned
from .transform import Matrix

MOST_VALUES = 20  # of a column that was rounded to steps; of more, each holds too few rows to be a spike
COARSE = 0.1  # of the spread of a column: a step between two of its values that is no longer fine


def step_of(present: Array) -> float:
    """The least step between two of a column's values, of which there are two at least."""
    return float(np.diff(np.unique(present)).min())


def is_coarse(present: Array) -> bool:
    """Whether most of a column's values lie so far apart that each is a spike."""
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) < 2:
        return False
    steps = np.diff(distinct)
    return bool(np.quantile(np.repeat(np.append(steps, steps[-1]), counts), 0.75) > COARSE * present.std())


def spread(values: Array, rng: np.random.Generator) -> Array:
    """(n,) values, each moved by up to half of the least step between two of them; blanks stay."""
    return np.asarray(values + step_of(values[~np.isnan(values)]) * (rng.random(len(values)) - 0.5))


def coarse_columns(matrix: Matrix) -> tuple[str, ...]:
    """The columns of few different values that lie in coarse steps; transformed ones do not."""
    columns = zip(matrix.features, matrix.transform.powers, matrix.values.T, strict=True)
    return tuple(name for name, power, values in columns if power is None and _is_rounded(values))


def without_steps(matrix: Matrix, seed: int = 0, also: tuple[str, ...] = ()) -> Matrix:
    """The rows with coarse columns, and those named, spread over their steps; the same matrix where there are none."""
    coarse = dict.fromkeys((*coarse_columns(matrix), *also))
    if not coarse:
        return matrix
    values = matrix.values.copy()
    rng = np.random.default_rng([seed, len(values)])
    for name in coarse:
        column = matrix.features.index(name)
        values[:, column] = spread(values[:, column], rng)
    return replace(matrix, values=owned(values))


def _is_rounded(values: Array) -> bool:
    present = values[~np.isnan(values)]
    different = len(np.unique(present))
    return different <= min(MOST_VALUES, len(present) / 2) and is_coarse(present)
