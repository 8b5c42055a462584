"""Opening: a saved analysis taken up again; its file is asked for, and known when it is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.analysis.selection.board import Search
from core.data.samples import SAMPLES, sample
from core.share.recipe.recipe import Recipe
from pages.app.choices import (
    DataChoice,
    Model,
    ModelChoice,
    NamesChoice,
    PolicyChoice,
    PreparationChoice,
    ReadingChoice,
    ReviewsChoice,
    RowNameChoice,
    SearchChoice,
    data_of,
)
from pages.app.session import Part, Session, choice, choose
from pages.app.uploads import Upload

MOST_BYTES = 3_000_000  # of a saved analysis: a mixture of 20 components in 50 columns takes one


@dataclass(frozen=True)
class Saved:
    """A saved analysis, as the text that it came as."""

    text: str

    @cached_property
    def recipe(self) -> Recipe:
        """Its choices, and what came of them. Raises ChoiceError for a text that is none."""
        return Recipe.from_json(self.text)


@dataclass(frozen=True)
class OpenedChoice(Part):
    """A saved analysis that is seen, until that is chosen anew."""

    after = (ReadingChoice, PreparationChoice, ModelChoice)
    seen: Saved | None = None


@dataclass(frozen=True)
class WaitingChoice(Part):
    """A saved analysis that was opened and waits for its file."""

    after, is_step = (DataChoice,), False
    saved: Saved | None = None


def is_of(saved: Saved, session: Session) -> bool:
    """Whether a session's data are those that an analysis was saved of."""
    upload = session[DataChoice].upload
    return upload is None or upload.sha256 == saved.recipe.data.sha256


def open_saved(text: str) -> None:
    """Take up a saved analysis, at once where its data are there. Raises ChoiceError for what is none."""
    saved = Saved(text)
    data, upload = saved.recipe.data, choice(DataChoice).upload
    known = [each.key for each in SAMPLES if data.is_of(sample(each.key).load())]
    if upload is not None and upload.sha256 == data.sha256:
        take_up(saved, upload=upload)
    elif known:
        take_up(saved, sample=known[0])
    else:
        choose(WaitingChoice(saved))


def take_up(saved: Saved, *, upload: Upload | None = None, sample: str | None = None) -> None:
    """Begin with the file of a saved analysis, or with another that is to be seen in the same way."""
    recipe = saved.recipe
    begun = data_of(upload=upload, sample=sample, reading=recipe.reading)
    same, result = is_of(saved, Session(begun)), recipe.result
    asked = recipe.preparation
    if asked is None and result is not None and not same:
        asked = result.preparation
    model = None if recipe.plan is None else Model(recipe.plan.family, recipe.plan.components, recipe.search)
    parts: list[Part] = [
        PreparationChoice(asked),
        ModelChoice(model, recipe.groups),
        SearchChoice(recipe.search),
        PolicyChoice(recipe.policy),
        RowNameChoice(recipe.row_name),
        OpenedChoice(seen=saved),
    ]
    if same:
        parts.append(ReviewsChoice(recipe.reviews))
    if same and result is not None and any(recipe.names):
        split = Model(result.fit.family, result.fit.components), result.grouping.groups
        parts.append(NamesChoice(((split, recipe.names),)))
    choose(*begun, *parts)


def not_carried_out(saved: Saved) -> tuple[str, ...]:
    """What of a saved analysis the app does otherwise, a sentence each."""
    plan = saved.recipe.plan
    found = []
    if saved.recipe.left_out:
        found.append("The saved analysis leaves rows out; here all rows take part.")
    if plan is not None and plan != Search().plan(plan.family, plan.components):
        found.append("Its model was fitted with settings of its own; here it is fitted with the usual ones.")
    return tuple(found)
