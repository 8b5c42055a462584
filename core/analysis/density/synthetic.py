"""Synthetic rows: drawn from a mixture, in the units and types of the table it was fitted to, and compared with it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ks_2samp

from ...arrays import Array
from ...data.dates import days_of
from ...data.levels import keys, spelled, told_apart
from ...data.prepare import Matrix, Transform
from ...data.source import as_numbers
from ...data.table import Kind, Table
from ...errors import ChoiceError, DataError, expect, is_number, whole_number
from ...mixture.model import Mixture
from ...numbers import count
from . import words

MOST_ROWS = 1_000_000
MOST_ROUNDS = 200  # of redrawing rows out of range
MOST_COMPARED = 50_000  # rows of either side that a comparison looks at
QUANTILES = (0.05, 0.5, 0.95)
ROUNDING = 1e-12  # of a standard deviation: a mean nearer to 0 is 0


@dataclass(frozen=True)
class Drawing:
    """How synthetic rows are drawn.

    Attributes:
        rows: number of rows to draw, at most 1,000,000.
        whole: whether columns of whole numbers stay whole.
        within: whether rows outside the range of the real ones are drawn again.
        seed: seed of the draws.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> values = core.synthetic_values(core.fit(matrix).mixture, matrix, core.Drawing(rows=5, whole=True))
        >>> bool((values[:, 1] == values[:, 1].round()).all())
        True
    """

    rows: int = 1_000
    whole: bool = True
    within: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers of rows that make no table. Raises ChoiceError."""
        whole_number(self.seed, "A seed", 0)
        if not is_number(self.rows) or not 1 <= whole_number(max(self.rows, 0), "The number of rows", 0) <= MOST_ROWS:
            raise ChoiceError(f"Between 1 and {MOST_ROWS:,} rows can be drawn at a time.")


