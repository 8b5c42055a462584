"""Source: where rows come from, block by block, so that no fit needs them all in memory at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array, read_only, read_only_view
from ..errors import DataError
from .transform import Matrix

BLOCK_ROWS = 65_536
LEAST_WEIGHT, MOST_WEIGHT = 1e-100, 1e100  # of all rows together


@runtime_checkable
class Source(Protocol):
    """Rows that can be gone through again and again, always in the same order and blocks.

    One with columns of categories has an attribute `levels` besides, as an ArraySource has: its rows then have d + c
    columns.

    Examples:
        >>> isinstance(core.ArraySource(np.zeros((5, 2))), core.Source)
        True
    """

    @property
    def n(self) -> int:
        """Rows."""
        ...

    @property
    def d(self) -> int:
        """Features."""
        ...

    def blocks(self) -> Iterator[tuple[Array, Array | None]]:
        """(values (m, d), row weights (m,)) of consecutive rows; None where every row weighs 1."""
        ...

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """(at most n, d) rows drawn without replacement, in proportion to their weights, in row order."""
        ...


@dataclass(frozen=True)
class ArraySource:
    """Rows in memory; blocks are views.

    Attributes:
        values: (n, d + c) rows: d numbers and then the codes of c columns of categories, from 0; NaN where blank.
        weights: (n,) row weights; None where every row weighs 1.
        frequency: whether the weights count rows, instead of being rescaled to sum to n.
        levels: (c,) how many levels each column of categories has.

    Examples:
        >>> source = core.ArraySource(np.zeros((5, 2)), weights=np.ones(5))
        >>> source.n, source.d
        (5, 2)
    """

    values: Array
    weights: Array | None = None
    frequency: bool = False
    levels: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.values)

    @property
    def d(self) -> int:
        """Features: the columns of numbers."""
        return self.values.shape[1] - len(self.levels)

    @cached_property
    def data_id(self) -> str:
        """The sha256 of the values and their shape, and of the levels if there are any."""
        digest = hashlib.sha256(repr((*self.values.shape, *self.levels)).encode())
        digest.update(np.ascontiguousarray(self.values).data)
        return digest.hexdigest()

    def blocks(self) -> Iterator[tuple[Array, Array | None]]:
        """(values (m, d), row weights (m,)) of consecutive rows; None where every row weighs 1."""
        for at in range(0, self.n, BLOCK_ROWS):
            rows = slice(at, at + BLOCK_ROWS)
            yield self.values[rows], None if self.weights is None else self.weights[rows]

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """(at most n, d) rows drawn without replacement, in proportion to their weights, in row order."""
        chance = None if self.weights is None else self.weights / self.weights.sum()
        possible = self.n if chance is None else int(np.count_nonzero(chance))
        chosen = rng.choice(self.n, min(n, possible), replace=False, p=chance)
        return self.values[np.sort(chosen)]


def as_source(X: object, weights: npt.ArrayLike | None = None) -> Source:
    """A Source of what holds rows: a Source, a Matrix, a DataFrame of numbers, an (n, d) array, or a list of blocks.

    A 1-D array is one feature; blocks are arrays or pairs of values and row weights; a Matrix brings its own row
    weights. NaN is a blank. Raises DataError for what is not finite numbers or blanks in rows and columns.

    Examples:
        >>> core.as_source([np.zeros((3, 2)), np.ones((4, 2))]).n
        7
    """
    if isinstance(X, Source) and not isinstance(X, ArraySource):
        if weights is None:
            return X
        raise DataError("These rows bring their own weights.", remedy="Give the weights with the blocks of rows.")
    frequency, levels = False, tuple[int, ...]()
    if isinstance(X, Matrix | ArraySource):
        frequency, levels = X.frequency and weights is None, levels_of(X)
        weights = X.weights if weights is None else weights
        X = X.rows if isinstance(X, Matrix) else X.values
    elif isinstance(X, list | tuple) and len(X) and all(map(_is_block, X)):
        X, own = _joined(X)
        weights = own if weights is None else weights
    values = _values(X)
    if weights is None:
        return ArraySource(read_only_view(values), levels=levels)
    return ArraySource(read_only_view(values), _weights(weights, len(values)), frequency, levels)


def levels_of(X: object) -> tuple[int, ...]:
    """(c,) how many levels each column of categories has; () for rows of numbers alone."""
    if isinstance(X, Matrix):
        return tuple(map(len, X.levels))
    found: tuple[int, ...] = getattr(X, "levels", ())
    return found


def as_rows(X: object, columns: int) -> Array:
    """(n, d + c) rows of anything that holds some, NaN where blank, for something fitted to so many columns.

    A 1-D array is one column. Of a Matrix with categories only the numbers are taken where no more were fitted. Raises
    DataError for another number of columns, and for what as_source refuses.
    """
    if isinstance(X, np.ndarray) and X.dtype == np.float64 and X.ndim == 2 and not X.size:
        values: Array = X  # no rows have no scores, and rows without a known cell are all alike
    elif isinstance(X, Source) and not isinstance(X, ArraySource):
        values = np.concatenate([block for block, _ in X.blocks()])
    else:
        values = _values(_fitting(X, columns))
    if values.shape[1] != columns:
        raise DataError(
            f"These rows have {values.shape[1]} columns; {columns} were fitted.", remedy="Bring the columns fitted."
        )
    return values


def _fitting(X: object, columns: int) -> object:
    if isinstance(X, Matrix):
        return X.values if X.values.shape[1] == columns else X.rows
    return X.values if isinstance(X, ArraySource) else X


def as_numbers(given: object, what: str) -> Array:
    """An array of real numbers, NaN where blank. Raises DataError, naming what it is, for anything else."""
    if isinstance(given, np.ma.MaskedArray):
        given = np.where(np.ma.getmaskarray(given), np.nan, np.ma.getdata(given))
    try:
        array = np.asarray(given)
        if array.dtype == object and not any(isinstance(each, str | bytes) for each in array.flat):
            array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "fiub":
        raise DataError(f"{what} must be numbers.", "Some are text, or something else.")
    return array.astype(np.float64, copy=False)


def _weights(given: npt.ArrayLike, n: int) -> Array:
    """(n,) row weights."""
    weights = as_numbers(given, "Row weights")
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise DataError("Row weights must be one number of 0 or more for every row, not all 0.")
    if not LEAST_WEIGHT < weights.sum() < MOST_WEIGHT:
        raise DataError("The row weights are too large or too small to compute with.", remedy="Multiply all of them.")
    return read_only(weights)


def _is_block(each: object) -> bool:
    """Whether this is a block of rows: an (m, d) array, or one with its (m,) row weights or None."""
    if isinstance(each, tuple) and len(each) == 2:
        each = each[0]
    return isinstance(each, np.ndarray) and each.ndim == 2


def _joined(blocks: Sequence[Any]) -> tuple[Array, Array | None]:
    """(n, d) values and (n,) row weights of all blocks; rows of blocks without weights weigh 1."""
    pairs = [each if isinstance(each, tuple) else (each, None) for each in blocks]
    if len({values.shape[1] for values, _ in pairs}) > 1:
        raise DataError("The blocks differ in their number of columns.", remedy="Bring blocks of one table.")
    joined = np.concatenate([as_numbers(values, "Rows") for values, _ in pairs])
    if all(weights is None for _, weights in pairs):
        return joined, None
    parts = [np.ones(len(values)) if w is None else np.ravel(as_numbers(w, "Row weights")) for values, w in pairs]
    return joined, np.concatenate(parts)


def _values(X: object) -> Array:
    try:
        values = as_numbers(_numbers_of(X) if isinstance(X, pd.DataFrame | pd.Series) else X, "Rows")
    except DataError:
        raise DataError("Only numbers can be grouped.", "Some cells are text.", "Choose number columns.") from None
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or 0 in values.shape:
        raise DataError("There are no rows to work on.", remedy="Bring a table with at least one row and one column.")
    if np.isinf(values).any():
        raise DataError("Some cells are infinite.", remedy="Drop those rows first.")
    return values


def _numbers_of(frame: pd.DataFrame | pd.Series[Any]) -> npt.NDArray[Any]:
    """The cells of a frame, NaN for each kind of blank where all columns are of numbers."""
    columns = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in columns.dtypes):
        return np.asarray(columns.to_numpy())
    return np.asarray(columns.to_numpy(dtype=np.float64, na_value=np.nan))
