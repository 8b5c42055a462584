"""Size: the bytes that a result holds; those of large buffers apart, so that what results share counts once."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from types import FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

LARGE = 1_000  # bytes from which on it is worth knowing whether others hold it as well
PLAIN = 100  # bytes of an object, about
SAMPLE = 1_000  # texts or numbers of a longer container that are looked at

_WITHOUT_SIZE = (type, FunctionType, MethodType, ModuleType, int, float, complex, bool, type(None))
_CONTAINERS = (dict, list, tuple, set, frozenset)
_PLAIN_TYPES = frozenset[type]((str, bytes, int, float, complex, bool, type(None)))


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
            found[id(value)] = sys.getsizeof(value) if isinstance(value, _CONTAINERS) else PLAIN
            for parts in _parts(value):
                found[id(value)] += _taken_in(parts, waiting)
    large = {buffer: size for buffer, size in found.items() if size >= LARGE}
    return Size(large, sum(found.values()) - sum(large.values()))


def _add_array(value: npt.NDArray[Any], found: dict[int, int], waiting: list[object]) -> None:
    """An array counts as the buffer that it looks into."""
    owner = value
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    found[id(value)] = 0
    found[id(owner)] = owner.nbytes
    if owner.dtype == object:
        found[id(owner)] += _taken_in(owner.ravel().tolist(), waiting)


def _pandas_bytes(value: pd.DataFrame | pd.Series | pd.Index) -> int:
    return int(np.sum(value.memory_usage(deep=True)))


def _taken_in(parts: Collection[object], waiting: list[object]) -> int:
    """The bytes of many texts and numbers, from some of them; what else there is waits to be looked at."""
    if len(parts) <= SAMPLE or not _PLAIN_TYPES.issuperset(map(type, parts)):
        waiting.extend(parts)
        return 0
    some = {id(each): sys.getsizeof(each) for each in Random(0).sample(list(parts), SAMPLE)}
    few = 2 * len(some) < SAMPLE  # the same ones come again and again
    return sum(some.values()) if few else round(sum(some.values()) / SAMPLE * len(parts))


def _parts(value: object) -> list[Collection[object]]:
    """What a container or an object holds."""
    if isinstance(value, Mapping):
        return [list(value.keys()), list(value.values())]
    if isinstance(value, tuple | list | set | frozenset):
        return [value]
    return [list(getattr(value, "__dict__", {}).values()), [getattr(value, name, None) for name in _slots(type(value))]]


def _slots(kind: type) -> list[str]:
    """The names under which objects of a class keep what is not in their dictionary."""
    slotted = [vars(each) for each in kind.__mro__ if "__slots__" in vars(each)]
    return [name for each in slotted for name, held in each.items() if isinstance(held, MemberDescriptorType)]
