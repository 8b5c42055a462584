"""Classification: for each row the likeliest group, the next one, and how far apart the two are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...arrays import Array, closed, read_only
from ...data.source import as_numbers
from ...errors import DataError

Labels = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Classification:
    """How sure each of n rows is.

    Attributes:
        first: (n,) the likeliest group of each row, from 0.
        second: (n,) the next one; the same group where there is only one.
        share: (n,) responsibility of the likeliest.
        next_share: (n,) responsibility of the next one; 0 where there is only one.

    Examples:
        >>> found = core.classify(np.array([[0.75, 0.25], [0.5, 0.5]]))
        >>> found.first.tolist(), found.margin.tolist()
        ([0, 0], [0.5, 0.0])
    """

    first: Labels
    second: Labels
    share: Array
    next_share: Array

    @property
    def margin(self) -> Array:
        """(n,) by how much the likeliest group leads."""
        return self.share - self.next_share


def classify(responsibilities: Array) -> Classification:
    """The top two of (n, G) shares in each row; of equal ones the first. Raises DataError for what are none.

    Examples:
        >>> core.classify(np.array([[0.1, 0.7, 0.2]])).second.tolist()
        [2]
    """
    responsibilities = as_numbers(responsibilities, "The shares of groups")
    n, groups = responsibilities.shape if responsibilities.ndim == 2 else (0, 0)
    if not groups or not (np.isfinite(responsibilities) & (responsibilities >= 0)).all():
        raise DataError("The shares of groups are a row for each row and a column for each group, of 0 or more.")
    order = np.argsort(-responsibilities, axis=1, kind="stable")
    rows = np.arange(n)
    first, second = order[:, 0], order[:, min(1, groups - 1)]
    following = responsibilities[rows, second] if groups > 1 else np.zeros(n)
    share = responsibilities[rows, first]
    return Classification(closed(first), closed(second), read_only(share), read_only(following))
