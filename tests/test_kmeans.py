import dataclasses

import numpy as np
import pytest
from oracles import naive
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

import core
from core import kmeans
from core.kmeans import k_means, k_means_curve


def three_clumps(n=300, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2], [n // 2, n // 3, n - n // 2 - n // 3])
    return rng.normal(size=(n, 2)) + np.array([[0, 0], [9, 0], [0, 9]])[labels], labels


def test_clusters_fall_by_size_and_find_clumps_that_lie_apart():
    rows, truth = three_clumps()
    part = k_means(rows, 3)
    assert list(part.sizes) == sorted(part.sizes, reverse=True)
    assert naive.adjusted_rand_index(part.labels, truth) == pytest.approx(1.0)


def test_the_inertia_is_the_sum_of_squared_distances_to_the_own_centre():
    rows, _ = three_clumps()
    part = k_means(rows, 4)
    assert part.inertia == pytest.approx(((rows - part.centers[part.labels]) ** 2).sum())


@pytest.mark.parametrize("n", [300, 60_000])  # beyond 20,000 rows, starts are tried on a sample
def test_the_inertia_is_no_worse_than_scikit_learns(n):
    rows, _ = three_clumps(n)
    theirs = KMeans(5, n_init=10, random_state=0).fit(rows).inertia_
    assert k_means(rows, 5).inertia <= theirs * 1.01


def test_an_offset_of_1e12_changes_no_label():
    rows, _ = three_clumps()
    far = rows + 1e12  # rounds the rows, so they are compared with what is left of them
    np.testing.assert_array_equal(k_means(far, 3).labels, k_means(far - 1e12, 3).labels)


def test_an_offset_of_1e12_changes_no_curve():
    rows, _ = three_clumps()
    far = rows + 1e12
    there, here = k_means_curve(far, range(1, 5)), k_means_curve(far - 1e12, range(1, 5))
    np.testing.assert_allclose(there.silhouette, here.silhouette, rtol=1e-6)
    np.testing.assert_allclose(there.inertia, here.inertia, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-130, 1e-10, 1e10, 1e130])
def test_the_unit_of_measurement_changes_no_label(scale):
    rows, _ = three_clumps()
    here, there = k_means(rows, 3), k_means(rows * scale, 3)
    np.testing.assert_array_equal(there.labels, here.labels)
    np.testing.assert_allclose(there.centers, here.centers * scale)
    np.testing.assert_array_equal(there.assign(rows * scale), here.labels)


def test_the_same_seed_gives_the_same_partition():
    rows, _ = three_clumps()
    np.testing.assert_array_equal(k_means(rows, 5, seed=3).labels, k_means(rows, 5, seed=3).labels)


def test_a_row_of_weight_three_counts_as_three_rows():
    rows, _ = three_clumps(60)
    weights = np.where(np.arange(60) % 4 == 0, 3.0, 1.0)
    weighted, repeated = k_means(rows, 3, weights=weights), k_means(np.repeat(rows, weights.astype(int), axis=0), 3)
    np.testing.assert_allclose(weighted.centers, repeated.centers, rtol=1e-6)
    assert weighted.inertia / 60 == pytest.approx(repeated.inertia / weights.sum())


def test_only_the_proportions_of_weights_count():
    rows, _ = three_clumps()
    weights = np.random.default_rng(1).uniform(1, 2, len(rows))
    assert k_means(rows, 3, weights=weights).inertia == pytest.approx(k_means(rows, 3, weights=7 * weights).inertia)


def test_rows_of_no_weight_move_no_centre():
    rows, _ = three_clumps()
    with_stray = np.concatenate([rows, [[500.0, 500.0]]])
    part = k_means(with_stray, 3, weights=np.append(np.ones(len(rows)), 0.0))
    np.testing.assert_allclose(part.centers, k_means(rows, 3).centers)
    assert len(part.labels) == len(with_stray)


def test_rows_are_assigned_to_the_nearest_centre():
    rows, _ = three_clumps()
    part = k_means(rows, 3)
    np.testing.assert_array_equal(part.assign(rows), part.labels)
    np.testing.assert_array_equal(part.assign(part.centers), [0, 1, 2])


def test_rows_with_other_columns_are_not_assigned():
    part = k_means(three_clumps()[0], 3)
    with pytest.raises(core.DataError, match="3 columns, the centres have 2"):
        part.assign(np.zeros((1, 3)))


