"""Ground: rows in two columns to watch a method on, either a toy or two columns of the present data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array, read_only
from ..data.patterns import whole_rows
from ..data.prepare import Matrix
from ..errors import FitError
from .toys import Toy

MOST_ROWS = 2_000


@dataclass(frozen=True)
class Ground:
    """Rows as a method sees them, and how they lead back to the units in which they are shown."""

    name: str
    columns: tuple[str, str]
    rows: Array = field(repr=False)  # (n, 2)
    centre: Array  # (2,) shown = centre + scale * row
    scale: Array  # (2,)
    labels: npt.NDArray[np.intp] | None = None  # (n,) the true groups, where they are known
    of: int = 0  # rows there are, shown or not

    @property
    def shown(self) -> Array:
        """(n, 2) rows in the units in which they are shown."""
        return self.centre + self.scale * self.rows

    def of_shown(self, points: npt.ArrayLike) -> Array:
        """(m, 2) points in the units shown, as a method sees them."""
        found: Array = (np.asarray(points, dtype=np.float64) - self.centre) / self.scale
        return found


def of_toy(found: Toy) -> Ground:
    """A toy as it is."""
    return Ground(found.key, ("x", "y"), found.points, np.zeros(2), np.ones(2), found.labels, len(found.points))


def of_columns(name: str, matrix: Matrix, columns: tuple[int, int], seed: int = 0) -> Ground:
    """Two columns of a matrix in units of their standard deviations, rows with a blank in them left out.

    Of many rows a sample is taken. Raises FitError where too few rows are left, or a column is constant.
    """
    raw = matrix.raw[:, list(columns)]
    raw = raw[whole_rows(raw)]
    centre, scale = (raw.mean(axis=0), raw.std(axis=0)) if len(raw) else (np.zeros(2), np.zeros(2))
    if len(raw) < 10 or not scale.min() > 0:
        raise FitError(
            "These two columns have too little in common to watch.",
            "It takes ten rows with a number in both, and more than one value in each.",
            "Choose other columns.",
        )
    count = len(raw)
    if count > MOST_ROWS:
        raw = raw[np.sort(np.random.default_rng(seed).choice(count, MOST_ROWS, replace=False))]
    first, second = (matrix.features[column] for column in columns)
    return Ground(name, (first, second), read_only((raw - centre) / scale), centre, scale, None, count)


def spread_out(ground: Ground, count: int) -> pd.DataFrame:
    """As many points along the diagonal of the rows, in the units shown, to begin a placing with."""
    at = (np.arange(count) + 1) / (count + 1)
    points = np.quantile(ground.shown, at, axis=0)
    names = [name if len(set(ground.columns)) == 2 else f"{name} {j}" for j, name in enumerate(ground.columns)]
    return pd.DataFrame(np.round(points, 3), columns=names)
