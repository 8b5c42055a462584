"""Resampling: fits to rows that count by chance, with their components matched to the groups at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from ...arrays import Array
from ...errors import expect, whole_number
from ...mixture.fit import Fit
from ...progress import Joined, Progress

T = TypeVar("T")
DrawMap = Callable[[Callable[[int], T | None], Iterable[int]], Iterable[T | None]]
BATCH = 16  # draws between two looks at whether to go on


def expect_draws(fitted: object, draws: object, seed: object) -> None:
    """Raises ChoiceError for what is no Fit, no number of draws, or no seed."""
    expect(fitted, Fit, "A Fit")
    whole_number(draws, "The number of draws")
    whole_number(seed, "A seed", 0)


def matched(own: Array, other: Array) -> npt.NDArray[np.intp]:
    """(K,) for each column of (n, K) responsibilities, the column of the other (n, K) that shares most rows with it.

    All rows shared are made most by the Hungarian method (Kuhn 1955), so that no column is taken twice.
    """
    _, columns = linear_sum_assignment(-(own.T @ other))
    return np.asarray(columns, dtype=np.intp)


def carried_out(draw: Callable[[int], T | None], draws: int, shared: Joined, over: DrawMap[T]) -> Iterator[T]:
    """What draws come to, in order and in batches, as far as the watch lets it; what comes to nothing is left out."""

    def one(number: int) -> T | None:
        found = draw(number) if shared.goes_on else None
        shared.count()
        return found

    for at in range(0, draws, BATCH):
        if not shared(Progress("draws", at, draws)):
            return
        yield from (each for each in over(one, range(at, min(at + BATCH, draws))) if each is not None)
