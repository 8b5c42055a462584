from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import core
from core.analysis.anomaly.null import OneGaussian, Simulated, as_rare, null_of
from core.analysis.anomaly.odd_rows import NEVER, flag, q_values, scored
from core.analysis.anomaly.pruning import pruned
from core.mixture.model import Mixture


def standard_normal(d=3):
    return Mixture(np.ones(1), np.zeros((1, d)), np.eye(d)[None])


def fitted_rows(n=400, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, 2))
    return core.fit(rows, core.Plan(family="EEE")), rows


def test_the_score_is_minus_the_log_density():
    fit, rows = fitted_rows()
    np.testing.assert_allclose(core.anomalies(fit, rows).score, -fit.mixture.log_density(rows))


def test_simulated_chances_are_those_of_the_chi_square_for_one_gaussian():
    null = Simulated.draw(standard_normal(), 200_000, seed=0)
    squared = np.array([1.0, 4.0, 9.0, 16.0])
    scores = squared / 2 + 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(null.tail(scores), stats.chi2(3).sf(squared), rtol=0.1)
    exact = null_of(standard_normal(), 10, seed=0)
    assert isinstance(exact, OneGaussian)
    np.testing.assert_allclose(exact.tail(scores), stats.chi2(3).sf(squared), rtol=1e-12)
    tails = np.array([0.5, 0.1, 0.01, 0.001])
    np.testing.assert_allclose(null.quantile(tails), exact.quantile(tails), atol=0.15)
    np.testing.assert_allclose(exact.rarity(exact.quantile(tails)), tails)
    np.testing.assert_allclose(null.rarity(null.quantile(tails)), tails)


@pytest.mark.parametrize("d", [1, 3, 12, 60])
def test_chances_far_below_one_in_the_draws_are_known(d):
    exact, simulated = OneGaussian.of(standard_normal(d)), Simulated.draw(standard_normal(d), 50_000, seed=1)
    tails = 10.0 ** -np.arange(1, 13)
    scores = exact.quantile(tails)
    np.testing.assert_allclose(simulated.tail(scores), tails, rtol=0.2)
    np.testing.assert_allclose(exact.tail(simulated.quantile(tails)), tails, rtol=0.2)
    assert 0 < simulated.tail(np.inf) < 1e-12


def test_far_chances_of_several_groups_are_those_of_integration():
    mixture = Mixture(np.array([0.7, 0.3]), np.array([[0.0], [5.0]]), np.array([[[1.0]], [[0.09]]]))
    at = np.linspace(-12, 17, 2_000_001)
    density = np.exp(mixture.log_density(at))
    simulated = Simulated.draw(mixture, 50_000, seed=2)
    for score in (3.0, 6.0, 12.0, 20.0, 30.0):
        exact = density[-np.log(density) >= score].sum() * (at[1] - at[0])
        assert simulated.tail(score) == pytest.approx(exact, rel=0.1)


def test_one_odd_row_in_a_million_is_found_at_a_low_false_discovery_rate():
    mixture, _ = with_blanks()
    rows = mixture.sample(1_000_000, np.random.default_rng(5))
    rows[0] = [0.0, 9.0, -9.0]
    fit = replace(core.fit(rows[:50], core.Plan(components=1)), mixture=mixture)
    found = core.anomalies(fit, rows, core.FalseDiscoveryRate(0.05))
    assert found.ranking.tolist() == [0]
    assert found.p_value[0] < 1e-9


def test_p_values_of_one_group_are_exact_whatever_is_blank():
    rows = np.random.default_rng(2).multivariate_normal([1.0, -2, 0], [[4, 1, 0], [1, 1, 0.5], [0, 0.5, 2]], 5_000)
    fit = core.fit(rows, core.Plan(components=1))
    rows = rows[:300].copy()
    rows[:100, 0] = rows[50:150, 2] = np.nan
    found = core.anomalies(fit, rows)
    for row, p_value in zip(rows, found.p_value, strict=True):
        there = ~np.isnan(row)
        away = row[there] - fit.mixture.means[0, there]
        squared = away @ np.linalg.solve(fit.mixture.covariances[0][np.ix_(there, there)], away)
        assert p_value == pytest.approx(stats.chi2(there.sum()).sf(squared), rel=1e-9)


def test_rarity_is_carried_from_one_null_to_another_and_far_scores_keep_their_order():
    narrow, wide = OneGaussian(1, 0.0), OneGaussian(4, 10.0)
    scores = np.array([0.5, 5.0, 50.0, 900.0, 1_000.0])
    found = as_rare(scores, narrow, wide)
    np.testing.assert_allclose(wide.tail(found[:3]), narrow.tail(scores[:3]))
    assert found[4] - found[3] == pytest.approx(100)


