from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import chi2

import core
from core.analysis.anomaly.reasons import left_out_one_by_one, nearest_usual, reasons
from core.analysis.anomaly.wrong_cells import RARE, USUAL, wrong_cells
from core.data.prepare import Preparation, prepare
from core.mixture.model import Mixture

REFERENCE = Path(__file__).parents[2] / "reference"


def columns(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def some_mixture():
    covariances = np.array([[[1.0, 0.7, 0.1], [0.7, 2.0, -0.3], [0.1, -0.3, 0.5]], np.diag([0.5, 1.0, 2.0])])
    return Mixture(np.array([0.6, 0.4]), np.array([[0.0, 0.0, 0.0], [2.0, -1.0, 1.0]]), covariances)


@pytest.mark.parametrize("j", [0, 1, 2])
def test_what_is_expected_of_a_column_equals_numerical_integration(j):
    mixture, at = some_mixture(), np.array([[0.4, -0.8, 1.1]])
    surprise, mean, spread = left_out_one_by_one(mixture, at)

    def joint(x):
        moved = at.copy()
        moved[0, j] = x
        return float(np.exp(mixture.log_density(moved))[0])

    total = quad(joint, -30, 30, limit=400)[0]
    first = quad(lambda x: x * joint(x), -30, 30, limit=400)[0] / total
    second = quad(lambda x: (x - first) ** 2 * joint(x), -30, 30, limit=400)[0] / total
    assert mean[0, j] == pytest.approx(first, abs=1e-6)
    assert spread[0, j] == pytest.approx(np.sqrt(second), abs=1e-6)
    alone = Mixture(np.ones(1), mixture.means[:1], mixture.covariances[:1])
    surprise, mean, spread = left_out_one_by_one(alone, at)
    away = (at[0, j] - mean[0, j]) / spread[0, j]
    assert surprise[0, j] == pytest.approx((away**2 - 1) / 2)


@pytest.mark.parametrize("name", ["iris", "banknote", "crabs"])
def test_the_one_wrong_column_of_a_row_is_named_first(name):
    values = columns(name)
    matrix = prepare(pd.DataFrame(values, columns=[f"c{j}" for j in range(values.shape[1])]), Preparation())
    fit = core.sweep(matrix, components=range(1, 6)).best()
    rng = np.random.default_rng(0)
    rows, wrong = rng.integers(0, len(values), 200), rng.integers(0, values.shape[1], 200)
    planted = matrix.values[rows].copy()
    planted[np.arange(200), wrong] += rng.choice([-1, 1], 200) * rng.uniform(4, 6, 200)
    surprise = left_out_one_by_one(fit.mixture, planted)[0]
    assert np.mean(surprise.argmax(axis=1) == wrong) >= 0.9


def test_the_sentence_says_what_was_expected_and_what_came_in_raw_units():
    rng = np.random.default_rng(1)
    width = rng.normal(50, 4, 300)
    frame = pd.DataFrame({"width": width, "length": 2 * width + rng.normal(0, 1, 300)})
    frame.loc[7, "length"] = 130.0
    matrix = prepare(frame, Preparation())
    fit = core.fit(matrix, core.Plan(components=1))
    found = reasons(fit, matrix, np.array([7]))
    said = found.sentences(0)
    assert any(each.startswith("length: expected ") and each.endswith("got 130.") for each in said)
    assert found.brief(0).rstrip(".") == said[0].rstrip(".")
    assert abs(found.expected[0, 1] - 2 * frame["width"][7]) < 3


def three_groups(rng, n=500):
    """Rows of four columns in other units, in three groups."""
    of = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    middle = np.array([[20.0, 300, 1.5, 9], [26, 360, 2.4, 5], [15, 330, 3.4, 12]])[of]
    return middle + rng.normal(size=(n, 4)) * [1, 12, 0.15, 0.8]


@pytest.mark.parametrize("slip", [0.01, 0.1, 10.0, 100.0])
def test_a_wrong_cell_is_the_reason_and_no_other_is_accused(slip):
    rng = np.random.default_rng(6)
    values = three_groups(rng)
    rows, wrong = rng.choice(500, 16, replace=False), np.arange(16) % 4
    values[rows, wrong] *= slip
    answer = core.first_answer(pd.DataFrame(values, columns=list("abcd")))
    found = reasons(answer.fit, answer.matrix, rows)
    assert answer.odd.flagged[rows].mean() > 0.7
    assert np.mean([found.blamed(at) == (j,) for at, j in enumerate(wrong.tolist())]) >= 0.9


def test_two_wrong_cells_of_a_row_are_both_named_the_worst_first_and_a_foreign_row_is_so_in_many():
    values = three_groups(np.random.default_rng(7))
    values[3, [1, 2]] = [2_000, 9.0]
    values[4] = [60, 900, 9, 40]
    answer = core.first_answer(pd.DataFrame(values, columns=list("abcd")))
    found = reasons(answer.fit, answer.matrix, np.array([3, 4]))
    assert found.blamed(0) == (1, 2)
    assert found.order(0)[:2] == [1, 2]
    assert [each.split(":")[0] for each in found.sentences(0)] == ["b", "c"]
    assert len(found.blamed(1)) > 2


def test_the_rest_of_a_row_is_judged_by_the_marginal_of_its_other_cells():
    mixture = some_mixture()
    rng = np.random.default_rng(8)
    for row in rng.normal(scale=5, size=(200, 3)):
        (found,) = wrong_cells(mixture, row[None])
        far = [_chance(mixture.marginal([i for i in range(3) if i != j]), np.delete(row, j)) for j in range(3)]
        if _chance(mixture, row) >= RARE:
            assert found == ()
        elif max(far) >= USUAL:
            assert found == (int(np.argmax(far)),)
        else:
            assert len(found) != 1


def _chance(mixture, row):
    """That of the component to which a row is nearest."""
    away = np.einsum("kij,kj->ki", mixture.whitening, row - mixture.means)
    return chi2(len(row)).sf((away**2).sum(axis=1).min())


def test_a_row_whose_columns_are_all_usual_is_odd_by_their_combination_only():
    matrix = prepare(pd.DataFrame(np.random.default_rng(2).normal(size=(200, 3)), columns=list("abc")), Preparation())
    fit = core.fit(matrix, core.Plan(components=1))
    calm = int(np.argmin((matrix.values**2).sum(axis=1)))
    assert "combination" in reasons(fit, matrix, np.array([calm])).sentences(0)[0]


def test_a_blank_cell_is_no_reason_and_the_others_are_judged_without_it():
    values = np.random.default_rng(3).normal(size=(300, 3))
    values[5, 1], values[5, 2] = np.nan, 9.0
    matrix = prepare(pd.DataFrame(values, columns=list("abc")), Preparation())
    fit = core.fit(matrix, core.Plan(components=1))
    found = reasons(fit, matrix, np.array([5]))
    assert np.isnan(found.surprise[0, 1])
    assert found.order(0) == [2, 0]


def test_the_nearest_usual_rows_are_near_and_not_odd():
    values = np.vstack([np.random.default_rng(4).normal(size=(100, 2)), [[9.0, 9.0], [8.9, 9.0]]])
    matrix = prepare(pd.DataFrame(values, columns=list("ab")), Preparation())
    fit = core.fit(matrix, core.Plan(components=1))
    flagged = np.zeros(102, dtype=bool)
    flagged[[100, 101]] = True
    near = nearest_usual(fit, matrix, 100, flagged)
    assert len(near) == 3
    assert not {100, 101} & set(near)


@pytest.mark.parametrize("blank", [False, True])
def test_the_nearest_usual_rows_are_those_of_least_mahalanobis_distance(blank):
    values = np.random.default_rng(5).normal(size=(200, 3)) @ [[2.0, 0, 0], [1, 1, 0], [0, 0.5, 3]]
    if blank:
        values[7, 1] = values[::9, 2] = np.nan
    matrix = prepare(pd.DataFrame(values, columns=list("abc")), Preparation())
    fit = core.fit(matrix, core.Plan(components=1))
    flagged = np.zeros(200, dtype=bool)
    flagged[[7, 8, 9]] = True
    there = ~np.isnan(matrix.values[7])
    away = matrix.values[:, there] - matrix.values[7, there]
    covariance = fit.mixture.covariances[0][np.ix_(there, there)]
    distance = np.einsum("ij,ij->i", away, np.linalg.solve(covariance, away.T).T)
    distance[flagged] = np.inf
    assert nearest_usual(fit, matrix, 7, flagged, 5) == np.argsort(distance)[:5].tolist()
    assert len(nearest_usual(fit, matrix, 7, np.arange(200) > 3)) == 3
