import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

import core
from core.analysis.density.geometry import Plane, mixture_regions
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.merging import merging
from core.analysis.groups.ridges import along, ridgeline, ridges, straight_line
from core.analysis.groups.valleys import CROSSING, VALLEY
from core.errors import ChoiceError
from core.mixture.model import Mixture


def spheres(*means, weights=None, scales=None):
    means = np.array(means, dtype=float)
    K, d = means.shape
    scales = np.ones(K) if scales is None else np.array(scales)
    weights = np.full(K, 1 / K) if weights is None else np.array(weights)
    return Mixture(weights, means, np.eye(d) * scales[:, None, None] ** 2)


def fitted(rows, components, family="VVV"):
    return core.fit(rows, core.Plan(family, components))


def entropy(shares):
    return -(shares * np.log(np.maximum(shares, 1e-300))).sum() / len(shares)


@pytest.mark.parametrize("gap", [1.0, 2.5, 4.0, 6.0])
def test_the_valley_between_two_equal_spheres_is_the_closed_form(gap):
    got = ridges(spheres((0, 0), (gap, 0))).ratio((0,), (1,))
    at = np.linspace(0, gap, 20_001)
    density = np.exp(-(at**2) / 2) + np.exp(-((at - gap) ** 2) / 2)
    middle = 2 * np.exp(-(gap**2) / 8)
    expected = middle / density[0] if gap > 2 else 1.0
    assert got == pytest.approx(min(expected, 1.0), rel=1e-3)


def test_the_threshold_is_what_its_comment_says():
    at = [ridges(spheres((0.0,), (gap,))).ratio((0,), (1,)) for gap in (3.3, 3.5, 4.0)]
    assert at[0] > VALLEY > at[1]
    assert at[2] == pytest.approx(0.27, abs=0.005)


def test_the_ridgeline_goes_from_mean_to_mean_through_points_where_the_two_gradients_are_opposed():
    rng = np.random.default_rng(2)
    factors = rng.normal(size=(2, 3, 3))
    mixture = Mixture(np.array([0.4, 0.6]), rng.normal(size=(2, 3)), factors @ factors.transpose(0, 2, 1) + np.eye(3))
    line = ridgeline(mixture, 0, 1)
    assert np.allclose(line[[0, -1]], mixture.means)
    for point in line[5:-5:10]:
        one, other = (
            np.linalg.solve(covariance, mean - point)
            for mean, covariance in zip(mixture.means, mixture.covariances, strict=True)
        )
        assert one @ other == pytest.approx(-np.linalg.norm(one) * np.linalg.norm(other), rel=1e-9)


def test_a_component_in_the_gap_does_not_hide_the_valley_between_two_peaks():
    mixture = spheres((0, 0), (5, 0), (10, 0), weights=[0.48, 0.04, 0.48], scales=[1.0, 3.0, 1.0])
    found = ridges(mixture)
    assert found.ratio((0,), (1,)) > 0.95  # it has no peak of its own
    assert found.ratio((0, 1), (2,)) < 0.1


def test_the_way_leads_over_components_between():
    chain = spheres((0, 0), (2, 0), (4, 0), (6, 0))
    assert ridges(chain).ratio((0,), (3,)) > 0.8
    assert ridges(spheres((0, 0), (6, 0))).ratio((0,), (1,)) < 0.05


def test_the_density_along_a_way_is_that_of_the_whole_mixture():
    mixture = spheres((0, 0), (3, 1), weights=[0.3, 0.7])
    whole = sum(
        w * multivariate_normal(m, np.eye(2)).pdf(mixture.means) for w, m in zip([0.3, 0.7], mixture.means, strict=True)
    )
    assert np.allclose(np.exp(ridges(mixture).peaks), whole)


@pytest.fixture(scope="module")
def crescent():
    """A curved group of many rows, and a round one well apart from it."""
    rng = np.random.default_rng(4)
    angle = rng.uniform(0, np.pi, 900)
    curve = 6 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.5, (900, 2))
    return np.concatenate([curve, rng.normal(0, 0.5, (300, 2)) - [0, 4]])


def test_a_curved_group_of_several_components_is_one_and_a_group_apart_stays_apart(crescent):
    found = merging(fitted(crescent, 5), crescent)
    assert found.chosen.groups == 2
    assert found.sentence == "The 5 components make up 2 groups."
    assert (
        "Merging stops where the density between two would fall under 50 % of the lower peak, or where less than 2"
        in found.grounds
    )
    assert "The next would join component" in found.grounds
    labels = found.chosen.shares(fitted(crescent, 5).mixture.responsibilities(crescent)).argmax(axis=1)
    assert [len(np.unique(labels[:900])), len(np.unique(labels[900:]))] == [1, 1]


def test_one_skewed_group_is_one_group():
    rows = np.random.default_rng(1).lognormal(0, 0.6, (2_000, 2))
    found = merging(fitted(rows, 5), rows)
    assert found.chosen.groups == 1
    assert found.sentence == "The 5 components make up one group: no deep valley lies between them."


