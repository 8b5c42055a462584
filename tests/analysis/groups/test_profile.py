import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import core
from core.analysis.groups.profile import profiles, profiles_of
from core.data.columns import profile

RAW = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 13.0], [21.0, 11.0], [23.0, np.nan]])
LABELS = np.array([0, 0, 0, 1, 1])


def test_the_figures_are_those_of_the_raw_rows_of_the_group():
    first, second = profiles(RAW, LABELS, 2, ("a", "b")).groups
    a = first.columns[0]
    assert (first.rows, first.share) == (3, 0.6)
    assert (a.mean, a.median, a.lower, a.upper) == (2.0, 2.0, 1.5, 2.5)
    assert a.sd == np.std([1, 2, 3], ddof=1)
    assert second.columns[1].mean == 11.0  # the blank is passed over
    assert np.isnan(second.columns[1].sd)  # one number has no standard deviation


@given(
    arrays(float, (12, 2), elements=st.floats(-1e6, 1e6, allow_subnormal=False)),
    arrays(int, 12, elements=st.integers(0, 2)),
)
def test_every_figure_is_that_of_the_obvious_sums(raw, labels):
    found = profiles(raw, labels, 3, ("a", "b"))
    for k, group in enumerate(found.groups):
        for j, column in enumerate(group.columns):
            mine, others = raw[labels == k, j], raw[labels != k, j]
            assert group.rows == len(mine)
            if len(mine) < 2 or len(others) < 2:
                continue
            np.testing.assert_allclose(column.mean, mine.mean(), rtol=1e-9, atol=1e-6)
            np.testing.assert_allclose(column.sd, mine.std(ddof=1), rtol=1e-6, atol=1e-6)
            pooled = np.sqrt((((mine - mine.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum()) / 10)
            if pooled > 1e-3:
                np.testing.assert_allclose(column.effect, (mine.mean() - others.mean()) / pooled, rtol=1e-6, atol=1e-6)


def test_the_effect_is_the_difference_to_the_other_rows_in_pooled_standard_deviations():
    a = profiles(RAW, LABELS, 2, ("a", "b")).groups[0].columns[0]
    pooled = np.sqrt((2 * np.var([1, 2, 3], ddof=1) + np.var([21, 23], ddof=1)) / 3)
    assert a.effect == pytest.approx((2.0 - 22.0) / pooled)


def test_equal_values_have_no_spread_and_so_an_effect_without_bound_or_none():
    raw = np.array([[0.1, 0.7]] * 3 + [[0.3, 0.7]] * 3)
    found = profiles(raw, np.array([0, 0, 0, 1, 1, 1]), 2, ("a", "b"))
    np.testing.assert_array_equal(found.effects, [[-np.inf, 0.0], [np.inf, 0.0]])


def test_the_effects_stand_by_group_and_column():
    found = profiles(RAW, LABELS, 2, ("a", "b"))
    assert found.effects.shape == (2, 2)
    assert found.effects[1, 0] == found.groups[1].columns[0].effect == found.frame["effect"][2]


def test_the_frame_has_a_row_for_every_group_and_column():
    frame = profiles(RAW, LABELS, 2, ("a", "b")).frame
    assert list(zip(frame["group"], frame["feature"], strict=True)) == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert frame["rows"].tolist() == [3, 3, 2, 2]
    assert {"share", "mean", "sd", "lower", "median", "upper", "effect"} < set(frame.columns)


def test_the_sentence_tells_what_is_far_and_leaves_out_what_is_average():
    found = profiles(RAW, LABELS, 2, ("age", "size"))
    sentence = found.groups[0].sentence(found.overall)
    assert sentence == "3 rows (60 %): age much lower (2 against 10 overall)."


def test_the_sentence_shows_as_many_digits_as_tell_the_means_apart():
    raw = np.array([[1e9], [1e9 + 1], [1e9 + 50], [1e9 + 51]])
    found = profiles(raw, np.array([0, 0, 1, 1]), 2, ("when",))
    assert "(1,000,000,000 against 1,000,000,030 overall)" in found.groups[0].sentence(found.overall)


def test_one_group_of_all_rows_has_nothing_that_sets_it_apart():
    found = profiles(RAW, np.zeros(5, dtype=int), 1, ("age", "size"))
    assert found.groups[0].sentence(found.overall) == "all 5 rows, so nothing sets it apart."


def test_a_group_without_rows_is_not_called_average():
    group = profiles(RAW, LABELS, 3, ("age", "size")).groups[2]
    assert (group.rows, group.share) == (0, 0.0)
    assert np.isnan(group.columns[0].mean)
    assert group.sentence(profiles(RAW, LABELS, 3, ("age", "size")).overall).startswith("no row")


def test_a_small_share_is_not_called_none():
    labels = np.zeros(10_000, dtype=int)
    labels[5] = 1
    found = profiles(np.random.default_rng(0).normal(size=(10_000, 1)), labels, 2, ("a",))
    assert "1 row (under 1 %)" in found.groups[1].sentence(found.overall)
    assert "9,999 rows (over 99 %)" in found.groups[0].sentence(found.overall)


def test_a_name_of_5000_characters_leaves_room_for_the_figures():
    found = profiles(RAW, LABELS, 2, ("x" * 5_000, "b"))
    assert len(found.groups[0].sentence(found.overall)) < 200


def test_a_row_of_no_group_is_one_of_the_others():
    labels = np.array([0, 0, 1, 2, 2])  # 2 of two groups is noise
    found = profiles(RAW, labels, 2, ("a", "b"))
    assert [group.rows for group in found.groups] == [2, 1]
    assert found.groups[0].columns[0].effect == profiles(RAW, (labels > 0).astype(int), 2, ("a", "b")).effects[0, 0]


def test_labels_of_other_rows_are_refused():
    with pytest.raises(core.DataError, match="4 labels for 5 rows"):
        profiles(RAW, LABELS[:4], 2, ("a", "b"))


def test_an_offset_costs_the_profile_no_digits():
    far = profiles(RAW + 1e12, LABELS, 2, ("a", "b")).groups[0].columns[0]
    assert far.mean == 1e12 + 2
    assert far.effect == pytest.approx(profiles(RAW, LABELS, 2, ("a", "b")).groups[0].columns[0].effect)


def test_the_figures_of_a_matrix_are_of_the_tables_own_cells():
    rng = np.random.default_rng(0)
    amounts = np.round(rng.lognormal(2, 1, 40), 1)
    amounts[39] = 1e15  # scaling and turning back would lose the others' digits
    frame = pd.DataFrame({"amount": amounts, "other": rng.normal(size=40)})
    frame.loc[3, "other"] = np.nan
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("amount", "other"), blanks="drop"))
    labels = np.where(matrix.row_ids < 20, 0, 1)
    group = profiles_of(table, matrix, labels, 2).groups[0]
    assert group.rows == 19
    assert group.columns[0].mean == pytest.approx(frame["amount"][:20].drop(3).mean(), rel=1e-14)
    assert group.columns[0].median == frame["amount"][:20].drop(3).median()


