"""Levels: how the values of a category are spelled and told apart, whatever type of column holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

# pandas writes whole numbers so where a cell of their column is blank
_WHOLE_WITH_POINT = re.compile(r"(-?\d+)\.0+")


def spelled(cells: pd.Series) -> pd.Series:
    """(n,) cells of a category as texts, None where blank; whole numbers have no decimal point."""
    places, values = pd.factorize(cells)
    return _at(places, _spellings(pd.Series(values)), cells.index)


def told_apart(cells: pd.Series) -> pd.Series:
    """(n,) by what cells of a category are compared, None where blank: texts "1" and "1.0" are one value."""
    places, values = pd.factorize(cells)
    return _at(places, [_key(text) for text in _spellings(pd.Series(values))], cells.index)


def keys(values: Iterable[str]) -> set[str]:
    """The same of levels."""
    return set(map(_key, values))


def _at(places: npt.NDArray[np.intp], texts: list[str], index: pd.Index) -> pd.Series:
    """The text of each cell's place; blanks are at -1, the last."""
    return pd.Series(np.array([*texts, None], dtype=object)[places], index=index, dtype=object)


def _spellings(values: pd.Series) -> list[str]:
    """Those of different values."""
    plain = values.astype(object) if isinstance(values.dtype, pd.CategoricalDtype) else values
    if pd.api.types.is_float_dtype(plain) or pd.api.types.is_object_dtype(plain):
        return [str(int(each)) if isinstance(each, float) and each.is_integer() else str(each) for each in plain]
    return plain.astype(str).tolist()


def _key(text: str) -> str:
    whole = _WHOLE_WITH_POINT.fullmatch(text)
    return whole[1] if whole else text