def test_one_column_may_be_given_flat():
    part = k_means(np.array([1.0, 2.0, 9.0, 10.0, 11.0]), 2)
    np.testing.assert_array_equal(part.labels, [1, 1, 0, 0, 0])
    np.testing.assert_array_equal(part.assign(np.array([0.0, 12.0])), [1, 0])


@pytest.mark.parametrize("copies", [1, 30_000])
def test_more_clusters_than_different_rows_are_refused(copies):
    rows = np.tile([[0.0, 1.0], [2.0, 2.0]], (copies, 1))
    with pytest.raises(core.FitError, match="2 different rows"):
        k_means(rows, 3)


def test_a_rare_value_is_found_among_many_rows_of_one():
    rows = np.zeros((50_000, 1))
    rows[49_999] = 1.0
    np.testing.assert_array_equal(k_means(rows, 2).sizes, [49_999, 1])


def blanked(rows, share, seed=0):
    found = np.where(np.random.default_rng(seed).random(rows.shape) < share, np.nan, rows)
    return found[~np.isnan(found).all(axis=1)]


def test_with_blanks_centres_are_means_of_the_cells_that_are_there():
    rows = blanked(three_clumps()[0], 0.3)
    part = k_means(rows, 3)
    for k in range(3):
        np.testing.assert_allclose(part.centers[k], np.nanmean(rows[part.labels == k], axis=0), rtol=1e-3)
    np.testing.assert_array_equal(part.assign(rows), part.labels)
    assert part.inertia == pytest.approx(np.nansum((rows - part.centers[part.labels]) ** 2))


def test_blanks_in_clear_groups_change_no_label():
    rows, _ = three_clumps()
    few = rows.copy()
    few[::10, 0] = np.nan
    whole, part = k_means(rows, 3), k_means(few, 3)
    complete = ~np.isnan(few).any(axis=1)
    np.testing.assert_array_equal(part.labels[complete], whole.labels[complete])


def test_a_row_without_a_cell_belongs_to_no_cluster_and_changes_nothing():
    rows = blanked(three_clumps()[0], 0.2)
    alone, among = k_means(rows, 3), k_means(np.insert(rows, [0, 5], np.nan, axis=0), 3)
    np.testing.assert_array_equal(np.flatnonzero(among.labels < 0), [0, 6])
    np.testing.assert_array_equal(among.labels[among.labels >= 0], alone.labels)
    np.testing.assert_array_equal(among.sizes, alone.sizes)
    np.testing.assert_allclose(among.centers, alone.centers)


def test_the_curve_of_rows_with_blanks_falls_and_has_silhouettes():
    curve = k_means_curve(blanked(three_clumps()[0], 0.2), range(1, 5))
    assert (np.diff(curve.inertia) < 0).all()
    assert np.nanargmax(curve.silhouette) == 2


def test_a_column_of_blanks_is_refused_in_a_sentence():
    with pytest.raises(core.DataError, match="no number"):
        k_means(np.array([[1.0, np.nan], [2.0, np.nan], [3.0, np.nan]]), 2)


@pytest.mark.parametrize("choice", [{"components": 0}, {"components": 1.5}, {"components": 2, "restarts": 0}])
def test_what_is_no_number_of_clusters_or_starts_is_refused(choice):
    with pytest.raises(core.ChoiceError):
        k_means(three_clumps()[0], **choice)


def test_a_watch_that_says_no_ends_the_work_with_what_there_is():
    part = k_means(three_clumps()[0], 3, watch=lambda progress: False)
    assert part.outcome is core.Outcome.CANCELLED
    assert part.components == 3


def test_a_watch_that_says_no_on_a_sample_leaves_a_label_for_every_row():
    rows, _ = three_clumps(30_000)
    part = k_means(rows, 3, watch=lambda progress: False)
    assert part.outcome is core.Outcome.CANCELLED
    assert part.inertia == pytest.approx(((rows - part.centers[part.labels]) ** 2).sum())


def test_the_watch_is_told_of_every_start_and_of_long_ones_more_than_once():
    told = []
    noise = np.random.default_rng(0).normal(size=(3_000, 2))
    k_means(noise, 12, restarts=3, watch=lambda progress: told.append(progress) or True)
    assert {each.done for each in told} == {0, 1, 2}
    assert {each.total for each in told} == {3}
    assert len(told) > 3


