"""BIC and AIC: fit and penalty, what more rows do, and a Bayesian mixture whose weights die out."""

from __future__ import annotations

import streamlit as st

from core.charts.lessons.criteria import chosen_by_rows, stacked_parts, weights_dying
from core.lessons.criteria import SIZES, Criteria, criteria, dying_out, with_more_rows
from core.lessons.toys import TOYS, toy
from core.progress import Progress, Watch
from pages.app import jobs
from pages.app.store import key
from pages.lesson import frame
from pages.ui.drawing import draw
from pages.ui.messages import refusals

SHAPES = tuple(shape for shape in TOYS if shape not in ("crescents", "ring"))  # whose groups are Gaussians
CONCENTRATIONS = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)


def show() -> None:
    """The figure."""
    frame.guide(
        "Take 100 rows, then 2,000. Which criterion asks for more groups, and does either change its mind?",
        "Every further group fits better, so the fit alone would never stop. Both criteria charge for each number that "
        "the model has: AIC always 2, BIC the log of the number of rows. Where the penalty grows faster than the "
        "misfit falls, the criterion turns.",
    )
    with refusals():
        left, middle, right = st.columns([3, 3, 2])
        first = SHAPES.index("five")
        shape = left.selectbox(
            "Shape of the groups", SHAPES, first, key="bic-shape", format_func=_title, bind="query-params"
        )
        rows = middle.select_slider("Rows", SIZES, 200, key="bic-rows", bind="query-params")
        seed = right.number_input("Seed", 0, 999, key="bic-seed", bind="query-params")
        given = toy(shape, rows, seed)
        found = jobs.result(
            key("criteria", shape, rows, seed), "Fitting 1 to 8 groups", lambda watch: criteria(given.points)
        )
        if found is None:
            return
        one, other = st.columns(2)
        draw(stacked_parts(found, "bic"), one)
        draw(stacked_parts(found, "aic"), other)
        formulas(found)
        show_more_rows(shape, given.components, seed)
        show_dying(shape, rows, seed)
        frame.same_in_python(code(shape, rows, seed))


def formulas(found: Criteria) -> None:
    """Both criteria at the K that BIC chooses, with their numbers."""
    at = found.frame.set_index("components").loc[found.by_bic]
    misfit, p = frame.number(at["misfit"], 5), int(at["parameters"])
    bic, aic = frame.number(at["bic"], 5), frame.number(at["aic"], 5)
    left, right = st.columns(2)
    with left:
        frame.formula(
            rf"\begin{{aligned}} \text{{BIC}} & = -2 \log L + p \log n \\ & = {misfit} + {p} \log {found.rows} = {bic} "
            r"\end{aligned}"
        )
    with right:
        frame.formula(
            rf"\begin{{aligned}} \text{{AIC}} & = -2 \log L + 2 p \\ & = {misfit} + 2 \cdot {p} = {aic} \end{{aligned}}"
        )


def show_more_rows(shape: str, true: int, seed: int) -> None:
    """What more rows do to the choice."""
    st.subheader("What do more rows do?", anchor=False)
    if not st.toggle(f"Let both choose with {SIZES[0]} to {SIZES[-1]:,} rows", key="bic-more", bind="query-params"):
        return

    def work(watch: Watch) -> tuple[Criteria, ...]:
        found = []
        for each in with_more_rows(shape, SIZES, seed):
            found.append(each)
            if not watch(Progress("sizes", len(found), len(SIZES))):
                break
        return tuple(found)

    found = jobs.result(key("criteria by rows", shape, seed), "Fitting more and more rows", work)
    if found:
        draw(chosen_by_rows(found, true))


def show_dying(shape: str, rows: int, seed: int) -> None:
    """The Bayesian mixture, whose weights die out."""
    st.subheader("Or let needless groups die out", anchor=False)
    concentration = st.select_slider(
        "How readily it takes a further group (concentration)", CONCENTRATIONS, 0.1, key="bic-prior",
        bind="query-params",
    )  # fmt: skip
    found = jobs.result(
        key("dying", shape, rows, seed, concentration),
        "Letting weights die out",
        lambda watch: dying_out(toy(shape, rows, seed).points, concentration, seed),
    )
    if found is not None:
        draw(weights_dying(found))


def code(shape: str, rows: int, seed: int) -> str:
    """The lines that compute both criteria."""
    return f"""import core

points = core.toy("{shape}", rows={rows}, seed={seed}).points
board = core.sweep(points, core.Search(families=["VVV"], components=range(1, 9), restarts=8))
fits = [cell.fit for cell in board.cells if cell.fit is not None and cell.fit.admissible]

print(min(fits, key=lambda fit: fit.bic).components, min(fits, key=lambda fit: fit.aic).components)
print([fit.bic for fit in fits])
"""


def _title(shape: str) -> str:
    return TOYS[shape].title
