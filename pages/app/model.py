"""The model that all pages look at: the one that was chosen or found, and which of its components are one group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from core.analysis.groups.grouping import Grouping
from core.analysis.groups.merging import Merging, merging
from core.analysis.selection.board import Board, Search
from core.analysis.selection.full_search import FullSearch, chosen, full_search
from core.errors import DegenerateError
from core.mixture.fit import Fit
from core.scale.threads import over_cores
from core.share.recipe.replay import named
from pages.app import jobs
from pages.app.beginning import fit_key, grouped, merging_key
from pages.app.choices import Model, ModelChoice, NamesChoice, Split
from pages.app.opening import OpenedChoice, is_of
from pages.app.rows import Rows
from pages.app.store import kept


@dataclass(frozen=True)
class CurrentModel:
    """The current model of some rows.

    Every fit is to the rows that shaped the first answer's groups, so that models compare; scores, pictures and
    downloads are of all rows.
    """

    rows: Rows

    @property
    def choice(self) -> ModelChoice:
        """What the visitor chose."""
        return self.rows.session[ModelChoice]

    @property
    def is_automatic(self) -> bool:
        """Whether the groups that are looked at are those of the first answer."""
        return self.choice == ModelChoice()

    @cached_property
    def fit(self) -> Fit | None:
        """The current model: the one that was chosen, or that of the first answer."""
        if self.choice.model is None:
            return self.rows.first.fit
        model, found = self.choice.model, None
        if model.search is not None:
            board = self.board(model.search)
            if board is None:
                return None
            # A search with noise looked at all rows; what its noise took are the rows that take no part.
            found = None if model.search.noise else board.cell(model.family, model.components).fit
        plan, rows = Search().plan(model.family, model.components), self.rows.taking_part
        return jobs.result(
            fit_key(self.rows.session), "Fitting the model", lambda watch: chosen(rows, plan, found, watch=watch)
        )

    def board(self, search: Search) -> Board | None:
        """What a search came to: the first one, or the full one."""
        if self.rows.first.board.search == search:
            return self.rows.first.board
        answer = self.searched(search)
        return None if answer is None else answer.board

    def searched(self, search: Search) -> FullSearch | None:
        """The full search; it goes on in the background while other pages are shown."""
        return jobs.result(
            self.rows.key("full search", search),
            "Trying every model",
            lambda watch: full_search(self.rows.taking_part, search, watch=watch, over=over_cores),
            lane=jobs.Lane.BACKGROUND,
        )

    @cached_property
    def merging(self) -> Merging | None:
        """The current model's components joined one after the other; None also for one too flat to have valleys."""
        try:
            return self._merging
        except DegenerateError:
            return None

    @cached_property
    def _merging(self) -> Merging | None:
        fitted = self.fit
        if fitted is None or fitted is self.rows.first.fit:
            return None if fitted is None else self.rows.first.merging
        return jobs.result(
            merging_key(self.rows.session),
            "Looking which components are one group",
            lambda watch: merging(fitted, self.rows.taking_part),
        )

    @property
    def split(self) -> Split | None:
        """Which groups are looked at."""
        fitted, groups = self.fit, self._unnamed
        return None if fitted is None or groups is None else (Model(fitted.family, fitted.components), groups.groups)

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names that were given to the groups that are looked at."""
        if self.split is None:
            return ()
        return self.rows.session[NamesChoice].of(self.split) or self._names_of_the_saved

    @property
    def _names_of_the_saved(self) -> tuple[str, ...]:
        """Names that go with most of a group's rows, from a saved analysis that was opened on these."""
        session, fitted, groups = self.rows.session, self.fit, self._unnamed
        saved = session[OpenedChoice].seen
        if saved is None or fitted is None or groups is None or not any(saved.recipe.names):
            return ()
        same = is_of(saved, session)
        find = partial(named, saved.recipe, self.rows.matrix, fitted, groups, same)
        return kept(self.groups_key("names of the saved", saved.recipe.names), lambda: find().given)

    @cached_property
    def grouping(self) -> Grouping | None:
        """Which components are a group: those that no valley parts, or as many as the visitor wants."""
        return None if self._unnamed is None else self._unnamed.called(self.group_names)

    @cached_property
    def _unnamed(self) -> Grouping | None:
        if self.fit is None:
            return None
        try:
            return None if self._merging is None else grouped(self._merging, self.choice.merged)
        except DegenerateError:
            return Grouping.apart(self.fit.components)

    def key(self, what: str, *choices: object) -> str:
        """A key of what follows from the model."""
        return self.rows.key(what, self.choice.model, *choices)

    def groups_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the model's groups."""
        return self.key(what, self.choice.merged, *choices)
