from dataclasses import replace

import numpy as np
import pytest

from core.analysis.groups.merging import merging
from core.analysis.selection.board import Search
from core.analysis.selection.bootstrap_test import Bootstrap, BootstrapTest, bootstrap_test
from core.analysis.selection.conclusion import Conclusion
from core.analysis.selection.effective import EffectiveComponents
from core.analysis.selection.held_out import Folds, held_out
from core.analysis.selection.model_selection import select_model
from core.analysis.selection.sweep import sweep
from core.mixture.bayes.variational import BayesPlan, bayes
from core.mixture.family import family

SEARCH = Search((family("VVI"),), (1, 2, 3, 4, 5), restarts=3, tolerance=1e-7)


def two(n=400, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + np.repeat([[0, 0], [6, 0]], n // 2, axis=0)


@pytest.fixture(scope="module")
def plain():
    return select_model(sweep(two(), SEARCH))


@pytest.fixture(scope="module")
def skewed():
    rows = np.random.default_rng(3).lognormal(0, 0.7, (600, 2))
    found = select_model(sweep(rows, SEARCH))
    return Conclusion(found, merging(found.best, rows))


def test_without_anything_else_it_is_the_criterions_verdict(plain):
    found = Conclusion(plain)
    assert found.sentence == f"2 groups: {plain.sentence}"
    assert found.grounds == (plain.grounds,)


def test_components_that_are_groups_leave_the_verdict_as_it_is(plain):
    found = Conclusion(plain, merging(plain.best, two()))
    assert found.groups == 2
    assert found.sentence == f"2 groups: {plain.sentence}"
    assert len(found.grounds) == 1


def test_components_of_one_skewed_group_are_one_group(skewed):
    K = skewed.components
    assert K > 1
    assert skewed.sentence == f"1 group: BIC asks for {K} components, which make up 1 group."
    assert skewed.grounds[1].startswith(f"The {K} components make up one group: no deep valley lies between them.")


def test_rows_held_out_that_agree_are_said_to(plain):
    found = Conclusion(plain, held_out=held_out(two(), SEARCH, Folds(5, 1)))
    assert found.grounds[1] == (
        "Rows held out agree: VVI with 2 components is the simplest that predicts them as well as any."
    )


@pytest.mark.parametrize(("components", "word"), [((1,), "fewer"), ((3, 4), "more")])
def test_rows_held_out_that_ask_for_another_number_are_said_to(plain, components, word):
    other = held_out(two(), replace(SEARCH, components=components), Folds(5, 1))
    assert Conclusion(plain, held_out=other).grounds[1].startswith(f"Rows held out ask for {word}: VVI with ")


def test_a_test_that_finds_no_further_group_agrees(plain):
    found = bootstrap_test(two(), plain.best.family, 2, Bootstrap(39, 5))
    assert Conclusion(plain, test=found).grounds[1].startswith("The bootstrap test agrees: 2 components will do")


def test_a_test_that_finds_a_further_group_disagrees(plain):
    found = BootstrapTest(plain.best.family, 2, 50.0, (1.0,) * 99, 10, 400, 400)
    assert Conclusion(plain, test=found).grounds[1].startswith("The bootstrap test disagrees: 3 components describe")


def test_one_gaussian_is_one_group():
    rows = np.random.default_rng(8).normal(size=(500, 2))
    found = select_model(sweep(rows, SEARCH))
    assert Conclusion(found, merging(found.best, rows)).sentence.startswith("1 group: BIC ")


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((2, 2), "Bayesian mixtures agree: they keep 2."),
        ((4, 4), "Bayesian mixtures disagree: they keep 4."),
        ((2, 4, 3), "Bayesian mixtures agree: they keep 2 at the highest evidence, 2 to 4 over all starts."),
        ((3, 2), "Bayesian mixtures disagree: they keep 3 at the highest evidence, 2 to 3 over all starts."),
    ],
)
def test_bayesian_mixtures_are_a_ground(plain, numbers, sentence):
    run = bayes(two(), BayesPlan(6, max_iterations=2))
    runs = [replace(run, counts=np.repeat([50.0, 0.0], [k, 6 - k]), elbo=(-float(at),)) for at, k in enumerate(numbers)]
    needed = EffectiveComponents(tuple(runs), tuple(range(len(runs))), 400)
    assert Conclusion(plain, needed=needed).grounds[1] == sentence
