"""The map of a search's models, each cell of which can be made the model on every page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.analysis.selection.board import Board
from core.analysis.selection.criterion import Criterion
from core.charts.selection.cell_map import SELECTION, cell_map
from core.mixture.fit import Fit
from pages.app.choices import Model, ModelChoice
from pages.app.session import choose
from pages.ui.drawing import draw


def show(board: Board, criterion: Criterion, present: Fit) -> None:
    """The map, with the best and the present model marked."""
    chosen = (present.family.name, present.components)
    # A cell that was clicked once can be clicked again only in a map that was drawn anew.
    key = f"cells-{chosen[0]}-{chosen[1]}"
    pick = partial(take, board, key)
    draw(cell_map(board, criterion, chosen), key=key, on_select=pick, selection_mode=[SELECTION])
    st.caption("A click on a cell makes it the model on every page.")


def take(board: Board, key: str) -> None:
    """Make the clicked cell the model, or say why there is no fit in it."""
    clicked = st.session_state[key]["selection"].get(SELECTION)
    if not clicked:
        return
    cell = board.cell(clicked[0]["family"], int(clicked[0]["components"]))
    if cell.fit is None:
        st.toast(cell.reason, icon=":material/block:")
    else:
        choose(ModelChoice(Model(cell.family, cell.components, board.search)))
