"""What the page How many groups? alone shows: evidence on the number of components, computed when it is asked for."""

from __future__ import annotations

from core.analysis.selection.board import Search
from core.analysis.selection.bootstrap_test import BootstrapTest, bootstrap_test
from core.analysis.selection.effective import EffectiveComponents, effective_components
from core.analysis.selection.held_out import HeldOut, held_out
from core.kmeans import KMeansCurve, k_means_curve
from core.scale.threads import over_cores
from pages.app import jobs
from pages.app.choices import Model
from pages.app.rows import Rows

CURVE = tuple(range(1, 10))  # numbers of clusters of K-Means' curve


def tested(rows: Rows, model: Model) -> BootstrapTest | None:
    """A model against one with a component more."""
    family, K = model.family, model.components
    return jobs.result(
        rows.key("bootstrap", model),
        "Drawing sets from the model",
        lambda watch: bootstrap_test(rows.taking_part, family, K, watch=watch, over=over_cores),
    )


def predicted(rows: Rows, search: Search) -> HeldOut | None:
    """How the models of a search predict rows held out."""
    return jobs.result(
        rows.key("held out", search),
        "Holding rows out",
        lambda watch: held_out(rows.taking_part, search, watch=watch, over=over_cores),
    )


def needed(rows: Rows) -> EffectiveComponents | None:
    """How many components Bayesian mixtures need."""
    return jobs.result(
        rows.key("effective"),
        "Starting Bayesian mixtures",
        lambda watch: effective_components(rows.taking_part, watch=watch, over=over_cores),
    )


def curve(rows: Rows) -> KMeansCurve | None:
    """K-Means over the number of clusters."""
    return jobs.result(
        rows.key("curve", CURVE),
        "Running K-Means for 1 to 9 clusters",
        lambda watch: k_means_curve(rows.taking_part, CURVE, watch=watch),
    )
