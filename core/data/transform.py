"""Transform and Matrix: rows in the form that is fitted, and the way there and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array, closed, owned, read_only
from ..errors import DataError
from ..numbers import count, figure, figures
from .categories import Category, codes_of
from .dates import dates
from .power_transform import PowerTransform
from .raw_values import Level, as_table, raw_values, row_weights
from .table import Note, NoteKind, Shape, Table


class Blanks(StrEnum):
    """What becomes of rows with blank cells in the chosen columns; without a cell in any they are always left out."""

    DROP = "drop"
    KEEP = "keep"  # they are fitted by the cells that they have


@dataclass(frozen=True)
class Transform:
    """What a Preparation learned: enough to prepare another table the same way, and to come back.

    A fitted value is (power(raw) - center) / scale.

    Attributes:
        features: names of the features, d of them.
        centers: (d,) what is taken from each transformed column.
        scales: (d,) what each is then divided by.
        powers: (d,) the transform that was learned for each column; None where it is left straight.
        blanks: what becomes of rows with blanks.
        levels: (d,) category and value that each feature stands for, None for numbers; () where all are numbers.
        weight: name of the column of the row weights; None where every row weighs 1.
        dates: positions of the features that count days since 1 January 1970.
        hours: positions of those that count hours.
        commonest: the value of each category that has no feature, as its features are seen against it.
        heaps: (column, value) of values that count as blank, since far more rows share them than lie beside them.
        categories: the columns of categories, c of them, and their levels.
        ordered: the features of which the first answer takes the order alone.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> matrix.transform.to_raw(matrix.values[:1]).round(6).tolist()
        [[3.6, 79.0]]
    """

    features: tuple[str, ...]
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    powers: tuple[PowerTransform | None, ...]
    blanks: Blanks
    levels: tuple[Level | None, ...] = ()
    weight: str | None = None
    dates: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    commonest: tuple[Level, ...] = ()
    heaps: tuple[tuple[str, float], ...] = ()
    categories: tuple[Category, ...] = ()
    ordered: tuple[str, ...] = ()

    @property
    def linear(self) -> bool:
        """Whether coming back is a shift and a scale."""
        return not any(self.powers)

    def apply(self, table: Table | pd.DataFrame) -> Matrix:
        """Another table's rows in the same form. Raises DataError naming columns that are missing."""
        whole = as_table(table)
        wanted = [level.column if level else name for name, level in zip(self.features, self._levels, strict=True)]
        wanted += [each.column for each in self.categories]
        missing = list(dict.fromkeys(name for name in wanted if name not in whole.frame.columns))
        if missing:
            lacks = ", ".join(repr(name) for name in missing[:5]) + (" and more" if len(missing) > 5 else "")
            columns = "column" if len(missing) == 1 else "columns"
            remedy = "Bring a table with the columns that were fitted."
            raise DataError(f"The table lacks the {columns} {lacks}.", remedy=remedy)
        raw, notes = raw_values(whole, self.features, self._levels, self.heaps)
        codes = codes_of(whole, self.categories)
        weights = None
        if self.weight is not None and self.weight in whole.frame.columns:
            weights = row_weights(whole, self.weight)
        return assemble(self, raw, codes, weights, notes)

    def forward(self, raw: Array) -> Array:
        """(n, d) raw values in the fitted form; NaN where there is no logarithm."""
        fitted = np.empty(raw.shape)
        for j in range(raw.shape[1]):  # one after the other, since all of them may be most of the memory there is
            fitted[:, j] = self.column_forward(j, raw[:, j])
        return fitted

    def to_raw(self, values: npt.ArrayLike) -> Array:
        """(n, d) fitted values in raw units."""
        plain = np.asarray(values, dtype=np.float64) * np.array(self.scales)
        plain += np.array(self.centers)
        for j, power in enumerate(self.powers):
            if power is not None:
                plain[:, j] = power.undo(plain[:, j])
        return plain

    def column_forward(self, column: int, raw: Array) -> Array:
        """(m,) fitted values of (m,) raw ones of one of the d columns; NaN where there is no logarithm."""
        power = self.powers[column]
        transformed = raw if power is None else power.apply(raw)
        return np.asarray((transformed - self.centers[column]) / self.scales[column])

    def column_to_raw(self, column: int, values: Array) -> Array:
        """(m,) raw values of (m,) fitted ones of one of the d columns."""
        power = self.powers[column]
        plain = values * self.scales[column] + self.centers[column]
        return np.asarray(plain if power is None else power.undo(plain))

    def log_jacobian(self, raw: Array) -> Array:
        """(n,) what to add to log densities of fitted values for those of the raw values (n, d) they came from."""
        slopes = np.full(len(raw), -float(np.log(self.scales).sum()))
        for power, column in zip(self.powers, raw.T, strict=True):
            if power is not None:
                slopes = slopes + power.log_slope(column)
        return slopes

    def in_words(self, column: int, values: Sequence[float]) -> list[str]:
        """Raw values of one of the d columns as a person reads them."""
        if column in self.dates:
            return dates(values)
        unit = " h" if column in self.hours else ""
        return [each + unit for each in figures(values)]

    def spread_in_words(self, column: int, spread: float, digits: int = 3) -> str:
        """A difference of raw values of one of the d columns as a person reads it."""
        unit = " days" if column in self.dates else " h" if column in self.hours else ""
        return figure(spread, digits) + unit

    def titled(self, column: int) -> str:
        """One of the d columns by its name and, for durations, their unit."""
        return self.features[column] + (" (hours)" if column in self.hours else "")

    @property
    def _levels(self) -> tuple[Level | None, ...]:
        return self.levels or (None,) * len(self.features)

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Transform:
        """The transform that was written."""
        found = json.loads(text)
        return cls(
            **{name: tuple(found[name]) for name in ("features", "centers", "scales")},
            powers=tuple(
                power and PowerTransform(**{**power, "shape": Shape(power["shape"])}) for power in found["powers"]
            ),
            blanks=Blanks(found["blanks"]),
            levels=tuple(level and Level(**level) for level in found["levels"]),
            weight=found["weight"],
            dates=tuple(found.get("dates", ())),
            hours=tuple(found.get("hours", ())),
            commonest=tuple(Level(**level) for level in found.get("commonest", ())),
            heaps=tuple((name, value) for name, value in found.get("heaps", ())),
            categories=tuple(
                Category(each["column"], tuple(each["levels"]), tuple(each["other"]))
                for each in found.get("categories", ())
            ),
            ordered=tuple(found.get("ordered", ())),
        )


