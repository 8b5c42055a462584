"""Bayesian mixtures from several starts: which groups each keeps, and how many."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ...analysis.selection.effective import EffectiveComponents
from ...mixture.bayes.variational import LEAST_ROWS, Bayes
from ...numbers import count, figure, share
from .. import marks, theme
from ..text import Words

BAR_HEIGHT, ROOM = 26, 150  # pixels of a start, and of all that stands around them


def weights_by_start(found: EffectiveComponents) -> marks.Chart:
    """A bar for each start in pieces of the groups it keeps, the highest evidence on top, its number at the end."""
    falling = sorted(range(len(found.runs)), key=lambda at: -found.runs[at].elbo[-1])
    frame = pd.DataFrame(
        [row for place, at in enumerate(falling) for row in _pieces(place, found.seeds[at], found.runs[at], found.best)]
    )
    y = alt.Y("place:O", title=None, axis=alt.Axis(labels=False, ticks=False, domain=False))
    x = alt.X(
        "from:Q",
        title="Share of the rows",
        scale=alt.Scale(domain=[0, 1.16], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%", grid=False),
    )
    tooltip = [
        alt.Tooltip("start:Q", title="Seed"),
        alt.Tooltip("piece:Q", title="Component, by size"),
        alt.Tooltip("share:N", title="Share of the rows"),
        alt.Tooltip("behind:N", title="Log evidence behind the best"),
    ]
    base = alt.Chart(frame).encode(y=y)
    bars = base.mark_bar(stroke=theme.PAPER, strokeWidth=2).encode(
        x=x, x2=alt.X2("to:Q"), color=alt.Color("colour:N", scale=None), tooltip=tooltip
    )
    ends = base.transform_filter(alt.datum.piece == 1).mark_text(align="left", dx=6, color=theme.INK)
    numbers = ends.encode(x=alt.XDatum(1), text=alt.Text("said:N"))
    height = ROOM + BAR_HEIGHT * len(found.runs)
    return marks.finished([bars, numbers], _words(found), max(height, theme.SMALL_HEIGHT))


def _pieces(place: int, seed: int, run: Bayes, best: Bayes) -> list[dict[str, object]]:
    """The components that a run keeps, one after the other."""
    kept = run.counts[run.counts >= LEAST_ROWS] / run.counts.sum()
    ends = kept.cumsum()
    colour = theme.SEQUENTIAL[-2] if run is best else theme.GREY
    return [
        {"place": place, "start": seed, "piece": piece + 1, "from": end - size, "to": end, "share": share(size),
         "said": figure(len(kept)), "behind": figure(best.elbo[-1] - run.elbo[-1]), "colour": colour}
        for piece, (size, end) in enumerate(zip(kept.tolist(), ends.tolist(), strict=True))
    ]  # fmt: skip


def _words(found: EffectiveComponents) -> Words:
    low, high = found.spread
    number = count(high, "component") if low == high else f"{low} to {high} components"
    title = f"The Bayesian mixture needs {number} over {count(len(found.runs), 'start')}"
    how = "A bar for each start, a piece for each component it keeps; blue, on top: the highest evidence."
    return Words(title, how, f"{title}. Bars of the shares of the rows that each start's components hold.")
