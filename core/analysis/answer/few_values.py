"""Few values: whether columns of few different numbers take part as numbers, by their order alone, or as categories.

All three are fitted, and BIC compares them by the chances of what is in the cells: of categories, those of the levels;
of numbers, what the mixture's density has between the thresholds on both sides of a value. Where the order alone
counts, the thresholds are estimated with the rest (the underlying normal variables of Olsson 1979).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ...data.categories import few_valued
from ...data.prepare import Matrix, Preparation, prepare
from ...data.table import Table
from ...progress import unwatched
from ..selection.board import Search
from . import words
from .latent import Latent
from .searching import families_for, searched

ROWS = 1_000  # on which they are tried
MOST_TRIED = 8  # components: how columns are taken shows by then
FEWEST_STEPS = 3  # values of a column that can be numbers: two are yes or no
OF_NORMAL = 2  # thresholds of a column that say what its mean and its spread would say


class Taken(StrEnum):
    """What columns of few different numbers take part as."""

    NUMBERS = "numbers"
    ORDERED = "ordered levels"
    CATEGORIES = "categories"


@dataclass(frozen=True)
class FewValues:
    """Columns of few different numbers, what they take part as, and by how much BIC would rise otherwise."""

    columns: tuple[str, ...]
    taken: Taken
    gain: float  # infinite where nothing else has a fit

    @property
    def sentence(self) -> str:
        """What is done and why, in words."""
        return words.few_values_sentence(self)


def weighed(table: Table, choice: Preparation, seed: int = 0) -> tuple[Preparation, FewValues | None]:
    """The choice with its columns of few values as what describes them best; None where there are none.

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
    numbers = replace(choice, columns=(*(choice.columns or ()), *few), categories=left)
    ways = {Taken.CATEGORIES: choice, Taken.NUMBERS: numbers}
    several = tuple(name for name in few if table.column(name).n_distinct > OF_NORMAL + 1)
    if several:  # of three values the order says all
        ways[Taken.ORDERED] = replace(numbers, ordered=several)
    found = {taken: _bic(table, way, few, seed) for taken, way in ways.items()}
    best, *others = sorted(found, key=found.__getitem__)
    apart = next((found[each] for each in others if _is_number(each) != _is_number(best)), math.inf)
    return ways[best], FewValues(few, best, apart - found[best] if math.isfinite(apart) else math.inf)


def _is_number(taken: Taken) -> bool:
    return taken is not Taken.CATEGORIES


def _bic(table: Table, choice: Preparation, few: tuple[str, ...], seed: int) -> float:
    """The lowest BIC of some rows, rounded columns by the chances of their cells; infinite without a fit."""
    matrix = prepare(table, replace(choice, fewest=1))  # else categories would be spared telling rare values apart
    matrix = _some(matrix, seed)
    latent = Latent.of(matrix, seed, also=tuple(name for name in few if name in matrix.features))
    rows = latent.as_one(matrix)
    families = families_for(len(matrix.values), len(matrix.features))
    search = Search(families=families, restarts=1, tolerance=1e-6, seed=seed)
    board = searched(rows, search, watch=unwatched, over=map, most=MOST_TRIED)
    if board is None:
        return math.inf
    best = latent.rescored(board, matrix).best()
    return best.bic + sum(_free(latent, matrix)) * math.log(best.n_rows)


def _free(latent: Latent, matrix: Matrix) -> Iterator[int]:
    """How many thresholds of each column of ordered levels are estimated beside its mean and spread."""
    for each in latent.steps:
        if matrix.features[each.column] in matrix.transform.ordered:
            yield max(len(each.thresholds) - OF_NORMAL, 0)


def _some(matrix: Matrix, seed: int) -> Matrix:
    """At most so many of the rows."""
    n = len(matrix.values)
    if n <= ROWS:
        return matrix
    chosen = np.zeros(n, dtype=np.bool_)
    chosen[np.random.default_rng([seed, ROWS]).permutation(n)[:ROWS]] = True
    return matrix.at(chosen)
