from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.anomaly.level_chances import levels_left_out
from core.analysis.anomaly.reasons import nearest_usual, reasons
from core.mixture.model import Mixture


def mixed():
    """Two components in two numbers and two categories, of 2 and 3 levels."""
    covariances = np.array([[[1.0, 0.4], [0.4, 1.0]], np.eye(2)])
    chances = (np.array([[0.8, 0.2], [0.1, 0.9]]), np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]]))
    return Mixture(np.array([0.7, 0.3]), np.array([[0.0, 0.0], [3.0, 1.0]]), covariances, None, chances)


def by_enumeration(mixture, row, column):
    """(L,) chances of the levels of one category given a row's other cells, from the densities of all levels."""
    level = mixture.features + column
    rows = np.tile(row, (mixture.levels[column], 1))
    rows[:, level] = np.arange(mixture.levels[column])
    density = np.exp(mixture.log_density(rows))
    return density / density.sum()


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("row", [[0.5, -1.0, 0.0, 2.0], [3.0, np.nan, 1.0, 0.0], [np.nan, np.nan, 0.0, 1.0]])
def test_the_chance_of_a_level_is_its_density_over_that_of_all_levels(row, column):
    mixture, row = mixed(), np.array(row)
    found = levels_left_out(mixture, row[None, :2], row[None, 2:])
    chances = by_enumeration(mixture, row, column)
    assert found.chance[0, column] == pytest.approx(chances[int(row[2 + column])])
    assert found.likeliest[0, column] == chances.argmax()
    expected = -np.log(chances[int(row[2 + column])]) + (chances * np.log(chances)).sum()
    assert found.surprise[0, column] == pytest.approx(expected)


def test_a_level_that_no_component_has_is_surprising_and_finite():
    chances = (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.1, 0.9]]))
    mixture = Mixture(np.array([0.5, 0.5]), np.zeros((2, 0)), np.zeros((2, 0, 0)), None, chances)
    found = levels_left_out(mixture, np.empty((1, 0)), np.array([[1.0, 0.0]]))
    assert found.chance[0, 0] == 0
    assert np.isfinite(found.surprise).all()
    assert found.surprise[0, 0] > 20


def test_a_blank_category_has_no_reason():
    found = levels_left_out(mixed(), np.array([[0.0, 0.0]]), np.array([[np.nan, 1.0]]))
    assert np.isnan(found.chance[0, 0])
    assert np.isnan(found.surprise[0, 0])
    assert found.chance[0, 1] > 0


def calls(n=600):
    """Calls of two kinds in two numbers and a channel; the first row has the other kind's channel."""
    rng = np.random.default_rng(3)
    group = np.arange(n) % 2
    channel = np.where(rng.random(n) < 0.995, np.array(["web", "phone"])[group], "store")
    channel[0] = "phone"
    values = rng.normal(8 * group[:, None], 1, (n, 2))
    return pd.DataFrame({"minutes": values[:, 0], "cost": values[:, 1], "Channel": channel})


@pytest.fixture(scope="module")
def of_calls():
    preparation = core.Preparation(columns=("minutes", "cost"), categories=("Channel",))
    matrix = core.prepare(calls(), preparation)
    return core.fit(matrix, components=2, family="VVI"), matrix


def test_the_reason_of_a_wrong_level_is_its_chance_given_the_others(of_calls):
    found = reasons(*of_calls, np.array([0]))
    assert found.features == ("minutes", "cost", "Channel")
    assert found.blamed(0) == (2,)
    assert found.brief(0).startswith("Channel: phone, ")
    assert "given the other columns; likeliest web (" in found.brief(0)


def test_a_wrong_number_does_not_accuse_a_category(of_calls):
    fitted, matrix = of_calls
    values = matrix.values.copy()
    values[2, 1] = 30.0
    moved = replace(matrix, values=values)
    assert reasons(fitted, moved, np.array([2])).blamed(0) == (1,)


def test_the_nearest_usual_rows_share_the_level(of_calls):
    fitted, matrix = of_calls
    flagged = np.zeros(len(matrix.values), dtype=bool)
    near = nearest_usual(fitted, matrix, 4, flagged)
    assert len(near) == 3
    assert (matrix.codes[near, 0] == matrix.codes[4, 0]).all()


def test_pure_categories_have_reasons_too():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 2, 500)
    frame = pd.DataFrame({f"q{j}": np.where(rng.random(500) < 0.97, group, 1 - group) for j in range(5)}).astype(str)
    frame.iloc[0] = ["0", "0", "0", "0", "1"]
    matrix = core.prepare(frame, core.Preparation(columns=(), categories=tuple(frame)))
    found = reasons(core.fit(matrix, components=2), matrix, np.array([0]))
    assert found.blamed(0) == (4,)
    assert found.sentences(0)[0].startswith("q4: 1, ")
