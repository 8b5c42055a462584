"""What the page Odd rows alone shows: why rows are odd."""

from __future__ import annotations

from dataclasses import replace

from core.analysis.anomaly.odd_rows import Anomalies
from core.analysis.anomaly.reasons import Reasons, reasons
from core.analysis.groups.listing import listed
from core.charts.scene import Scene
from pages.app.results import Analysis
from pages.app.store import kept


def reasons_of(analysis: Analysis, scene: Scene, odd: Anomalies) -> Reasons:
    """Why the flagged rows that a list shows are odd."""
    rows, scoring_fit = listed(odd), replace(scene.fit, mixture=odd.scored.mixture)
    key = analysis.model.key("reasons", analysis.policy)
    return kept(key, lambda: reasons(scoring_fit, analysis.rows.matrix, rows))
