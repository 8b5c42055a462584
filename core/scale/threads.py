"""Threads: a map over several cores. Compiled EM runs free of Python's lock, so fits run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 4


def over_cores(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """The function's value for every item, in order, computed on as many threads as there are cores, at most four."""
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(function, items))


@dataclass(frozen=True)
class Threads:
    """A map over a number of threads that stay, for work that comes in many small portions."""

    pool: ThreadPoolExecutor

    @classmethod
    def of(cls, number: int) -> Threads:
        """So many threads."""
        return cls(ThreadPoolExecutor(number))

    def __call__(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The function's value for every item, in order."""
        return list(self.pool.map(function, items))
