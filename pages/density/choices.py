"""What the page Density and samples alone lets choose."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.analysis.density.synthetic import Drawing
from pages.app.choices import DataChoice, PreparationChoice
from pages.app.session import Part


@dataclass(frozen=True)
class WhatIfChoice(Part):
    """Columns whose values are supposed, and the one that is asked about."""

    after = (PreparationChoice,)
    given: tuple[tuple[str, float | str], ...] = ()  # values in raw units, or levels
    about: str | None = None  # None: the first column left


@dataclass(frozen=True)
class DrawingChoice(Part):
    """How synthetic rows are drawn."""

    after = (DataChoice,)
    drawing: Drawing = field(default_factory=Drawing)
