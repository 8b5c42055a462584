"""Starts: every way to begin gives each group a row, the same rows for the same seed."""

import numpy as np
import pytest

from core.errors import ChoiceError
from core.mixture.starts.lloyd import settled
from core.mixture.starts.start import Hierarchical, InTurn, KMeansPlusPlus, Lloyd, RandomRows, StartSample

WAYS = [Hierarchical(), KMeansPlusPlus(), Lloyd(), RandomRows(), Hierarchical(then=RandomRows())]


def sample_of(n=60, d=2, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return StartSample((rows - rows.mean(axis=0)) / rows.std(axis=0), np.ones(n))


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("components", [1, 2, 5, 60])
def test_every_group_has_a_row(way, components):
    for attempt in range(3):
        assert set(way.labels(sample_of(), components, attempt, 3).tolist()) == set(range(components))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_same_seed_gives_the_same_labels_and_another_attempt_others(way):
    one, same = (way.labels(sample_of(), 4, 1, 3) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert (way.labels(sample_of(), 4, 2, 3) != one).any()


def test_labels_do_not_depend_on_what_was_asked_before():
    fresh, used = sample_of(), sample_of()
    for components in (7, 2, 5):
        used.spread(components, 0, 1)
    np.testing.assert_array_equal(KMeansPlusPlus().labels(used, 6, 0, 1), KMeansPlusPlus().labels(fresh, 6, 0, 1))


def test_one_group_more_takes_rows_from_others_and_moves_no_other_row():
    sample = sample_of()
    for components in range(2, 9):
        before, after = (KMeansPlusPlus().labels(sample, k, 0, 1) for k in (components - 1, components))
        assert set(after[after != before].tolist()) == {components - 1}


def test_rows_chosen_one_after_the_other_are_far_apart():
    places = 20.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    rows = np.random.default_rng(0).normal(size=(200, 2)) + places[np.arange(200) % 4]
    labels = KMeansPlusPlus().labels(StartSample(rows / rows.std(axis=0), np.ones(200)), 4, 0, 0)
    assert len(set(zip(labels.tolist(), (np.arange(200) % 4).tolist(), strict=True))) == 4


def test_a_row_without_weight_is_never_chosen():
    weights = np.r_[np.zeros(10), np.ones(50)]
    sample = StartSample(sample_of().rows, weights)
    for attempt in range(20):
        spread = sample.spread(5, attempt, 0)
        chosen = np.flatnonzero(spread.nearest < 1e-20)
        assert (weights[chosen] > 0).all()


def test_many_groups_can_be_begun_with():
    sample = sample_of(1_500)
    assert len(set(KMeansPlusPlus().labels(sample, 1_200, 0, 0).tolist())) == 1_200


def test_rows_that_are_equal_do_not_stand_in_the_way():
    sample = StartSample(np.repeat([[0.0, 1.0], [1.0, 0.0], [-1.0, -1.0]], 10, axis=0), np.ones(30))
    assert set(KMeansPlusPlus().labels(sample, 5, 0, 0).tolist()) == {0, 1, 2}


def within(rows, labels):
    return sum(((rows[labels == k] - rows[labels == k].mean(axis=0)) ** 2).sum() for k in np.unique(labels))


def test_lloyds_iterations_bring_rows_nearer_to_the_means_of_their_groups():
    sample = sample_of(300)
    for attempt in range(5):
        before, after = (way.labels(sample, 6, attempt, 0) for way in (KMeansPlusPlus(), Lloyd()))
        assert within(sample.rows, after) < within(sample.rows, before)


def test_lloyds_iterations_end_before_a_group_loses_its_last_row():
    rows = np.array([[0.0], [0.0], [9.0], [9.0]])
    labels = np.array([0, 1, 2, 2])
    np.testing.assert_array_equal(settled(rows, np.ones(4), labels, 3), labels)


def test_lloyd_sees_columns_as_they_are_measured_only_where_it_is_told_to():
    """Groups lie apart along a narrow column, and a wide one says nothing."""
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 2
    rows = np.column_stack([2 * truth + rng.normal(0, 0.2, 400), rng.normal(0, 9, 400)])
    deviations = rows.std(axis=0)
    sample = StartSample((rows - rows.mean(axis=0)) / deviations, np.ones(400), deviations=deviations)
    agree = {each: np.mean(Lloyd(each).labels(sample, 2, 0, 0) == truth) for each in (True, False)}
    assert max(agree[True], 1 - agree[True]) > 0.95
    assert max(agree[False], 1 - agree[False]) < 0.6


def test_starts_in_turn_take_an_attempt_each():
    sample, both = sample_of(), InTurn((Lloyd(), RandomRows()))
    for attempt, way in enumerate((Lloyd(), RandomRows(), Lloyd())):
        np.testing.assert_array_equal(both.labels(sample, 4, attempt, 0), way.labels(sample, 4, attempt, 0))


@pytest.mark.parametrize("starts", [(), (Lloyd(), "random"), [Lloyd()]], ids=str)
def test_what_is_no_start_is_refused(starts):
    with pytest.raises(ChoiceError, match="tuple of at least one start"):
        InTurn(starts)
