"""Some rows of many, for what would take too long on all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.arrays import Array
from core.data.prepare import Matrix
from core.data.source import Source, as_source


def some_rows(X: npt.ArrayLike | Matrix | Source, most: int, seed: int) -> tuple[Array, int]:
    """((m, d) rows in the order of the data, n): all rows, or `most` of them drawn at random.

    Row weights decide which rows are drawn, and nothing beyond that.
    """
    source = as_source(X)
    return source.sample(most, np.random.default_rng([seed, most])), source.n
