"""Size: the bytes that a result holds; those of large buffers apart, so that what results share counts once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

LARGE = 1_000  # bytes from which on it is worth knowing whether others hold it as well
PLAIN = 100  # bytes of an object, about

_WITHOUT_SIZE = (type, FunctionType, MethodType, ModuleType, int, float, complex, bool, type(None))


@dataclass
class Size:
    """Bytes of the large buffers, by the id of what owns them, and of all the rest together."""

    large: dict[int, int] = field(default_factory=dict)
    rest: int = 0

    def total(self) -> int:
        """All of them."""
        return self.rest + sum(self.large.values())


def size_of(result: object) -> Size:
    """What a result leads to, with what it has worked out since it was made."""
    found: dict[int, int] = {}
    waiting = [result]
    while waiting:
        value = waiting.pop()
        if id(value) in found or isinstance(value, _WITHOUT_SIZE):
            continue
        if isinstance(value, np.ndarray):
            _add_array(value, found, waiting)
        elif isinstance(value, pd.DataFrame | pd.Series | pd.Index):
            found[id(value)] = _pandas_bytes(value)
        elif isinstance(value, str | bytes | bytearray):
            found[id(value)] = sys.getsizeof(value)
        else:
            found[id(value)] = PLAIN
            waiting.extend(_parts(value))
    large = {buffer: size for buffer, size in found.items() if size >= LARGE}
    return Size(large, sum(found.values()) - sum(large.values()))


def _add_array(value: npt.NDArray[Any], found: dict[int, int], waiting: list[object]) -> None:
    """An array counts as the buffer that it looks into."""
    owner = value
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    found[id(value)] = 0
    found[id(owner)] = owner.nbytes
    if value.dtype == object:
        waiting.extend(value.ravel().tolist())


def _pandas_bytes(value: pd.DataFrame | pd.Series | pd.Index) -> int:
    used = value.memory_usage(deep=True)
    return int(used if isinstance(value, pd.Index | pd.Series) else used.sum())


def _parts(value: object) -> Iterable[object]:
    """What a container or an object holds."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, tuple | list | set | frozenset):
        return value
    return list(getattr(value, "__dict__", {}).values())
