"""Proposal: how a table is prepared for the first answer, and the reasons that are told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...data.columns import default_columns
from ...data.heaps import Heap, heaps
from ...data.prepare import Preparation, prepare
from ...data.repeats import repeats
from ...data.table import Table
from ...data.transform import raw_values
from ...errors import DataError
from ...numbers import count
from .shapes import Shaped, shaped

FEWEST_DIFFERENT = 3  # rows
FEW_COLUMNS, MOST_COLUMNS = 3, 1 / 3  # that have a heap: so many, or such a share of them
MOST_HEAPED = 0.5  # share of a column's cells: beyond it the heap is the column


@dataclass(frozen=True)
class Proposal:
    """A preparation, and what it takes account of.

    Attributes:
        preparation: the choices.
        heaps: values that far more rows share than lie beside them; their cells count as blank.
        shaped: columns that are transformed.
        repeated: number of rows that repeat another.

    Examples:
        >>> core.proposed(core.sample("faithful").load()).grounds
        ()
    """

    preparation: Preparation
    heaps: tuple[Heap, ...] = ()
    shaped: tuple[Shaped, ...] = ()
    repeated: int = 0

    @property
    def grounds(self) -> tuple[str, ...]:
        """What was done and why, a sentence each."""
        said = [f"{each.sentence} These cells say nothing of the groups here." for each in self.heaps]
        said += [each.sentence for each in self.shaped]
        if self.repeated:
            verb = "repeats" if self.repeated == 1 else "repeat"
            said.append(f"{count(self.repeated, 'row')} {verb} another exactly; each different row counts once.")
        return tuple(said)


def proposed(table: Table, seed: int = 0) -> Proposal:
    """How a table is prepared if nobody says otherwise.

    Raises what preparing refuses.

    Examples:
        >>> core.proposed(core.sample("faithful").load()).preparation.columns
        ('eruptions', 'waiting')
    """
    names = default_columns(table)
    prepare(table, Preparation(columns=names or None))  # refuses what cannot be fitted
    raw, _ = raw_values(table, names, (None,) * len(names))
    _expect_different(raw)
    found = repeats(raw)
    heaped = _taken_out(table, names)
    choice = Preparation(
        columns=names,
        heaps=tuple((each.column, each.value) for each in heaped),
        repeats=found is None,
    )
    bent = shaped(prepare(table, choice), seed)
    choice = replace(choice, transforms=tuple((each.column, each.shape) for each in bent))
    return Proposal(choice, heaped, bent, 0 if found is None else round(len(raw) - float((1 / found).sum())))


def _taken_out(table: Table, names: tuple[str, ...]) -> tuple[Heap, ...]:
    """The heaps whose cells count as blank; none where so many columns have one that it is how these rows are."""
    found = tuple(each for each in heaps(table, names) if each.share <= MOST_HEAPED)
    columns = len({each.column for each in found})
    return found if columns <= max(FEW_COLUMNS, len(names) * MOST_COLUMNS) else ()


def _expect_different(raw: Array) -> None:
    """Raise DataError where rows differ too little to be parted."""
    different = len(np.unique(raw, axis=0)) if len(raw) > 2 else FEWEST_DIFFERENT
    if different < FEWEST_DIFFERENT:
        raise DataError(
            f"There are only {different} different rows in these columns.",
            "They are their own groups: nothing is left to be found.",
            "Take in more columns.",
        )
