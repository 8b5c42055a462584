"""Preparation: from chosen columns of a Table to the Matrix that is fitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arrays import Array
from ..errors import ChoiceError, DataError, expect, expect_truth, whole_number
from .categories import codes_of, default_categories, learned
from .columns import default_columns, relaxation
from .levels import spelled, told_apart
from .power_transform import PowerTransform, learned_power
from .raw_values import Level, as_table, raw_values, row_weights
from .repeats import once
from .table import Kind, Note, NoteKind, Shape, Table
from .transform import Blanks, Matrix, Transform, assemble

__all__ = ["Blanks", "Matrix", "Preparation", "Scale", "Shape", "Transform", "prepare"]

MAD_TO_SD = 1.4826  # the median absolute deviation of a normal is its standard deviation over this
MOST_LEVELS = 12  # of a category that becomes features


class Scale(StrEnum):
    """How columns are brought to a common scale."""

    NONE = "none"
    STANDARD = "standard"  # mean 0, standard deviation 1
    ROBUST = "robust"  # median 0, median absolute deviation as a normal's 1


@dataclass(frozen=True)
class Preparation:
    """Which columns are fitted, and in what form.

    Attributes:
        columns: names of the columns of numbers that are fitted; None takes those that no alert leaves out.
        scale: "standard" (mean 0, standard deviation 1), "robust" (by median and absolute deviations) or "none".
        transforms: (column, "log" or "yeo-johnson") for columns that are brought nearer to a bell; also a dictionary.
        blanks: "keep" fits rows with blanks by the cells that they have, "drop" leaves them out.
        encode: names of columns of categories that become features, one for each value but the commonest.
        weight: name of the column of the row weights; None where every row weighs 1.
        row_name: name of the column that says what a row is, for display only; None where none does.
        heaps: (column, value) of values that many rows share and that count as blank; also a dictionary.
        repeats: whether rows that repeat others exactly all count; otherwise each different row counts once.
        counts: whether the row weights are counts of rows, so that n is their sum.
        categories: names of the columns that take part as categories, by the chances of their levels; () is none. None
            takes those of words and answers that can, where `columns` is None as well, and else none.
        fewest: levels of a category that fewer rows have go together as one.
        ordered: names of columns of numbers of which the first answer takes the order alone.

    Examples:
        >>> choice = core.Preparation(columns=("eruptions", "waiting"), scale="robust", transforms={"waiting": "log"})
        >>> core.prepare(core.sample("faithful").load(), choice).values.shape
        (272, 2)
    """

    columns: tuple[str, ...] | None = None
    scale: Scale = Scale.STANDARD
    transforms: tuple[tuple[str, Shape], ...] = ()
    blanks: Blanks = Blanks.KEEP
    encode: tuple[str, ...] = ()
    weight: str | None = None
    row_name: str | None = None
    heaps: tuple[tuple[str, float], ...] = ()
    repeats: bool = True
    counts: bool = False
    categories: tuple[str, ...] | None = None
    fewest: int = 1
    ordered: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take plain words and lists for the choices. Raises ChoiceError for others."""
        try:
            object.__setattr__(self, "scale", Scale(self.scale))
            object.__setattr__(self, "blanks", Blanks(self.blanks))
            shapes = dict(self.transforms)
            object.__setattr__(self, "transforms", tuple((name, Shape(each)) for name, each in shapes.items()))
            heaps = self.heaps.items() if isinstance(self.heaps, dict) else self.heaps
            object.__setattr__(self, "heaps", tuple((name, float(value)) for name, value in heaps))
        except (TypeError, ValueError) as unknown:
            raise ChoiceError(f"This preparation is not known: {unknown}.") from None
        for name in ("repeats", "counts"):
            expect_truth(getattr(self, name), f"The field {name} of a preparation")
        if self.columns is not None:
            object.__setattr__(self, "columns", _names(self.columns))
        if self.categories is not None:
            object.__setattr__(self, "categories", _names(self.categories))
        whole_number(self.fewest, "The fewest rows of a level")
        object.__setattr__(self, "encode", _names(self.encode))
        object.__setattr__(self, "ordered", _names(self.ordered))
        _names(name for name in (*shapes, *dict(self.heaps), self.weight, self.row_name) if name is not None)


def _names(given: object) -> tuple[str, ...]:
    """Names of columns. Raises ChoiceError for what are none."""
    names = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str | bytes) else (None,)
    if not all(isinstance(each, str) for each in names):
        raise ChoiceError("The columns of a preparation are given by their names.", remedy='Give ("a", "b").')
    return names


