import numpy as np
import pandas as pd
import pytest

import core
from core.data.heaps import Place, heaps
from core.data.prepare import Preparation, prepare
from core.data.repeats import once, repeats


def found(values):
    return [(each.value, each.place) for each in heaps(pd.DataFrame({"x": values}))]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_zeros_below_a_gap_are_a_heap(rng):
    assert found(np.where(rng.random(500) < 0.1, 0.0, rng.normal(50, 5, 500))) == [(0.0, Place.LOWEST)]


def test_a_ceiling_is_a_heap(rng):
    assert found(np.minimum(rng.normal(90, 8, 500), 100).round(1)) == [(100.0, Place.HIGHEST)]


def test_a_default_among_other_values_is_a_heap(rng):
    assert found(np.where(rng.random(800) < 0.2, 40.0, rng.normal(45, 12, 800).round(1))) == [(40.0, Place.WITHIN)]


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).poisson(3, 500),
        np.random.default_rng(2).normal(40, 9, 500).round(),
        np.random.default_rng(3).integers(1, 6, 500),
        np.random.default_rng(4).normal(size=500),
        np.round(np.random.default_rng(5).normal(120, 20, 500) / 5) * 5,
        np.append(
            np.random.default_rng(6).normal(19, 3, 120).round(1), np.random.default_rng(7).normal(19, 2, 80).round()
        ),
        np.append(np.random.default_rng(8).normal(450, 90, 300).round(), np.repeat([300, 400, 500, 600], 15)),
    ],
    ids=["counts", "ages", "answers", "measured", "rounded to fives", "many whole numbers", "many round numbers"],
)
def test_counts_ages_answers_and_rounded_values_have_no_heap(values):
    assert found(values) == []


def test_heaps_count_as_blank_in_the_fit_and_in_another_file():
    frame = pd.DataFrame({"x": [0.0, 0.0, 1.0, 2.0, 4.0], "y": [5.0, 1.0, 0.0, 3.0, 2.0]})
    matrix = prepare(frame, Preparation(columns=("x", "y"), heaps={"x": 0}))
    assert np.isnan(matrix.raw).tolist() == [[True, False]] * 2 + [[False, False]] * 3
    again = core.Transform.from_json(matrix.transform.to_json())
    assert again == matrix.transform
    np.testing.assert_array_equal(again.apply(frame).values, matrix.values)


@pytest.mark.parametrize("wrong", [{"x": "a"}, (("x",),), {3: 0.0}])
def test_heaps_that_are_no_numbers_by_column_are_refused(wrong):
    with pytest.raises(core.ChoiceError):
        Preparation(heaps=wrong)


def test_rows_entered_several_times_are_repeats_and_rows_of_few_values_are_not(rng):
    rows = np.repeat(rng.normal(size=(100, 3)).round(2), [3] * 60 + [1] * 40, axis=0)
    assert np.unique(repeats(rows)).tolist() == [1.0, 3.0]
    assert repeats(rng.integers(1, 5, (500, 3)).astype(float)) is None
    assert repeats(rng.normal(size=(500, 2))) is None


def test_blanks_are_alike_and_weights_of_equal_rows_add_up_to_one():
    rows = np.array([[1.0, np.nan], [1.0, np.nan], [1.0, 2.0], [-0.0, 2.0], [0.0, 2.0]])
    assert once(rows, None).tolist() == [0.5, 0.5, 1.0, 0.5, 0.5]
    assert once(rows, np.array([2.0, 2.0, 1.0, 4.0, 4.0])).tolist() == [1.0, 1.0, 1.0, 2.0, 2.0]


def test_each_different_row_counts_once_or_as_often_as_a_column_of_counts_says():
    frame = pd.DataFrame({"x": [1.0, 1.0, 1.0, 2.0, 5.0, 7.0], "n": [1, 1, 1, 10, 20, 30]})
    alone = core.fit(prepare(frame, Preparation(columns=("x",), repeats=False)), components=1)
    assert alone.n_rows == pytest.approx(4)
    assert alone.mixture.means[0, 0] == pytest.approx(
        core.fit(prepare(frame, Preparation(columns=("x",), repeats=False)).values[2:], components=1).mixture.means[
            0, 0
        ]
    )
    counted = core.fit(prepare(frame, Preparation(columns=("x",), weight="n", counts=True)), components=1)
    weighted = core.fit(prepare(frame, Preparation(columns=("x",), weight="n")), components=1)
    assert (counted.n_rows, weighted.n_rows) == (63.0, 6.0)
    assert counted.mixture.means == pytest.approx(weighted.mixture.means)
