"""Resampling: fits to rows that count by chance, with their components matched to the groups at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from core.arrays import Array
from core.mixture.em.stopping import Progress, Watch

T = TypeVar("T")
DrawMap = Callable[[Callable[[int], T | None], Iterable[int]], Iterable[T | None]]
BATCH = 16  # draws between two looks at whether to go on


def matched(own: Array, other: Array) -> npt.NDArray[np.intp]:
    """(K,) for each column of (n, K) responsibilities, the column of the other (n, K) that shares most rows with it.

    All rows shared are made most by the Hungarian method (Kuhn 1955), so that no column is taken twice.
    """
    _, columns = linear_sum_assignment(-(own.T @ other))
    return np.asarray(columns, dtype=np.intp)


@dataclass
class Draws:
    """How far some draws are, told from any of them."""

    watch: Watch
    total: int
    what: str
    done: list[int] = field(default_factory=list)
    goes_on: bool = True

    def __call__(self, _: Progress) -> bool:
        """Pass a fit's progress on as that of the draws."""
        self.goes_on = self.goes_on and self.watch(Progress(self.what, len(self.done), self.total))
        return self.goes_on

    def run(self, draw: Callable[[int], T | None], over: DrawMap[T]) -> Iterator[T]:
        """What each draw comes to, in order and in batches; a draw that comes to nothing is left out."""

        def one(number: int) -> T | None:
            found = draw(number) if self.goes_on else None
            self.done.append(number)
            return found

        for at in range(0, self.total, BATCH):
            if not self(Progress(self.what, at, self.total)):
                return
            yield from (each for each in over(one, range(at, min(at + BATCH, self.total))) if each is not None)
