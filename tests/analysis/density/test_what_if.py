import numpy as np
import pandas as pd
import pytest

from core.analysis.density.what_if import beyond_all_rows, usual, what_if
from core.analysis.groups.grouping import Grouping
from core.data.prepare import Preparation, prepare
from core.errors import ChoiceError
from core.mixture.fit import fit
from core.mixture.model import Mixture, Noise
from core.mixture.plan import Plan


def made(d=3, groups=2, seed=0):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(groups, d, d)) * 0.5 + np.eye(d)
    return Mixture(rng.dirichlet(np.full(groups, 5.0)), rng.normal(size=(groups, d)), factors @ factors.mT)


def transform_of(d, transforms=()):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(np.exp(rng.normal(1, 0.4, size=(200, d))), columns=list("abcd"[:d]))
    return prepare(frame, Preparation(columns=tuple(frame.columns), transforms=transforms)).transform


@pytest.mark.parametrize("given", [(1,), (2, 0), (0, 1)])
def test_the_conditional_density_is_the_joint_over_the_marginal(given):
    mixture = made()
    rest = [j for j in range(3) if j not in given]
    points = np.random.default_rng(2).normal(size=(20, 3))
    point = points[0, list(given)]
    points[:, list(given)] = point
    found = mixture.conditional(given, point).log_density(points[:, rest])
    whole = mixture.log_density(points) - mixture.marginal(list(given)).log_density(point[None, :])
    np.testing.assert_allclose(found, whole, rtol=1e-10, atol=1e-10)


def test_conditional_mean_and_covariance_equal_brute_force_integration():
    mixture = made(d=3, seed=5)
    found = mixture.conditional([1], [0.7])
    grid = np.linspace(-25, 25, 1_201)
    x, y = np.meshgrid(grid, grid, indexing="ij")
    points = np.column_stack([x.ravel(), np.full(x.size, 0.7), y.ravel()])
    mass = np.exp(mixture.log_density(points))
    mass /= mass.sum()
    rest = points[:, [0, 2]]
    mean = mass @ rest
    np.testing.assert_allclose(found.weights @ found.means, mean, atol=1e-8)
    between = np.einsum("k,ki,kj->ij", found.weights, found.means - mean, found.means - mean)
    covariance = np.einsum("k,kij->ij", found.weights, found.covariances) + between
    np.testing.assert_allclose(covariance, (rest - mean).T * mass @ (rest - mean), atol=1e-8)


def test_conditioning_step_by_step_is_conditioning_at_once():
    mixture = made(d=4, groups=3)
    one = mixture.conditional([0, 2], [0.3, -0.4])
    other = mixture.conditional([2], [-0.4]).conditional([0], [0.3])
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-12)


def test_noise_gains_weight_where_no_component_is():
    plain = made()
    mixture = Mixture(plain.weights * 0.9, plain.means, plain.covariances, Noise(0.1, 9.0, (3.0, 3.0, 3.0)))
    near, far = mixture.conditional([0], [0.0]), mixture.conditional([0], [9.0])
    assert near.noise_weight < 0.5 < far.noise_weight
    assert near.noise.log_volume == 6.0
    assert near.weights.sum() + near.noise_weight == pytest.approx(1)


def test_a_value_far_from_every_group_still_has_an_answer():
    found = made().conditional([0], [1e6])
    assert found.weights.sum() == pytest.approx(1)
    assert np.isfinite(found.means).all()


def test_what_if_in_raw_units_equals_the_draws_near_the_value_given():
    mixture, transform = made(d=2, seed=3), transform_of(2, transforms=(("b", "log"),))
    raw = transform.to_raw(mixture.sample(2_000_000, np.random.default_rng(0)))
    at = float(np.median(raw[:, 0]))
    near = raw[np.abs(raw[:, 0] - at) < 0.01 * raw[:, 0].std(), 1]
    row = what_if(mixture, transform, {"a": at}).frame.iloc[0]
    error = near.std() / np.sqrt(len(near))
    assert row["mean"] == pytest.approx(near.mean(), abs=5 * error)
    assert row["sd"] == pytest.approx(near.std(), rel=0.1)
    for name, share in (("low", 0.05), ("median", 0.5), ("high", 0.95)):
        assert np.mean(near <= row[name]) == pytest.approx(share, abs=5 * 0.5 / np.sqrt(len(near)))
    assert row["mean_before"] == pytest.approx(raw[:, 1].mean(), rel=0.01)


def test_the_groups_shares_are_the_responsibilities_of_what_is_given():
    mixture, transform = made(d=3, groups=3), transform_of(3)
    found = what_if(mixture, transform, {"b": 4.0}).shares(Grouping((0, 1, 0)))
    point = np.array([[np.nan, transform.column_forward(1, np.array([4.0]))[0], np.nan]])
    own = mixture.responsibilities(point)[0]
    np.testing.assert_allclose(found, [own[0] + own[2], own[1]])


def test_with_nothing_given_nothing_changes():
    found = what_if(made(), transform_of(3), {}).frame
    np.testing.assert_array_equal(found["mean"], found["mean_before"])


def test_what_cannot_be_given_is_refused_in_words():
    mixture, transform = made(), transform_of(3, transforms=(("a", "log"),))
    with pytest.raises(ChoiceError, match="'z' is not among"):
        what_if(mixture, transform, {"z": 1.0})
    with pytest.raises(ChoiceError, match="'a' cannot be -1"):
        what_if(mixture, transform, {"a": -1.0})
    with pytest.raises(ChoiceError, match="Every column is given"):
        what_if(mixture, transform, {"a": 1.0, "b": 1.0, "c": 1.0})


def test_what_is_usual_lies_between_quantiles_and_steps_are_round():
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.normal(1_000, 100, 500), rng.integers(1, 5, 500), rng.normal(0, 1e-3, 500)])
    values[3, 0] = np.nan
    matrix = prepare(pd.DataFrame(values, columns=list("abc")), Preparation(columns=tuple("abc")))
    a, b, c = usual(matrix)
    np.testing.assert_allclose((a.low, a.high), np.nanquantile(values[:, 0], (0.05, 0.95)))
    assert (a.step, b.step, c.step) == (10.0, 1.0, pytest.approx(1e-4))


def test_what_is_given_is_told_as_a_person_reads_it():
    frame = pd.DataFrame({"x": np.arange(60.0) ** 1.5, "when": pd.date_range("2024-01-01", periods=60)})
    matrix = prepare(frame, Preparation(columns=("x", "when")))
    found = what_if(fit(matrix, Plan("VVV", 1)).mixture, matrix.transform, {"when": 19_787.0})
    assert found.given_in_words == [("when", "2024-03-05")]


BOTH = Preparation(columns=("wind", "rain"))


def test_a_value_that_no_row_comes_near_is_said_to_be_a_guess():
    matrix = prepare(pd.DataFrame({"wind": np.linspace(0.5, 9.5, 50), "rain": np.arange(50.0) ** 1.5}), BOTH)
    [said] = beyond_all_rows(matrix, {"wind": 500.0, "rain": 3.0})
    assert said == "No row has wind at 500: they go from 0.500 to 9.50, so this is a guess."
