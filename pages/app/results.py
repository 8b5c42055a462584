"""Derived values: everything that follows from a session's choices, computed once and kept under their key.

Each is None while it is on its way; a card with its progress then stands in its place on the page. A page that needs
several stops at the first that is None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from core.analysis.anomaly.odd_rows import Anomalies, Scored, flag, scored
from core.analysis.anomaly.reasons import Reasons, reasons
from core.analysis.answer.first import FirstAnswer, first_answer
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.identity import cluster_slots, slots
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
from core.charts.scene import Scene
from core.data.prepare import Matrix, names_of_rows, prepare, suggested_row_name
from core.data.samples import sample
from core.data.table import Table
from core.kmeans import KMeansCurve, Partition, k_means, k_means_curve
from core.mixture.fit import Fit
from core.progress import Watch
from core.scale.threads import over_cores
from pages.app import jobs
from pages.app.reader import Read, readers
from pages.app.session import Model, Session, Split, current
from pages.app.store import kept, key, recall

CURVE = tuple(range(1, 10))  # numbers of groups of K-Means' curve


@dataclass(frozen=True)
class Analysis:
    """A session's rows, and what follows from them and from its choices."""

    session: Session
    table: Table
    matrix: Matrix

    @cached_property
    def first(self) -> FirstAnswer | None:
        """The first answer."""
        return jobs.result(
            first_key(self.session),
            "Looking for groups",
            lambda watch: first_answer(self.matrix, watch=watch, over=over_cores),
        )

    @cached_property
    def fit(self) -> Fit | None:
        """The current model: the one that was chosen, or that of the first answer."""
        if self.session.model is None:
            return None if self.first is None else self.first.fit
        model, found = self.session.model, None
        if model.search is not None:
            board = self.board(model.search)
            if board is None:
                return None
            found = board.cell(model.family, model.components).fit
        plan = Search().plan(model.family, model.components)
        return jobs.result(
            fit_key(self.session), "Fitting the model", lambda watch: chosen(self.matrix, plan, found, watch=watch)
        )

    def board(self, search: Search) -> Board | None:
        """What a search came to: the first one, or the full one."""
        if self.first is None or self.first.board.search == search:
            return None if self.first is None else self.first.board
        answer = self._searched(search)
        return None if answer is None else answer.board

    @cached_property
    def scored(self) -> Scored | None:
        """The rows' scores under the current model, and what chance alone would give."""
        fitted = self.fit
        if fitted is None:
            return None
        if self.first is not None and fitted is self.first.fit:
            return self.first.odd.scored

        def work(watch: Watch) -> Scored:
            found = scored(fitted, self.matrix, watch=watch)
            _ = found.null, found.level  # simulated here, so that no threshold has to wait for it
            return found

        return jobs.result(self.model_key("scored"), "Scoring the rows", work)

    @cached_property
    def odd(self) -> Anomalies | None:
        """The rows that the session's policy finds odd."""
        found, policy = self.scored, self.session.policy
        return None if found is None else kept(self.model_key("odd", policy), lambda: flag(found, policy))

    @cached_property
    def merging(self) -> Merging | None:
        """The current model's components joined one after the other."""
        fitted = self.fit
        return None if fitted is None else kept(self.model_key("merging"), lambda: merging(fitted, self.matrix))

    @property
    def split(self) -> Split | None:
        """Which groups are looked at."""
        fitted = self.fit
        return None if fitted is None else (Model(fitted.family, fitted.components), self.session.merged)

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names that were given to the groups that are looked at."""
        return () if self.split is None else self.session.names_of(self.split)

    @cached_property
    def grouping(self) -> Grouping | None:
        """Which components are a group: each, or those that the visitor had merged."""
        if self.fit is None:
            return None
        names = self.group_names
        if self.session.merged is None:
            return Grouping.apart(self.fit.components).called(names)
        return None if self.merging is None else self.merging.grouping(self.session.merged).called(names)

    @cached_property
    def scene(self) -> Scene | None:
        """What pictures show of the current model: rows, groups, their colours, and which rows are odd."""
        if self.first is None or self.fit is None or self.grouping is None or self.odd is None:
            return None
        first, fitted, groups, odd = self.first, self.fit, self.grouping, self.odd

        def make() -> Scene:
            own = slots(first.board, fitted)
            colours = tuple(own[part[0]] for part in groups.parts)  # of its largest component
            return Scene(self.matrix, fitted, colours, None, self._row_names(), merged=groups)

        words = (self.session.row_name, self.group_names)
        whatever_is_odd = kept(self.groups_key("scene", *words), make)
        key = self.groups_key("scene", self.session.policy, *words)
        return kept(key, lambda: whatever_is_odd.with_odd_rows(odd))

    def reasons(self, scene: Scene) -> Reasons:
        """Why the flagged rows that a list shows are odd."""
        assert scene.odd is not None
        rows, scoring_fit = listed(scene.odd), replace(scene.fit, mixture=scene.odd.scored.mixture)
        return kept(self.model_key("reasons", self.session.policy), lambda: reasons(scoring_fit, self.matrix, rows))

    @cached_property
    def partition(self) -> Partition | None:
        """K-Means with as many clusters as the current model has groups."""
        if self.grouping is None:
            return None
        K = self.grouping.groups
        return jobs.result(
            key("K-Means", rows_key(self.session), K),
            "Running K-Means",
            lambda watch: k_means(self.matrix, K, watch=watch),
        )

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

        return kept(self.groups_key("pair", self.session.policy, self.session.row_name, self.group_names), make)

    @cached_property
    def ladder(self) -> Ladder | None:
        """From K-Means to the free mixture and the present model, with as many components."""
        fitted = self.fit
        if fitted is None:
            return None
        K, families = fitted.components, tuple(dict.fromkeys((*LADDER, fitted.family)))
        return jobs.result(
            key("ladder", rows_key(self.session), K, families),
            "Climbing from K-Means to the mixture",
            lambda watch: ladder(self.matrix, K, families, watch=watch),
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
    def full_search(self) -> FullSearch | None:
        """The full search, once it was asked for; it goes on in the background while other pages are shown."""
        return None if self.session.search is None else self._searched(self.session.search)

    def _searched(self, search: Search) -> FullSearch | None:
        return jobs.result(
            key("full search", rows_key(self.session), search),
            "Trying every model",
            lambda watch: full_search(self.matrix, search, watch=watch, over=over_cores),
            lane=jobs.Lane.BACKGROUND,
        )

    def bootstrap(self, model: Model) -> BootstrapTest | None:
        """A model against one with a group more."""
        return jobs.result(
            key("bootstrap", rows_key(self.session), model),
            "Drawing sets from the model",
            lambda watch: bootstrap_test(self.matrix, model.family, model.components, watch=watch, over=over_cores),
        )

    def held_out(self, search: Search) -> HeldOut | None:
        """How the models of a search predict rows held out."""
        return jobs.result(
            key("held out", rows_key(self.session), search),
            "Holding rows out",
            lambda watch: held_out(self.matrix, search, watch=watch, over=over_cores),
        )

    @cached_property
    def effective(self) -> EffectiveComponents | None:
        """How many groups Bayesian mixtures need."""
        return jobs.result(
            key("effective", rows_key(self.session)),
            "Starting Bayesian mixtures",
            lambda watch: effective_components(self.matrix, watch=watch, over=over_cores),
        )

    @cached_property
    def curve(self) -> KMeansCurve | None:
        """K-Means over the number of groups."""
        return jobs.result(
            key("curve", rows_key(self.session), CURVE),
            "Running K-Means for 1 to 9 groups",
            lambda watch: k_means_curve(self.matrix, CURVE, watch=watch),
        )

    @property
    def row_name(self) -> str | None:
        """The column that says what a row is."""
        return row_name(self.session, self.table)

    def _row_names(self) -> tuple[str, ...]:
        return names_of_rows(self.table, self.matrix.row_ids, self.row_name)

    def groups_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the current model's groups."""
        return self.model_key(what, self.session.merged, *choices)

    def model_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the current model."""
        return key(what, rows_key(self.session), self.session.model, *choices)


@dataclass(frozen=True, eq=False)
class Pair:
    """K-Means and the mixture side by side."""

    scene: Scene
    partition: Partition
    split: Agreement
    cluster_slots: tuple[int, ...]  # colour slots of K-Means' clusters


def analysis() -> Analysis | None:
    """The current session's rows, ready to be fitted; None without data or while they are being read.

    Raises what reading or preparing refuses.
    """
    session = current()
    found = table(session) if session.has_data else None
    ready = None if found is None else matrix(session, found)
    return None if found is None or ready is None else Analysis(session, found, ready)


def row_name(session: Session, found: Table) -> str | None:
    """The column that says what a row is; None where rows go by their number."""
    asked = session.row_name
    if asked is None or (asked and asked not in found.frame.columns):  # the file may have been read anew
        return suggested_row_name(found)
    return asked or None


def table(session: Session) -> Table | None:
    """The session's table. Raises ReadError for a file that is none."""
    upload = session.upload
    if upload is None:
        return kept(table_key(session), lambda: sample(str(session.sample)).load())
    read = Read(readers(), upload, replace(session.reading, name=None))
    found = jobs.result(table_key(session), "Reading the file", read, stop=read.stop)
    return None if found is None else replace(found, reading=replace(found.reading, name=upload.name))


