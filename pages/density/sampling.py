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
from pages.app.beginning import rows_key
from pages.app.results import Analysis
from pages.app.store import kept, key


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

    return kept(_picture_key(analysis, "densities", columns), make)


def peaks(analysis: Analysis, scene: Scene) -> str:
    """Which columns have several peaks, in words."""
    fitted = scene.fit
    words_key = key("peaks", rows_key(analysis.session), analysis.session.model)
    return kept(words_key, lambda: peaks_in_words(fitted.mixture, analysis.matrix))


def beside(analysis: Analysis, scene: Scene, made: Synthetic, columns: tuple[int, int]) -> Chart:
    """Synthetic rows beside the real ones."""
    drawing = analysis.session.drawing
    title = f"{count(drawing.rows, 'synthetic row')} beside the real ones"

    def make() -> Chart:
        return real_and_synthetic(scene, made.values, columns, title)

    return kept(_picture_key(analysis, "beside", columns, drawing), make)


def _picture_key(analysis: Analysis, what: str, *choices: object) -> str:
    session = analysis.session
    shown = (session.model, session.merged, session.policy, session.row_name, analysis.group_names)
    return key(what, rows_key(session), *shown, *choices)


def usual_values(analysis: Analysis) -> tuple[Usual, ...]:
    """What is usual of each column."""
    return kept(key("usual", rows_key(analysis.session)), lambda: usual(analysis.matrix))


def supposed(analysis: Analysis) -> WhatIf | None:
    """What follows from the values that are supposed. Raises ChoiceError for one that a column cannot have."""
    fitted = analysis.fit
    return None if fitted is None else what_if(fitted.mixture, analysis.matrix.transform, dict(analysis.session.given))


def synthetic(analysis: Analysis) -> Synthetic | None:
    """Rows drawn from the current model, and how they compare with the real ones; None while they are drawn."""
    fitted, session, matrix = analysis.fit, analysis.session, analysis.matrix
    if fitted is None:
        return None

    def work(_: Watch) -> Synthetic:
        made = synthetic_values(fitted.mixture, matrix, session.drawing)
        d = len(matrix.features)
        alike = likeness(matrix.raw, made[:, :d], matrix.features) if d else None
        return Synthetic(made, alike, level_likeness(matrix, made))

    return jobs.result(key("synthetic", rows_key(session), session.model, session.drawing), "Drawing rows", work)
