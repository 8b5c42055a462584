"""What the page Odd rows alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from pages.app.choices import DataChoice, PreparationChoice
from pages.app.session import Part


@dataclass(frozen=True)
class SecondOpinionsChoice(Part):
    """Whether other detectors are to be asked which rows are odd."""

    after = (PreparationChoice,)
    asked: bool = False


@dataclass(frozen=True)
class ReviewTable(Part):
    """Where the table of odd rows began: it keeps the reviews that were given in it since then itself."""

    after, is_step = (DataChoice,), False
    drawn: int = 0  # counts the reviews that were given outside, at each of which it has to begin anew
