"""Derived values: everything that follows from a session's choices, computed once and kept under their key.

Each is None while it is on its way; a card with its progress then stands in its place on the page. A page that needs
several stops at the first that is None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from core.analysis.anomaly.odd_rows import Anomalies, Policy, Scored, flag, scored
from core.analysis.anomaly.reasons import Reasons, reasons
from core.analysis.answer.first import FirstAnswer
from core.analysis.groups.contributions import Contributions, contributions
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.identity import cluster_slots, group_slots, slots
from core.analysis.groups.listing import listed
from core.analysis.groups.merging import Merging, merging
from core.analysis.groups.profile import Profiles, profiles_of
from core.analysis.kmeans_or_mixture.compare import Agreement, agreement
from core.analysis.kmeans_or_mixture.ladder import LADDER, Ladder, ladder
from core.analysis.selection.board import Board, Search
from core.analysis.selection.bootstrap_test import BootstrapTest, bootstrap_test
from core.analysis.selection.effective import EffectiveComponents, effective_components
from core.analysis.selection.full_search import FullSearch, chosen, full_search
from core.analysis.selection.held_out import HeldOut, held_out
from core.charts import theme
from core.charts.scene import Scene
from core.data.prepare import Matrix, Preparation, names_of_rows
from core.data.table import Table
from core.errors import DegenerateError
from core.kmeans import KMeansCurve, Partition, k_means, k_means_curve
from core.mixture.fit import Fit
from core.progress import Watch
from core.scale.threads import over_cores
from pages.app import beginning, jobs
from pages.app.beginning import fit_key, grouped, merging_key, rows_key
from pages.app.session import Model, Session, Split, current
from pages.app.store import kept, key

CURVE = tuple(range(1, 10))  # numbers of clusters of K-Means' curve


@dataclass(frozen=True)
class Analysis:
    """A session's table, its first answer, and what follows from them and from its choices.

    Every fit is to the rows that shaped the first answer's groups, so that models compare; scores, pictures and
    downloads are of all rows.
    """

    session: Session
    table: Table
    first: FirstAnswer

    @property
    def matrix(self) -> Matrix:
        """All rows, in the form that is fitted."""
        return self.first.matrix

    @property
    def preparation(self) -> Preparation:
        """How the rows are prepared."""
        return beginning.preparation(self.session, self.table)

    @cached_property
    def taking_part(self) -> Matrix:
        """The rows that are fitted: those that lie too far from all groups are not among them."""
        if self.all_took_part:
            return self.matrix
        return kept(self._rows_key("taking part"), lambda: self.matrix.at(self.first.settled.took_part))

    @property
    def all_took_part(self) -> bool:
        """Whether every row shaped the groups."""
        return bool(self.first.settled.took_part.all())

    @property
    def is_automatic(self) -> bool:
        """Whether the groups that are looked at are those of the first answer."""
        return self.session.model is None and self.session.merged is None

    @property
    def grounds(self) -> tuple[str, ...]:
        """What the answer rests on; which components make up a group is said beside the way to change it."""
        if not self.is_automatic:
            return () if self.first.proposal is None else self.first.proposal.grounds
        return tuple(each for each in self.first.grounds if each != self.first.merging.sentence)

    @cached_property
    def fit(self) -> Fit | None:
        """The current model: the one that was chosen, or that of the first answer."""
        if self.session.model is None:
            return self.first.fit
        model, found = self.session.model, None
        if model.search is not None:
            board = self.board(model.search)
            if board is None:
                return None
            # A search with noise looked at all rows; what its noise took are the rows that take no part.
            found = None if model.search.noise else board.cell(model.family, model.components).fit
        plan = Search().plan(model.family, model.components)
        return jobs.result(
            fit_key(self.session), "Fitting the model", lambda watch: chosen(self.taking_part, plan, found, watch=watch)
        )

    def board(self, search: Search) -> Board | None:
        """What a search came to: the first one, or the full one."""
        if self.first.board.search == search:
            return self.first.board
        answer = self._searched(search)
        return None if answer is None else answer.board

    @cached_property
    def scored(self) -> Scored | None:
        """The rows' scores under the current model, and what chance alone would give."""
        fitted = self.fit
        if fitted is None:
            return None
        if fitted is self.first.fit:
            return self.first.anomalies.scored

        def work(watch: Watch) -> Scored:
            found = scored(fitted, self.matrix, watch=watch)
            _ = found.null, found.level  # simulated here, so that no threshold has to wait for it
            return found

        return jobs.result(self.model_key("scored"), "Scoring the rows", work)

    @property
    def policy(self) -> Policy:
        """Where the line is drawn: as the visitor chose, or as in the first answer."""
        return self.session.policy or self.first.anomalies.policy

    @cached_property
    def odd(self) -> Anomalies | None:
        """The rows that the policy finds odd."""
        found, policy = self.scored, self.policy
        return None if found is None else kept(self.model_key("odd", policy), lambda: flag(found, policy))

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
        if fitted is None or fitted is self.first.fit:
            return None if fitted is None else self.first.merging
        return jobs.result(
            merging_key(self.session),
            "Looking which components are one group",
            lambda watch: merging(fitted, self.taking_part),
        )

    @property
    def split(self) -> Split | None:
        """Which groups are looked at."""
        fitted, groups = self.fit, self._unnamed
        return None if fitted is None or groups is None else (Model(fitted.family, fitted.components), groups.groups)

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names that were given to the groups that are looked at."""
        return () if self.split is None else self.session.names_of(self.split)

    @cached_property
    def grouping(self) -> Grouping | None:
        """Which components are a group: those that no valley parts, or as many as the visitor wants."""
        return None if self._unnamed is None else self._unnamed.called(self.group_names)

    @cached_property
    def _unnamed(self) -> Grouping | None:
        if self.fit is None:
            return None
        try:
            return None if self._merging is None else grouped(self._merging, self.session.merged)
        except DegenerateError:
            return Grouping.apart(self.fit.components)

    @cached_property
    def scene(self) -> Scene | None:
        """What pictures show of the current model: rows, groups, their colours, and which rows are odd."""
        if self.fit is None or self.grouping is None or self.odd is None:
            return None
        first, fitted, groups, odd = self.first, self.fit, self.grouping, self.odd

        def make() -> Scene:
            own = slots(first.board, fitted)
            colours = group_slots(own, groups, len(theme.GROUPS))
            return Scene(self.matrix, fitted, colours, None, self._row_names(), merged=groups)

        words = (self.session.row_name, self.group_names)
        whatever_is_odd = kept(self.groups_key("scene", *words), make)
        key = self.groups_key("scene", self.policy, *words)
        return kept(key, lambda: whatever_is_odd.with_odd_rows(odd))

    def reasons(self, scene: Scene) -> Reasons:
        """Why the flagged rows that a list shows are odd."""
        assert scene.odd is not None
        rows, scoring_fit = listed(scene.odd), replace(scene.fit, mixture=scene.odd.scored.mixture)
        return kept(self.model_key("reasons", self.policy), lambda: reasons(scoring_fit, self.matrix, rows))

    @cached_property
    def partition(self) -> Partition | None:
        """K-Means with as many clusters as the current model has groups, and every row in the nearest one."""
        if self.grouping is None:
            return None
        K = self.grouping.groups

        def work(watch: Watch) -> Partition:
            found = k_means(self.taking_part, K, watch=watch)
            return found if self.all_took_part else replace(found, labels=found.assign(self.matrix.rows))

        return jobs.result(self._rows_key("K-Means", K), "Running K-Means", work)

    @cached_property
    def pair(self) -> Pair | None:
        """K-Means and the current model side by side."""
        if self.scene is None or self.partition is None:
            return None
        scene, partition = self.scene, self.partition

        def make() -> Pair:
            split = agreement(scene.labels, partition.labels, -scene.largest)
            own = cluster_slots(scene.labels, scene.slots, partition.labels, partition.components)
            return Pair(scene, partition, split, own)

        return kept(self.groups_key("pair", self.policy, self.session.row_name, self.group_names), make)

    @cached_property
    def ladder(self) -> Ladder | None:
        """From K-Means to the free mixture and the present model, with as many components."""
        fitted = self.fit
        if fitted is None:
            return None
        K, families = fitted.components, tuple(dict.fromkeys((*LADDER, fitted.family)))
        return jobs.result(
            self._rows_key("ladder", K, families),
            "Climbing from K-Means to the mixture",
            lambda watch: ladder(self.taking_part, K, families, watch=watch),
        )

    @cached_property
    def profiles(self) -> Profiles | None:
        """What each group of the current model is like, in raw units."""
        scene = self.scene
        if scene is None:
            return None
        return kept(
            self.groups_key("profiles"),
            lambda: profiles_of(self.table, self.matrix, scene.labels, scene.groups),
        )

    @cached_property
    def contributions(self) -> Contributions | None:
        """Which columns carry the groups of the current model."""
        scene = self.scene
        if scene is None:
            return None
        return kept(self.groups_key("contributions"), lambda: contributions(self.matrix, scene.labels, scene.groups))

    @cached_property
    def full_search(self) -> FullSearch | None:
        """The full search, once it was asked for; it goes on in the background while other pages are shown."""
        return None if self.session.search is None else self._searched(self.session.search)

    def _searched(self, search: Search) -> FullSearch | None:
        return jobs.result(
            self._rows_key("full search", search),
            "Trying every model",
            lambda watch: full_search(self.taking_part, search, watch=watch, over=over_cores),
            lane=jobs.Lane.BACKGROUND,
        )

    def bootstrap(self, model: Model) -> BootstrapTest | None:
        """A model against one with a component more."""
        return jobs.result(
            self._rows_key("bootstrap", model),
            "Drawing sets from the model",
            lambda watch: bootstrap_test(
                self.taking_part, model.family, model.components, watch=watch, over=over_cores
            ),
        )

    def held_out(self, search: Search) -> HeldOut | None:
        """How the models of a search predict rows held out."""
        return jobs.result(
            self._rows_key("held out", search),
            "Holding rows out",
            lambda watch: held_out(self.taking_part, search, watch=watch, over=over_cores),
        )

    @cached_property
    def effective(self) -> EffectiveComponents | None:
        """How many components Bayesian mixtures need."""
        return jobs.result(
            self._rows_key("effective"),
            "Starting Bayesian mixtures",
            lambda watch: effective_components(self.taking_part, watch=watch, over=over_cores),
        )

    @cached_property
    def curve(self) -> KMeansCurve | None:
        """K-Means over the number of clusters."""
        return jobs.result(
            self._rows_key("curve", CURVE),
            "Running K-Means for 1 to 9 clusters",
            lambda watch: k_means_curve(self.taking_part, CURVE, watch=watch),
        )

    @property
    def row_name(self) -> str | None:
        """The column that says what a row is."""
        return beginning.row_name(self.session, self.table)

    def _row_names(self) -> tuple[str, ...]:
        return names_of_rows(self.table, self.matrix.row_ids, self.row_name)

    def groups_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the current model's groups."""
        return self.model_key(what, self.session.merged, *choices)

    def model_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the current model."""
        return self._rows_key(what, self.session.model, *choices)

    def _rows_key(self, what: str, *choices: object) -> str:
        return key(what, rows_key(self.session), *choices)


@dataclass(frozen=True, eq=False)
class Pair:
    """K-Means and the mixture side by side."""

    scene: Scene
    partition: Partition
    split: Agreement
    cluster_slots: tuple[int, ...]  # colour slots of K-Means' clusters


def analysis() -> Analysis | None:
    """The current session's rows with their first answer; None without data, or while one of both is on its way.

    Raises what reading, preparing or fitting refuses.
    """
    session = current()
    found = beginning.table(session) if session.has_data else None
    answer = None if found is None else beginning.first(session, found)
    return None if found is None or answer is None else Analysis(session, found, answer)
