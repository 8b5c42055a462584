"""Other detectors: each row's rank by the mixture against its rank by another detector."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from ...analysis.anomaly.detectors import Comparison, Opinion
from ...numbers import count, figure
from .. import marks, theme
from ..scene import ODD_NAME
from ..text import Words

MOST_POINTS = 2_000
USUAL_NAME = "Other rows"


def rank_scatter(found: Comparison, opinion: Opinion, names: Sequence[str]) -> marks.Chart:
    """Ranks by the mixture (across) and by one other detector (up), 1 the oddest; names (m,) are the compared rows'."""
    rows = _shown(found)
    frame = pd.DataFrame(
        {
            "c0": found.rank[rows],
            "c1": opinion.rank[rows],
            "look": np.where(found.flagged[rows], "odd", "usual"),
            "size": np.where(found.flagged[rows], theme.ODD_SIZE, marks.point_size(len(rows))),
            "row": [names[at] for at in rows],
        }
    )
    ends = (0.8, 1.25 * len(found.rows))
    scale = alt.Scale(type="log", domain=list(ends), nice=False)
    powers = [10**power for power in range(int(np.log10(len(found.rows))) + 1)]
    x = alt.X("c0:Q", title="Rank by the mixture, 1 is the oddest", scale=scale, axis=alt.Axis(values=powers))
    up = alt.Axis(values=powers, **marks.ON_TOP)
    y = alt.Y("c1:Q", title=f"Rank by {opinion.detector}", scale=scale, axis=up)
    entries = [marks.Entry("usual", theme.GREY, theme.GREY_SHAPE, USUAL_NAME)]
    entries += [marks.Entry("odd", theme.ACCENT, theme.ACCENT_SHAPE, ODD_NAME)] if found.flagged.any() else []
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=0.7, clip=True)
        .encode(
            x=x,
            y=y,
            size=alt.Size("size:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("row:N", title="Row"),
                alt.Tooltip("c0:Q", title="Rank by the mixture", format=","),
                alt.Tooltip("c1:Q", title=f"Rank by {opinion.detector}", format=","),
            ],
            **marks.look(entries),
        )
    )
    diagonal = alt.Chart(pd.DataFrame({"c0": ends, "c1": ends})).mark_line(
        strokeDash=[4, 3], strokeWidth=1, color=theme.SOFT_INK, clip=True
    )
    return marks.finished([diagonal.encode(x=x, y=y), points], rank_words(found, opinion), theme.SMALL_HEIGHT + 60)


def rank_words(found: Comparison, opinion: Opinion) -> Words:
    """What one picture of ranks says."""
    title = f"{opinion.detector}: {opinion.shared:,} of the {found.top:,} oddest rows in common"
    drawn, rows = len(_shown(found)), len(found.rows)
    how = "Low on the left: odd to both. On the dashed line: of one rank."
    how += f" {drawn:,} of {rows:,} rows drawn, the oddest to the mixture among them." if drawn < rows else ""
    agreement = "" if np.isnan(opinion.agreement) else f" The rank correlation is {figure(opinion.agreement, 2)}."
    return Words(title, how, f"{title}.{agreement} Scatter of the ranks of {count(len(found.rows), 'row')}.")


def _shown(found: Comparison) -> npt.NDArray[np.intp]:
    """Places of the rows that are drawn: half of them the oddest to the mixture, half a seeded sample of the rest."""
    if len(found.rows) <= MOST_POINTS:
        return np.argsort(found.flagged, kind="stable")
    order = np.argsort(found.rank, kind="stable")
    half = MOST_POINTS // 2
    rest = np.random.default_rng(len(order)).choice(order[half:], half, replace=False)
    return np.concatenate([rest, order[:half][::-1]])