def prepare(table: Table | pd.DataFrame, preparation: Preparation | None = None) -> Matrix:
    """Bring the chosen columns of a table into the form that is fitted.

    Raises DataError for a choice that leaves nothing to fit: no column, no row, a constant or a non-numeric column.

    Raises ChoiceError for what is no table or no Preparation.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load(), core.Preparation(scale="standard"))
        >>> matrix.features, matrix.values.shape
        (('eruptions', 'waiting'), (272, 2))
    """
    choice = Preparation() if preparation is None else preparation
    expect(choice, Preparation, "A Preparation")
    whole = as_table(table)
    names, notes = _chosen(whole, choice)
    commonest, levels = _levels(whole, choice.encode)
    features = (*names, *(f"{level.column} = {level.value}" for level in levels))
    categories = tuple(learned(whole, name, choice.fewest) for name in _categories(whole, choice, names))
    if not features and not categories:
        raise _nothing_to_fit(whole, choice)
    raw, more = raw_values(whole, features, (*(None,) * len(names), *levels), choice.heaps)
    weights = None if choice.weight is None else _weights(whole, choice.weight)
    codes = codes_of(whole, categories)
    both = np.column_stack([raw, codes])
    weights = weights if choice.repeats else once(both, weights)
    keep = _rows_to_keep(both, choice.blanks, weights)
    if not keep.any():
        raise DataError(
            "No row has a number in every chosen column.", remedy="Leave out the column with the most blanks."
        )
    kinds = [whole.column(name).kind for name in names]
    days, hours = (tuple(at for at, each in enumerate(kinds) if each is kind) for kind in (Kind.DATE, Kind.DURATION))
    kept = raw if keep.all() else raw[keep]
    transform = replace(_learned(features, levels, kept, choice), dates=days, hours=hours, commonest=commonest)
    transform = replace(transform, heaps=choice.heaps, categories=categories, ordered=_ordered(whole, choice, names))
    matrix = assemble(transform, raw, codes, weights, (*notes, *more))
    matrix = replace(matrix, frequency=weights is not None and (choice.counts or not choice.repeats))
    if not len(matrix.values):
        raise DataError(
            "No row has a number in every chosen column once it is transformed.", remedy="Take fewer logarithms."
        )
    return matrix


