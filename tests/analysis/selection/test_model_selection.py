import math
import re
from dataclasses import replace

import pytest

from core.analysis.selection.board import Cell
from core.analysis.selection.criterion import Criterion
from core.analysis.selection.model_selection import select_model, unusable
from core.analysis.selection.sweep import sweep
from core.data.prepare import prepare
from core.data.samples import sample
from core.errors import FitError
from core.mixture.em.stopping import Objection


@pytest.fixture(scope="module")
def board():
    return sweep(prepare(sample("iris").load()), families=("VVV", "VEV", "EEE"), components=range(1, 5))


def moved(board, fit, gap):
    """The board with the best of every other number of groups moved to a gap behind a fit, in BIC."""
    target = fit.bic + gap
    cells = [
        cell if cell.components == fit.components else replace(cell, fit=_with_bic(cell.fit, target))
        for cell in board.cells
    ]
    return replace(board, cells=tuple(cells))


def _with_bic(fit, bic):
    return replace(fit, log_likelihood=(fit.n_parameters * math.log(fit.n_rows) - bic) / 2)


def test_the_rival_is_the_best_with_another_number_of_groups(board):
    found = select_model(board)
    frame = board.frame[board.frame["admissible"]]
    best = frame.loc[frame["bic"].idxmin()]
    rest = frame[frame["components"] != best["components"]]
    assert (found.best.family.name, found.best.components) == (best["family"], best["components"])
    assert found.behind == pytest.approx(rest["bic"].min() - best["bic"], abs=1e-9)
    assert found.models == len(frame)


@pytest.mark.parametrize(
    ("gap", "said"), [(1.9, "cannot tell"), (2.1, "slightly"), (6.1, "clearly"), (10.1, "strongly")]
)
def test_words_grow_with_the_lead(board, gap, said):
    assert said in select_model(moved(board, select_model(board).best, gap)).sentence


@pytest.mark.parametrize(("gap", "said"), [(1.9, "hardly any"), (2.1, "weak"), (6.1, "strong"), (10.1, "very strong")])
def test_the_grounds_name_the_strength_of_the_evidence(board, gap, said):
    assert f"behind: {said} evidence." in select_model(moved(board, select_model(board).best, gap)).grounds


def test_the_scale_of_evidence_is_said_to_be_a_guide_for_all_but_the_criterion_it_was_made_for(board):
    assert select_model(board).grounds.endswith("one over 10 very strong.")
    assert select_model(board, Criterion.ICL).grounds.endswith("very strong; for ICL (hard) that is only a guide.")


def test_the_small_sample_criterion_is_infinite_without_rows_to_spare_and_aic_with_many(board):
    fit = select_model(board).best
    p = fit.n_parameters
    assert math.isinf(replace(fit, n_rows=p + 1.0).aicc)
    assert replace(fit, n_rows=1e12).aicc == pytest.approx(fit.aic, abs=1e-6)
    assert fit.aicc - fit.aic == pytest.approx(2 * p * (p + 1) / (150 - p - 1))


def test_a_board_with_one_number_of_groups_has_no_rival(board):
    alone = replace(board, cells=tuple(cell for cell in board.cells if cell.components == 3))
    assert select_model(alone).rival is None
    assert select_model(alone).sentence == "BIC is lowest at 3 components; no other number could be compared."
    assert "behind" not in select_model(alone).grounds


def test_a_board_without_a_sound_model_is_refused(board):
    with pytest.raises(FitError):
        select_model(replace(board, cells=tuple(replace(cell, fit=None, reason="No.") for cell in board.cells)))


@pytest.mark.parametrize("criterion", Criterion)
def test_the_numbers_in_the_formula_give_the_criterion(board, criterion):
    found = select_model(board, criterion)
    plain = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", found.formula.replace("{,}", ""))
    _, _, numbers, value = plain.split("=")
    numbers = numbers.replace(r"\frac{", "").replace("}{", " ").replace("}", "")
    _, likelihood, *rest = (float(each) for each in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?", numbers))
    if criterion in (Criterion.AIC, Criterion.AICC):
        computed = -2 * likelihood + rest[0] * rest[1]
    else:
        computed = -2 * likelihood + rest[0] * math.log(rest[1])
    if criterion is Criterion.ICL:
        computed -= 2 * rest[3]
    if criterion is Criterion.ICL_ENTROPY:
        computed += 2 * rest[3]
    if criterion is Criterion.AICC:
        computed += rest[2] * rest[3] * rest[4] / rest[5]
    assert computed == pytest.approx(criterion.of(found.best), abs=0.02)
    assert float(value) == pytest.approx(criterion.of(found.best), abs=0.02)


def test_models_that_cannot_be_used_are_counted_by_reason(board):
    failed, doubtful = board.cells[0], board.cells[1]
    cells = (
        Cell(failed.family, failed.components, None, "Too few rows."),
        replace(doubtful, fit=replace(doubtful.fit, objections=(Objection.SPIKE,))),
        *(replace(cell, fit=None, reason="Too few rows.") for cell in board.cells[2:4]),
        *board.cells[4:],
    )
    found = unusable(replace(board, cells=cells))
    assert [each.models for each in found] == [3, 1]
    assert found[0].sentence == "3 models: Too few rows."
    assert Objection.SPIKE.value in found[1].sentence


def test_a_model_is_told_how_far_it_is_from_the_best(board):
    found = select_model(board)
    assert found.standing(found.best.family, found.best.components, board) == "It is the best by BIC."
    rival = found.rival
    assert " above the lowest." in found.standing(rival.family, rival.components, board)
    assert found.standing(rival.family, 12, board) == ""
