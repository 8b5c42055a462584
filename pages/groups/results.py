"""What the page Groups alone shows: K-Means beside the mixture, and what each group is like."""

from __future__ import annotations

from dataclasses import dataclass

from core.analysis.groups.contributions import Contributions, contributions
from core.analysis.groups.identity import cluster_slots
from core.analysis.groups.profile import Profiles, profiles_of
from core.analysis.groups.residuals import BivariateResiduals, bivariate_residuals
from core.analysis.kmeans_or_mixture.compare import Agreement, agreement
from core.analysis.kmeans_or_mixture.ladder import LADDER, Ladder, ladder
from core.charts.scene import Scene
from core.kmeans import Partition
from core.mixture.fit import Fit
from pages.app import jobs
from pages.app.results import Analysis
from pages.app.store import kept


@dataclass(frozen=True, eq=False)
class Pair:
    """K-Means and the mixture side by side."""

    scene: Scene
    partition: Partition
    split: Agreement
    cluster_slots: tuple[int, ...]  # colour slots of K-Means' clusters


def pair_of(analysis: Analysis) -> Pair | None:
    """K-Means and the current model side by side."""
    if analysis.scene is None or analysis.partition is None:
        return None
    scene, partition = analysis.scene, analysis.partition

    def make() -> Pair:
        split = agreement(scene.labels, partition.labels, -scene.largest)
        own = cluster_slots(scene.labels, scene.slots, partition.labels, partition.components)
        return Pair(scene, partition, split, own)

    return kept(analysis.picture_key("pair"), make)


def ladder_to(analysis: Analysis, present: Fit) -> Ladder | None:
    """From K-Means to the free mixture and the present model, with as many components."""
    K, families = present.components, tuple(dict.fromkeys((*LADDER, present.family)))
    return jobs.result(
        analysis.rows.key("ladder", K, families),
        "Fitting each step from K-Means to the mixture",
        lambda watch: ladder(analysis.rows.taking_part, K, families, watch=watch),
    )


def profiles_in(analysis: Analysis, scene: Scene) -> Profiles:
    """What each group is like, in raw units."""
    rows = analysis.rows
    return kept(
        analysis.model.groups_key("profiles"), lambda: profiles_of(rows.table, rows.matrix, scene.labels, scene.groups)
    )


def contributions_in(analysis: Analysis, scene: Scene) -> Contributions:
    """Which columns carry the groups."""
    return kept(
        analysis.model.groups_key("contributions"),
        lambda: contributions(analysis.rows.matrix, scene.labels, scene.groups),
    )


def residuals_in(analysis: Analysis, scene: Scene) -> BivariateResiduals:
    """Which columns of categories go together within groups, of the rows that shaped them."""
    return kept(
        analysis.model.key("bivariate residuals"),
        lambda: bivariate_residuals(analysis.rows.taking_part, scene.fit),
    )