def test_a_partition_that_did_not_settle_says_so(monkeypatch):
    monkeypatch.setattr(kmeans, "PASSES_A_LOOK", 1)
    monkeypatch.setattr(kmeans, "MOST_PASSES", 2)
    noise = np.random.default_rng(0).normal(size=(3_000, 2))
    part = k_means(noise, 12, restarts=1)
    assert part.outcome is core.Outcome.ITERATION_LIMIT
    assert part.iterations == 2


def test_a_partition_cannot_be_changed():
    part = k_means(three_clumps()[0], 3)
    for array in (part.labels, part.centers, part.sizes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        part.inertia = 0.0


def test_the_silhouette_is_highest_at_the_number_of_clumps_and_inertia_falls():
    curve = k_means_curve(three_clumps()[0], range(1, 7)).frame
    assert curve.loc[curve["silhouette"].idxmax(), "components"] == 3
    assert np.isnan(curve["silhouette"].iloc[0])
    assert (np.diff(curve["inertia"]) < 0).all()


def test_the_silhouette_is_scikit_learns_and_says_when_it_is_that_of_a_sample():
    rows, _ = three_clumps()
    curve = k_means_curve(rows, [3])
    assert curve.silhouette[0] == pytest.approx(silhouette_score(rows, k_means(rows, 3, restarts=5).labels))
    assert curve.note == ""
    many = k_means_curve(three_clumps(3_000)[0], [3])
    assert "2,000 of the 3,000 rows" in many.note
    assert many.silhouette[0] == pytest.approx(curve.silhouette[0], abs=0.05)


def test_the_curve_counts_weights_as_k_means_does():
    rows, _ = three_clumps(60)
    weights = np.where(np.arange(60) % 4 == 0, 3.0, 1.0)
    curve = k_means_curve(core.as_source(rows, weights), [3])
    assert curve.inertia[0] == pytest.approx(k_means(rows, 3, weights=weights, restarts=5).inertia)


def test_the_curve_stops_where_there_are_no_more_different_rows():
    curve = k_means_curve(np.array([[0.0], [1.0], [1.0], [5.0]]), range(1, 7))
    assert curve.components == (1, 2, 3)
    assert list(curve.frame["components"]) == [1, 2, 3]


def test_a_curve_that_was_cancelled_keeps_what_was_done():
    curve = k_means_curve(three_clumps()[0], range(1, 7), watch=lambda progress: progress.done < 3)
    assert curve.components == (1, 2, 3)
    assert curve.outcome is core.Outcome.CANCELLED
    assert k_means_curve(three_clumps()[0], [2], watch=lambda progress: False).frame.empty


def test_the_two_indices_are_scikit_learns_in_any_units_and_there_is_none_for_one_cluster():
    rows = np.random.default_rng(6).normal(size=(200, 3)) + 4 * np.eye(3)[np.arange(200) % 3]
    for moved in (rows, 1e6 + 1e-3 * rows):
        curve = k_means_curve(moved, (1, 2, 3, 4))
        assert np.isnan([curve.calinski_harabasz[0], curve.davies_bouldin[0]]).all()
        for at, K in ((1, 2), (2, 3), (3, 4)):
            labels = k_means(moved, K, restarts=5).labels
            assert curve.calinski_harabasz[at] == pytest.approx(calinski_harabasz_score(rows, labels), rel=1e-5)
            assert curve.davies_bouldin[at] == pytest.approx(davies_bouldin_score(rows, labels), rel=1e-5)
    assert curve.frame["calinski_harabasz"].idxmax() == curve.frame["davies_bouldin"].idxmin() == 2


def test_a_row_of_weight_two_counts_in_the_indices_as_two_rows():
    rows = np.random.default_rng(1).normal(size=(40, 2)) + 6 * (np.arange(40) % 2)[:, None]
    weights = 1.0 + (np.arange(40) < 10)
    twice = k_means_curve(np.concatenate([rows, rows[:10]]), (2,))
    once = k_means_curve(core.ArraySource(rows, weights), (2,))
    assert once.davies_bouldin[0] == pytest.approx(twice.davies_bouldin[0])
    assert once.calinski_harabasz[0] * 48 / 38 == pytest.approx(twice.calinski_harabasz[0])  # n - K counts rows
