"""Every family at every number of groups, by how far it is behind the best."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ...analysis.selection.board import Board, Cell
from ...analysis.selection.criterion import Criterion
from ...mixture.fit import Fit
from ...numbers import count, figure
from .. import marks, theme
from ..groups.tables import NARROW, ON_CELL, brief_figure
from ..text import OUTER_WIDTH, Words
from .curves import Choice

SELECTION = "cell"  # the name of the map's selection: a list of {"family": ..., "components": ...}
ROW_HEIGHT, MAP_ROOM = 26, 190
SHADES = list(theme.SEQUENTIAL)[::-1]  # dark is near the best
FARTHEST = 1e9  # AICc is infinite without rows to spare; the shade needs an end
CLEARLY = 10.0  # behind by more is clearly worse (Kass and Raftery 1995)
FAILED, UNSOUND, SOUND = "failed", "unsound", "sound"
SIGNS = {FAILED: "×", UNSOUND: "!"}


def cell_map(board: Board, criterion: str = "bic", chosen: Choice | None = None) -> marks.Chart:
    """Every family at every K by how far it is behind the best; a click selects a cell (`SELECTION`).

    A cell without a fit bears a ×, one that is not admissible a !, and neither is filled; the tooltip says why.
    """
    best = board.best(criterion) if board.admissible else None
    frame = _cells(board, Criterion(criterion), best)
    families = list(dict.fromkeys(frame["family"]))
    places = {"grid": False, "labelFlush": False}
    base = alt.Chart(frame).encode(
        x=alt.X("components:O", title="Components", axis=alt.Axis(labelAngle=0, orient="top", **places)),
        y=alt.Y("family:N", title="Family", sort=families, axis=alt.Axis(**{**marks.ON_TOP, "titleY": -26}, **places)),
    )
    layers = _map_layers(base, frame, best, chosen)
    return marks.finished(layers, _map_words(board, criterion, best), MAP_ROOM + ROW_HEIGHT * len(families))


def _map_layers(base: alt.Chart, frame: pd.DataFrame, best: Fit | None, chosen: Choice | None) -> list[alt.Chart]:
    click = alt.selection_point(name=SELECTION, fields=["family", "components"], empty=False, toggle=False)
    shade = alt.Color(
        "shade:Q",
        scale=alt.Scale(domain=[0, max(float(frame["shade"].max()), 1e-9)], range=SHADES),
        legend=None,
    )
    sound = base.transform_filter(alt.datum.state == SOUND)
    other = base.transform_filter(alt.datum.state != SOUND)
    said = alt.ExprRef(f"{OUTER_WIDTH} < {NARROW} ? datum.brief : datum.said")
    layers = [
        sound.mark_rect(stroke=theme.PAPER, strokeWidth=1.5).encode(color=shade),
        other.mark_rect(fillOpacity=0, stroke=theme.GREY, strokeDash=[2, 3]),
        sound.mark_text(fontSize=11, text=said).encode(fill=ON_CELL),
        other.mark_text(fontSize=12, color=theme.SOFT_INK).encode(text=alt.Text("said:N")),
    ]
    outlined = [((best.family.name, best.components), [1, 0])] if best is not None else []
    outlined += [(chosen, [3, 3])] if chosen is not None else []
    for (family, components), dash in outlined:
        around = base.transform_filter((alt.datum.family == family) & (alt.datum.components == components))
        layers.append(around.mark_rect(fillOpacity=0, stroke=theme.INK, strokeWidth=2.5, strokeDash=dash, tooltip=None))
    # On top of all, so that a click or a pointer anywhere in a cell finds it.
    return [*layers, base.mark_rect(fillOpacity=0, cursor="pointer").encode(tooltip=_tooltips()).add_params(click)]


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("family:N", title="Family"),
        alt.Tooltip("components:O", title="Components"),
        alt.Tooltip("value:N", title="Criterion"),
        alt.Tooltip("behind:N", title="Behind the best"),
        alt.Tooltip("parameters:N", title="Parameters"),
        alt.Tooltip("why:N", title="Note"),
    ]


def _cells(board: Board, criterion: Criterion, best: Fit | None) -> pd.DataFrame:
    """A row per cell: how far behind the best it is, what stands in it, and why it is not to be used."""
    least = criterion.of(best) if best is not None else float("nan")
    frame = pd.DataFrame([_cell(cell, criterion, least) for cell in board.cells])
    top = max(float(np.nanmax(frame["shade"], initial=0.0)), 1e-9)
    frame["ink"] = [theme.text_on(SHADES, shade / top) if shade >= 0 else "" for shade in frame["shade"]]
    return frame


def _cell(cell: Cell, criterion: Criterion, least: float) -> dict[str, object]:
    row: dict[str, object] = {"family": cell.family.name, "components": cell.components, "shade": float("nan")}
    if cell.fit is None:
        return {**row, "state": FAILED, "said": SIGNS[FAILED], "value": "–", "behind": "–", "parameters": "–"} | {
            "why": cell.reason
        }
    value = criterion.of(cell.fit)
    shown = {"value": figure(value, 5), "behind": figure(value - least), "parameters": f"{cell.fit.n_parameters:,}"}
    if not cell.fit.admissible:
        why = " ".join(each.value for each in cell.fit.objections)
        return {**row, **shown, "state": UNSOUND, "said": SIGNS[UNSOUND], "why": why}
    # The logarithm keeps the cells that matter, the ones near the best, apart from one another.
    behind = value - least
    brief = brief_figure(behind) if behind >= 1 else figure(behind, 1)
    said = {
        "said": figure(behind),
        "brief": brief,
        "shade": float(np.log1p(min(behind, FARTHEST))),
        "why": cell.fit.outcome.value,
    }
    return {**row, **shown, **said, "state": SOUND}


def _map_words(board: Board, criterion: str, best: Fit | None) -> Words:
    title = _near_in_words(board, Criterion(criterion), best) if best is not None else "No fit is admissible"
    how = f"{Criterion(criterion).label} behind the best, which is outlined; darker is better. "
    states = [FAILED if cell.fit is None else UNSOUND for cell in board.cells if not (cell.fit and cell.fit.admissible)]
    if FAILED in states:
        how += "×: could not be fitted. "
    if UNSOUND in states:
        how += "!: not to be trusted. "
    what = f"Table of {count(len(board.cells), 'fit')} by family and number of components."
    return Words(title, how.strip(), f"{title}. {what}")


def _near_in_words(board: Board, criterion: Criterion, best: Fit) -> str:
    """How many other fits are not clearly worse than the best."""
    least = criterion.of(best)
    others = [criterion.of(fit) - least for fit in board.admissible if fit is not best]
    near = sum(behind < CLEARLY for behind in others)
    title = f"{best.family.name} with {count(best.components, 'component')} is best"
    if not others:
        return f"{title}: it is the only fit to be trusted"
    verb = "comes" if near == 1 else "come"
    return f"{title}; {near or 'none'} of {count(len(others), 'other')} {verb} within {CLEARLY:.0f}"
