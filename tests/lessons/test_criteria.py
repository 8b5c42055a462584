"""BIC and AIC by their parts: the parts are core's own criteria, and the lines compute what is shown."""

import contextlib
import io

import numpy as np
import pytest

from core.charts.lessons.criteria import chosen_by_rows, stacked_parts, weights_dying
from core.lessons.criteria import BEGINS, criteria, dying_out, with_more_rows
from core.lessons.toys import toy
from pages.lesson.criteria import code

POINTS = toy("five", 200).points


@pytest.fixture(scope="module")
def found():
    return criteria(POINTS)


def test_the_parts_add_up_to_the_criteria_of_the_fits(found):
    fits = [cell.fit for cell in found.board.cells]
    np.testing.assert_allclose(found.frame["bic"], [each.bic for each in fits])
    np.testing.assert_allclose(found.frame["aic"], [each.aic for each in fits])
    np.testing.assert_allclose(found.frame["misfit"], [-2 * each.log_likelihood for each in fits])


def test_a_criterion_turns_where_it_is_lowest(found):
    frame = found.frame.set_index("components")
    assert frame["bic"].idxmin() == found.by_bic == 5
    assert frame["aic"].idxmin() == found.by_aic >= found.by_bic


def test_the_misfit_falls_with_every_group(found):
    assert (np.diff(found.frame["misfit"]) < 0).all()


def test_bic_finds_the_true_number_once_there_are_rows_enough():
    chosen = [each.by_bic for each in with_more_rows("overlapping", (50, 500, 2_000))]
    assert chosen[0] < 3
    assert chosen[1:] == [3, 3]


def test_weights_that_the_rows_do_not_need_die_out():
    gone = dying_out(POINTS, 0.1)
    assert gone.weights.shape == (len(gone.passes), BEGINS)
    assert gone.effective == 5
    last = np.sort(gone.weights[-1])
    assert last[: BEGINS - 5].sum() < 0.02
    assert (np.diff(np.sort(gone.weights, axis=1)[:, : BEGINS - 5].sum(axis=1)) < 0.01).all()


def test_the_lines_compute_what_is_shown(found):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code("five", 200, 0), "figure", "exec"), {})
    first, second = said.getvalue().splitlines()
    assert first == f"{found.by_bic} {found.by_aic}"
    assert [float(each) for each in second.strip("[]").split(",")] == found.frame["bic"].tolist()


def test_the_pictures_say_where_criteria_turn(found):
    assert stacked_parts(found, "bic").to_dict()["description"].startswith("BIC turns at 5 groups")
    more = criteria(POINTS, 11)
    assert 5 < more.by_aic < 11
    assert stacked_parts(more, "aic").to_dict()["description"].startswith(f"AIC turns at {more.by_aic} groups")
    few = criteria(POINTS, 4)
    assert few.by_aic == 4
    assert stacked_parts(few, "aic").to_dict()["description"].startswith("AIC still falls at 4 groups, the most that")
    more = list(with_more_rows("round", (100, 500)))
    assert "BIC" in chosen_by_rows(more, 3).to_dict()["description"]
    assert "5 still hold rows" in weights_dying(dying_out(POINTS, 0.1)).to_dict()["description"]
