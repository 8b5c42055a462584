"""Examples: the rows of a group that are most like it, and those that could as well be in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...arrays import Array, closed
from ...data.source import as_numbers
from ...errors import ChoiceError, DataError, whole_number
from ..uncertainty.classification import classify

Rows = npt.NDArray[np.intp]
EACH = 5  # rows of either sort


@dataclass(frozen=True)
class Examples:
    """Rows of one group, by their positions.

    Attributes:
        group: the group, from 0.
        typical: rows where the group's own part of the density is highest.
        borderline: rows that it holds by the smallest lead over the next group; none where every row is sure.
        following: the next group of each of those.

    Examples:
        >>> shares = np.array([[1.0, 0.0], [0.6, 0.4], [0.1, 0.9]])
        >>> found = core.examples(np.array([-1.0, -2.0, -3.0]), shares, group=0)
        >>> found.typical.tolist(), found.borderline.tolist(), found.following.tolist()
        ([0, 1], [1], [1])
    """

    group: int
    typical: Rows
    borderline: Rows
    following: Rows


def examples(log_density: Array, responsibilities: Array, group: int, each: int = EACH) -> Examples:
    """Typical and borderline rows of a group, by (n,) log p(x) and (n, G) responsibilities.

    A row is on the border if the next group holds at least a hundredth of it.

    Raises DataError for densities or shares of other rows, and ChoiceError for a group that there is not.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> mixture = core.fit(rows, components=3).mixture
        >>> core.examples(mixture.log_density(rows), mixture.responsibilities(rows), group=0, each=2).typical.shape
        (2,)
    """
    found, shares = classify(responsibilities), as_numbers(responsibilities, "The shares of groups")
    log_density = as_numbers(log_density, "Log densities")
    if log_density.shape != shares.shape[:1]:
        raise DataError("Each row has one log density and one share of each group.")
    if whole_number(group, "A group", 0) >= shares.shape[1]:
        raise ChoiceError(f"There are {shares.shape[1]} groups, numbered from 0.")
    whole_number(each, "The number of examples", 0)
    mine = np.flatnonzero(found.first == group)
    with np.errstate(divide="ignore"):
        own = log_density[mine] + np.log(shares[mine, group])
    typical = mine[np.argsort(-own, kind="stable")[:each]]
    open_ = mine[found.next_share[mine] >= 0.01]
    border = open_[np.argsort(found.margin[open_], kind="stable")[:each]]
    return Examples(group, closed(typical), closed(border), closed(found.second[border]))
