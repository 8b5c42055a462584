"""Named: a column to be typed, and how its file writes values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..table import Kind, Offer, Reading
from .sheet import Rows


@dataclass(frozen=True)
class Manner:
    """How a file writes its values."""

    decimal: str = "."
    day_first: bool = False
    ambiguous: bool = False  # whether nothing in the file told if the day comes first
    blanks: frozenset[str] = frozenset()  # more spellings of blank


@dataclass(frozen=True)
class Named:
    """A column to be typed: its name and where its cells stand."""

    name: str
    lines: Rows  # (n,)
    manner: Manner
    kind: Kind | None = None  # given by the user
    others: tuple[tuple[str, Kind], ...] = ()  # what the user gave of other columns

    def offer(self, label: str, kind: Kind) -> Offer:
        """To read this column as another kind."""
        return Offer(label, Reading(kinds=(*self.others, (self.name, kind))))

    @property
    def title(self) -> str:
        """The name as notes quote it."""
        return f"“{self.name if len(self.name) <= 60 else self.name[:59] + '…'}”"


def counts_of(coded: pa.DictionaryArray) -> npt.NDArray[np.intp]:
    """How often each of the different texts stands in the column."""
    return np.bincount(coded.indices.drop_null().to_numpy(zero_copy_only=False), minlength=len(coded.dictionary))
