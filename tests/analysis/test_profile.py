import numpy as np
import pytest

from core.analysis.profile import most_typical, profiles

RAW = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 13.0], [21.0, 11.0], [23.0, np.nan]])
LABELS = np.array([0, 0, 0, 1, 1])


def test_the_figures_are_those_of_the_raw_rows_of_the_group():
    first, second = profiles(RAW, LABELS, 2, ("a", "b")).groups
    a = first.columns[0]
    assert (first.rows, first.share) == (3, 0.6)
    assert (a.mean, a.median, a.lower, a.upper) == (2.0, 2.0, 1.5, 2.5)
    assert a.sd == pytest.approx(np.std([1, 2, 3]))
    assert second.columns[1].mean == 11.0  # the blank is passed over


def test_the_effect_is_the_difference_to_the_other_rows_in_pooled_standard_deviations():
    a = profiles(RAW, LABELS, 2, ("a", "b")).groups[0].columns[0]
    pooled = np.sqrt((3 * np.var([1, 2, 3]) + 2 * np.var([21, 23])) / 5)
    assert a.effect == pytest.approx((2.0 - 22.0) / pooled)


def test_the_sentence_tells_what_is_far_and_leaves_out_what_is_average():
    found = profiles(RAW, LABELS, 2, ("age", "size"))
    sentence = found.groups[0].sentence(found.overall)
    assert sentence.startswith("3 rows (60 %): age much lower (2 against 10 overall)")
    assert "size" not in sentence


def test_one_group_is_close_to_the_average_of_itself():
    found = profiles(RAW, np.zeros(5, dtype=int), 1, ("age", "size"))
    assert "close to the average" in found.groups[0].sentence(found.overall)


def test_an_offset_costs_the_profile_no_digits():
    far = profiles(RAW + 1e12, LABELS, 2, ("a", "b")).groups[0].columns[0]
    assert far.mean == 1e12 + 2
    assert far.effect == pytest.approx(profiles(RAW, LABELS, 2, ("a", "b")).groups[0].columns[0].effect)


def test_the_most_typical_rows_are_the_densest_of_their_group():
    np.testing.assert_array_equal(most_typical(np.array([0.0, 3.0, 1.0, 9.0, 2.0]), LABELS, 0, 2), [1, 2])