def test_dates_are_told_as_dates():
    days = pd.date_range("2020-01-01", periods=30).to_series(index=range(30))
    frame = pd.DataFrame({"since": days, "x": np.arange(30.0) % 7})
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("since", "x")))
    found = profiles_of(table, matrix, (np.arange(30) >= 15).astype(int), 2)
    assert "since much earlier (2020-01-08 against 2020-01-1" in found.groups[0].sentence(found.overall)


def test_the_interval_of_a_mean_is_students():
    (column,) = profiles(np.array([[1.0], [2.0], [4.0], [np.nan]]), np.zeros(4, dtype=int), 1, ("a",)).groups[0].columns
    wanted = scipy.stats.t.interval(0.95, 2, loc=np.mean([1, 2, 4]), scale=scipy.stats.sem([1, 2, 4]))
    np.testing.assert_allclose(column.interval, wanted, rtol=1e-12)


def test_the_interval_of_a_mean_holds_the_true_one_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = [
        low <= 7.0 <= high
        for low, high in (
            profiles(rng.normal(7, 3, (8, 1)), np.zeros(8, dtype=int), 1, ("a",)).groups[0].columns[0].interval
            for _ in range(2_000)
        )
    ]
    assert 0.935 < np.mean(held) < 0.965


def test_one_number_has_no_interval():
    assert np.isnan(profiles(RAW, LABELS, 2, ("a", "b")).groups[1].columns[1].interval).all()