def matrix(session: Session, found: Table) -> Matrix | None:
    """The session's rows in the form that is fitted. Raises DataError for a choice that leaves nothing."""
    return jobs.result(rows_key(session), "Preparing the rows", lambda _: prepare(found, session.preparation))


@dataclass(frozen=True)
class Known:
    """What is known of a session's analysis without waiting for anything."""

    table: Table | None
    matrix: Matrix | None
    fit: Fit | None


def known() -> Known:
    """What the current session's analysis has come to so far."""
    session = current()
    if session.model is None:
        answer = cast("FirstAnswer | None", recall(first_key(session)))
        fitted = None if answer is None else answer.fit
    else:
        fitted = cast("Fit | None", recall(fit_key(session)))
    read = cast("Table | None", recall(table_key(session)))
    return Known(read, cast("Matrix | None", recall(rows_key(session))), fitted)


def table_key(session: Session) -> str:
    """The file or sample, and how it is read; a file's name is not part of it."""
    source = session.upload.sha256 if session.upload is not None else f"sample {session.sample}"
    return key("table", source, replace(session.reading, name=None))


def rows_key(session: Session) -> str:
    """The rows that are fitted: the table, and how it is prepared."""
    return key("rows", table_key(session), session.preparation)


def first_key(session: Session) -> str:
    """The first answer."""
    return key("first", rows_key(session))


def fit_key(session: Session) -> str:
    """The fit of the model that was chosen."""
    return key("fit", rows_key(session), session.model)