def with_a_cluster(rows=1_000, odd=20, seed=0):
    """Two groups and a tight cluster far from both."""
    rng = np.random.default_rng(seed)
    groups = rng.normal(size=(rows, 3)) + np.where(rng.random((rows, 1)) < 0.5, 0.0, 6.0)
    return np.concatenate([groups, rng.normal(size=(odd, 3)) * 0.05 + [12.0, -12.0, 0.0]])


def test_a_tight_cluster_of_odd_rows_does_not_vouch_for_itself():
    rows = with_a_cluster()
    fit = core.fit(rows, core.Plan(components=3))
    assert fit.mixture.weights.min() < 0.03
    assert not core.anomalies(fit, rows, scoring=core.InSample()).flagged[1_000:].any()
    assert core.anomalies(fit, rows).flagged[1_000:].all()
    assert core.anomalies(fit, rows, scoring=core.CrossFitted(5)).flagged[1_000:].all()


def test_what_chance_alone_would_flag_is_said_in_words():
    rows = np.random.default_rng(0).normal(size=(500, 2))
    fit = core.fit(rows, core.Plan(components=1))
    assert core.anomalies(fit, rows, core.ExpectedFalseAlarms(5.0)).by_chance.startswith(("about 4.9", "about 5"))
    assert core.anomalies(fit, rows, core.ExpectedFalseAlarms(0.01)).by_chance == "fewer than 0.1"


def test_small_groups_among_the_others_and_large_ones_apart_are_kept():
    among = Mixture(np.array([0.97, 0.03]), np.array([[0.0, 0.0], [1.5, 1.0]]), np.stack([np.eye(2), np.eye(2) * 0.1]))
    apart = Mixture(np.array([0.9, 0.1]), np.array([[0.0, 0.0], [30.0, 0.0]]), np.stack([np.eye(2), np.eye(2)]))
    assert pruned(among) is among
    assert pruned(apart) is apart


def test_noise_is_no_excuse_for_a_row():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(size=(500, 2)), rng.uniform(-10, 10, (25, 2))])
    fit = core.fit(rows, core.Plan(components=1, noise=True))
    found = core.anomalies(fit, rows, core.TopRows(20))
    assert fit.mixture.noise is not None
    assert found.scored.mixture.noise is None
    furthest = np.argsort(((rows - fit.mixture.means[0]) ** 2).sum(axis=1))[-5:]
    assert found.flagged[furthest].all()
    assert len(set(found.score[furthest])) == 5


def test_the_line_of_k_expected_false_alarms_is_passed_k_times_on_average():
    mixture = standard_normal()
    flagged = []
    fit, _ = fitted_rows()
    threshold = flag(scored(fit, np.zeros((1_000, 2))), core.ExpectedFalseAlarms(5.0)).threshold
    for seed in range(60):
        fresh = fit.mixture.sample(1_000, np.random.default_rng([9, seed]))
        flagged.append((-fit.mixture.log_density(fresh) >= threshold).sum())
    assert 4.2 < np.mean(flagged) < 5.8
    assert mixture.components == 1


@given(st.integers(0, 50))
def test_top_n_flags_n_rows_oddest_first(n):
    fit, rows = fitted_rows(50)
    found = core.anomalies(fit, rows, core.TopRows(n))
    assert found.flagged.sum() == n == len(found.ranking)
    assert list(found.score[found.ranking]) == sorted(found.score, reverse=True)[:n]


def test_a_quantile_flags_its_share_of_the_rows():
    fit, rows = fitted_rows(200)
    assert core.anomalies(fit, rows, core.Quantile(0.05)).flagged.sum() == 10
    assert core.anomalies(fit, rows, core.Quantile(0.0)).threshold == NEVER


def test_no_expected_false_alarm_flags_nothing():
    fit, rows = fitted_rows()
    found = core.anomalies(fit, rows, core.ExpectedFalseAlarms(0.0))
    assert not found.flagged.any()
    assert found.expected_false_alarms == 0.0


def test_a_planted_outlier_is_found_and_comes_first():
    fit, rows = fitted_rows()
    rows = np.concatenate([rows, [[9.0, -9.0]]])
    found = core.anomalies(fit, rows)
    assert found.ranking[0] == 400


def test_the_false_discovery_rate_flags_planted_outliers_and_few_others():
    fit, rows = fitted_rows(500)
    planted = np.concatenate([rows, np.random.default_rng(1).normal(size=(10, 2)) + 8])
    found = core.anomalies(fit, planted, core.FalseDiscoveryRate(0.1))
    assert found.flagged[500:].all()
    assert found.flagged[:500].sum() <= 4
    np.testing.assert_array_equal(found.flagged, found.q_value <= 0.1)


def test_q_values_are_benjamini_and_hochbergs():
    p = np.array([0.01, 0.04, 0.03, 0.5])
    np.testing.assert_allclose(q_values(p), stats.false_discovery_control(p))