def test_two_groups_four_deviations_apart_stay_two():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1_000, 2)) + np.repeat([[0, 0], [4, 0]], 500, axis=0)
    found = merging(fitted(rows, 2), rows)
    assert found.sentence == "The 2 components are 2 groups: every two of them stand apart."
    assert found.merges[0].valley == pytest.approx(0.27, abs=0.06)
    assert not found.chosen.merges


def test_the_grounds_say_how_deep_the_deepest_valley_was_that_was_passed_over():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2_000, 2)) + np.repeat([[0, 0], [2.8, 0]], 1_000, axis=0)
    found = merging(fitted(rows, 2, "EII"), rows)
    assert found.chosen.groups == 1
    assert re.match(r"In 1 merge the density between the two was at least [6-9]\d % of the lower", found.grounds)
    rows = rng.lognormal(0, 0.6, (2_000, 2))
    assert "was no less than the lower of their peaks" in merging(fitted(rows, 3), rows).grounds


def test_one_component_has_nothing_to_merge():
    rows = np.random.default_rng(0).normal(size=(50, 2))
    found = merging(fitted(rows, 1), rows)
    assert found.sentence == "One component: there is nothing to merge."
    assert (found.grounds, found.chosen) == ("", Grouping.apart(1))


def test_each_entropy_is_that_of_the_merged_shares_and_the_pair_is_the_best_allowed(crescent):
    fit = fitted(crescent, 5)
    found = merging(fit, crescent)
    shares = fit.mixture.responsibilities(crescent)
    assert found.entropy == pytest.approx(entropy(shares))
    before, going = Grouping.apart(5), True
    for merge in found.merges:
        assert merge.entropy == pytest.approx(entropy(merge.grouping.shares(shares)), abs=1e-9)
        options = {}
        for one, other in combinations(before.parts, 2):
            rest = tuple(part for part in before.parts if part not in (one, other))
            after = Grouping.together((*rest, one + other))
            own = Grouping.together(before.parts).shares(shares)
            a, b = before.parts.index(one), before.parts.index(other)
            lead = own.argmax(axis=1)
            crossing = max(own[lead == b, a].sum() / own[:, a].sum(), own[lead == a, b].sum() / own[:, b].sum())
            allowed = going and ridges(fit.mixture).ratio(one, other) >= VALLEY and crossing >= CROSSING
            options[one, other] = (allowed, -entropy(after.shares(shares)))
        assert set(merge.joined) == set(max(options, key=options.get))
        going = merge.allowed
        before = merge.grouping
    assert before.groups == 1


def test_allowed_merges_come_before_all_others(crescent):
    allowed = [each.allowed for each in merging(fitted(crescent, 6), crescent).merges]
    assert allowed == sorted(allowed, reverse=True)


def test_the_frame_goes_from_every_component_to_one_group(crescent):
    found = merging(fitted(crescent, 5), crescent)
    assert found.frame["groups"].tolist() == [5, 4, 3, 2, 1]
    assert found.frame["entropy"].is_monotonic_decreasing
    assert found.grouping(5) == Grouping.apart(5)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_shares_of_groups_are_sums_and_add_up(names):
    of = [list(dict.fromkeys(names)).index(each) for each in names]
    grouping = Grouping(tuple(of))
    shares = np.random.default_rng(0).dirichlet(np.ones(len(of) + 1), 7)  # with noise
    got = grouping.shares(shares)
    assert got.shape == (7, grouping.groups + 1)
    assert np.allclose(got.sum(axis=1), 1)
    assert np.array_equal(got[:, -1], shares[:, -1])
    for group, part in enumerate(grouping.parts):
        assert np.allclose(got[:, group], shares[:, list(part)].sum(axis=1))
    assert Grouping.together(grouping.parts[::-1]) == grouping


def test_the_blend_of_a_group_has_the_moments_of_its_rows_and_single_components_stay_as_they_are():
    mixture = spheres((0, 0), (4, 0), (9, 9), weights=[0.2, 0.5, 0.3], scales=[1.0, 2.0, 1.0])
    blend = Grouping((0, 0, 1)).blended(mixture)
    rows, labels = mixture.sample_labelled(200_000, np.random.default_rng(0))
    mine = rows[labels < 2]
    assert np.allclose(blend.weights, [0.7, 0.3])
    assert np.allclose(blend.means[0], mine.mean(axis=0), atol=0.03)
    assert np.allclose(blend.covariances[0], np.cov(mine.T), atol=0.1)
    assert np.array_equal(blend.covariances[1], mixture.covariances[2])
    assert Grouping.apart(3).blended(mixture) is mixture


def test_regions_of_merged_groups_go_by_their_shares_together():
    mixture = spheres((0, 0), (2, 2), (4, -2))
    grouping, plane = Grouping((0, 0, 1)), Plane((0, 1), 2)
    rows = np.array([[-3.0, -5.0], [7.0, 5.0]])
    found = mixture_regions(mixture, plane, rows, grouping, cells=40)
    middle = np.column_stack([(found.left + found.right) / 2, (found.bottom + found.top) / 2])
    inside = np.array([found.right - found.left < 0.3]).ravel()
    assert np.array_equal(grouping.shares(mixture.responsibilities(middle[inside])).argmax(axis=1), found.group[inside])
    assert set(found.group) == {0, 1}


