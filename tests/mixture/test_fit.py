"""Fits: criteria, equivariance, admissible optima, and bad data that is never called fine."""

import json
import math
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from strategies import clustered_rows

import core
from core.data.source import as_source
from core.errors import DegenerateError
from core.mixture.em.stopping import Objection, Outcome
from core.mixture.family import FAMILIES
from core.mixture.fit import polish
from core.mixture.multistart import can_be_sound
from core.mixture.problem import pose
from core.scale.threads import Threads, over_cores

REFERENCE = Path(__file__).parents[1] / "reference"
UNDER_ANY_LINEAR_MAP = ("EEE", "VEE", "EVV", "VVV")
UNDER_SCALING = (*UNDER_ANY_LINEAR_MAP, "EEI", "VEI", "EVI", "VVI")


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def start(n, components):
    return np.eye(components)[np.arange(n) * components // n]


def test_the_criteria_are_those_of_the_total_log_likelihood_at_the_final_parameters():
    rows = matrix("iris")
    fit = core.fit(rows, core.Plan(family="VEV", components=2))
    assert fit.log_likelihood == pytest.approx(fit.mixture.log_density(rows).sum(), rel=1e-12)
    assert fit.n_parameters == 26
    assert fit.bic == pytest.approx(561.728462115075, rel=1e-6)  # mclust's best, its sign turned
    assert fit.aic == pytest.approx(-2 * fit.log_likelihood + 52)
    shares = fit.mixture.responsibilities(rows)
    assert fit.icl == pytest.approx(fit.bic - 2 * np.log(shares.max(axis=1)).sum(), rel=1e-9)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum()
    assert fit.icl_entropy == pytest.approx(fit.bic + 2 * entropy, rel=1e-9)


@pytest.mark.parametrize("name", UNDER_SCALING)
def test_scaling_the_columns_moves_the_optimum_along(name):
    rows = matrix("iris")
    scale, shift = np.array([0.01, 3.0, 250.0, 1.0]), np.array([5.0, -2.0, 1e4, 0.0])
    plan = core.Plan(family=name, components=2)
    plain, scaled = (core.fit(x, plan, responsibilities=start(150, 2)) for x in (rows, rows * scale + shift))
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood - 150 * np.log(scale).sum(), rel=1e-8)
    np.testing.assert_allclose(scaled.mixture.means, plain.mixture.means * scale + shift, rtol=1e-5)


@pytest.mark.parametrize("name", UNDER_ANY_LINEAR_MAP)
def test_any_linear_map_moves_the_optimum_along(name):
    rows = matrix("iris")
    turn = np.random.default_rng(1).normal(size=(4, 4)) + 2 * np.eye(4)
    plan = core.Plan(family=name, components=2)
    plain, mapped = (core.fit(x, plan, responsibilities=start(150, 2)) for x in (rows, rows @ turn))
    expected = plain.log_likelihood - 150 * np.linalg.slogdet(turn)[1]
    assert mapped.log_likelihood == pytest.approx(expected, rel=1e-8)


@settings(max_examples=10)
@given(rows=clustered_rows(least=60))
def test_the_order_of_the_rows_changes_no_optimum(rows):
    order = np.random.default_rng(1).permutation(len(rows))
    plan = core.Plan(family="EEE", components=2)
    shares = np.random.default_rng(2).dirichlet(np.ones(2), len(rows))
    one = core.fit(rows, plan, responsibilities=shares)
    other = core.fit(rows[order], plan, responsibilities=shares[order])
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-7)


@pytest.mark.parametrize(("shift", "scale"), [(1e8, 1.0), (0.0, 1e-8), (0.0, 1e8), (-1e6, 1e3)])
def test_offset_and_scale_of_the_data_change_no_row_of_the_partition(shift, scale):
    rows = matrix("faithful")
    plan = core.Plan(components=3, restarts=2)
    near, far = core.fit(rows, plan), core.fit(rows * scale + shift, plan)
    labels = near.mixture.responsibilities(rows).argmax(axis=1)
    np.testing.assert_array_equal(far.mixture.responsibilities(rows * scale + shift).argmax(axis=1), labels)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
def test_the_trace_of_a_fit_rises_to_its_log_likelihood(each):
    fit = core.fit(matrix("iris"), core.Plan(family=each, components=3), responsibilities=start(150, 3))
    assert all(after >= before - 1e-9 * abs(before) for before, after in pairwise(fit.trace))
    assert fit.trace[-1] == pytest.approx(fit.log_likelihood)


