"""What single pictures say and show."""

import dataclasses

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import trapezoid

from core.analysis.groups.profile import profiles
from core.analysis.kmeans_or_mixture.compare import agreement, crosstab
from core.charts.density.marginal import bin_edges, histogram_counts, marginal_density
from core.charts.groups.first_picture import first_picture
from core.charts.groups.profile_map import profile_map
from core.charts.groups.side_by_side import cluster_names
from core.charts.groups.tables import agreement_table, brief_figure, category_table, column_ranges
from core.kmeans import k_means
from tests.charts.conftest import make_scene

VALUES = arrays(np.float64, st.integers(1, 100), elements=st.floats(-1e9, 1e9, allow_subnormal=False))


def title(chart):
    return chart.to_dict()["description"].split(". ")[0]


def rows(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def spread_out(scene, factor):
    """The same scene with groups further apart or closer together."""
    mixture = dataclasses.replace(scene.fit.mixture, covariances=scene.fit.mixture.covariances * factor)
    return dataclasses.replace(scene, fit=dataclasses.replace(scene.fit, mixture=mixture))


def test_the_first_picture_tells_groups_that_stand_apart_from_groups_that_overlap():
    scene = make_scene(2, 2, names=("height", "width"))
    assert scene.largest.min() > 0.99
    assert title(first_picture(scene)) == "The 2 groups stand apart: every row is clearly in one"
    overlapping = title(first_picture(spread_out(scene, 100.0)))
    assert overlapping.startswith("Groups 1 and 2 overlap where ")
    assert "between" in overlapping
    assert title(first_picture(make_scene(1, 2, names=("height", "width")))).startswith("One group: height and width")


def test_undecided_rows_are_grey_in_the_shape_of_their_likeliest_group():
    scene = spread_out(make_scene(2, 2, flagged=0), 60.0)
    looks = {row["row"]: row["look"] for row in rows(first_picture(scene)) if "held" in row}
    assert 0 < scene.undecided.sum() < len(scene.raw)
    for at in range(len(scene.raw)):
        expected = f"{'u' if scene.largest[at] < 0.8 else 'g'}{scene.labels[at]}"
        assert looks[f"Row {at + 1}"] == expected


@given(VALUES)
def test_every_value_falls_into_a_bin(values):
    edges = bin_edges(values)
    assert (np.diff(edges) > 0).all()
    assert np.histogram(values, bins=edges)[0].sum() == len(values)
    assert len(edges) <= 65


def test_whole_numbers_have_whole_bins():
    edges = bin_edges(np.array([1.0, 2.0, 2.0, 3.0, 9.0]))
    np.testing.assert_array_equal(edges % 1, 0.5)


@given(VALUES, st.integers(1, 40))
def test_the_small_histogram_counts_every_row_but_blanks(values, bins):
    counts = histogram_counts(np.append(values, [np.nan, np.inf]), bins)
    assert sum(counts) == len(values)
    assert len(counts) == bins


def test_the_small_histogram_of_nothing_is_empty():
    assert histogram_counts(np.array([np.nan])) == []
    assert sum(histogram_counts(np.array([-1.7e308, 1.7e308]))) == 2


def test_curves_over_the_histogram_are_in_rows_per_bin():
    scene = make_scene(2, 1, rows=2_000)
    found = rows(marginal_density(scene))
    bars = [row for row in found if "right" in row]
    width = bars[0]["right"] - bars[0]["c0"]
    total = sorted((row["c0"], row["count"]) for row in found if "step" in row and "look" not in row)
    at, height = np.array(total).T
    np.testing.assert_allclose(trapezoid(height, at) / width, 4_000, rtol=0.02)


def test_clusters_bear_the_names_of_the_groups_whose_colours_they_have_where_most_rows_agree():
    scene = make_scene(3, 2, names=("a", "b"), seed=1)
    called = dataclasses.replace(scene, merged=scene.grouping.called(["few", "", "many"]))
    same = dataclasses.replace(k_means(called.matrix, called.groups, restarts=1), labels=called.labels)
    assert cluster_names(called, same, called.slots) == called.names
    others = (called.labels + 1) % called.groups  # every cluster shares no row with the group of its slot
    strange = cluster_names(called, dataclasses.replace(same, labels=others), called.slots)
    assert strange == tuple(f"Group {k + 1}" for k in range(called.groups))


def test_the_agreement_table_has_agreement_on_its_diagonal():
    groups = np.repeat([0, 1, 2], [50, 30, 20])
    clusters = np.repeat([2, 0, 0, 1], [50, 30, 5, 15])
    chart = agreement_table(
        agreement(groups, clusters), ("Group 1", "Group 2", "Group 3"), ("Group 2", "Group 3", "Group 1"), (1, 2, 0)
    )
    cells = {(row["row"], row["column"]): row["count"] for row in rows(chart)}
    assert cells["1", "1"] == 50
    assert cells["2", "2"] == 30
    assert cells["3", "3"] == 15
    assert cells["3", "2"] == 5
    assert title(chart).startswith("K-Means and the mixture agree on 95 of 100 rows")


def test_the_category_table_keeps_categories_apart_that_are_shortened_alike():
    labels = np.repeat([0, 1], 10)
    names = ["a category with a long name " + "x" * 30 + end for end in ("one", "two")]
    chart = category_table(crosstab(labels, pd.Series(names * 10), 2), "kind", ("Group 1", "Group 2"))
    assert len({(row["r"], row["c"]) for row in rows(chart)}) == 4
    assert sum(row["count"] for row in rows(chart)) == 20


def test_the_category_table_sums_up_what_it_has_no_room_for():
    labels = np.zeros(60, dtype=int)
    chart = category_table(crosstab(labels, pd.Series([f"k{i % 20}" for i in range(60)]), 1), "kind", ("Group 1",))
    assert sum(row["count"] for row in rows(chart)) == 60
    assert {row["column"] for row in rows(chart)} >= {"10 others"}


def test_the_profile_map_leads_with_the_column_that_sets_groups_apart():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 50)
    raw = np.column_stack([rng.normal(size=100), rng.normal(size=100) + 100 * labels])
    found = profiles(raw, labels, 2, ("dull", "telling"))
    chart = profile_map(found, ("Group 1", "Group 2"))
    assert title(chart).startswith("telling sets the groups apart most")
    first = [row for row in rows(chart) if row["r"] == "r0"]
    assert {row["row"] for row in first} == {"telling"}
    assert [np.sign(row["shade"]) for row in first] == [-1, 1]


def test_the_ranges_show_medians_and_quartiles_in_raw_units():
    scene = make_scene(3, 2)
    found = profiles(scene.raw, scene.labels, 3, scene.features)
    shown = [row for row in rows(column_ranges(found, 1, scene.slots, scene.names)) if "low" in row]
    for k, row in enumerate(shown):
        mine = scene.raw[scene.labels == k, 1]
        np.testing.assert_allclose([row["low"], row["c0"], row["high"]], np.quantile(mine, [0.25, 0.5, 0.75]))


def test_brief_numbers_fit_a_phones_cell():
    assert [brief_figure(value) for value in (4_987_000, -8_412, 330, 0.246)] == ["5.0M", "−8.4k", "330", "0.25"]
