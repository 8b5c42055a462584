"""Example: what an answer looks like, on a sample, for those who have brought no data yet."""

from __future__ import annotations

from typing import cast

from core.analysis.answer.first import first_answer
from core.analysis.groups.identity import group_slots, slots
from core.charts import theme
from core.charts.scene import Scene
from core.data.prepare import names_of_rows, suggested_row_name
from core.data.samples import sample
from pages.app.store import key, store

EXAMPLE = "faithful"


def make_example() -> None:
    """Find the groups of the sample that the empty page shows."""
    found = sample(EXAMPLE).load()
    first = first_answer(found)
    own = slots(first.board, first.fit)
    colours = group_slots(own, first.grouping, len(theme.GROUPS))
    names = names_of_rows(found, first.matrix.row_ids, suggested_row_name(found) or None)
    scene = Scene(first.matrix, first.fit, colours, first.anomalies, names, merged=first.grouping)
    store().put(key("example"), scene)


def the_example() -> Scene | None:
    """What an answer looks like; None until it has been made."""
    return cast("Scene | None", store().find(key("example")))
