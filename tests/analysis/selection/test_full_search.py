from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.analysis.answer.first import first_answer
from core.analysis.selection import full_search as searching
from core.analysis.selection.board import Search
from core.analysis.selection.full_search import chosen, full_search
from core.analysis.selection.sweep import sweep
from core.data.prepare import Preparation, prepare
from core.data.samples import sample
from core.errors import DegenerateError
from core.mixture.family import family
from core.mixture.fit import fit

SEARCH = Search(families=("VVV", "VEV"), components=(1, 2, 3))


@pytest.fixture(scope="module")
def iris():
    return prepare(sample("iris").load(), Preparation(categories=()))


@pytest.fixture(scope="module")
def answer(iris):
    return full_search(iris, SEARCH)


def test_a_better_model_is_offered_with_how_much_better_it_is(iris, answer):
    present = first_answer(iris).fit
    offer = answer.offer(present)
    assert (offer.fit.family.name, offer.fit.components) == ("VEV", 3)
    assert present.bic - offer.fit.bic == pytest.approx(2.7, abs=0.01)
    assert (
        offer.sentence == "A better model was found: VEV with 3 components. Its BIC is 2.70 lower than the present one."
    )


def test_nothing_is_offered_where_the_present_model_is_the_best_or_nearly_so(iris, answer):
    assert answer.offer(answer.fit).fit is None
    nearly = replace(answer.fit, plan=replace(answer.fit.plan, components=2), log_likelihood=0.0)
    even = replace(nearly, log_likelihood=(nearly.bic - answer.fit.bic - 1.0) / 2)
    assert even.bic - answer.fit.bic == pytest.approx(1.0)
    assert answer.offer(even).fit is None
    assert "comes out even" in answer.offer(even).sentence


def test_a_better_fit_of_the_present_model_is_offered_too(answer):
    worse = replace(answer.fit, log_likelihood=answer.fit.log_likelihood - 10)
    offer = answer.offer(worse)
    assert offer.fit is answer.fit
    assert offer.sentence.startswith(
        "A better fit of the present model was found: VEV with 3 components. Its BIC is 20"
    )


def test_a_chosen_model_is_the_fit_of_its_plan(iris):
    plan = SEARCH.plan(family("VVV"), 2)
    assert chosen(iris, plan).trace == fit(iris, plan).trace


def test_a_model_chosen_from_a_search_is_no_worse_than_the_search_found_it_and_no_worse_than_its_plan_does():
    rows = np.loadtxt(Path(__file__).parents[2] / "reference/crabs_X.csv", delimiter=",", skiprows=1)
    cell, plan = sweep(rows, components=[2]).cell("VEV", 2), SEARCH.plan(family("VEV"), 2)
    own, found = fit(rows, plan), chosen(rows, plan, cell.fit)
    assert own.log_likelihood < cell.fit.log_likelihood - 10  # another family's optimum led here
    assert found.log_likelihood >= cell.fit.log_likelihood
    worse = replace(own, mixture=fit(rows, replace(plan, restarts=1, max_iterations=1)).mixture)
    assert chosen(rows, plan, worse).log_likelihood >= own.log_likelihood


def test_a_chosen_model_whose_plan_has_no_fit_goes_on_from_the_search(monkeypatch, iris, answer):
    def collapse(*_, **__):
        raise DegenerateError("Every start collapsed.")

    monkeypatch.setattr(searching, "fit", collapse)
    assert chosen(iris, SEARCH.plan(family("VEV"), 3), answer.fit).bic == pytest.approx(answer.fit.bic)
    with pytest.raises(DegenerateError):
        chosen(iris, SEARCH.plan(family("VEV"), 3))


def test_many_rows_are_searched_on_a_sample_and_the_best_is_fitted_to_all(iris, monkeypatch):
    monkeypatch.setattr(searching, "MOST_ROWS", 100)
    found = full_search(iris, SEARCH)
    assert found.rows == 100
    assert all(cell.fit.n_rows == 100 for cell in found.board.cells if cell.fit)
    assert found.fit.n_rows == len(iris.values)
    assert found.fit.features == iris.features


def test_the_search_can_be_ended_from_outside(iris):
    seen = []

    def watch(progress):
        seen.append(progress)
        return len(seen) < 5

    found = full_search(iris, Search(), watch=watch)
    assert found.board.cancelled
    assert len(seen) < 50


def test_a_search_on_a_part_of_the_rows_keeps_their_weights(iris, monkeypatch):
    monkeypatch.setattr(searching, "MOST_ROWS", 140)
    weights = np.where(np.arange(150) < 50, 10.0, 1.0)
    answer = full_search(replace(iris, weights=weights), Search(families=("VVV",), components=(1,)))
    share = weights @ (np.arange(150) < 50) / weights.sum()
    (cell,) = answer.board.cells
    lengths = np.average(iris.values, axis=0, weights=weights)
    np.testing.assert_allclose(cell.fit.mixture.means[0], lengths, atol=0.05)
    assert share > 0.8  # so that the plain means are far from those


def test_rows_that_weigh_nothing_are_not_drawn(iris, monkeypatch):
    monkeypatch.setattr(searching, "MOST_ROWS", 100)
    weights = np.where(np.arange(150) < 50, 2.0, 0.0)
    answer = full_search(replace(iris, weights=weights), Search(families=("VVV",), components=(1,)))
    (cell,) = answer.board.cells
    np.testing.assert_allclose(cell.fit.mixture.means[0], iris.values[:50].mean(axis=0), atol=1e-9)
