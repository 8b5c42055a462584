"""Chances: the block of categories in a component's density, one multinomial for each column (Hunt and Jorgensen 1999).

A level that no row of a component has is of chance 0 there. That is no collapse: its density has a bound all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..arrays import Array, closed, read_only
from ..errors import ChoiceError

Chances = tuple[Array, ...]  # of each column of categories, (K, L)

SUMS_TO_ONE = 1e-6
HALF = 0.5  # of a row, in each level


def checked(given: Sequence[npt.ArrayLike], components: int) -> Chances:
    """Chances as read-only arrays. Raises ChoiceError for what are none of so many components."""
    try:
        found = tuple(read_only(each) for each in given)
    except (TypeError, ValueError):
        raise ChoiceError("The chances of a mixture are numbers.") from None
    for each in found:
        if each.ndim != 2 or len(each) != components or not each.shape[1]:
            raise ChoiceError("The chances of a mixture are an array (K, L) for each column of categories.")
        if (
            not (each >= 0).all() or not (each.sum(axis=1) <= 1 + SUMS_TO_ONE).all()
        ):  # expected logs come to less than 1
            raise ChoiceError("The chances of a column's levels are 0 or more and sum to 1 in each component.")
    return found


def logs(chances: Chances, noise: bool) -> Chances:
    """Logs of chances; under noise, which comes last, all levels of a column are equally likely."""
    with np.errstate(divide="ignore"):
        found = [np.log(each) for each in chances]
    if noise:
        found = [np.vstack([each, np.full(each.shape[1], -np.log(each.shape[1]))]) for each in found]
    return tuple(map(closed, found))


def drawn(chances: Array, rng: np.random.Generator) -> Array:
    """(n,) codes drawn by (n, L) chances."""
    below = np.cumsum(chances, axis=1)
    return np.asarray((rng.random((len(chances), 1)) * below[:, -1:] >= below).sum(axis=1), dtype=np.float64)


def estimated(counts: Chances, prior: float = 0.0) -> Chances:
    """The chances that maximise the likelihood of counts, with a Dirichlet prior worth so many rows of each level.

    Where a component has no cell in a column, its levels are equally likely there.
    """
    found = []
    for each in counts:
        joined = each + prior
        total = joined.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            found.append(closed(np.where(total > 0, joined / np.where(total > 0, total, 1.0), 1 / each.shape[1])))
    return tuple(found)


def for_new_rows(chances: Chances, rows: Array) -> Chances:
    """The chances that rows which were not fitted are predicted by: half a row more in each level (Jeffreys 1946).

    rows are (K,) rows' worth of weight of the components. A level that none of these has is then rare, not impossible.
    """
    return estimated(tuple(each * rows[:, None] for each in chances), HALF)


def n_parameters(components: int, levels: Sequence[int]) -> int:
    """Free chances of all components."""
    return components * sum(each - 1 for each in levels)
