"""Reviews: what a person said of rows that look odd, kept by the rows' places in the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from . import words


class Review(StrEnum):
    """What a row is; the value is the word for the user."""

    ODD = "really odd"
    FINE = "fine"


@dataclass(frozen=True)
class Reviews:
    """Reviewed rows of a table; whatever is fitted to it, or flagged, a row keeps what was said of it."""

    said: tuple[tuple[int, Review], ...] = ()  # (position in the table's frame, review), positions rising

    @classmethod
    def of(cls, said: Mapping[int, Review]) -> Reviews:
        """Reviews by position in the table's frame."""
        return cls(tuple(sorted((int(row), Review(each)) for row, each in said.items())))

    @cached_property
    def by_row(self) -> dict[int, Review]:
        """The reviews by position in the table's frame."""
        return dict(self.said)

    @property
    def odd(self) -> frozenset[int]:
        """Positions in the table's frame of the rows that were found really odd."""
        return frozenset(row for row, each in self.said if each is Review.ODD)

    def changed(self, changes: Mapping[int, Review | None]) -> Reviews:
        """The same with some rows reviewed anew; None takes a row's review back."""
        wanted = {**self.by_row, **changes}
        return Reviews.of({row: each for row, each in wanted.items() if each is not None})

    def words(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        """(m,) what was said of (m,) positions in the table's frame; None where nothing was."""
        found = [self.by_row.get(int(row)) for row in rows]
        return np.array([None if each is None else each.value for each in found], dtype=object)

    def sentence(self, flagged: npt.NDArray[np.int64]) -> str:
        """How many were reviewed in which way, and how that agrees with the rows that are flagged (their positions)."""
        return words.reviews_sentence(self, flagged)
