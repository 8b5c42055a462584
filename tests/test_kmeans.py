import naive
import numpy as np
import pytest
from sklearn.cluster import KMeans

import core
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


def test_the_inertia_is_no_worse_than_scikit_learns():
    rows, _ = three_clumps()
    theirs = KMeans(5, n_init=10, random_state=0).fit(rows).inertia_
    assert k_means(rows, 5).inertia <= theirs * 1.01


def test_an_offset_of_1e12_changes_no_label():
    rows, _ = three_clumps()
    np.testing.assert_array_equal(k_means(rows + 1e12, 3).labels, k_means((rows + 1e12) - 1e12, 3).labels)


def test_the_same_seed_gives_the_same_partition():
    rows, _ = three_clumps()
    np.testing.assert_array_equal(k_means(rows, 5, seed=3).labels, k_means(rows, 5, seed=3).labels)


def test_a_row_of_weight_three_counts_as_three_rows():
    rows, _ = three_clumps(60)
    weights = np.where(np.arange(60) % 4 == 0, 3.0, 1.0)
    weighted, repeated = k_means(rows, 3, weights=weights), k_means(np.repeat(rows, weights.astype(int), axis=0), 3)
    np.testing.assert_allclose(np.sort(weighted.centers, axis=0), np.sort(repeated.centers, axis=0), rtol=1e-6)


def test_rows_are_assigned_to_the_nearest_centre():
    rows, _ = three_clumps()
    part = k_means(rows, 3)
    np.testing.assert_array_equal(part.assign(rows), part.labels)


def test_more_clusters_than_different_rows_are_refused():
    with pytest.raises(core.FitError, match="2 different rows"):
        k_means(np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 2.0]]), 3)


def test_a_watch_that_says_no_ends_the_work_with_what_there_is():
    part = k_means(three_clumps()[0], 3, watch=lambda progress: False)
    assert part.outcome is core.Outcome.CANCELLED
    assert part.components == 3


def test_the_silhouette_is_highest_at_the_number_of_clumps_and_inertia_falls():
    curve = k_means_curve(three_clumps()[0], range(1, 7)).frame
    assert curve.loc[curve["silhouette"].idxmax(), "components"] == 3
    assert np.isnan(curve["silhouette"].iloc[0])
    assert (np.diff(curve["inertia"]) < 0).all()


def test_the_curve_stops_where_there_are_no_more_different_rows():
    curve = k_means_curve(np.array([[0.0], [1.0], [1.0], [5.0]]), range(1, 7)).frame
    assert list(curve["components"]) == [1, 2, 3]