def test_components_fall_by_weight_and_keep_the_order_of_given_responsibilities():
    rows = matrix("faithful")
    fit = core.fit(rows, core.Plan(components=3))
    assert list(fit.mixture.weights) == sorted(fit.mixture.weights, reverse=True)
    shares = np.eye(2)[(rows[:, 0] > 3).astype(int)]  # the smaller group first
    kept = core.fit(rows, core.Plan(components=2), responsibilities=shares)
    assert kept.mixture.means[0, 0] < kept.mixture.means[1, 0]


def test_the_same_seed_gives_the_same_fit_and_several_starts_are_no_worse_than_one():
    rows = matrix("crabs")
    plan = core.Plan(components=3, seed=5, restarts=1)
    one, same, more = core.fit(rows, plan), core.fit(rows, plan), core.fit(rows, replace(plan, restarts=6))
    assert one.log_likelihood == same.log_likelihood
    assert not more.admissible or more.log_likelihood >= one.log_likelihood - 1e-6 or not one.admissible


def test_a_row_of_frequency_two_counts_as_two_rows():
    rows = matrix("faithful")
    twice = np.concatenate([rows, rows])
    plan = core.Plan(components=2, frequency=True)
    shares = start(272, 2)
    weighted = core.fit(rows, plan, weights=np.full(272, 2.0), responsibilities=shares)
    repeated = core.fit(twice, plan, responsibilities=np.concatenate([shares, shares]))
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=1e-9)
    assert weighted.bic == pytest.approx(repeated.bic, rel=1e-9)
    rescaled = core.fit(rows, replace(plan, frequency=False), weights=np.full(272, 2.0), responsibilities=shares)
    assert rescaled.n_rows == 272


def test_a_polished_fit_is_no_worse_on_all_rows():
    rows = matrix("crabs")
    some = core.fit(rows[::2], core.Plan(components=2, family="EEE"))
    polished = polish(rows, some)
    assert polished.log_likelihood >= some.mixture.log_density(rows).sum() - 1e-6
    assert polished.n_rows == 200


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.ones((20, 2)), "same value in every row"),
        (np.column_stack([np.arange(9.0), np.ones(9)]), "Column 2 has the same value"),
        (np.array([[1.0, 2.0]]), "same value|cannot be found"),
        (np.array([[np.nan, 1.0], [2.0, 3.0]]), "same value"),
        (np.array([[np.inf, 1.0], [2.0, 3.0]]), "infinite"),
        (np.array([["a", "b"]]), "Only numbers"),
        (np.zeros((0, 3)), "no rows"),
        (pd.DataFrame({"x": ["a"], "y": [1.0]}), "Only numbers"),
    ],
)
def test_data_that_cannot_be_fitted_are_refused_in_a_sentence(rows, sentence):
    with pytest.raises(core.CoreError, match=sentence):
        core.fit(rows)


def test_more_groups_than_rows_are_refused():
    with pytest.raises(core.FitError, match="9 groups cannot be found in 5 rows"):
        core.fit(np.random.default_rng(0).normal(size=(5, 2)), core.Plan(components=9, family="EII"))


def test_one_column_is_allowed_and_its_two_families_go_by_mclusts_names():
    rows = matrix("faithful")[:, 1]
    fit = core.fit(rows, core.Plan(family="V", components=2))
    assert fit.n_parameters == 5
    assert fit.mixture.means.shape == (2, 1)
    assert fit.log_likelihood == pytest.approx(fit.mixture.log_density(rows).sum())


def test_a_run_that_stays_near_singular_ends_long_before_its_limit_of_passes():
    rng = np.random.default_rng(2)  # where the likelihood goes on rising beyond rounding
    few = rng.normal(size=(200, 6))
    rows = np.column_stack([few, few @ rng.normal(size=(6, 40)) + 2e-4 * rng.normal(size=(200, 40))])
    plan = core.Plan("EEE", 2, restarts=1, tolerance=1e-300, max_iterations=5_000, accelerate=False)
    found = core.fit(rows, plan)
    assert found.outcome is Outcome.COLLAPSED
    assert Objection.SPIKE in found.objections
    assert 50 < len(found.trace) < 200


@pytest.mark.parametrize("each", FAMILIES, ids=lambda each: each.name)
@pytest.mark.parametrize("collinear", [False, True])
def test_where_no_optimum_can_be_sound_none_is(each, collinear):
    rows = np.random.default_rng(1).normal(size=(18, 4))
    rows = np.column_stack([rows, rows.sum(axis=1)]) if collinear else rows
    hopeless = 0
    for components in range(1, 7):
        plan = core.Plan(each, components, restarts=3)
        if can_be_sound(pose(as_source(rows)), plan):
            continue
        hopeless += 1
        with suppress(DegenerateError):
            assert not core.fit(rows, plan).admissible
    assert hopeless == (6 if collinear else 3 if each.minimum_rows(4) == 5 else 0)


