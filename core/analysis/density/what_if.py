"""What if: what a mixture says of the other columns, and of the groups, once some columns are known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arrays import Array, read_only
from ...data.categories import Category
from ...data.prepare import Matrix, Transform
from ...errors import ChoiceError, expect, is_number
from ...mixture.model import Mixture
from ..groups.grouping import Grouping
from .marginal import Marginal, marginal
from .synthetic import whole_columns

MOST_ROWS = 50_000  # that say what is usual
LOW, HIGH = 0.05, 0.95  # quantiles between which nine rows of ten lie


@dataclass(frozen=True)
class WhatIf:
    """The rest of the columns, given some of them.

    Attributes:
        given: (column, raw value or level) of each column that is known.
        mixture: density of the columns that are left, in fitted units.
        rest: the positions of those of numbers among the d columns.
        transform: the way from raw columns to the fitted ones, and back.
        before: density of all d + c columns, nothing given.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> found = core.what_if(core.fit(matrix).mixture, matrix.transform, {"waiting": 80})
        >>> found.frame["mean"].round(1).tolist(), found.frame["mean_before"].round(1).tolist()
        ([4.2], [3.5])
    """

    given: tuple[tuple[str, float | str], ...]
    mixture: Mixture
    rest: tuple[int, ...]
    transform: Transform
    before: Mixture

    @property
    def given_in_words(self) -> list[tuple[str, str]]:
        """The columns that are given with their values, as a person reads them."""
        at = self.transform.features.index
        return [
            (name, value if isinstance(value, str) else self.transform.in_words(at(name), [value])[0])
            for name, value in self.given
        ]

    @property
    def rest_of_words(self) -> tuple[int, ...]:
        """The positions of the columns of categories that are left among the c."""
        given = dict(self.given)
        return tuple(j for j, each in enumerate(self.transform.categories) if each.column not in given)

    @property
    def levels(self) -> pd.DataFrame:
        """A row per level of the categories left: column, level, chance, and chance_before with nothing given."""
        rows = []
        for now, j in enumerate(self.rest_of_words):
            own, before = _chances(self.mixture, now), _chances(self.before, j)
            category = self.transform.categories[j]
            rows += [
                {"column": category.column, "level": level, "chance": chance, "chance_before": usual}
                for level, chance, usual in zip(category.levels, own.tolist(), before.tolist(), strict=True)
            ]
        return pd.DataFrame(rows, columns=["column", "level", "chance", "chance_before"])

    def marginal(self, column: int) -> Marginal:
        """The distribution of one of the columns left, with what is given."""
        return marginal(self.mixture, self.transform, column, self.rest)

    def shares(self, grouping: Grouping) -> Array:
        """(G,) the groups' probabilities with what is given; with noise, it is the last of G + 1."""
        weights = np.append(self.mixture.weights, [self.mixture.noise_weight] if self.mixture.noise else [])
        return read_only(grouping.shares(weights[None, :])[0])

    @property
    def frame(self) -> pd.DataFrame:
        """A row per column left: mean, standard deviation, quantiles, and the same with nothing given."""
        names = ("column", "mean", "sd", "low", "median", "high", "mean_before", "sd_before")
        rows = [{"column": self.transform.features[at]} | self._row(at) for at in self.rest]
        return pd.DataFrame(rows, columns=list(names))

    def _row(self, column: int) -> dict[str, float]:
        now, before = self.marginal(column), marginal(self.before, self.transform, column)
        return {
            "mean": now.mean,
            "sd": now.sd,
            "low": now.quantile(LOW),
            "median": now.quantile(0.5),
            "high": now.quantile(HIGH),
            "mean_before": before.mean,
            "sd_before": before.sd,
        }


@dataclass(frozen=True)
class Usual:
    """Between which raw values of a column nine rows of ten lie, and by how much it is sensible to go on."""

    low: float
    high: float
    step: float  # a power of ten: about a tenth to a hundredth of the distance


