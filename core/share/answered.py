"""Answered: a table with its answer as it is told and shared: the first one, or what the user chose in its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..analysis.anomaly.odd_rows import Anomalies
from ..analysis.anomaly.reasons import Reasons, reasons
from ..analysis.anomaly.reviews import Reviews
from ..analysis.answer.first import FirstAnswer, OddRows
from ..analysis.answer.words import CLEAR, in_words
from ..analysis.groups.grouping import Grouping
from ..analysis.groups.identity import group_slots, slots
from ..analysis.groups.profile import Profiles, profiles_of
from ..arrays import Array, read_only
from ..charts import palette
from ..data.prepare import Matrix, names_of_rows
from ..data.table import Table
from ..kmeans import Partition, k_means
from ..mixture import density
from ..mixture.fit import Fit
from ..numbers import count, figure, share
from .export import Labelled


@dataclass(frozen=True, eq=False)
class Answered:
    """A table with its answer.

    Attributes:
        table: the table.
        first: what was found without being asked; its matrix and the rows that took part are those of every model.
        fit: the model that is told: the first answer's, or the one that was chosen.
        grouping: which of its components make up each group, and what the groups are called.
        anomalies: the rows of the matrix with the line that is drawn between them.
        reviews: what was said of odd rows.
        row_name: the column that says what a row is; None where rows go by their numbers.
        left_out: positions of the rows that the user left out.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> answer = core.Answered.of(table, core.first_answer(table))
        >>> answer.groups, answer.labels.shape
        (2, (272,))
    """

    table: Table
    first: FirstAnswer
    fit: Fit
    grouping: Grouping
    anomalies: Anomalies
    reviews: Reviews = field(default_factory=Reviews)
    row_name: str | None = None
    left_out: tuple[int, ...] = ()

    @classmethod
    def of(cls, table: Table, first: FirstAnswer, row_name: str | None = None) -> Answered:
        """The first answer as it is."""
        return cls(table, first, first.fit, first.grouping, first.anomalies, row_name=row_name)

    @property
    def matrix(self) -> Matrix:
        """All rows, in the form that is fitted."""
        return self.first.matrix

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self.grouping.groups

    @property
    def is_first(self) -> bool:
        """Whether the groups are those that were found without being asked."""
        return self.fit is self.first.fit and self.grouping.of == self.first.grouping.of

    @cached_property
    def shares(self) -> Array:
        """(m, G) how far each row of the matrix is in each group."""
        found = self.grouping.shares(density.responsibilities(self.fit.mixture, self.matrix.rows))
        return read_only(found[:, : self.groups])

    @cached_property
    def largest(self) -> Array:
        """(m,) the largest share of each row of the matrix."""
        return read_only(self.shares.max(axis=1))

    @cached_property
    def own(self) -> npt.NDArray[np.intp]:
        """(m,) the group of each row of the matrix."""
        return self.shares.argmax(axis=1)

    @cached_property
    def labels(self) -> npt.NDArray[np.intp]:
        """(n,) the group of each row of the table; -1 for rows without a usable value, and for those left out."""
        return self.of_table(self.own, -1)

    @property
    def took_part(self) -> npt.NDArray[np.bool_]:
        """(n,) the rows of the table that shaped the groups."""
        return self.of_table(self.first.settled.took_part, False)

    @cached_property
    def odd(self) -> OddRows:
        """The odd rows of the table."""
        found = self.anomalies
        ranking = self.matrix.row_ids[found.ranking]
        return OddRows(self.of_table(found.score, np.nan), self.of_table(found.flagged, False), ranking)

    def of_table(self, values: npt.NDArray[Any], otherwise: object) -> npt.NDArray[Any]:
        """(n,) what (m,) rows of the matrix have, for the rows of the table."""
        spread = np.full(self.table.n_rows, otherwise, dtype=values.dtype)
        spread[self.matrix.row_ids] = values
        return spread

    @property
    def sentence(self) -> str:
        """The answer in words."""
        return in_words(self.groups, self.largest, self.anomalies)

    @property
    def verdict(self) -> tuple[str, str, str]:
        """How many groups, how sure that is, and what would change it."""
        if self.is_first:
            return self.first.verdict
        found, _, _ = self.first.verdict
        number = "one group" if self.groups == 1 else count(self.groups, "group")
        return f"The rows form {number}.", "You chose so.", f"What was found without being asked: {found}"

    @property
    def grounds(self) -> tuple[str, ...]:
        """What the answer rests on, a sentence each."""
        if self.is_first:
            return self.first.grounds
        said = self.first.proposal.grounds if self.first.proposal is not None else ()
        return (*said, self._model_in_words)

    @property
    def method(self) -> str:
        """How it was found, in a few sentences."""
        if self.is_first:
            return self.first.method
        clear = f"A row is clearly in a group that holds at least {share(CLEAR)} of it."
        bic = f"Its BIC is {figure(self.fit.bic, 5)}, with {self.fit.n_parameters} numbers."
        return f"{self._model_in_words} {bic} {clear}"

    @property
    def _model_in_words(self) -> str:
        fitted, groups = self.fit, self.groups
        of = "" if groups == fitted.components else f", which make up {count(groups, 'group')}"
        return f"A Gaussian mixture {fitted.family.name} with {count(fitted.components, 'component')}{of}, was chosen."

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """The colour slot of each group, as on the pages."""
        return group_slots(slots(self.first.board, self.fit), self.grouping, len(palette.GROUPS))

    @cached_property
    def profiles(self) -> Profiles:
        """What each group is like, in the table's own units."""
        return profiles_of(self.table, self.matrix, self.own, self.groups)

    @cached_property
    def partition(self) -> Partition:
        """K-Means with as many clusters as there are groups, and every row in the nearest one."""
        part = self.first.settled.took_part
        found = k_means(self.matrix.at(part), self.groups)
        return found if part.all() else replace(found, labels=found.assign(self.matrix.rows))

    def reasons(self, most: int) -> Reasons:
        """Why the oddest rows are odd, at most so many."""
        scoring = replace(self.fit, mixture=self.anomalies.scored.mixture)
        return reasons(scoring, self.matrix, self.anomalies.ranking[:most])

    def names_of(self, rows: npt.NDArray[np.intp]) -> tuple[str, ...]:
        """What to call rows of the matrix."""
        ids = self.matrix.row_ids[rows]
        named = names_of_rows(self.table, ids, self.row_name)
        return tuple(
            f"{name} (row {row + 1:,})" if name else f"Row {row + 1:,}"
            for name, row in zip(named or [""] * len(ids), ids.tolist(), strict=True)
        )

    @property
    def labelled(self) -> Labelled:
        """The same as what is written beside the user's rows."""
        part = self.first.settled.took_part
        return Labelled(
            self.matrix,
            self.fit,
            self.anomalies,
            grouping=self.grouping,
            reviews=self.reviews,
            took_part=None if part.all() else part,
        )
