from dataclasses import replace

import streamlit as st

from core.analysis.answer.first import FirstAnswer
from core.analysis.selection.board import Board, Search
from core.analysis.selection.bootstrap_test import BootstrapTest
from core.analysis.selection.conclusion import Conclusion
from core.analysis.selection.criterion import Criterion
from core.analysis.selection.model_selection import ModelSelection, select_model, unusable
from core.analysis.selection.objections import with_objections
from core.charts.kmeans_or_mixture.elbow import calinski_harabasz, davies_bouldin, elbow, silhouette
from core.charts.selection.curves import criterion_curves, leading_families
from core.mixture.fit import Fit
from core.numbers import count
from pages.app.choices import Model, ModelChoice, SearchChoice
from pages.app.results import Analysis
from pages.app.session import choice, choose
from pages.how_many import cell_choice, evidence, results
from pages.how_many.choices import CriterionChoice, CurvesChoice
from pages.ui import widgets
from pages.ui.drawing import draw
from pages.ui.messages import refusals

CRITERIA = {
    Criterion.BIC: "BIC weighs how well a model fits against how many numbers it needs.",
    Criterion.AIC: "AIC forgives more numbers than BIC, so it tends to more components.",
    Criterion.AICC: "AICc is AIC made stricter where rows are few for the numbers to estimate.",
    Criterion.ICL: "ICL asks the components to stand apart as well; this form goes by each row's likeliest one.",
    Criterion.ICL_ENTROPY: "ICL asks the components to stand apart as well; this form adds the entropy of all shares.",
}
FORMULA_WORDS = (
    "L is the likelihood at the final parameters, p the number of free parameters, n the number of rows, r the "
    "largest share that a component has of row i, and E the entropy of all shares. Lower is better."
)
COLUMNS = {
    "family": st.column_config.TextColumn("Shape"),
    "components": st.column_config.NumberColumn("Components"),
    "log_likelihood": st.column_config.NumberColumn("Log-likelihood", format="%.3f"),
    "n_parameters": st.column_config.NumberColumn("Free parameters"),
    "bic": st.column_config.NumberColumn("BIC", format="%.2f"),
    "aic": st.column_config.NumberColumn("AIC", format="%.2f"),
    "aicc": st.column_config.NumberColumn("AICc", format="%.2f"),
    "icl": st.column_config.NumberColumn("ICL (hard)", format="%.2f"),
    "icl_entropy": st.column_config.NumberColumn("ICL (soft)", format="%.2f"),
    "outcome": st.column_config.TextColumn("How the fit ended"),
    "admissible": st.column_config.CheckboxColumn("Sound"),
}


def show_answer(analysis: Analysis, first: FirstAnswer, present: Fit) -> None:
    """The selection in words; under it the board, the search for more models, and what K-Means would say."""
    said, searched = st.container(), st.container()
    with searched:
        board = show_search(analysis, first, present)
    found = select_model(board, choice(CriterionChoice).criterion)
    show_board(found, board, analysis, present)
    show_details(found, board)
    more, k_means = st.container(), st.container()
    with k_means:
        ready = show_k_means(analysis)
    held, test, needed = None, None, None
    if ready:  # one job at a time
        with more:
            held, test, needed = evidence.more(analysis, board, present)
    with said:
        show_conclusion(analysis, Conclusion(found, held_out=held, needed=needed), present, test)


def show_conclusion(analysis: Analysis, found: Conclusion, present: Fit, test: BootstrapTest | None) -> None:
    """How many groups, and why; merging and the test are of the present model, and count if that is the best."""
    found, best = replace(found, told=analysis.model.grouping), found.selection.best
    if (present.family, present.components) == (best.family, best.components):
        found = replace(found, merging=analysis.model.merging, test=test)
    st.subheader(found.sentence, anchor=False)
    if analysis.model.is_automatic:
        st.markdown(" ".join(analysis.rows.first.verdict))
    first, *others = found.grounds
    st.markdown(first)
    widgets.notes(tuple(others))


