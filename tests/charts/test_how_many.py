"""Curves and the map of a search say what the search found."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.selection.criterion import Criterion
from core.analysis.selection.effective import effective_components
from core.analysis.selection.sweep import sweep
from core.charts.kmeans_or_mixture.elbow import calinski_harabasz, davies_bouldin, elbow, elbow_at, silhouette
from core.charts.selection.cell_map import FAILED, SELECTION, UNSOUND, cell_map
from core.charts.selection.curves import criterion_curves, lead_in_words, leading_families, spread
from core.charts.selection.effective import weights_by_start
from core.kmeans import k_means_curve
from core.mixture.bayes.variational import BayesPlan
from core.mixture.em.stopping import Objection
from tests.charts.conftest import make_scene


@pytest.fixture(scope="module")
def board():
    return sweep(make_scene(3, 2).matrix, families=["EII", "VII", "VVI"], components=[1, 2, 3, 4])


@pytest.fixture(scope="module")
def spoiled(board):
    """The same board with one fit that is missing and one that is not to be trusted."""
    lost, doubted = board.cell("EII", 2), board.cell("VVI", 3)
    cells = {
        id(lost): dataclasses.replace(lost, fit=None, reason="A group lost its rows."),
        id(doubted): dataclasses.replace(doubted, fit=dataclasses.replace(doubted.fit, objections=(Objection.SPIKE,))),
    }
    return dataclasses.replace(board, cells=tuple(cells.get(id(cell), cell) for cell in board.cells))


def rows(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=10).map(sorted), st.floats(0.1, 50))
def test_labels_keep_their_order_and_their_distance(places, gap):
    moved = spread(np.array(places), gap)
    assert (np.diff(moved) >= gap * (1 - 1e-9)).all()
    assert moved.mean() == pytest.approx(np.mean(places), abs=1e-6)


def test_labels_far_apart_stay_where_they_are():
    np.testing.assert_allclose(spread(np.array([0.0, 5.0, 20.0]), 2.0), [0.0, 5.0, 20.0])


def test_the_bend_is_the_corner_of_two_straight_lines():
    components = np.arange(1.0, 10.0)
    assert elbow_at(components, np.maximum(100 - 30 * (components - 1), 12 - components)) == 3
    assert elbow_at(components, 100 - 10 * components) is None
    assert elbow_at(components[:2], np.array([2.0, 1.0])) is None


def test_the_title_names_the_best_fit_and_how_far_the_next_is(board):
    best = board.best()
    lead = f"BIC is lowest at 3 components, with {best.family.name}; "
    assert lead_in_words(board, Criterion.BIC, best).startswith(lead)


def test_a_tie_is_called_a_tie(board):
    best, near = board.best(), board.best_of(4)
    close = dataclasses.replace(near, log_likelihood=near.log_likelihood + (near.bic - best.bic) / 2 - 0.5)
    cells = tuple(dataclasses.replace(c, fit=close) if c.fit is near else c for c in board.cells)
    title = lead_in_words(dataclasses.replace(board, cells=cells), Criterion.BIC, best)
    assert title.startswith("BIC cannot tell 3 from 4 components: ")


def test_curves_leave_out_what_is_not_admissible(spoiled):
    chart = criterion_curves(spoiled)
    drawn = {(row["family"], row["components"]) for row in rows(chart) if "criterion" in row and "said" in row}
    assert ("VVI", 3) not in drawn
    assert ("EII", 2) not in drawn
    assert ("EII", 3) in drawn
    assert "2 fits not to be trusted left out" in " ".join(chart.to_dict()["title"]["subtitle"])


def test_curves_show_the_criteria_of_the_fits(board):
    values = {
        (r["family"], r["components"], r["criterion"]): r["value"]
        for r in rows(criterion_curves(board, ["VVI"], ("bic", "aic")))
        if "criterion" in r and float(r["components"]).is_integer()
    }
    fit = board.cell("VVI", 2).fit
    assert values["VVI", 2, "bic"] == pytest.approx(fit.bic)
    assert values["VVI", 2, "aic"] == pytest.approx(fit.aic)


def test_leading_families_hold_the_best(board):
    assert board.best().family.name in leading_families(board, Criterion.BIC)
    assert leading_families(board, Criterion.BIC) == ["EII", "VII", "VVI"]


def test_the_map_marks_failed_and_doubtful_cells_and_says_why(spoiled):
    cells = {(row["family"], row["components"]): row for row in rows(cell_map(spoiled)) if "state" in row}
    assert len(cells) == 12
    assert cells["EII", 2]["state"] == FAILED
    assert cells["EII", 2]["why"] == "A group lost its rows."
    assert cells["VVI", 3]["state"] == UNSOUND
    assert cells["VVI", 3]["why"] == Objection.SPIKE.value
    best = spoiled.best()
    assert cells[best.family.name, best.components]["behind"] == "0"


def test_a_click_on_the_map_selects_family_and_number(board):
    params = [each for each in cell_map(board).to_dict()["params"] if each["name"] == SELECTION]
    assert params[0]["select"]["fields"] == ["family", "components"]


def test_k_means_curves_name_the_bend_and_the_highest():
    curve = k_means_curve(make_scene(3, 2, rows=60).matrix, range(1, 7))
    assert elbow(curve).to_dict()["description"].startswith("Inertia bends most at ")
    top = curve.frame.loc[curve.frame["silhouette"].idxmax(), "components"]
    assert f"highest at {top} clusters" in silhouette(curve).to_dict()["description"]


def test_the_maps_title_counts_the_fits_that_are_nearly_as_good(board):
    best = board.best()
    behind = [fit.bic - best.bic for fit in board.admissible if fit is not best]
    near = sum(each < 10 for each in behind)
    said = cell_map(board).to_dict()["description"]
    verb = "comes" if near == 1 else "come"
    told = f"{near or 'none'} of {len(behind)} others {verb} within 10"
    assert said.startswith(f"{best.family.name} with 3 components is best; {told}. ")


def test_each_starts_bar_has_a_piece_for_every_group_it_keeps_and_the_best_is_on_top():
    found = effective_components(make_scene(3, 2).matrix, BayesPlan(6, max_iterations=60), seeds=range(4))
    pieces = rows(weights_by_start(found))
    best = found.seeds[found.runs.index(found.best)]
    assert {each["start"] for each in pieces if each["place"] == 0} == {best}
    for seed, number in zip(found.seeds, found.numbers, strict=True):
        mine = [each for each in pieces if each["start"] == seed]
        assert len(mine) == number
        assert {each["said"] for each in mine} == {str(number)}
        assert mine[0]["from"] == pytest.approx(0)
        assert mine[-1]["to"] == pytest.approx(1, abs=0.05)


def test_the_two_indices_name_where_they_are_best_and_say_so_where_there_are_none():
    rows = np.random.default_rng(6).normal(size=(150, 2)) + 9 * np.array([[0, 0], [1, 0], [0, 1]])[np.arange(150) % 3]
    curve = k_means_curve(rows, range(1, 6))
    assert "Calinski-Harabasz is highest at 3 clusters" in calinski_harabasz(curve).to_dict()["description"]
    assert "Davies-Bouldin is lowest at 3 clusters" in davies_bouldin(curve).to_dict()["description"]
    alone = k_means_curve(rows, (1,))
    assert "needs two clusters" in calinski_harabasz(alone).to_dict()["description"]
    assert "needs two clusters" in davies_bouldin(alone).to_dict()["description"]
