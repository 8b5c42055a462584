import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.answer.first import first_answer
from core.analysis.selection.board import Search

REFERENCE = Path(__file__).parents[2] / "reference"


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def small_board():
    return core.sweep(matrix("faithful"), families=("EEE", "VVV"), components=range(1, 4))


def test_the_best_fit_of_the_board_is_mclusts_on_old_faithful():
    best = small_board().best("bic")
    assert (best.family.name, best.components) == ("EEE", 3)
    assert best.bic == pytest.approx(2314.2957, abs=1e-3)


def test_the_board_has_a_row_per_cell_with_the_fits_own_numbers():
    board = small_board()
    assert len(board.frame) == 6
    assert list(board.frame.columns) == [
        "family", "components", "log_likelihood", "n_parameters", "bic", "aic", "aicc", "icl", "icl_entropy",
        "outcome", "admissible",
    ]  # fmt: skip
    row = board.frame.query("family == 'VVV' and components == 2").iloc[0]
    fit = board.cell("VVV", 2).fit
    assert (row["bic"], row["n_parameters"]) == (fit.bic, 11)


def test_only_admissible_fits_can_be_best():
    rows = np.concatenate([np.random.default_rng(0).normal(size=(60, 2)), np.full((12, 2), 9.0)])
    board = core.sweep(rows, families=("VVV", "EEE"), components=range(1, 4))
    assert board.best().admissible
    assert not all(cell.fit is not None and cell.fit.admissible for cell in board.cells)


def test_a_search_takes_names_and_refuses_an_empty_one():
    assert Search(families=("full",)).families == (core.family("VVV"),)
    with pytest.raises(core.ChoiceError):
        Search(components=())


def answer_of(rows):
    return first_answer(core.prepare(pd.DataFrame(rows, columns=[f"x{j}" for j in range(rows.shape[1])])))


def test_two_groups_and_a_planted_row_are_the_first_answer():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 2)) + np.repeat([[0, 0], [9, 9]], 150, axis=0)
    rows[7] = [30, -30]
    answer = answer_of(rows)
    assert answer.fit.components == 2
    assert answer.odd.ranking[0] == 7
    assert answer.sentence.startswith("2 groups; every row is clearly in one")


def test_one_group_is_a_legal_answer():
    answer = answer_of(np.random.default_rng(1).normal(size=(500, 3)))
    assert answer.sentence.startswith("One group: these columns do not split the rows")


def test_a_large_table_is_answered_from_a_sample_and_polished_on_every_row():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(5_000, 2)) + np.repeat([[0, 0], [6, 0]], 2_500, axis=0)
    answer = answer_of(rows)
    assert answer.fit.n_rows == 5_000
    assert answer.board.cells[0].fit.n_rows == 2_000
    assert "a random 2,000 of the 5,000 rows" in answer.method


@pytest.mark.parametrize(("name", "least"), [("faithful", 20), ("iris", 30), ("cross", 15)])
def test_icl_is_mclusts_wherever_the_fit_is_the_same(name, least):
    theirs = json.loads((REFERENCE / "icl_tables.json").read_text())[name]
    gaps = []
    for cell in core.sweep(matrix(name), components=range(1, 7)).cells:
        at = theirs["G"].index(cell.components), theirs["models"].index(cell.family.name)
        likelihood, icl = (theirs[table][at[0]][at[1]] for table in ("loglik", "icl"))
        if icl is not None and cell.fit is not None and abs(cell.fit.log_likelihood - likelihood) < 1e-3:
            gaps.append(abs(cell.fit.icl + icl))
    assert len(gaps) >= least
    assert max(gaps) < 0.1  # mclust stops a little earlier
    assert np.median(gaps) < 1e-3
