"""Preparation: from chosen columns of a Table to the Matrix that is fitted, and back to raw units."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from core.arrays import Array, read_only
from core.data.columns import default_columns, numbers_of, profile
from core.data.table import Note, Table
from core.errors import ChoiceError, DataError

LARGEST = 1e150  # beyond it a square overflows
MAD_TO_SD = 1.4826  # the median absolute deviation of a normal is its standard deviation over this


class Scale(StrEnum):
    """How columns are brought to a common scale."""

    NONE = "none"
    STANDARD = "standard"  # mean 0, standard deviation 1
    ROBUST = "robust"  # median 0, median absolute deviation as a normal's 1


class Blanks(StrEnum):
    """What becomes of rows with blank cells in the chosen columns."""

    DROP = "drop"
    KEEP = "keep"


class Shape(StrEnum):
    """A transform that brings a skewed column nearer to a bell."""

    LOG = "log"
    YEO_JOHNSON = "yeo-johnson"  # Yeo and Johnson 2000


@dataclass(frozen=True)
class Preparation:
    """Which columns are fitted, and in what form."""

    columns: tuple[str, ...] | None = None  # None takes the columns that no alert leaves out
    scale: Scale = Scale.STANDARD
    transforms: tuple[tuple[str, Shape], ...] = ()  # (column, shape)
    blanks: Blanks = Blanks.DROP

    def __post_init__(self) -> None:
        """Take plain words for the choices. Raises ChoiceError for others."""
        try:
            object.__setattr__(self, "scale", Scale(self.scale))
            object.__setattr__(self, "blanks", Blanks(self.blanks))
            shapes = dict(self.transforms)
            object.__setattr__(self, "transforms", tuple((name, Shape(each)) for name, each in shapes.items()))
        except ValueError as unknown:
            raise ChoiceError(f"This preparation is not known: {unknown}.") from None
        if self.columns is not None:
            object.__setattr__(self, "columns", tuple(self.columns))


@dataclass(frozen=True)
class Bend:
    """A learned transform of one column: x -> log(x), or Yeo-Johnson's with its lambda."""

    shape: Shape
    power: float = 0.0

    def apply(self, values: Array) -> Array:
        """Bent values; NaN where a logarithm does not exist."""
        if self.shape is Shape.LOG:
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), np.nan)
        bent: Array = stats.yeojohnson(values, self.power)
        return bent

    def undo(self, values: Array) -> Array:
        """The raw values of bent ones."""
        if self.shape is Shape.LOG:
            return np.exp(values)
        return _undo_yeo_johnson(values, self.power)


@dataclass(frozen=True)
class Transform:
    """What a Preparation learned: enough to prepare another table the same way, and to come back."""

    features: tuple[str, ...]
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    bends: tuple[Bend | None, ...]
    blanks: Blanks

    @property
    def linear(self) -> bool:
        """Whether coming back is a shift and a scale."""
        return not any(self.bends)

    def apply(self, table: Table | pd.DataFrame) -> Matrix:
        """Another table's rows in the same form. Raises DataError naming columns that are missing."""
        whole = _as_table(table)
        missing = [name for name in self.features if name not in whole.frame.columns]
        if missing:
            raise DataError(
                f"The table lacks the column {missing[0]!r}.", remedy="Bring a table with the columns that were fitted."
            )
        raw, notes = _raw_values(whole, self.features)
        return _matrix(self, raw, notes)

    def forward(self, raw: Array) -> Array:
        """(n, d) raw values in the fitted form."""
        bent = [_bend(bend, column) for bend, column in zip(self.bends, raw.T, strict=True)]
        return (np.column_stack(bent) - np.array(self.centers)) / np.array(self.scales)

    def to_raw(self, values: npt.ArrayLike) -> Array:
        """(n, d) fitted values in raw units."""
        plain = np.asarray(values, dtype=np.float64) * np.array(self.scales) + np.array(self.centers)
        for j, bend in enumerate(self.bends):
            if bend is not None:
                plain[:, j] = bend.undo(plain[:, j])
        return plain

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Transform:
        """The transform that was written."""
        found = json.loads(text)
        bends = tuple(bend and Bend(Shape(bend["shape"]), bend["power"]) for bend in found["bends"])
        lists = {name: tuple(found[name]) for name in ("features", "centers", "scales")}
        return cls(**lists, bends=bends, blanks=Blanks(found["blanks"]))


