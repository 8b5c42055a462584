"""Sampling: the current model's density, what follows from supposed values, and rows drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

from core.analysis.density.level_likeness import LevelLikeness, level_likeness
from core.analysis.density.marginal import peaks_in_words
from core.analysis.density.synthetic import Likeness, likeness, synthetic_values
from core.analysis.density.what_if import Usual, WhatIf, usual, what_if
from core.arrays import Array
from core.charts.density.joint import joint_density, real_and_synthetic
from core.charts.density.marginal import marginal_density
from core.charts.marks import Chart
from core.charts.scene import Scene
from core.numbers import count
from core.progress import Watch
from pages.app import jobs
from pages.app.results import Analysis
from pages.app.store import kept
from pages.density.choices import DrawingChoice, WhatIfChoice


@dataclass(frozen=True, eq=False)
class Synthetic:
    """Synthetic rows in raw units and the check against the real ones."""

    values: Array  # (rows, d + c)
    likeness: Likeness | None  # of the columns of numbers, if there are any
    levels: LevelLikeness  # of those of categories


def densities(analysis: Analysis, scene: Scene, columns: tuple[int, int] | None) -> tuple[Chart, ...]:
    """The density of each of two columns and of both, or of the only column there is."""

    def make() -> tuple[Chart, ...]:
        if columns is None:
            return (marginal_density(scene),)
        return (*(marginal_density(scene, at) for at in columns), joint_density(scene, columns))

    return kept(analysis.picture_key("densities", columns), make)


def peaks(analysis: Analysis, scene: Scene) -> str:
    """Which columns have several peaks, in words."""
    fitted = scene.fit
    return kept(analysis.model.key("peaks"), lambda: peaks_in_words(fitted.mixture, analysis.rows.matrix))


def beside(analysis: Analysis, scene: Scene, made: Synthetic, columns: tuple[int, int]) -> Chart:
    """Synthetic rows beside the real ones."""
    drawing = analysis.rows.session[DrawingChoice].drawing
    title = f"{count(drawing.rows, 'synthetic row')} beside the real ones"

    def make() -> Chart:
        return real_and_synthetic(scene, made.values, columns, title)

    return kept(analysis.picture_key("beside", columns, drawing), make)


def usual_values(analysis: Analysis) -> tuple[Usual, ...]:
    """What is usual of each column."""
    return kept(analysis.rows.key("usual"), lambda: usual(analysis.rows.matrix))


def supposed(analysis: Analysis) -> WhatIf | None:
    """What follows from the values that are supposed. Raises ChoiceError for one that a column cannot have."""
    fitted = analysis.model.fit
    given, transform = analysis.rows.session[WhatIfChoice].given, analysis.rows.matrix.transform
    return None if fitted is None else what_if(fitted.mixture, transform, dict(given))


def synthetic(analysis: Analysis) -> Synthetic | None:
    """Rows drawn from the current model, and how they compare with the real ones; None while they are drawn."""
    fitted, matrix, drawing = analysis.model.fit, analysis.rows.matrix, analysis.rows.session[DrawingChoice].drawing
    if fitted is None:
        return None

    def work(_: Watch) -> Synthetic:
        made = synthetic_values(fitted.mixture, matrix, drawing)
        d = len(matrix.features)
        alike = likeness(matrix.raw, made[:, :d], matrix.features) if d else None
        return Synthetic(made, alike, level_likeness(matrix, made))

    return jobs.result(analysis.model.key("synthetic", drawing), "Drawing rows", work)
