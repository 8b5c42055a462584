"""The store: results that all sessions may share, each under a key made of our own sha256 and of frozen choices.

Results are frozen, so a shared one cannot be changed under another session's feet. Keys begin with the sha256 of the
whole file, so nobody reaches what they do not have. What is dropped is computed again when it is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from threading import Lock
from typing import TypeVar, cast

import numpy as np
import pandas as pd
import streamlit as st

T = TypeVar("T")

MOST_RESULTS = 500
MOST_BYTES = 400_000_000


def key(what: str, *choices: object) -> str:
    """A key of frozen choices: every field of theirs, with the names of their types."""
    return f"{what}: {choices!r}"


class Store:
    """The results that were used last, as many as fit."""

    def __init__(self, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        """An empty store."""
        self._most, self._most_bytes = most, most_bytes
        self._results: OrderedDict[str, tuple[object, int]] = OrderedDict()
        self._lock = Lock()

    def put(self, key: str, result: object) -> None:
        """Keep a result; those that were not used for longest may go, the new one stays."""
        with self._lock:
            self._results[key] = result, size(result)
            self._results.move_to_end(key)
            while len(self._results) > 1 and self._is_full():
                self._results.popitem(last=False)

    def find(self, key: str) -> object | None:
        """The result of a key, or None."""
        with self._lock:
            if key not in self._results:
                return None
            self._results.move_to_end(key)
            return self._results[key][0]

    def _is_full(self) -> bool:
        return len(self._results) > self._most or sum(each for _, each in self._results.values()) > self._most_bytes


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The one store of the process."""
    return Store()


def kept(key: str, make: Callable[[], T]) -> T:
    """The result of a key, made now if it is not there; for work of well under a second."""
    found = store().find(key)
    if found is None:
        found = make()
        store().put(key, found)
    return cast(T, found)


def size(result: object) -> int:
    """About the bytes of the arrays and frames in a frozen result, each counted once."""
    seen: dict[int, int] = {}
    _weigh([result], seen)
    return sum(seen.values())


def _weigh(values: Iterable[object], seen: dict[int, int]) -> None:
    for value in values:
        if id(value) in seen:
            continue
        if isinstance(value, np.ndarray):
            seen[id(value)] = value.nbytes
        elif isinstance(value, pd.DataFrame):
            seen[id(value)] = int(value.memory_usage().sum())
        elif is_dataclass(value) and not isinstance(value, type):
            seen[id(value)] = 0
            _weigh([getattr(value, each.name) for each in fields(value)], seen)
        elif isinstance(value, tuple):
            seen[id(value)] = 0
            _weigh(value, seen)
