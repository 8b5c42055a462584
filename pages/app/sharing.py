"""Sharing: a session's analysis as the engine's own values, by which it is written, saved and carried out again."""

from __future__ import annotations

from dataclasses import replace

from core.analysis.selection.board import Search
from core.share.answered import Answered
from core.share.recipe.recipe import Recipe
from core.share.recipe.replay import differences as told
from pages.app.choices import PolicyChoice, PreparationChoice, ReadingChoice, ReviewsChoice
from pages.app.opening import OpenedChoice, is_of, not_carried_out
from pages.app.results import Analysis


def answered(analysis: Analysis) -> Answered | None:
    """The answer as the pages tell it; None while it is on its way."""
    scene = analysis.scene
    if scene is None or scene.odd is None:
        return None
    rows = analysis.rows
    said, name = rows.session[ReviewsChoice].reviews, rows.name
    return Answered(rows.table, rows.first, scene.fit, scene.grouping, scene.odd, said, name)


def recipe(analysis: Analysis, answer: Answered) -> Recipe:
    """The session's choices with what came of them, as the analysis is saved."""
    session, chosen = analysis.rows.session, analysis.model.choice
    model = chosen.model
    return Recipe.of(
        analysis.rows.table,
        reading=replace(session[ReadingChoice].reading, name=None),
        preparation=session[PreparationChoice].preparation,
        plan=None if model is None else Search().plan(model.family, model.components),
        search=None if model is None else model.search,
        groups=chosen.merged,
        policy=session[PolicyChoice].policy,
        names=answer.grouping.given,
        reviews=session[ReviewsChoice].reviews,
        row_name=answer.row_name,
    ).with_result(answer)


def differences(analysis: Analysis) -> tuple[str, ...]:
    """What is not as it was in the saved analysis that is seen, a sentence each; none where none was opened."""
    saved, answer = analysis.rows.session[OpenedChoice].seen, answered(analysis)
    if saved is None or answer is None:
        return ()
    same = is_of(saved, analysis.rows.session)
    return (*told(saved.recipe, answer, same), *not_carried_out(saved))
