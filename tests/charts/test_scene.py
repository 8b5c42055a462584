"""Which rows are drawn, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.anomaly.odd_rows import flag
from core.analysis.anomaly.policies import TopRows
from core.charts.scene import WHATEVER_IS_ODD, doubts_in_words, drawn
from tests.charts.conftest import make_scene


@pytest.fixture(scope="module")
def scene():
    return make_scene(2, 2, rows=150, flagged=40)


@given(most=st.integers(1, 320))
def test_odd_rows_are_drawn_before_any_other(scene, most):
    found = drawn(scene, most)
    assert len(found.rows) == min(most, 300) == len(set(found.rows.tolist()))
    odd = scene.flagged[found.rows]
    assert odd.sum() == found.n_odd_drawn == (40 if most >= 50 or most >= 300 else min(40, most * 4 // 5))
    assert not odd[: len(odd) - odd.sum()].any()
    oddest = scene.odd.ranking[: found.n_odd_drawn]
    assert set(oddest) == set(found.rows[odd])


def test_the_sample_is_the_same_each_time_and_another_for_another_seed(scene):
    again = make_scene(2, 2, rows=150, flagged=40)
    np.testing.assert_array_equal(drawn(scene, 100).rows, drawn(again, 100).rows)
    assert set(drawn(scene, 100).rows) != set(drawn(make_scene(2, 2, rows=150, seed=1), 100).rows)


def test_what_is_left_out_is_said(scene):
    assert drawn(scene).sentence == ""
    assert drawn(scene, 100).sentence == "100 of 300 rows drawn, every odd one among them."
    assert drawn(scene, 10).sentence == "10 of 300 rows drawn, with the 8 oddest of 40 odd ones."
    assert drawn(make_scene(2, 2, flagged=0), 10).sentence == "10 of 80 rows drawn, chosen at random."


def test_whole_numbers_come_back_whole():
    scene = make_scene(2, 2)
    counts = np.round(scene.matrix.raw)
    fitted = scene.matrix.transform.forward(counts)
    object.__setattr__(scene.matrix, "values", fitted)
    scene.matrix.__dict__.pop("raw", None)
    np.testing.assert_array_equal(scene.raw, counts)


def test_doubt_is_told_in_falling_shares(scene):
    row = int(np.argmin(scene.largest))
    told, clear = doubts_in_words(scene, np.array([row, int(np.argmax(scene.largest))]))
    assert told.startswith(f"Group {scene.labels[row] + 1} ")
    assert clear.count("Group") == 1


def test_rows_with_a_blank_in_the_picture_are_counted_and_not_drawn():
    scene = make_scene(2, 3, rows=150, blank=0.2)
    blank = np.isnan(scene.matrix.values[:, [0, 2]]).any(axis=1)
    found = drawn(scene, columns=(0, 2))
    np.testing.assert_array_equal(np.sort(found.rows), np.flatnonzero(~blank))
    assert found.sentence == f"{blank.sum()} rows with a blank here not drawn."
    assert drawn(scene, 50, columns=(0, 2)).sentence.endswith(f"{blank.sum()} rows with a blank here not drawn.")
    assert found.n_odd == int((scene.flagged & ~blank).sum())


def test_other_odd_rows_change_nothing_else_of_a_scene(scene):
    other = scene.with_odd_rows(flag(scene.odd.scored, TopRows(7)))
    assert other.flagged.sum() == 7
    assert scene.flagged.sum() == 40
    for name in WHATEVER_IS_ODD:
        assert getattr(other, name) is getattr(scene, name)
    fresh = replace(scene, odd=None)
    np.testing.assert_array_equal(other.labels, fresh.labels)
    np.testing.assert_array_equal(other.raw, fresh.raw)
