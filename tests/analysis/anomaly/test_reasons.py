from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

import core
from core.analysis.anomaly.reasons import left_out_one_by_one, nearest_usual, reasons
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
