from dataclasses import replace

import numpy as np
import pytest

from core.analysis.sampled import mean_and_error
from core.analysis.selection.board import Search
from core.analysis.selection.held_out import Folds, HeldOut, Prediction, held_out
from core.data.source import ArraySource
from core.errors import ChoiceError, FitError
from core.mixture import multistart as run
from core.mixture.family import family
from core.mixture.fit import fit
from core.mixture.plan import Plan

SEARCH = Search((family("EII"), family("EEE")), (1, 2, 3))


def blobs(n, gap, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + np.repeat([[0, 0], [gap, 0]], n // 2, axis=0)


@pytest.fixture(scope="module")
def found():
    return held_out(blobs(300, 5.0), SEARCH)


def test_every_row_is_held_out_once_in_each_repeat_and_never_fitted_with_itself():
    folds = Folds(4, 3, seed=2)
    splits = list(folds.splits(22))
    assert len(splits) == folds.total == 12
    for kept, held in splits:
        assert sorted([*kept, *held]) == list(range(22))
    for repeat in range(3):
        assert sorted(row for _, held in splits[4 * repeat : 4 * repeat + 4] for row in held) == list(range(22))


def test_the_density_is_that_of_each_row_under_the_fits_to_the_others(found):
    values = blobs(300, 5.0)
    one = next(each for each in found.predictions if (each.family.name, each.components) == ("EEE", 1))
    expected = np.zeros(300)
    for kept, held in Folds().splits(300):
        mean, covariance = values[kept].mean(axis=0), np.cov(values[kept].T, bias=True)
        gap = values[held] - mean
        squares = np.einsum("ij,jk,ik->i", gap, np.linalg.inv(covariance), gap)
        expected[held] -= (squares + np.linalg.slogdet(2 * np.pi * covariance)[1]) / 2 / 2
    assert one.density == pytest.approx(expected.mean(), abs=1e-6)


def test_the_simplest_model_within_one_standard_error_is_the_choice(found):
    assert (found.choice.family.name, found.choice.components) == ("EII", 2)
    near = [each for each in found.predictions if each.sound and each.behind <= each.error]
    assert found.choice in near
    assert found.choice.n_parameters == min(each.n_parameters for each in near)
    assert found.sentence.startswith("2 components: EII with 2 components predicts rows that it has not seen")


def test_rows_of_one_group_are_predicted_by_one():
    found = held_out(np.random.default_rng(5).normal(size=(200, 2)), SEARCH)
    assert found.choice.components == 1
    assert found.sentence.startswith("1 component: ")


def test_the_error_is_of_the_difference_to_the_best_and_the_best_has_none(found):
    assert (found.best.behind, found.best.error) == (0.0, 0.0)
    assert all(each.behind >= 0 and each.error > 0 for each in found.predictions if each is not found.best)


def made(*predictions):
    models = (
        Prediction(family("VVV"), K, p, -behind, behind, error, failed) for K, p, behind, error, failed in predictions
    )
    return HeldOut(Folds(), tuple(models), 100, 100)


def test_the_best_is_said_to_stand_alone_where_nothing_simpler_comes_near():
    found = made((1, 5, 0.3, 0.1, 0), (2, 11, 0.0, 0.0, 0), (3, 17, 0.01, 0.02, 0))
    assert found.choice is found.best
    assert found.sentence == (
        "2 components: VVV with 2 components predicts rows that it has not seen best, and nothing simpler comes near."
    )
    assert found.grounds.endswith("more than one standard error behind.")


def test_a_simpler_model_within_one_error_is_said_to_do_as_well():
    found = made((1, 5, 0.05, 0.1, 0), (2, 11, 0.0, 0.0, 0))
    assert found.sentence == (
        "1 component: VVV with 1 component predicts rows that it has not seen as well as the best, "
        "VVV with 2 components."
    )
    assert "0.050 behind, within one standard error (0.10)" in found.grounds


def test_a_model_that_failed_in_a_fold_is_neither_best_nor_chosen():
    found = made((1, 5, 0.0, 0.0, 1), (2, 11, 0.1, 0.01, 0))
    assert found.best.components == 2
    with pytest.raises(FitError):
        _ = made((1, 5, 0.0, 0.0, 1)).best


def test_many_rows_are_compared_on_some():
    found = held_out(blobs(3_000, 6.0), Search((family("EII"),), (1, 2)), Folds(2, 1))
    assert (found.rows, found.of) == (2_000, 3_000)
    assert "2,000 of 3,000 rows, drawn at random, were split into 2 parts, 1 time" in found.grounds


def test_the_answer_is_the_same_again_and_its_frame_has_a_row_per_model(found):
    again = held_out(blobs(300, 5.0), SEARCH)
    assert again.predictions == found.predictions
    assert len(found.frame) == 6
    assert list(found.frame.columns[:4]) == ["family", "components", "n_parameters", "density"]


def test_a_watch_that_says_no_ends_it_and_is_told_how_far_it_is():
    told = []

    def watch(progress):
        told.append((progress.done, progress.total))
        return told[-1][0] < 40  # of 6 models on each of 10 parts

    found, whole = held_out(blobs(100, 5.0), SEARCH, watch=watch), held_out(blobs(100, 5.0), SEARCH, Folds(repeats=1))
    assert found.cancelled
    assert found.choice.components == whole.choice.components
    assert len(found.predictions) == 6
    assert "some parts were predicted" in found.grounds
    assert {total for _, total in told} == {10 * 6}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_nothing_is_fitted_any_more_once_a_watch_has_said_no(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(30, 6))  # too few for any of these models to be sound
    search = Search((family("EEV"), family("VEV"), family("VVV")), (4, 5))
    said, begun = [], []
    converge = run.converge

    def counted(*arguments):
        begun.append(bool(said))
        return converge(*arguments)

    monkeypatch.setattr(run, "converge", counted)
    assert held_out(rows, search, watch=lambda _: len(begun) < 9 or bool(said.append(1))).cancelled
    assert begun == [False] * 9


def test_too_few_rows_and_no_folds_are_refused():
    with pytest.raises(ChoiceError):
        held_out(np.arange(8.0), Search((family("EII"),), (1,)))
    with pytest.raises(ChoiceError):
        Folds(1)


def test_held_out_density_is_below_that_of_the_rows_a_model_was_fitted_to(found):
    values = blobs(300, 5.0)
    free = next(each for each in found.predictions if (each.family.name, each.components) == ("EEE", 3))
    assert free.density < fit(values, Plan("EEE", 3)).log_likelihood / 300
    assert replace(free, failed=1).sound is False


def test_rows_with_blanks_are_held_out_by_the_cells_they_have_and_empty_ones_set_aside():
    values = blobs(200, 5.0)
    values[::7, 1] = np.nan
    values[3] = np.nan
    found = held_out(values, SEARCH, Folds(5, 1))
    assert (found.rows, found.of) == (199, 200)
    assert found.choice.components == 2


def test_a_row_of_weight_two_counts_as_two_in_the_mean_and_its_error():
    weights = np.where(np.arange(120) < 40, 2.0, 1.0)
    score = np.random.default_rng(0).normal(size=120)
    mean, error = mean_and_error(score, weights)
    twice = np.concatenate([score, score[:40]])
    assert mean == pytest.approx(twice.mean())
    assert error == pytest.approx(np.sqrt((weights**2 * (score - mean) ** 2).sum() * 120 / 119) / 160)
    assert mean_and_error(score, np.ones(120))[1] == pytest.approx(score.std(ddof=1) / np.sqrt(120))


def test_row_weights_reach_the_fits_that_predict():
    values, weights = blobs(300, 5.0), np.ones(300)
    weights[:150] = 0.0  # one of the two groups does not count
    assert held_out(ArraySource(values, weights), SEARCH, Folds(5, 1)).choice.components == 1
