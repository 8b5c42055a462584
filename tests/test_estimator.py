"""The estimator: scikit-learn's conventions, and the engine's numbers behind them."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import core
from core import GaussianMixture

AS_SKLEARN_TESTS = [
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::sklearn.exceptions.SkipTestWarning",
    "ignore::FutureWarning",
]


def rows(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])[rng.integers(0, 3, n)]


ESTIMATORS = GaussianMixture(), GaussianMixture(2, family="VVI"), GaussianMixture(covariance_type="tied")


def named(each):
    return f"{each.func.__name__} {each.keywords or ''}".strip() if isinstance(each, partial) else str(each)


CHECKS = [pair for each in ESTIMATORS for pair in estimator_checks_generator(each)]


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=named)
@pytest.mark.filterwarnings(*AS_SKLEARN_TESTS)
def test_it_keeps_to_scikit_learns_conventions(estimator, check):
    check(estimator)


def test_its_numbers_are_the_engines():
    found = GaussianMixture(3, covariance_type="VVV").fit(rows())
    fit = core.fit(rows(), components=3)
    assert found.lower_bound_ * 300 == pytest.approx(fit.log_likelihood, rel=1e-9)
    assert found.bic(rows()) == pytest.approx(fit.bic, rel=1e-9)
    assert found.aic(rows()) == pytest.approx(fit.aic, rel=1e-9)
    np.testing.assert_allclose(found.means_, fit.mixture.means, rtol=1e-4)
    np.testing.assert_array_equal(found.predict(rows()), found.predict_proba(rows()).argmax(axis=1))
    assert found.weights_.shape == (3,)
    assert found.covariances_.shape == (3, 2, 2)
    assert found.converged_


def test_frequencies_are_repeated_rows_to_the_bit():
    weights = np.random.default_rng(1).integers(0, 4, 300)
    weighted = GaussianMixture(3).fit(rows(), sample_weight=weights)
    repeated = GaussianMixture(3).fit(rows().repeat(weights, axis=0)[::-1])
    np.testing.assert_array_equal(weighted.means_, repeated.means_)
    np.testing.assert_array_equal(weighted.covariances_, repeated.covariances_)
    assert weighted.fit_.bic == repeated.fit_.bic


def test_blanks_are_data_that_were_not_seen():
    some = rows()
    some[::7, 1] = np.nan
    found = GaussianMixture(3).fit(some)
    assert np.isfinite(found.score_samples(some)).all()
    assert len(set(found.predict(some).tolist())) == 3


def test_it_stands_in_a_pipeline_and_a_grid_search_finds_the_number_of_groups():
    model = make_pipeline(StandardScaler(), GaussianMixture())
    search = GridSearchCV(model, {"gaussianmixture__n_components": [1, 3]}, cv=3).fit(rows())
    assert search.best_params_ == {"gaussianmixture__n_components": 3}


def test_names_of_columns_are_kept_and_scattered_rows_are_labelled_noise():
    frame = pd.DataFrame(np.vstack([rows(), [[60.0, 60.0], [-50.0, 70.0], [80.0, -40.0]]]), columns=["a", "b"])
    found = GaussianMixture(3, noise=True).fit(frame)
    assert found.feature_names_in_.tolist() == ["a", "b"]
    assert found.predict(frame)[-3:].tolist() == [-1, -1, -1]


def test_where_rows_determine_no_covariance_a_weak_prior_is_added_and_said():
    few = np.random.default_rng(0).normal(size=(5, 8))
    with pytest.warns(match="weak prior"):
        found = GaussianMixture().fit(few)
    assert np.isfinite(found.score(few))


def test_the_same_seed_draws_the_same_rows():
    found = GaussianMixture(2).fit(rows())
    np.testing.assert_array_equal(found.sample(5)[0], found.sample(5)[0])
    assert found.sample(5)[1].shape == (5,)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"n_components": 0}, "at least one group"),
        ({"covariance_type": "round"}, "no covariance family"),
        ({"n_components": 400}, "cannot be found"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_the_engines_words(choices, sentence):
    with pytest.raises(ValueError, match=sentence):
        GaussianMixture(**choices).fit(rows())