@dataclass(frozen=True)
class Matrix:
    """Rows ready to be fitted.

    Attributes:
        values: (n, d) fitted values of the columns of numbers, NaN where blank.
        row_ids: (n,) positions of the rows in the table's frame.
        transform: the way from a table to these values, and back.
        n_dropped: number of rows of the table that are not here.
        notes: what was left out or counts as blank, in words.
        weights: (n,) row weights; None where every row weighs 1.
        frequency: whether the weights count rows, instead of being rescaled to sum to n.
        codes: (n, c) codes of the columns of categories, -1 where blank.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> len(matrix.values), matrix.n_dropped, matrix.has_blanks
        (272, 0, False)
    """

    values: Array
    row_ids: npt.NDArray[np.int64]
    transform: Transform
    n_dropped: int
    notes: tuple[Note, ...] = ()
    weights: Array | None = None
    frequency: bool = False
    codes: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.int32))

    def __post_init__(self) -> None:
        """Without codes there are no categories."""
        if not self.codes.shape[1]:
            object.__setattr__(self, "codes", closed(np.empty((len(self.values), 0), dtype=np.int32)))

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of numbers, d of them."""
        return self.transform.features

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the columns of categories, c of them."""
        return tuple(each.column for each in self.transform.categories)

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The levels of each column of categories, in the order of their codes."""
        return tuple(each.levels for each in self.transform.categories)

    @cached_property
    def rows(self) -> Array:
        """(n, d + c) values and then codes, NaN where blank: what is fitted."""
        if not self.codes.shape[1]:
            return self.values
        return owned(np.column_stack([self.values, np.where(self.codes < 0, np.nan, self.codes)]))

    @cached_property
    def has_blanks(self) -> bool:
        """Whether a cell is blank."""
        return bool(np.isnan(self.values).any() or (self.codes < 0).any())

    @cached_property
    def raw(self) -> Array:
        """(n, d) values in raw units."""
        return owned(self.transform.to_raw(self.values))

    def at(self, rows: npt.NDArray[np.bool_]) -> Matrix:
        """Some of the rows, by an (n,) mask; the same matrix for all of them."""
        if rows.all():
            return self
        weights = None if self.weights is None else read_only(self.weights[rows])
        left = self.n_dropped + int((~rows).sum())
        values, ids, codes = owned(self.values[rows]), self.row_ids[rows], closed(self.codes[rows])
        return replace(self, values=values, row_ids=ids, n_dropped=left, weights=weights, codes=codes)

    @cached_property
    def data_id(self) -> str:
        """The sha256 of the values, their columns (which are ordered), the codes with their levels, and the weights."""
        named = [self.features, self.values.shape]
        if self.categories:
            named += [self.categories, self.levels]
        if self.transform.ordered:
            named.append(self.transform.ordered)
        digest = hashlib.sha256(json.dumps(named).encode())
        for part in (self.values, self.weights, self.codes if self.categories else None):
            if part is not None:
                digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


def assemble(transform: Transform, raw: Array, codes: Array, weights: Array | None, notes: tuple[Note, ...]) -> Matrix:
    """The rows of (n, d) raw values and (n, c) codes that can be fitted, in the form that is fitted."""
    fitted = transform.forward(raw)
    present = np.column_stack([~np.isnan(fitted), ~np.isnan(codes)])
    keep = present.all(axis=1) if transform.blanks is Blanks.DROP else present.any(axis=1)
    lost = int(len(raw) - keep.sum())
    if lost:
        has, is_ = ("row has", "is") if lost == 1 else ("rows have", "are")
        why = "a blank in a chosen column" if transform.blanks is Blanks.DROP else "no number in any chosen column"
        notes = (*notes, Note(f"{lost:,} {has} {why} and {is_} left out.", lost, NoteKind.ROWS))
    blank = int((keep & ~present.all(axis=1)).sum())
    if blank:
        has, they, have = ("row has", "it is", "it has") if blank == 1 else ("rows have", "they are", "they have")
        what = f"{blank:,} {has} a blank in a chosen column; {they} placed by the cells that {have}."
        notes = (*notes, Note(what, blank, NoteKind.HINT))
    if weights is not None:
        weightless = int((keep & np.isnan(weights)).sum())
        if weightless:
            what = f"{count(weightless, 'row')} without a weight left out."
            notes = (*notes, Note(what, weightless, NoteKind.ROWS))
        keep = keep & ~np.isnan(weights)
    rows = np.flatnonzero(keep).astype(np.int64)
    rows.flags.writeable = False
    chosen = None if weights is None else read_only(weights[keep])
    values = owned(fitted if keep.all() else fitted[keep])
    coded = closed(np.where(np.isnan(codes[rows]), -1, codes[rows]).astype(np.int32))
    return Matrix(values, rows, transform, int(len(raw) - len(rows)), notes, chosen, codes=coded)