def test_cross_fitting_scores_a_row_by_a_fit_that_has_not_seen_it():
    rows = np.concatenate([np.random.default_rng(0).normal(size=(40, 2)), [[7.0, 7.0]]])
    fit = core.fit(rows, core.Plan(family="EEE"))
    in_sample = core.anomalies(fit, rows).score[40]
    held_out = core.anomalies(fit, rows, scoring=core.CrossFitted(5)).score[40]
    assert held_out > in_sample + 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: core.Quantile(1.5),
        lambda: core.TopRows(-1),
        lambda: core.ExpectedFalseAlarms(-1.0),
        lambda: core.FalseDiscoveryRate(2.0),
        lambda: core.CrossFitted(1),
    ],
)
def test_a_policy_that_means_nothing_is_refused(make):
    with pytest.raises(core.ChoiceError):
        make()


def test_the_same_seed_gives_the_same_line():
    fit, rows = fitted_rows()
    assert core.anomalies(fit, rows, seed=4).threshold == core.anomalies(fit, rows, seed=4).threshold


def with_blanks(n=4_000, share=0.25, seed=3):
    rng = np.random.default_rng(seed)
    mixture = core.Mixture(
        np.array([0.6, 0.4]), np.array([[0.0, 0, 0], [6, 2, -3]]), np.stack([np.eye(3), np.diag([4.0, 0.01, 1.0])])
    )
    rows = mixture.sample(n, rng)
    rows[rng.random(rows.shape) < share] = np.nan
    return mixture, rows


def test_p_values_are_uniform_within_every_missing_pattern():
    mixture, rows = with_blanks()
    fit = replace(core.fit(rows[:50], core.Plan(components=1)), mixture=mixture)
    found = core.anomalies(fit, rows, scoring=core.Fresh())
    patterns = (~np.isnan(rows)) @ [1, 2, 4]
    for each in range(1, 8):
        assert stats.kstest(found.p_value[patterns == each], "uniform").pvalue > 1e-3
    assert (found.p_value[patterns == 0] == 1.0).all()
    assert found.flagged.sum() == pytest.approx(1, abs=4)


def test_a_row_with_blanks_is_as_odd_as_the_cells_that_it_has():
    mixture, rows = with_blanks(500)
    rows[:3] = [[30.0, np.nan, np.nan], [np.nan, 0.0, np.nan], [np.nan] * 3]
    fit = replace(core.fit(rows, core.Plan(components=1)), mixture=mixture)
    found = core.anomalies(fit, rows, core.TopRows(1))
    np.testing.assert_array_equal(found.ranking, [0])
    np.testing.assert_array_equal(found.flagged[1:3], [False, False])
    np.testing.assert_allclose(found.score, -mixture.log_density(rows), atol=1e-15)


def test_without_blanks_the_level_is_the_score():
    mixture, rows = with_blanks(300, share=0.0)
    fit = replace(core.fit(rows, core.Plan(components=1)), mixture=mixture)
    found = core.anomalies(fit, rows)
    assert found.level is found.score


def test_odd_rows_of_other_patterns_are_ranked_by_their_rarity():
    mixture, rows = with_blanks(2_000)
    fit = replace(core.fit(rows, core.Plan(components=1)), mixture=mixture)
    found = core.anomalies(fit, rows, core.FalseDiscoveryRate(1.0))
    common = found.p_value > 0.01  # where the simulation is fine
    order = np.argsort(found.level[common])
    assert (np.diff(found.p_value[common][order]) < 2e-3).all()


@pytest.mark.parametrize(("levels", "columns"), [(2, 1), (5, 1), (9, 1), (5, 2), (3, 4)])
def test_rows_of_categories_alone_are_not_flagged_for_a_score_that_more_share_than_chance_may(levels, columns):
    rng = np.random.default_rng(levels)
    codes = rng.integers(0, levels, (400, columns)).astype(float)
    source = core.ArraySource(codes, levels=(levels,) * columns)
    found = core.anomalies(core.fit(source, components=1), source, core.ExpectedFalseAlarms(1.0))
    assert found.flagged.sum() <= 5
    assert (found.scored.p_value[found.flagged] <= 1.1 / 400).all()
    assert found.expected_false_alarms <= 1.1


def test_a_rare_level_beyond_the_line_is_flagged_and_a_common_one_is_not():
    codes = np.append(np.resize([0.0, 1.0], 1_999), 2.0)[:, None]
    source = core.ArraySource(codes, levels=(3,))
    fit = core.fit(source, components=1)
    assert core.anomalies(fit, source, core.ExpectedFalseAlarms(2.0)).ranking.tolist() == [1_999]
    assert len(core.anomalies(fit, source, core.ExpectedFalseAlarms(0.1)).ranking) == 0
