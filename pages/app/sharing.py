"""Sharing: a session's analysis as the engine's own values, by which it is written, saved and carried out again."""

from __future__ import annotations

from dataclasses import replace

from core.analysis.selection.board import Search
from core.share.answered import Answered
from core.share.recipe.recipe import Recipe
from pages.app.results import Analysis


def answered(analysis: Analysis) -> Answered | None:
    """The answer as the pages tell it; None while it is on its way."""
    scene = analysis.scene
    if scene is None or scene.odd is None:
        return None
    said, name = analysis.session.reviews, analysis.row_name
    return Answered(analysis.table, analysis.first, scene.fit, scene.grouping, scene.odd, said, name)


def recipe(analysis: Analysis, answer: Answered) -> Recipe:
    """The session's choices with what came of them, as the analysis is saved."""
    session, model = analysis.session, analysis.session.model
    return Recipe.of(
        analysis.table,
        reading=replace(session.reading, name=None),
        preparation=session.preparation,
        plan=None if model is None else Search().plan(model.family, model.components),
        search=None if model is None else model.search,
        groups=session.merged,
        policy=session.policy,
        names=answer.grouping.given,
        reviews=session.reviews,
        row_name=answer.row_name,
    ).with_result(answer)
