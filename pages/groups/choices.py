"""What the page Groups alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass

from pages.app.choices import PreparationChoice
from pages.app.session import Part


@dataclass(frozen=True)
class UncertaintyChoice(Part):
    """The model whose groups are to be drawn anew."""

    after = (PreparationChoice,)
    of: tuple[str, int] | None = None  # its family, and K
