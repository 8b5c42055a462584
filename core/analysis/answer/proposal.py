"""Proposal: how a table is prepared for the first answer, and the reasons that are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...data.categories import codes_of, default_categories
from ...data.columns import default_columns, relaxation
from ...data.heaps import Heap, heaps
from ...data.patterns import whole_rows
from ...data.prepare import Preparation, prepare
from ...data.raw_values import raw_values
from ...data.repeats import repeats
from ...data.table import Table
from ...data.transform import Matrix
from ...errors import DataError
from . import words
from .few_values import FewValues, Taken, weighed
from .shapes import Shaped, shaped

FEWEST_DIFFERENT = 3  # rows
FEWEST_IN_LEVEL = 5  # rows; levels of fewer go together
ALMOST = 1e-5  # least eigenvalue of a correlation matrix, under which columns follow from each other
ROWS = 5_000  # on which that is looked at
FEW_COLUMNS, MOST_COLUMNS = 3, 1 / 3  # that have a heap: so many, or such a share of them
MANY_COLUMNS = 6  # at most: each doubles the ways in which rows can be blank
MOSTLY = 0.5  # share of a column's cells: beyond it the heap is all that the column would tell of groups
ENOUGH = 20  # other columns: so many tell of groups without one that is mostly a heap, and blanks in it cost them time


@dataclass(frozen=True)
class Proposal:
    """A preparation, and what it takes account of.

    Attributes:
        preparation: the choices.
        heaps: values that far more rows share than lie beside them; their cells count as blank.
        shaped: columns that are transformed.
        repeated: number of rows that repeat another.
        dependent: columns that are left out since they follow almost exactly from others.
        heaped: heaps of most of a column, which is left out, as there are many others.
        few: columns of few different numbers, and what they take part as; None where there are none.

    Examples:
        >>> core.proposed(core.sample("faithful").load()).grounds
        ()
    """

    preparation: Preparation
    heaps: tuple[Heap, ...] = ()
    shaped: tuple[Shaped, ...] = ()
    repeated: int = 0
    dependent: tuple[str, ...] = ()
    heaped: tuple[Heap, ...] = ()
    few: FewValues | None = None

    @property
    def grounds(self) -> tuple[str, ...]:
        """What was done and why, a sentence each."""
        return words.proposal_grounds(self)


def proposed(table: Table, seed: int = 0) -> Proposal:
    """How a table is prepared if nobody says otherwise.

    Raises what preparing refuses.

    Examples:
        >>> core.proposed(core.sample("faithful").load()).preparation.columns
        ('eruptions', 'waiting')
    """
    categories = default_categories(table)
    names = () if categories and relaxation(table) else default_columns(table)
    choice = Preparation(columns=names, categories=categories, fewest=FEWEST_IN_LEVEL)
    # What cannot be fitted is refused.
    prepared = prepare(table, choice if names or categories else Preparation())
    raw, _ = raw_values(table, names, (None,) * len(names))
    rows = np.column_stack([raw, codes_of(table, prepared.transform.categories)])
    _expect_different(rows)
    found = repeats(rows) if names else None  # of answers alone many agree
    blank, heaped = _taken_out(table, names)
    left = tuple(name for name in names if name not in {each.column for each in heaped})
    heaps = tuple((each.column, each.value) for each in blank)
    choice, few = weighed(table, replace(choice, columns=left, heaps=heaps, repeats=found is None), seed)
    bent = shaped(prepare(table, choice), seed)
    choice = replace(choice, transforms=tuple((each.column, each.shape) for each in bent))
    repeated = 0 if found is None else round(len(raw) - float((1 / found).sum()))
    return Proposal(choice, blank, bent, repeated, heaped=heaped, few=few)


def milder(table: Table, proposal: Proposal) -> Iterator[Proposal]:
    """What to try, one after the other, where no model fits a table as it was to be prepared."""
    if proposal.few is not None and proposal.few.taken is not Taken.CATEGORIES:
        proposal = _with_categories(proposal, proposal.few)
        yield proposal
    dependent = _dependent(prepare(table, proposal.preparation))
    if dependent:
        yield _without(proposal, dependent)
    plain = replace(proposal, preparation=replace(proposal.preparation, transforms=(), heaps=()), heaps=(), shaped=())
    if plain.preparation != proposal.preparation:
        yield plain
    dependent = _dependent(prepare(table, plain.preparation))
    if dependent:
        yield _without(plain, dependent)


def _with_categories(proposal: Proposal, few: FewValues) -> Proposal:
    """The same with its columns of few values as categories."""
    kept = _without(proposal, few.columns)
    categories = (*(kept.preparation.categories or ()), *few.columns)
    choice = replace(kept.preparation, categories=categories, ordered=())
    return replace(kept, preparation=choice, dependent=proposal.dependent, few=None)


def _without(proposal: Proposal, dependent: tuple[str, ...]) -> Proposal:
    """The same without some columns."""
    names = tuple(name for name in proposal.preparation.columns or () if name not in dependent)
    heaps = tuple(each for each in proposal.heaps if each.column in names)
    shaped = tuple(each for each in proposal.shaped if each.column in names)
    choice = replace(
        proposal.preparation,
        columns=names,
        heaps=tuple((each.column, each.value) for each in heaps),
        transforms=tuple((each.column, each.shape) for each in shaped),
    )
    return replace(proposal, preparation=choice, heaps=heaps, shaped=shaped, dependent=dependent)


def _dependent(matrix: Matrix) -> tuple[str, ...]:
    """Columns without which the others no longer follow from each other, to a part of the variance in a million."""
    rows = matrix.values[whole_rows(matrix.values)]
    rows = rows[:: max(1, len(rows) // ROWS)]
    left, out = list(range(rows.shape[1])), []
    while len(rows) > len(left) > 1:
        values, vectors = np.linalg.eigh(np.corrcoef(rows[:, left].T))
        if values[0] > ALMOST or not np.isfinite(values).all():
            break
        strongest = np.flatnonzero(np.abs(vectors[:, 0]) > 0.9 * np.abs(vectors[:, 0]).max())
        out.append(left.pop(int(strongest[-1])))  # the last of several, as columns computed from others come later
    return tuple(matrix.features[each] for each in sorted(out))


def _taken_out(table: Table, names: tuple[str, ...]) -> tuple[tuple[Heap, ...], tuple[Heap, ...]]:
    """The heaps whose cells count as blank, and those whose whole column is left out.

    Of most of a column the heap is left out, or the column where enough others are there. Other heaps count as blank
    unless so many columns have one that it is how these rows are.
    """
    found = heaps(table, names)
    columns = {each.column for each in found}
    most = {each.column for each in found if each.share > MOSTLY}
    out = most if len(names) - len(most) >= ENOUGH else set()
    few = len(columns) <= max(FEW_COLUMNS, min(MANY_COLUMNS, len(names) * MOST_COLUMNS))
    blank = tuple(each for each in found if each.column not in out and (few or each.share > MOSTLY))
    return blank, tuple(each for each in found if each.column in out and each.share > MOSTLY)


def _expect_different(raw: Array) -> None:
    """Raise DataError where rows differ too little to be parted."""
    different = len(np.unique(raw, axis=0)) if len(raw) > 2 else FEWEST_DIFFERENT
    if different < FEWEST_DIFFERENT:
        raise DataError(
            f"There are only {different} different rows in these columns.",
            "They are their own groups: nothing is left to be found.",
            "Take in more columns.",
        )
