from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.analysis.answer.first import first_answer
from core.analysis.selection.objections import FEWEST_ROWS, is_scattered, objections_to, with_objections
from core.analysis.selection.sweep import sweep
from core.data.columns import profile
from core.data.prepare import prepare
from core.data.samples import sample
from core.mixture.em.stopping import Objection
from core.mixture.fit import fit
from core.mixture.plan import Plan


@pytest.fixture(scope="module")
def board():
    return sweep(prepare(sample("iris").load()), families=("VVV", "EEE"), components=range(1, 4))


def test_a_sound_fit_raises_no_doubt(board):
    assert objections_to(board.cell("VVV", 2).fit) == ()


def test_a_fit_with_as_many_numbers_as_rows_and_few_columns_is_doubted():
    X = np.random.default_rng(0).normal(size=(14, 4))
    assert Objection.OVERFULL in objections_to(fit(X, Plan(components=1)))  # 14 numbers
    assert Objection.OVERFULL not in objections_to(fit(X, Plan(family="EEI", components=1)))  # 8


def test_many_columns_bear_more_numbers_than_rows_and_bic_still_finds_one_group_where_there_is_one():
    X = np.random.default_rng(0).normal(size=(300, 24))
    one, two = (fit(X, Plan(components=components)) for components in (1, 2))
    assert two.n_parameters > two.n_rows
    assert Objection.OVERFULL not in objections_to(two)
    assert one.bic < two.bic


def test_two_groups_with_covariances_of_their_own_are_told_in_many_columns():
    rng = np.random.default_rng(1)
    narrow, wide = rng.normal(size=(24, 24)) * 0.3, rng.normal(size=(24, 24))
    X = np.concatenate([rng.normal(size=(180, 24)) @ narrow, 3 + rng.normal(size=(120, 24)) @ wide])
    answer = first_answer(prepare(profile(pd.DataFrame(X).add_prefix("x"))))
    assert (answer.groups, answer.fit.components) == (2, 2)
    assert np.mean(answer.labels == np.repeat([0, 1], [180, 120])) > 0.98


def test_a_group_of_a_few_far_rows_is_doubted():
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(size=(200, 2)), rng.normal(30, 0.1, size=(FEWEST_ROWS - 1, 2))])
    assert objections_to(fit(X, Plan(family="EEE", components=2))) == (Objection.HANDFUL,)


def test_a_doubted_fit_is_not_the_answer_and_says_why(board):
    best = board.best()
    crowd = replace(
        board.cells[0], fit=replace(best, log_likelihood=best.log_likelihood + 99, n_rows=best.n_parameters)
    )
    found = with_objections(replace(board, cells=(crowd, *board.cells[1:])))
    assert found.cells[0].fit.objections == (Objection.OVERFULL,)
    assert found.best() is not found.cells[0].fit


def test_where_everything_is_doubted_the_board_stays_as_it_is(board):
    everything = replace(board, cells=tuple(replace(c, fit=replace(c.fit, n_rows=5.0)) for c in board.cells))
    assert with_objections(everything) is everything


def test_the_first_answer_is_the_best_of_what_is_trusted():
    answer = first_answer(prepare(sample("wine").load()))
    best = with_objections(answer.board).best()
    assert (answer.fit.family, answer.fit.components) == (best.family, best.components)


def test_scattered_rows_are_odd_and_no_group():
    answer = first_answer(prepare(sample("outliers").load()))
    assert answer.fit.components == 2
    assert len(answer.odd.ranking) >= 10  # of 12 planted faults
    three = fit(answer.matrix, Plan("VVV", 3))
    assert is_scattered(three.mixture)
    assert not is_scattered(answer.fit.mixture)
    assert Objection.SCATTERED in objections_to(three)
