import math

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

import core
from core.analysis.kmeans_or_mixture.ladder import LADDER, ladder
from core.analysis.selection.held_out import Folds
from core.errors import FitError
from core.mixture.starts.start import one_hot


def round_groups(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + np.repeat([[0, 0], [7, 0]], n // 2, axis=0)


def long_groups(n=400, seed=1):
    """Two long groups side by side, which K-Means cuts across."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) * [6, 0.6] + np.repeat([[0, 0], [0, 5]], n // 2, axis=0)


@pytest.fixture(scope="module")
def long_ones():
    return ladder(long_groups(), 2)


def test_the_rungs_are_k_means_and_then_the_families_in_their_order(long_ones):
    assert [each.name for each in long_ones.rungs] == ["K-Means", "EII", "VII", "VVI", "EEE", "VVV"]
    assert [each.n_parameters for each in long_ones.rungs[:3]] == [6, 6, 7]
    assert len(long_ones.frame) == 6


def test_the_density_of_k_means_is_that_of_round_gaussians_made_of_its_groups():
    values = round_groups()
    first = ladder(values, 2).rungs[0]
    part = core.k_means(values, 2, restarts=5)
    mixture = core.m_step(core.family("EII"), core.moments(values, one_hot(part.labels, 2)))
    assert first.log_likelihood == pytest.approx(mixture.log_density(values).sum())
    assert np.trace(mixture.covariances[0]) * 300 == pytest.approx(part.inertia)
    scores = np.empty(300)
    for kept, held in Folds(5, 1).splits(300):
        part = core.k_means(values[kept], 2, restarts=5)
        built = core.m_step(core.family("EII"), core.moments(values[kept], one_hot(part.labels, 2)))
        scores[held] = built.log_density(values[held])
    assert first.held_out == pytest.approx(scores.mean())


def test_every_rung_starts_from_the_groups_of_k_means(long_ones):
    values = long_groups()
    start = one_hot(core.k_means(values, 2, restarts=5).labels, 2)
    for rung, family in zip(long_ones.rungs[1:], LADDER, strict=True):
        fitted = core.fit(values, core.Plan(family, 2, tolerance=1e-8), responsibilities=start)
        assert rung.log_likelihood == pytest.approx(fitted.log_likelihood, rel=1e-9)


def test_rows_that_change_group_and_the_rand_indices_are_those_of_the_labels(long_ones):
    values = long_groups()
    first = core.k_means(values, 2, restarts=5).labels
    before = first
    for rung, family in zip(long_ones.rungs[1:], LADDER, strict=True):
        fitted = core.fit(values, core.Plan(family, 2, tolerance=1e-8), responsibilities=one_hot(first, 2))
        labels = fitted.mixture.responsibilities(values).argmax(axis=1)
        assert rung.moved == min((labels != before).sum(), (1 - labels != before).sum())
        assert rung.agreement == pytest.approx(adjusted_rand_score(before, labels))
        assert rung.with_k_means == pytest.approx(adjusted_rand_score(first, labels))
        before = labels


def test_round_groups_need_nothing_beyond_k_means():
    found = ladder(round_groups(), 2)
    assert found.enough.name in ("K-Means", "EII")
    assert found.rungs[-1].with_k_means > 0.97
    gain, error = found.gain_over_k_means("VVV")
    assert abs(gain) < 0.05
    assert 0 < error < 0.05


def test_one_round_group_leaves_k_means_enough_and_the_sentence_says_so():
    found = ladder(np.random.default_rng(3).normal(size=(100, 2)), 1)
    assert found.enough.name == "K-Means"
    assert found.sentence == "K-Means is enough: no mixture predicts rows held out clearly better."


def test_long_groups_go_as_far_as_stretched_ones_and_the_sentence_says_by_how_much(long_ones):
    assert long_ones.enough.name in ("VVI", "EEE")
    assert long_ones.sentence.startswith(f"Go as far as {long_ones.enough.name}: a row held out is ")
    gain, error = long_ones.gain_over_k_means(long_ones.enough.name)
    assert gain > 4 * error > 0
    assert any(each.moved > 50 for each in long_ones.rungs)


def test_gains_add_up_from_rung_to_rung(long_ones):
    assert sum(each.gain for each in long_ones.rungs[1:]) == pytest.approx(long_ones.gain_over_k_means("VVV")[0])
    assert math.isnan(long_ones.gain_over_k_means("K-Means")[0])
    assert math.isnan(long_ones.gain_over_k_means("VEV")[0])


def test_a_rung_that_cannot_be_fitted_says_why_and_the_next_is_set_beside_the_one_before():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=(60, 3)), np.repeat([[40.0, 0, 0]], 12, axis=0)])
    found = ladder(values, 2)
    reasons = {each.name: each.reason for each in found.rungs}
    assert not reasons["EII"]
    assert reasons["VVV"]
    assert math.isnan(found.rungs[-1].log_likelihood)
    eee = next(each for each in found.rungs if each.name == "EEE")
    assert eee.moved == 0
    assert not math.isnan(eee.gain)


def test_many_rows_are_held_out_by_some_and_one_column_will_do():
    found = ladder(np.random.default_rng(0).normal(size=2_500), 1, LADDER[:2])
    assert (found.rows, found.of, found.note) == (2_500, 2_500, "")
    assert found.scores.shape == (3, 2_000)
    more = ladder(np.random.default_rng(0).normal(size=21_000), 1, LADDER[:1])
    assert more.note == "On 20,000 of 21,000 rows, drawn at random."


def test_a_watch_that_says_no_ends_it_and_is_told_how_far_it_is():
    told = []

    def watch(progress):
        told.append(progress.done)
        return progress.done < 8

    found = ladder(round_groups(), 2, watch=watch)
    assert found.cancelled
    assert found.scores.shape == (6, 0)
    assert found.enough.name == "K-Means"
    assert [each.reason for each in found.rungs] == [""] * 6  # all rows were fitted before that
    assert told == sorted(told)
    assert told[-1] == 8


def test_more_groups_than_rows_are_refused():
    with pytest.raises(FitError):
        ladder(np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0), 3)


def test_blanks_and_row_weights_go_up_with_the_rows():
    values = long_groups()
    values[::9, 0] = np.nan
    values[5] = np.nan
    found = ladder(values, 2)
    assert (found.rows, found.of) == (399, 400)
    assert not any(each.reason for each in found.rungs)
    weights = np.where(np.arange(400) < 200, 1.0, 3.0)
    start = one_hot(core.k_means(long_groups(), 2, restarts=5, weights=weights).labels, 2)
    fitted = core.fit(long_groups(), core.Plan("EII", 2, tolerance=1e-8), weights=weights, responsibilities=start)
    weighted = ladder(core.ArraySource(long_groups(), weights), 2, LADDER[:1])
    assert weighted.rungs[1].log_likelihood == pytest.approx(fitted.log_likelihood, rel=1e-9)