@pytest.mark.parametrize("of", [(), (1,), (0, 2), (1, 0)])
def test_numbers_that_are_no_grouping_are_refused(of):
    with pytest.raises(ChoiceError):
        Grouping(of)


def test_many_rows_are_merged_by_some_of_them_and_the_same_way_again():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(30_000, 2)) + np.repeat([[0, 0], [6, 0]], 15_000, axis=0)
    fit = fitted(rows, 3, "EII")
    assert merging(fit, rows) == merging(fit, rows)


def test_row_weights_count_in_the_entropy_and_blanks_leave_the_other_cells():
    rows = np.random.default_rng(1).lognormal(0, 0.6, (400, 2))
    fit = fitted(rows, 3)
    twice = merging(fit, np.concatenate([rows, rows[:100]]))
    once = merging(fit, core.ArraySource(rows, np.where(np.arange(400) < 100, 2.0, 1.0)))
    assert once.entropy == pytest.approx(twice.entropy)
    assert [each.entropy for each in once.merges] == pytest.approx([each.entropy for each in twice.merges])
    rows[::5, 1] = np.nan
    assert merging(fit, rows).chosen.groups == 1


def test_a_wide_group_in_the_flank_of_a_dense_one_is_a_group_where_hardly_any_row_crosses():
    rng = np.random.default_rng(5)
    rows = np.concatenate([0.3 * rng.normal(size=(500, 6)), 2.0 * rng.normal(size=(500, 6)) + 4 * np.eye(6)[0]])
    fit = core.fit(rows, core.Plan("VII", 2), responsibilities=np.eye(2)[np.repeat([0, 1], 500)])
    found = merging(fit, rows)
    assert found.merges[0].valley > VALLEY
    assert found.merges[0].crossing < CROSSING
    assert found.sentence == "The 2 components are 2 groups: every two of them stand apart."


def arc(rng, centre, first, last, rows=500):
    """Rows along a piece of a circle."""
    angle = rng.uniform(first, last, rows)
    return np.array(centre) + np.c_[np.cos(angle), np.sin(angle)] + rng.normal(0, 0.07, (rows, 2))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_curve_is_one_group_and_two_curves_that_clasp_each_other_are_two(seed):
    rng = np.random.default_rng(seed)
    hook = arc(rng, (0, 0), 0.0, 1.5 * np.pi)
    clasped = np.vstack([arc(rng, (0, 0), 0.0, np.pi), arc(rng, (1.0, 0.3), np.pi, 2 * np.pi)])
    fits = [core.fit(rows, components=components, seed=1) for rows, components in ((hook, 6), (clasped, 8))]
    told = [core.merging(fit, rows).chosen.groups for fit, rows in zip(fits, (hook, clasped), strict=True)]
    assert told == [1, 2]


def test_the_way_between_two_peaks_follows_a_curve_and_passes_over_rows_in_a_valley():
    bent = spheres(*((4 * np.cos(angle), 4 * np.sin(angle)) for angle in np.arange(7) * np.pi / 4))
    assert ridges(bent).way((0,), (6,)) == [0, 1, 2, 3, 4, 5, 6]
    low = spheres((0.0,), (3.0,), (6.0,), weights=(0.48, 0.04, 0.48))
    assert ridges(low).way((0,), (2,)) == [0, 2]


def test_rows_stand_on_a_straight_ridgeline_where_they_are_projected_and_on_a_bent_one_along_it():
    straight = spheres((0, 0), (4, 0))
    for line in (straight_line(straight, 0, 1), ridgeline(straight, 0, 1)):
        places, apart = along(line, 2 * np.eye(2), np.array([[1.0, 2.0], [-4.0, 0.0], [8.0, 0.0]]))
        assert np.allclose(places, [0.25, -1.0, 2.0])
        assert np.allclose(apart, [2.0, 0.0, 0.0])
    thin = np.array([np.diag([1.0, 0.01]), np.diag([0.01, 1.0])])
    bent = Mixture(np.array([0.5, 0.5]), np.array([[0.0, 0.0], [2.0, 2.0]]), thin)
    corner, middle = along(ridgeline(bent, 0, 1), thin.sum(axis=0), np.array([[1.9, 0.1], [1.0, 1.0]]))[1]
    assert corner < 0.02 < 0.3 < middle


@pytest.mark.parametrize("seed", range(4))
def test_rows_spread_evenly_over_a_square_are_one_group(seed):
    rows = np.random.default_rng(seed).uniform(size=(600, 2))
    assert core.merging(core.fit(rows, components=4, family="VVI", seed=1), rows).chosen.groups == 1


@pytest.mark.parametrize("features", [1, 2, 8])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_small_group_between_two_large_ones_stands_apart_from_both(features, seed):
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2], [340, 170, 290])
    rows = 4.6 * group[:, None] / np.sqrt(features) + rng.normal(size=(len(group), features))
    assert merging(fitted(rows, 3, "EEE"), rows).chosen.groups == 3
