from dataclasses import replace

import numpy as np
import pytest

from core.analysis import fuller
from core.analysis.answer import first_answer
from core.analysis.fuller import fuller_answer
from core.analysis.selection import Search
from core.data.prepare import prepare
from core.data.samples import sample
from core.mixture.fit import fit
from core.mixture.plan import Plan

SEARCH = Search(families=("VVV", "VEV"), components=(1, 2, 3))


@pytest.fixture(scope="module")
def iris():
    return prepare(sample("iris").load())


@pytest.fixture(scope="module")
def answer(iris):
    return fuller_answer(iris, SEARCH)


def test_a_better_model_is_offered_with_how_much_better_it_is(iris, answer):
    present = first_answer(iris).fit
    offer = answer.offer(present)
    assert (offer.fit.family.name, offer.fit.components) == ("VEV", 3)
    assert present.bic - offer.fit.bic == pytest.approx(2.7, abs=0.01)
    assert offer.sentence == "A better model was found: VEV with 3 groups. Its BIC is 2.70 lower than the present one."


def test_nothing_is_offered_where_the_present_model_is_the_best_or_nearly_so(iris, answer):
    assert answer.offer(answer.fit).fit is None
    nearly = replace(answer.fit, plan=replace(answer.fit.plan, components=2), log_likelihood=0.0)
    even = replace(nearly, log_likelihood=(nearly.bic - answer.fit.bic - 1.0) / 2)
    assert even.bic - answer.fit.bic == pytest.approx(1.0)
    assert answer.offer(even).fit is None
    assert "comes out even" in answer.offer(even).sentence


def test_a_model_of_the_search_is_the_fit_of_its_plan(iris, answer):
    cell = answer.board.cell("VVV", 2)
    again = fit(iris, SEARCH.plan(cell.family, cell.components))
    assert again.log_likelihood == pytest.approx(cell.fit.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(again.mixture.means, cell.fit.mixture.means, rtol=1e-6)


def test_many_rows_are_searched_on_a_sample_and_the_best_is_fitted_to_all(iris, monkeypatch):
    monkeypatch.setattr(fuller, "FULLER_ROWS", 100)
    found = fuller_answer(iris, SEARCH)
    assert found.rows == 100
    assert all(cell.fit.n_rows == 100 for cell in found.board.cells if cell.fit)
    assert found.fit.n_rows == len(iris.values)
    assert found.fit.features == iris.features


def test_the_search_can_be_ended_from_outside(iris):
    seen = []

    def watch(progress):
        seen.append(progress)
        return len(seen) < 5

    found = fuller_answer(iris, Search(), watch=watch)
    assert found.board.cancelled
    assert len(seen) < 50


def test_the_plan_of_a_chosen_model_is_the_searchs_own():
    assert Search().plan(Plan().family, 3) == replace(Search().plan(Plan().family, 1), components=3)