def show_search(analysis: Analysis, first: FirstAnswer, present: Fit) -> Board:
    """The offer to try more models, its progress, or what it found; returns the board to look at meanwhile."""
    search = analysis.rows.session[SearchChoice].search
    if search is None:
        so_far = count(len(first.board.cells), "model")
        blanks = " takes those with blanks in too and" if first.searched < len(first.largest) else ""
        said = f"{so_far} compared so far, on {first.where}. A full search{blanks} goes on while you look around."
        label = "Try all 14 shapes with 1 to 9 components"
        widgets.offer(said, label, "search", SearchChoice(Search()), ":material/manage_search:")
        return with_objections(first.board)
    full = analysis.model.searched(search)
    if full is None:
        return with_objections(first.board)
    offer = full.offer(present)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(offer.sentence, width="stretch")
        if offer.fit is not None:
            model = Model(offer.fit.family, offer.fit.components, full.board.search)
            st.button("Use this model", key="offer", on_click=choose, args=(ModelChoice(model),))
    return with_objections(full.board)


def show_board(found: ModelSelection, board: Board, analysis: Analysis, present: Fit) -> None:
    """Curves over the number of components, and every model as a cell to choose."""
    criterion = found.criterion
    with st.container(horizontal=True, gap="medium"):
        st.session_state["criterion"] = criterion
        st.segmented_control(
            "Compare by",
            list(CRITERIA),
            key="criterion",
            format_func=lambda each: each.label,
            required=True,
            on_change=take_criterion,
        )
        shown = curves_choice(board, criterion)
    st.caption(CRITERIA[criterion])
    chosen = (present.family.name, present.components)
    left, right = st.columns(2, gap="large")
    draw(criterion_curves(board, shown, (criterion,), chosen), left)
    with right:
        cell_choice.show(board, criterion, present)
    widgets.model_choice(analysis)
    standing = found.standing(present.family, present.components, board)
    if standing:
        st.caption(standing)
    reasons = unusable(board)
    if reasons:
        with st.expander("Models that cannot be used, and why"):
            widgets.notes(tuple(each.sentence for each in reasons))


def curves_choice(board: Board, criterion: Criterion) -> list[str]:
    """Which families have curves; at first the ones with the best fits."""
    names = [each.name for each in board.search.families]
    leading = leading_families(board, criterion)
    st.session_state["curves"] = [name for name in names if name in (choice(CurvesChoice).families or leading)]
    return st.pills("Show curves of", names, selection_mode="multi", key="curves", on_change=take_curves)


def show_k_means(analysis: Analysis) -> bool:
    """The usual ways to choose K for K-Means; False while they are being computed."""
    st.subheader("What K-Means would say", anchor=False)
    st.markdown("K-Means has no likelihood and so no BIC. Four rules of thumb take its place.")
    curve, grouping = results.curve(analysis.rows), analysis.model.grouping
    if curve is not None and grouping is not None:
        K = grouping.groups
        left, right = st.columns(2, gap="large")
        draw(elbow(curve, K), left)
        draw(silhouette(curve, K), right)
        draw(calinski_harabasz(curve, K), left)
        draw(davies_bouldin(curve, K), right)
    return curve is not None


def show_details(found: ModelSelection, board: Board) -> None:
    """The formula with the numbers put in, and every model as a table."""
    with st.expander(f"How {found.criterion.label} is computed"):
        st.latex(found.formula)
        st.markdown(FORMULA_WORDS)
    with st.expander("Every model as a table"):
        st.dataframe(board.frame, hide_index=True, column_config=COLUMNS)


def take_curves() -> None:
    choose(CurvesChoice(tuple(st.session_state["curves"]) or None))


def take_criterion() -> None:
    choose(CriterionChoice(st.session_state["criterion"]))


st.title("How many groups are there?", anchor=False)
analysis = widgets.need_data()
if analysis is not None:
    with refusals():
        if analysis.model.fit is not None:
            show_answer(analysis, analysis.rows.first, analysis.model.fit)