def test_a_watch_hears_of_every_pass_and_ends_the_fit():
    heard = []

    def watch(progress):
        heard.append(progress)
        return len(heard) < 4

    fit = core.fit(matrix("iris"), core.Plan(components=3), watch=watch)
    assert fit.outcome is core.Outcome.CANCELLED
    assert len(heard) == 4
    assert all(math.isfinite(each.log_likelihood) for each in heard)


@pytest.mark.parametrize("accelerate", [True, False])
@pytest.mark.parametrize("limit", [1, 5, 50])
def test_the_iteration_limit_is_an_outcome_and_is_kept_to(limit, accelerate):
    told = []
    plan = core.Plan(
        components=4, restarts=1, tolerance=1e-300, accelerate=accelerate, max_iterations=limit, family="VEE"
    )
    fit = core.fit(matrix("crabs"), plan, watch=lambda progress: told.append(progress) or True)
    assert fit.outcome is core.Outcome.ITERATION_LIMIT
    assert len(fit.trace) == limit + 1
    assert max(each.done for each in told) <= limit + 1


@pytest.mark.parametrize("over", [map, over_cores])
def test_a_fit_whose_starts_were_cut_short_is_cancelled_wherever_they_were(over):
    for most in range(1, 120, 7):
        told = []

        def watch(progress, told=told, most=most):
            told.append(progress)
            return len(told) < most

        fit = core.fit(matrix("iris"), core.Plan(components=3, restarts=4), watch=watch, over=over)
        assert fit.outcome is core.Outcome.CANCELLED or len(told) < most


def test_a_fit_remembers_its_columns_and_its_data():
    frame = pd.DataFrame(matrix("faithful"), columns=["eruptions", "waiting"])
    fit = core.fit(frame)
    assert fit.features == ("eruptions", "waiting")
    assert fit.data_id == core.fit(frame).data_id != core.fit(frame + 1).data_id


@pytest.mark.parametrize("choice", [{"components": 0}, {"restarts": 0}, {"tolerance": 0.0}, {"family": "XXX"}])
def test_a_plan_that_cannot_be_carried_out_is_refused(choice):
    with pytest.raises(core.ChoiceError):
        core.Plan(**choice)


def noise_case():
    reference = json.loads((REFERENCE / "noise.json").read_text())["me_fixed_start"]
    shares = np.eye(4)[np.array(reference["init_labels_1based_4_is_noise"]) - 1]
    return reference, shares


@pytest.mark.parametrize("name", [f.name for f in FAMILIES if f.name != "VVE"])
def test_a_noise_component_reaches_mclusts_optimum(name):
    reference, shares = noise_case()
    expected = reference["fits"].get(name)
    if not expected or expected.get("loglik") is None:
        assert name not in reference["fits"] or expected["returnCode"] != 0
        return
    plan = core.Plan(family=name, components=3, noise=True, accelerate=False, tolerance=1e-14, max_iterations=20_000)
    fit = core.fit(matrix("faithful_noise"), plan, responsibilities=shares)
    assert fit.mixture.noise is not None
    assert np.exp(-fit.mixture.noise.log_volume) == pytest.approx(reference["Vinv"], rel=1e-8)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], rel=1e-7)
    assert fit.mixture.responsibilities(matrix("faithful_noise")).shape == (332, 4)
    assert fit.n_parameters == core.family(name).n_parameters(3, 2) + 2


@pytest.mark.parametrize(("n", "restarts"), [(3_000, 4), (25_000, 3), (70_000, 1)])
def test_a_fit_has_the_same_bits_on_any_number_of_threads(n, restarts):
    rng = np.random.default_rng(8)
    rows = rng.normal(size=(n, 3)) + 4 * rng.integers(0, 2, n)[:, None]
    plan = core.Plan(components=3, restarts=restarts, max_iterations=6)
    alone = core.fit(rows, plan)
    for threads in (2, 3):
        spread = core.fit(rows, plan, over=Threads.of(threads))
        assert spread.log_likelihood == alone.log_likelihood
        np.testing.assert_array_equal(spread.mixture.covariances, alone.mixture.covariances)


def test_a_plans_fields_as_keywords_make_the_same_fit_as_the_plan():
    rows = matrix("iris")
    by_plan = core.fit(rows, core.Plan(components=3, family="VEV", seed=1))
    by_fields = core.fit(rows, components=3, family="VEV", seed=1)
    assert by_fields.plan == by_plan.plan
    np.testing.assert_array_equal(by_fields.predict(rows), by_plan.mixture.predict(rows))


@pytest.mark.parametrize("given", [{"plan": core.Plan(), "components": 2}, {"groups": 2}])
def test_a_plan_beside_its_fields_and_a_field_that_is_none_are_refused(given):
    with pytest.raises(core.ChoiceError):
        core.fit(matrix("iris"), **given)