def _categories(table: Table, choice: Preparation, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that take part as categories: those that were named, which no longer count as numbers."""
    if choice.categories is None:
        found = () if choice.columns is not None else default_categories(table)
    else:
        found = tuple(dict.fromkeys(choice.categories))
    twice = [name for name in found if name in names or name in choice.encode or name == choice.weight]
    if twice and choice.categories is not None:
        does = "weighs the rows" if twice[0] == choice.weight else "is fitted already"
        raise DataError(f"Column {twice[0]!r} {does}.", remedy="Let it serve one purpose.")
    return tuple(name for name in found if name not in twice)


def _nothing_to_fit(table: Table, choice: Preparation) -> DataError:
    """Why there is no column to fit, as far as the table tells."""
    if choice.columns is not None:
        return DataError("No column is chosen.", remedy="Tick at least one column of numbers.")
    if table.n_rows == 1:
        only = "If it holds the names of columns, there are no rows below them."
        return DataError("The table has one row alone.", only, "Choose a file with more rows.")
    numeric = [column for column in table.columns if column.kind.is_numeric]
    if numeric and all(column.n_distinct <= 1 for column in numeric):
        what = "Every column of numbers holds one value in all rows, so nothing tells groups apart."
        return DataError(what, remedy="Choose a file whose rows differ.")
    if numeric:
        return DataError("No column of numbers can tell groups apart.", remedy="Tick one all the same to see why.")
    return DataError("No column of this table holds numbers.", remedy="Choose a file with a column of numbers.")


def _chosen(table: Table, choice: Preparation) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """The columns of numbers that are fitted, and a note if they are not quite what the rules ask for."""
    if choice.columns is None:
        names = tuple(name for name in default_columns(table) if name != choice.weight)
        sentence = relaxation(table)
        if sentence and choice.categories is None and default_categories(table):
            return (), ()  # rather by what does vary than by numbers that hardly do
        notes = (Note(f"{sentence} They are fitted all the same.", len(names), NoteKind.HINT),) if sentence else ()
        return names, notes
    names = tuple(dict.fromkeys(choice.columns))
    for name in names:
        if name not in table.frame.columns:
            raise DataError(f"There is no column {name!r}.", remedy="Choose among the columns of the table.")
        kind = table.column(name).kind
        if not kind.is_numeric and kind is not Kind.EMPTY:
            raise DataError(f"Column {name!r} has no number.", f"It holds {_WORDS[kind]}.", "Leave it out.")
    return names, ()


_WORDS = {Kind.CATEGORY: "categories", Kind.TEXT: "text", Kind.BOOLEAN: "yes or no"}


def _ordered(table: Table, choice: Preparation, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of numbers of which the order alone counts."""
    for name in choice.ordered:
        if name not in table.frame.columns:
            raise DataError(f"There is no column {name!r}.", remedy="Choose among the columns of the table.")
    return tuple(name for name in choice.ordered if name in names)


def _weights(table: Table, name: str) -> Array:
    if name not in table.frame.columns:
        raise DataError(f"There is no column {name!r}.", remedy="Choose another column for the weights.")
    return row_weights(table, name)


def _levels(table: Table, encode: tuple[str, ...]) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """The commonest value of each category, which the others are seen against, and those others."""
    commonest: list[Level] = []
    levels: list[Level] = []
    for name in dict.fromkeys(encode):
        if name not in table.frame.columns:
            raise DataError(f"There is no column {name!r}.", remedy="Choose among the columns of the table.")
        cells = table.frame[name].dropna()
        counts, texts = told_apart(cells).value_counts(), spelled(cells)
        if not 2 <= len(counts) <= MOST_LEVELS:
            raise DataError(
                f"Column {name!r} has {len(counts):,} different values.",
                f"A category with 2 to {MOST_LEVELS} can become features.",
                "Leave it out.",
            )
        said = texts.groupby(told_apart(cells)).agg(lambda each: each.mode().iloc[0])
        order = [said[key] for key in sorted(counts.index, key=lambda key: (-int(counts[key]), said[key]))]
        commonest.append(Level(name, order[0]))
        levels += [Level(name, value) for value in order[1:]]
    return tuple(commonest), tuple(levels)


def _rows_to_keep(values: Array, blanks: Blanks, weights: Array | None) -> npt.NDArray[np.bool_]:
    present = ~np.isnan(values)
    keep = np.asarray(present.all(axis=1) if blanks is Blanks.DROP else present.any(axis=1))
    return keep if weights is None else keep & ~np.isnan(weights)


def _learned(features: tuple[str, ...], levels: tuple[Level, ...], raw: Array, choice: Preparation) -> Transform:
    shapes = dict(choice.transforms)
    powers, centers, scales = [], [], []
    for name, column in zip(features, raw.T, strict=True):
        present = column[~np.isnan(column)]
        power = _power(name, shapes.get(name), present)
        if power is not None:
            present = power.apply(present)
            present = present[~np.isnan(present)]
        if len(present) == 0:
            raise DataError(f"Column {name!r} has no number.", remedy="Leave it out.")
        if np.ptp(present) == 0:
            raise DataError(
                f"Column {name!r} has the same value in every row, so it cannot tell groups apart.",
                remedy="Leave it out.",
            )
        center, scale = _center_and_scale(present, choice.scale)
        powers.append(power)
        centers.append(center)
        scales.append(scale)
    sources = (*(None,) * (len(features) - len(levels)), *levels) if levels else ()
    return Transform(features, tuple(centers), tuple(scales), tuple(powers), choice.blanks, sources, choice.weight)


def _power(name: str, shape: Shape | None, present: Array) -> PowerTransform | None:
    if shape is None or not len(present):
        return None
    if shape is Shape.LOG and not (present > 0).any():
        raise DataError(f"Column {name!r} has no value above zero, so it has no logarithm.")
    return learned_power(shape, present)


def _center_and_scale(present: Array, scale: Scale) -> tuple[float, float]:
    """Around the first value and as parts of the largest distance from it: no offset or unit costs a digit."""
    if scale is Scale.NONE:
        return 0.0, 1.0
    first = float(present[0])
    unit = float(np.abs(present - first).max())
    moved = (present - first) / unit
    if scale is Scale.ROBUST:
        middle = float(np.median(moved))
        spread = float(np.median(np.abs(moved - middle))) * MAD_TO_SD
        # More than half the rows at one value leave no such spread; the standard deviation is there.
        return first + unit * middle, unit * (spread or float(moved.std()))
    return first + unit * float(moved.mean()), unit * float(moved.std())


def suggested_row_name(table: Table) -> str | None:
    """The first column of short texts that are nearly all different, to call rows by; None if there is none."""
    for each in table.columns:
        filled = table.n_rows - each.n_missing
        if each.kind is Kind.TEXT and filled and each.n_distinct >= 0.95 * table.n_rows:
            lengths = table.frame[each.name].dropna().astype(str).str.len()
            if float(lengths.median()) <= 40:
                return each.name
    return None


def names_of_rows(table: Table, row_ids: npt.NDArray[np.int64], row_name: str | None) -> tuple[str, ...]:
    """What to call rows, by their positions in the table's frame; () without a column that says so."""
    if row_name is None or row_name not in table.frame.columns:
        return ()
    cells = table.frame[row_name].iloc[row_ids]
    return tuple("" if blank else str(cell) for cell, blank in zip(cells, cells.isna(), strict=True))


def usable_as_features(table: Table) -> tuple[str, ...]:
    """The columns of words that could become features: those with a few different values."""
    words = (Kind.CATEGORY, Kind.BOOLEAN)
    return tuple(each.name for each in table.columns if each.kind in words and 2 <= each.n_distinct <= MOST_LEVELS)


def usable_as_weight(table: Table) -> tuple[str, ...]:
    """The columns that could weigh the rows: numbers, none negative, some above zero."""
    return tuple(each.name for each in table.columns if each.kind is Kind.NUMBER and each.low >= 0 < each.high)
