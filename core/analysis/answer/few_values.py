"""Few values: whether columns of few different numbers take part as numbers or as categories.

Both are fitted, and BIC compares them in the columns' own units. A chance of a value is compared with a density that is
spread evenly over the step to the next value: by Jensen's inequality its mean logarithm there is at most that of the
chance which the density gives the whole step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...data.categories import few_valued
from ...data.prepare import Matrix, Preparation, prepare
from ...data.source import ArraySource
from ...data.steps import step_of, without_steps
from ...data.table import Table
from ...progress import unwatched
from ..sampled import some_rows
from ..selection.board import Search
from . import words
from .searching import families_for, searched

ROWS = 1_000  # on which both are tried
FEWEST_STEPS = 3  # values of a column that can be numbers: two are yes or no


@dataclass(frozen=True)
class FewValues:
    """Columns of few different numbers, what they take part as, and by how much BIC would rise otherwise."""

    columns: tuple[str, ...]
    numbers: bool
    gain: float

    @property
    def sentence(self) -> str:
        """What is done and why, in words."""
        return words.few_values_sentence(self)


def weighed(table: Table, choice: Preparation, seed: int = 0) -> tuple[Preparation, FewValues | None]:
    """The choice with its columns of few values as numbers, if these describe them better; None where there are none.

    In the choice they are categories.
    """
    few = tuple(
        name
        for name in few_valued(table)
        if name in (choice.categories or ()) and table.column(name).n_distinct >= FEWEST_STEPS
    )
    if not few:
        return choice, None
    left = tuple(name for name in choice.categories or () if name not in few)
    as_numbers = replace(choice, columns=(*(choice.columns or ()), *few), categories=left)
    gain = _bic(table, choice, (), seed) - _bic(table, as_numbers, few, seed)
    return as_numbers if gain > 0 else choice, FewValues(few, gain > 0, abs(gain))


def _bic(table: Table, choice: Preparation, few: tuple[str, ...], seed: int) -> float:
    """The lowest BIC of some rows, some columns of numbers by the chances of their values; infinite without a fit."""
    matrix = prepare(table, replace(choice, fewest=1))  # else categories would be spared telling rare values apart
    rows = some_rows(without_steps(matrix, seed, also=few), ROWS, seed)
    source = ArraySource(rows.values, rows.weights, levels=rows.levels)
    families = families_for(rows.rows, len(matrix.features))
    search = Search(families=families, restarts=1, tolerance=1e-6, seed=seed)
    board = searched(source, search, watch=unwatched, over=map)
    log_steps = sum(_log_steps(matrix, rows.values, matrix.features.index(name)) for name in few)
    return math.inf if board is None else board.best().bic - 2 * log_steps


def _log_steps(matrix: Matrix, rows: Array, column: int) -> float:
    """The logarithm of a column's step, for each cell of some rows that has a number."""
    values = matrix.values[:, column]
    return int((~np.isnan(rows[:, column])).sum()) * math.log(step_of(values[~np.isnan(values)]))
