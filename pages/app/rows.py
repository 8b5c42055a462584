"""Rows: a session's table with its first answer, and the rows that it was found on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.analysis.answer.first import FirstAnswer
from core.data.prepare import Matrix, Preparation, names_of_rows
from core.data.table import Table
from pages.app import beginning
from pages.app.session import Session
from pages.app.store import kept, key


@dataclass(frozen=True)
class Rows:
    """A session's table, its first answer, and the rows of both."""

    session: Session
    table: Table
    first: FirstAnswer

    @property
    def matrix(self) -> Matrix:
        """All rows, in the form that is fitted."""
        return self.first.matrix

    @property
    def preparation(self) -> Preparation:
        """How the rows are prepared."""
        return beginning.preparation(self.session, self.table)

    @cached_property
    def taking_part(self) -> Matrix:
        """The rows that are fitted: those that lie too far from all groups are not among them."""
        if self.all_took_part:
            return self.matrix
        return kept(self.key("taking part"), lambda: self.matrix.at(self.first.settled.took_part))

    @property
    def all_took_part(self) -> bool:
        """Whether every row shaped the groups."""
        return bool(self.first.settled.took_part.all())

    @property
    def name(self) -> str | None:
        """The column that says what a row is."""
        return beginning.row_name(self.session, self.table)

    def names(self) -> tuple[str, ...]:
        """What each row is called."""
        return names_of_rows(self.table, self.matrix.row_ids, self.name)

    def key(self, what: str, *choices: object) -> str:
        """A key of what follows from the rows."""
        return key(what, beginning.rows_key(self.session), *choices)