def usual(matrix: Matrix) -> tuple[Usual, ...]:
    """What is usual of each of the d columns, going by at most MOST_ROWS rows; blanks are passed over."""
    if not matrix.features:
        return ()
    some = matrix.raw[:: -(-len(matrix.raw) // MOST_ROWS)]
    lows, highs = np.nanquantile(some, (LOW, HIGH), axis=0).tolist()
    steps = [_step(high - low, whole) for low, high, whole in zip(lows, highs, whole_columns(matrix), strict=True)]
    return tuple(map(Usual, lows, highs, steps))


def _step(width: float, whole: np.bool_) -> float:
    least = 1.0 if whole else 1e-12
    return max(least, float(10.0 ** math.floor(math.log10(width / 10)))) if width > 0 else 1.0


def what_if(mixture: Mixture, transform: Transform, given: Mapping[str, float | str]) -> WhatIf:
    """Take some columns, by name, at raw values, or at levels as they are spelled, and say what follows for the rest.

    Raises ChoiceError for a name that is not fitted, a value that the column cannot have, or no column left.

    Examples:
        >>> matrix = core.prepare(core.sample("faithful").load())
        >>> core.what_if(core.fit(matrix).mixture, matrix.transform, {"waiting": 80}).rest
        (0,)
    """
    expect(mixture, Mixture, "A Mixture")
    expect(transform, Transform, "The Transform of a Matrix")
    expect(given, Mapping, "A value for each column that is known, by its name,")
    names = (*transform.features, *(each.column for each in transform.categories))
    strange = [name for name in given if name not in names]
    if strange:
        raise ChoiceError(f"Column {strange[0]!r} is not among the fitted ones.", remedy="Choose one that is.")
    at = [names.index(name) for name in given]
    fitted = [_fitted(transform, j, value) for j, value in zip(at, given.values(), strict=True)]
    rest = tuple(j for j in range(len(transform.features)) if j not in at)
    after = mixture.conditional(at, fitted) if at else mixture
    return WhatIf(tuple(given.items()), after, rest, transform, mixture)


def beyond_all_rows(matrix: Matrix, given: Mapping[str, float | str]) -> list[str]:
    """A sentence for each supposed value, by column name, that lies outside of what the rows have."""
    said = []
    for name, value in given.items():
        if isinstance(value, str):  # a level that no row has is refused
            continue
        column = matrix.features.index(name)
        low, high = np.nanmin(matrix.raw[:, column]), np.nanmax(matrix.raw[:, column])
        if low <= value <= high:
            continue
        first, last, own = matrix.transform.in_words(column, [low, high, value])
        said.append(f"No row has {name} at {own}: they go from {first} to {last}, so this is a guess.")
    return said


def _chances(mixture: Mixture, column: int) -> Array:
    """(L,) chances of the levels of one of a mixture's columns of categories; noise has no say."""
    return np.asarray(mixture.weights @ mixture.chances[column] / mixture.weights.sum())


def _fitted(transform: Transform, column: int, value: float | str) -> float:
    if column >= len(transform.features):
        return _code(transform.categories[column - len(transform.features)], value)
    if isinstance(value, str) or not is_number(value):
        raise ChoiceError(f"The value of {transform.features[column]!r} must be a number.")
    found = float(transform.column_forward(column, np.array([value]))[0])
    if not np.isfinite(found):
        name = transform.features[column]
        raise ChoiceError(f"{name!r} cannot be {value:g}.", "It was fitted on a scale that has no such value.")
    return found


def _code(category: Category, value: object) -> float:
    """The code of a level as it is spelled. Raises ChoiceError for one that no row has."""
    code = float(category.codes_of(pd.Series([str(value)], dtype="str"))[0])
    if math.isnan(code):
        some = ", ".join(category.levels[:8])
        raise ChoiceError(f"No row has {category.column!r} at {str(value)!r}.", "", f"Choose among {some}.")
    return code