def synthetic_values(mixture: Mixture, matrix: Matrix, drawing: Drawing) -> Array:
    """(rows, d + c) raw values and codes of levels, drawn from a mixture fitted to a matrix.

    Raises ChoiceError if hardly any is in range.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> core.synthetic_values(core.fit(matrix).mixture, matrix, core.Drawing(rows=5)).shape
        (5, 2)
    """
    expect(mixture, Mixture, "A Mixture")
    expect(matrix, Matrix, "A Matrix, as prepare gives one,")
    expect(drawing, Drawing, "A Drawing")
    if mixture.columns != matrix.rows.shape[1]:
        raise ChoiceError(f"The mixture has {mixture.columns} columns, the matrix {matrix.rows.shape[1]}.")
    rng = np.random.default_rng([drawing.seed, drawing.rows])
    whole = whole_columns(matrix)
    low, high = _ranges(matrix, whole)
    whole &= drawing.whole
    categories = _categories(matrix)
    kept: list[Array] = []
    missing = drawing.rows
    for _ in range(MOST_ROUNDS):
        both, labels = mixture.sample_labelled(max(missing + missing // 4, 256), rng)
        drawn, codes = both[:, : mixture.features], both[:, mixture.features :]
        _decide(drawn, labels, mixture, matrix.transform, categories, rng)
        rows = matrix.transform.to_raw(drawn)
        for own in categories.values():
            rows[:, list(own)] = np.round(rows[:, list(own)])
        rows[:, whole] = np.round(rows[:, whole])
        good = np.isfinite(rows).all(axis=1)
        if drawing.within:
            good &= ((rows >= low) & (rows <= high)).all(axis=1)
        kept.append(np.column_stack([rows, codes])[good][:missing])
        missing -= len(kept[-1])
        if not missing:
            return np.concatenate(kept)
    raise ChoiceError(
        "Too few of the rows that were drawn lie within the ranges.",
        f"After {MOST_ROUNDS} rounds {count(missing, 'row')} are still missing.",
        "Allow values outside the ranges, or choose another model.",
    )


def synthetic_frame(values: Array, matrix: Matrix, table: Table) -> pd.DataFrame:
    """(rows, d + c) raw values and codes as a table of the types that the real one has, with its levels spelled out.

    Raises ChoiceError for another table than the matrix was made of, and DataError for what are no such rows.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> matrix = core.prepare(table)
        >>> core.synthetic_frame(matrix.raw[:3], matrix, table).columns.tolist()
        ['eruptions', 'waiting']
    """
    expect(matrix, Matrix, "A Matrix, as prepare gives one,")
    expect(table, Table, "A table, as read_table gives one,")
    values = as_numbers(values, "Synthetic rows")
    d, columns = len(matrix.features), matrix.rows.shape[1]
    if values.ndim != 2 or values.shape[1] != columns or not len(values) or not np.isfinite(values).all():
        raise DataError(f"Synthetic rows have a number in each of {columns} columns.")
    categories = _categories(matrix)
    encoded = {at for own in categories.values() for at in own}
    needed = [*(name for at, name in enumerate(matrix.features) if at not in encoded), *categories]
    needed += matrix.categories
    if not set(needed) <= set(table.frame.columns):
        raise ChoiceError("This is not the table that the matrix was made of.", remedy="Give that one.")
    found = {
        name: _typed(values[:, at], table.column(name).kind)
        for at, name in enumerate(matrix.features)
        if at not in encoded
    }
    for name, own in categories.items():
        found[name] = _category(values[:, list(own)], list(own.values()), table.frame[name])
    for name, levels, codes in zip(matrix.categories, matrix.levels, values[:, d:].T, strict=True):
        found[name] = pd.Series(np.array(levels, dtype=object)[codes.astype(np.intp)])
    return pd.DataFrame(found)


def _categories(matrix: Matrix) -> dict[str, dict[int, str]]:
    """For each encoded category, the features that say whether a row has a value, with that value."""
    found: dict[str, dict[int, str]] = {}
    for at, level in enumerate(matrix.transform.levels):
        if level is not None:
            found.setdefault(level.column, {})[at] = level.value
    return found


def _decide(
    drawn: Array,
    labels: npt.NDArray[np.intp],
    mixture: Mixture,
    transform: Transform,
    categories: dict[str, dict[int, str]],
    rng: np.random.Generator,
) -> None:
    """Give each of (n, d) fitted rows, in place, one value of each category.

    It is drawn with the chances that the row's component and its columns decided so far give it: an indicator's mean
    given other columns is a chance. The largest indicator instead would hardly ever be that of a rare value.
    """
    encoded = {at for own in categories.values() for at in own}
    known = [at for at in range(mixture.features) if at not in encoded]
    for own in categories.values():
        at = list(own)
        chances = np.empty((len(drawn), len(at)))
        for k in range(mixture.components):
            mine = labels == k
            chances[mine] = _expected(mixture, k, at, known, drawn[mine])
        raw = np.column_stack([transform.column_to_raw(j, column) for j, column in zip(at, chances.T, strict=True)])
        shares = np.clip(_with_base(raw), 0.0, 1.0)
        bounds = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
        value = (rng.random(len(drawn))[:, None] > bounds[:, :-1]).sum(axis=1)
        for place, j in enumerate(at):
            drawn[:, j] = transform.column_forward(j, (value == place).astype(np.float64))
        known += at


def _expected(mixture: Mixture, component: int, columns: list[int], known: list[int], rows: Array) -> Array:
    """(n, c) means of some columns given others of (n, d) rows, within a component (Bishop 2006, eq. 2.81)."""
    mean, covariance = mixture.means[component], mixture.covariances[component]
    slopes = np.linalg.solve(covariance[np.ix_(known, known)], covariance[np.ix_(known, columns)])
    return np.asarray(mean[columns] + (rows[:, known] - mean[known]) @ slopes)


def _with_base(indicators: Array) -> Array:
    """(n, m + 1) a last column for the value that has no indicator: as much as the others leave it."""
    return np.column_stack([indicators, 1 - indicators.sum(axis=1)])


def _ranges(matrix: Matrix, whole: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """(d,) least and (d,) largest raw values; of whole numbers without what the way back to raw units adds to them."""
    ends = np.stack([np.nanmin(matrix.raw, axis=0), np.nanmax(matrix.raw, axis=0)])
    ends[:, whole] = np.round(ends[:, whole])
    return ends[0], ends[1]


def whole_columns(matrix: Matrix) -> npt.NDArray[np.bool_]:
    """(d,) whether a column holds nothing but whole numbers, going by digits that the way back to raw units keeps."""
    return np.array([_near_whole(column[:1_000]) and _near_whole(column) for column in matrix.raw.T], dtype=np.bool_)


def _near_whole(values: Array) -> bool:
    away = np.abs(values - np.round(values))
    return bool((np.isnan(away) | (away <= 1e-9 * np.maximum(np.abs(values), 1.0))).all())


def _typed(values: Array, kind: Kind) -> pd.Series:
    if kind is Kind.DATE:
        days = np.clip(values, days_of(datetime.date.min), days_of(datetime.date.max))
        return pd.Series(_microseconds(days * 86_400).astype("M8[us]"))  # nanoseconds hold only the years 1677 to 2262
    if kind is Kind.DURATION:
        return pd.Series(_microseconds(values * 3_600).astype("m8[us]"))
    whole = (values == np.round(values)).all() and np.abs(values).max() < 2**53
    return pd.Series(values.astype(np.int64) if whole else values)


def _microseconds(seconds: Array) -> npt.NDArray[np.int64]:
    """Whole seconds in microseconds."""
    return np.round(seconds).astype(np.int64) * 1_000_000


def _category(indicators: Array, values: Sequence[str], real: pd.Series) -> pd.Series:
    """(n,) the value that a row has, of (n, m) indicators and their values."""
    there = real.dropna()
    base = spelled(there[~told_apart(there).isin(keys(values))]).mode()
    names = np.array([*values, base.iloc[0] if len(base) else ""], dtype=object)
    return pd.Series(names[_with_base(indicators).argmax(axis=1)])


@dataclass(frozen=True, eq=False)
class Likeness:
    """How synthetic rows resemble the real ones."""

    frame: pd.DataFrame  # a row per column: means, standard deviations and quantiles of either side, and ks
    correlation_gap: float  # the largest difference between two correlations; NaN with one column
    pair: tuple[str, str] | None  # the columns of that difference
    compared: tuple[int, int]  # real and synthetic rows that were compared

    @property
    def sentence(self) -> str:
        """The check in words."""
        return words.synthetic_sentence(self)


def likeness(real: Array, made: Array, features: Sequence[str]) -> Likeness:
    """Compare (n, d) real with (m, d) synthetic rows in raw units, blanks left out cell by cell.

    Raises DataError for rows of other columns, and ChoiceError for what are no names.

    Examples:
        >>> rows = np.random.default_rng(0).normal(size=(30, 2))
        >>> core.likeness(rows, rows[:20], ["height", "weight"]).pair
        ('height', 'weight')
    """
    expect(features, Sequence, "A name for each column")
    real, made = (_some(_comparable(rows, len(features))) for rows in (real, made))
    rows = [
        {"column": name} | _row(_present(one), _present(other))
        for name, one, other in zip(features, real.T, made.T, strict=True)
    ]
    gap, pair = float("nan"), None
    if len(features) > 1:
        away = np.abs(_correlations(real) - _correlations(made))
        away = np.where(np.triu(np.isfinite(away), 1), away, -1.0)
        a, b = divmod(int(away.argmax()), len(features))
        gap, pair = float(away[a, b]), (features[a], features[b])
        if gap < 0:
            gap, pair = float("nan"), None
    return Likeness(pd.DataFrame(rows), gap, pair, (len(real), len(made)))


def _comparable(rows: Array, features: int) -> Array:
    """(n, d) rows. Raises DataError for others, and for a column of blanks alone."""
    rows = as_numbers(rows, "Rows")
    if rows.ndim != 2 or rows.shape[1] != features or np.isinf(rows).any() or np.isnan(rows).all(axis=0).any():
        raise DataError(f"Rows to compare have {features} columns with a number in each.")
    return rows


def _row(one: Array, other: Array) -> dict[str, float]:
    spread = float(one.std())
    means = [0.0 if abs(mean) < ROUNDING * spread else mean for mean in (one.mean(), other.mean())]
    found = {"mean_real": means[0], "mean_made": means[1], "sd_real": spread, "sd_made": other.std()}
    for at in QUANTILES:
        found |= {f"q{100 * at:.0f}_{side}": np.quantile(rows, at) for side, rows in (("real", one), ("made", other))}
    return {name: float(value) for name, value in found.items()} | {"ks": ks_gap(one, other)}


def ks_gap(one: Array, other: Array) -> float:
    """Kolmogorov and Smirnov's statistic: the largest difference between two empirical distributions."""
    return float(ks_2samp(one, other, method="asymp").statistic)


def _present(values: Array) -> Array:
    return values[~np.isnan(values)]


def _some(rows: Array) -> Array:
    if len(rows) <= MOST_COMPARED:
        return rows
    return rows[np.random.default_rng(len(rows)).choice(len(rows), MOST_COMPARED, replace=False)]


def _correlations(rows: Array) -> Array:
    return np.asarray(pd.DataFrame(rows).corr().to_numpy())
