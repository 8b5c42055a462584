"""The array type that flows through core, and how a value object takes one in."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)
Array = npt.NDArray[np.float64]


def owned(values: Array) -> Array:
    """A C-ordered float64 array that was made here, which nobody can write to from now on; nothing is copied."""
    values.flags.writeable = False
    return values


def read_only(values: npt.ArrayLike) -> Array:
    """A C-ordered float64 array that nobody can write to; copies only what is still writable."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.flags.writeable:
        array = array.copy() if array is values else array
        array.flags.writeable = False
    return array


def read_only_view(values: npt.ArrayLike) -> Array:
    """A C-ordered float64 view that cannot be written through; what lies behind it stays its owner's, uncopied."""
    array = np.ascontiguousarray(values, dtype=np.float64).view()
    array.flags.writeable = False
    return array


def closed(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """The same array, of any type, which nobody can write to from now on; for one that has just been made."""
    array.flags.writeable = False
    return array