@dataclass(frozen=True)
class Matrix:
    """Rows ready to be fitted."""

    values: Array  # (n, d), NaN where blank
    row_ids: npt.NDArray[np.int64]  # (n,) positions in the table's frame
    transform: Transform
    n_dropped: int  # rows of the table that are not here
    notes: tuple[Note, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns, d of them."""
        return self.transform.features

    @cached_property
    def raw(self) -> Array:
        """(n, d) values in raw units."""
        return read_only(self.transform.to_raw(self.values))

    @cached_property
    def data_id(self) -> str:
        """The sha256 of the values and the names of their columns."""
        digest = hashlib.sha256(json.dumps([self.features, self.values.shape]).encode())
        digest.update(np.ascontiguousarray(self.values).data)
        return digest.hexdigest()


def prepare(table: Table | pd.DataFrame, preparation: Preparation | None = None) -> Matrix:
    """Bring the chosen columns of a table into the form that is fitted.

    Raises DataError for a choice that leaves nothing to fit: no column, no row, a constant or a non-numeric column.
    """
    choice = preparation or Preparation()
    whole = _as_table(table)
    names = default_columns(whole) if choice.columns is None else choice.columns
    if not names:
        raise DataError("No column is chosen.", remedy="Tick at least one column of numbers.")
    raw, notes = _raw_values(whole, names)
    keep = _rows_to_keep(raw, choice.blanks)
    if not keep.any():
        raise DataError(
            "No row has a number in every chosen column.", remedy="Leave out the column with the most blanks."
        )
    transform = _learn(names, raw[keep], choice)
    return _matrix(transform, raw, notes)


def _matrix(transform: Transform, raw: Array, notes: tuple[Note, ...]) -> Matrix:
    bent = transform.forward(raw)
    keep = _rows_to_keep(bent, transform.blanks)
    dropped = int(len(raw) - keep.sum())
    if dropped:
        plural = "row has" if dropped == 1 else "rows have"
        why = "a blank in a chosen column" if transform.blanks is Blanks.DROP else "no number in any chosen column"
        notes = (*notes, Note(f"{dropped:,} {plural} {why} and {'is' if dropped == 1 else 'are'} left out.", dropped))
    return Matrix(read_only(bent[keep]), np.flatnonzero(keep).astype(np.int64), transform, dropped, notes)


def _rows_to_keep(values: Array, blanks: Blanks) -> npt.NDArray[np.bool_]:
    present = ~np.isnan(values)
    return np.asarray(present.all(axis=1) if blanks is Blanks.DROP else present.any(axis=1))


def _as_table(table: Table | pd.DataFrame) -> Table:
    return profile(table) if isinstance(table, pd.DataFrame) else table


def _raw_values(table: Table, names: tuple[str, ...]) -> tuple[Array, tuple[Note, ...]]:
    """(n, d) numbers of the named columns, cells that cannot be computed with as blanks, and notes on those."""
    columns, notes = [], []
    for name in names:
        values = numbers_of(table, name)
        wild = np.isinf(values) | (np.abs(values) > LARGEST)
        if wild.any():
            count = int(wild.sum())
            notes.append(Note(f"{count:,} cells of {name!r} are infinite or beyond 1e150 and count as blank.", count))
            values = np.where(wild, np.nan, values)
        columns.append(values)
    return np.column_stack(columns), tuple(notes)


def _learn(names: tuple[str, ...], raw: Array, choice: Preparation) -> Transform:
    shapes = dict(choice.transforms)
    bends = tuple(_learn_bend(name, shapes.get(name), raw[:, j]) for j, name in enumerate(names))
    centers, scales = [], []
    for name, bend, column in zip(names, bends, raw.T, strict=True):
        present = _bend(bend, column[~np.isnan(column)])
        present = present[~np.isnan(present)]
        if len(present) == 0:
            raise DataError(f"Column {name!r} has no number.", remedy="Leave it out.")
        if np.ptp(present) == 0:
            raise DataError(
                f"Column {name!r} has the same value in every row, so it cannot tell groups apart.",
                remedy="Leave it out.",
            )
        center, scale = _center_and_scale(present, choice.scale)
        centers.append(center)
        scales.append(scale)
    return Transform(tuple(names), tuple(centers), tuple(scales), bends, choice.blanks)


def _learn_bend(name: str, shape: Shape | None, column: Array) -> Bend | None:
    present = column[~np.isnan(column)]
    if shape is None:
        return None
    if shape is Shape.LOG:
        if not (present > 0).any():
            raise DataError(f"Column {name!r} has no value above zero, so it has no logarithm.")
        return Bend(shape)
    # The power is learned at scale 1: the column's own scale would decide it otherwise.
    return Bend(shape, float(stats.yeojohnson_normmax(present)))


def _bend(bend: Bend | None, column: Array) -> Array:
    return column if bend is None else bend.apply(column)


def _center_and_scale(present: Array, scale: Scale) -> tuple[float, float]:
    """In two passes, so that an offset of 1e12 costs no digits."""
    first = present[0]
    shifted = present - first
    if scale is Scale.NONE:
        return 0.0, 1.0
    if scale is Scale.STANDARD:
        return float(first + shifted.mean()), float(shifted.std())
    middle = np.median(shifted)
    spread = float(np.median(np.abs(shifted - middle))) * MAD_TO_SD
    # More than half the rows at one value leave no such spread; the standard deviation is there.
    return float(first + middle), spread or float(shifted.std())


def _undo_yeo_johnson(values: Array, power: float) -> Array:
    """The inverse of Yeo and Johnson 2000, eq. 1."""
    raw = np.empty_like(values)
    up = values >= 0
    if abs(power) < 1e-12:
        raw[up] = np.expm1(values[up])
    else:
        raw[up] = np.maximum(values[up] * power + 1, 0) ** (1 / power) - 1
    if abs(power - 2) < 1e-12:
        raw[~up] = -np.expm1(-values[~up])
    else:
        raw[~up] = 1 - np.maximum(1 - (2 - power) * values[~up], 0) ** (1 / (2 - power))
    return raw
