"""Results that several pages show: what follows from a session's choices, computed once and kept under its key.

Each is None while it is on its way; a card with its progress then stands in its place on the page. A page that needs
several stops at the first that is None. What one page alone shows is in its folder, under the same name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from core.analysis.anomaly.odd_rows import Anomalies, Scored, flag, scored
from core.analysis.anomaly.policies import Policy
from core.analysis.groups.identity import group_slots, slots
from core.charts import theme
from core.charts.scene import Scene
from core.kmeans import Partition, k_means
from core.progress import Watch
from pages.app import beginning, jobs
from pages.app.choices import DataChoice, PolicyChoice
from pages.app.model import CurrentModel
from pages.app.rows import Rows
from pages.app.session import current
from pages.app.store import kept


@dataclass(frozen=True)
class Analysis:
    """Some rows, the model that all pages look at, and what it says of the rows."""

    rows: Rows

    @cached_property
    def model(self) -> CurrentModel:
        """The current model, and its groups."""
        return CurrentModel(self.rows)

    @cached_property
    def scored(self) -> Scored | None:
        """The rows' scores under the current model, and what chance alone would give."""
        fitted = self.model.fit
        if fitted is None:
            return None
        if fitted is self.rows.first.fit:
            return self.rows.first.anomalies.scored

        def work(watch: Watch) -> Scored:
            found = scored(fitted, self.rows.matrix, watch=watch)
            _ = found.null, found.level  # simulated here, so that no threshold has to wait for it
            return found

        return jobs.result(self.model.key("scored"), "Scoring the rows", work)

    @property
    def policy(self) -> Policy:
        """Where the line is drawn: as the visitor chose, or as in the first answer."""
        return self.rows.session[PolicyChoice].policy or self.rows.first.anomalies.policy

    @cached_property
    def odd(self) -> Anomalies | None:
        """The rows that the policy finds odd."""
        found, policy = self.scored, self.policy
        return None if found is None else kept(self.model.key("odd", policy), lambda: flag(found, policy))

    @cached_property
    def scene(self) -> Scene | None:
        """What pictures show of the current model: rows, groups, their colours, and which rows are odd."""
        fitted, groups = self.model.fit, self.model.grouping
        if fitted is None or groups is None or self.odd is None:
            return None
        rows, odd = self.rows, self.odd

        def make() -> Scene:
            colours = group_slots(slots(rows.first.board, fitted), groups, len(theme.GROUPS))
            return Scene(rows.matrix, fitted, colours, None, rows.names(), merged=groups)

        whatever_is_odd = kept(self._picture_key("scene"), make)
        return kept(self._picture_key("scene", self.policy), lambda: whatever_is_odd.with_odd_rows(odd))

    def _picture_key(self, what: str, *choices: object) -> str:
        return self.model.groups_key(what, self.rows.name, self.model.group_names, *choices)

    def picture_key(self, what: str, *choices: object) -> str:
        """A key of what follows from the scene."""
        return self._picture_key(what, self.policy, *choices)

    @cached_property
    def partition(self) -> Partition | None:
        """K-Means with as many clusters as the current model has groups, and every row in the nearest one."""
        if self.model.grouping is None:
            return None
        K, rows = self.model.grouping.groups, self.rows

        def work(watch: Watch) -> Partition:
            found = k_means(rows.taking_part, K, watch=watch)
            return found if rows.all_took_part else replace(found, labels=found.assign(rows.matrix.rows))

        return jobs.result(rows.key("K-Means", K), "Running K-Means", work)


def analysis() -> Analysis | None:
    """The current session's rows with their first answer; None without data, or while one of both is on its way.

    Raises what reading, preparing or fitting refuses.
    """
    session = current()
    found = beginning.table(session) if session[DataChoice].is_there else None
    answer = None if found is None else beginning.first(session, found)
    return None if found is None or answer is None else Analysis(Rows(session, found, answer))
