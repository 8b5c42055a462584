"""How sure: the top two groups of a row, whether groups are found again, and intervals of a fit's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.analysis.groups.grouping import Grouping
from core.analysis.uncertainty.classification import classify
from core.analysis.uncertainty.intervals import intervals
from core.analysis.uncertainty.resampling import matched
from core.analysis.uncertainty.stability import joined, similarity, stability
from core.analysis.uncertainty.words import GRADES
from core.errors import FitError

RNG = np.random.default_rng(0)
APART = np.vstack([RNG.normal(size=(150, 2)), RNG.normal(size=(100, 2)) + np.array([9, 0])])


@pytest.fixture(scope="module")
def apart():
    return core.fit(APART, core.Plan("VVV", 2))


def test_the_top_two_are_the_largest_shares_and_their_gap():
    found = classify(np.array([[0.2, 0.5, 0.3], [0.9, 0.1, 0.0], [0.4, 0.4, 0.2]]))
    assert found.first.tolist() == [1, 0, 0]
    assert found.second.tolist() == [2, 1, 1]
    np.testing.assert_allclose(found.margin, [0.2, 0.8, 0.0])


def test_with_one_group_nothing_is_in_doubt():
    found = classify(np.ones((3, 1)))
    assert found.second.tolist() == found.first.tolist() == [0, 0, 0]
    np.testing.assert_array_equal(found.margin, 1.0)


@given(st.lists(st.integers(0, 3), min_size=4, max_size=40))
def test_groups_are_wholly_similar_to_themselves_under_any_names(labels):
    own = np.unique(np.array(labels), return_inverse=True)[1]
    other = (own + 2) % 7
    np.testing.assert_array_equal(similarity(own, other, own.max() + 1), 1.0)


def test_similarity_is_rows_in_both_over_rows_in_either():
    own, other = np.array([0, 0, 0, 1, 1]), np.array([5, 5, 2, 2, 2])
    np.testing.assert_allclose(similarity(own, other, 2), [2 / 3, 2 / 3])
    assert similarity(own, other, 3)[2] == 0


def test_new_components_join_the_group_that_most_of_their_rows_came_from():
    own, found = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 1, 2, 2])
    np.testing.assert_array_equal(joined(found, own, Grouping((0, 1, 1))), [0, 0, 1, 1, 1])


def test_columns_are_matched_by_the_rows_they_share():
    own = RNG.dirichlet(np.full(4, 0.05), size=200)
    order = [2, 0, 3, 1]
    assert np.array(order)[matched(own, own[:, order])].tolist() == [0, 1, 2, 3]


def test_groups_far_apart_are_stable_and_a_group_too_many_is_not(apart):
    found = stability(apart, APART, draws=20)
    assert found.mean.min() > 0.98
    assert found.dissolved.tolist() == [0, 0]
    assert found.words == ("very stable", "very stable")
    assert "Every group is found again" in found.sentence(["a", "b"])
    four = core.fit(APART, core.Plan("VVV", 4))
    shaky = stability(four, APART, draws=20)
    assert shaky.mean.min() < GRADES[1][0]
    assert "not found again reliably" in shaky.sentence(list("abcd"))


def test_stability_repeats_with_its_seed(apart):
    one, other = (stability(apart, APART, draws=5, seed=3).similarities for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_one_gaussians_interval_of_the_mean_is_the_textbooks():
    rows = np.random.default_rng(1).normal(5, 2, (400, 1))
    found = intervals(core.fit(rows, core.Plan("VVV", 1)), rows, draws=1_000)
    error = rows.std() / np.sqrt(len(rows))
    assert found.means.low[0, 0] == pytest.approx(rows.mean() - 1.96 * error, abs=0.25 * error)
    assert found.means.high[0, 0] == pytest.approx(rows.mean() + 1.96 * error, abs=0.25 * error)
    np.testing.assert_allclose([found.weights.low, found.weights.high], 1.0)


def test_intervals_hold_their_estimates_and_are_in_raw_units(apart):
    table = core.sample("faithful").load()
    matrix = core.prepare(table, core.Preparation(columns=("eruptions", "waiting")))
    fitted = core.fit(matrix, core.Plan("VVV", 2))
    found = intervals(fitted, matrix, draws=60)
    for each in (found.weights, found.means, found.covariances):
        assert (each.low <= each.estimate).all()
        assert (each.estimate <= each.high).all()
    assert 50 < found.means.low[:, 1].min() < found.means.high[:, 1].max() < 85
    frame = found.frame(["long", "short"])
    assert list(frame["feature"]) == ["eruptions", "waiting"] * 2
    raw = matrix.raw[fitted.mixture.responsibilities(matrix.values).argmax(axis=1) == 0]
    assert frame["sd"][1] == pytest.approx(raw[:, 1].std(), rel=0.1)


def test_row_weights_count():
    rows = np.random.default_rng(2).normal(size=(80, 1))
    weights = np.where(rows[:, 0] > 0, 3.0, 0.0)
    found = intervals(core.fit(rows, core.Plan("VVV", 1), weights=weights), core.ArraySource(rows, weights), draws=40)
    assert found.means.low[0, 0] > 0


def test_a_watch_that_says_no_ends_both_with_the_draws_that_are_done(apart):
    found = stability(apart, APART, draws=40, watch=lambda progress: progress.done < 16)
    whole = stability(apart, APART, draws=40)
    assert found.cancelled
    assert not whole.cancelled
    np.testing.assert_array_equal(found.similarities, whole.similarities[:16])
    some = intervals(apart, APART, draws=60, watch=lambda progress: progress.done < 32)
    assert some.cancelled
    assert (some.draws, some.failed) == (32, 0)
    assert (some.means.low < some.means.estimate).all()


def test_ended_before_a_draw_they_know_nothing_and_say_so(apart):
    found = stability(apart, APART, watch=lambda _: False)
    assert np.isnan(found.mean).all()
    assert set(found.words) == {"unknown: no rows were drawn anew"}
    some = intervals(apart, APART, watch=lambda _: False)
    assert some.draws == 0
    assert np.isnan(some.means.low).all()
    np.testing.assert_array_equal(some.means.estimate, apart.mixture.means)


def test_with_hardly_a_draw_there_are_no_intervals(apart):
    with pytest.raises(FitError, match="no intervals"):
        intervals(apart, APART, draws=5)
