import numpy as np
import pytest
from hypothesis import given
from strategies import mixtures

from core.analysis.conditional import conditional, expected
from core.errors import ChoiceError
from core.mixture.model import Mixture, Noise

TILTED = Mixture(
    [0.3, 0.7],
    [[0.0, 0.0, 1.0], [2.0, -1.0, 0.0]],
    [[[1.0, 0.6, 0.1], [0.6, 2.0, 0.3], [0.1, 0.3, 0.5]], [[0.8, -0.3, 0.2], [-0.3, 0.6, 0.0], [0.2, 0.0, 1.5]]],
)
NOISY = Mixture(
    TILTED.weights * 0.9, TILTED.means, TILTED.covariances, Noise(0.1, np.log(480.0), tuple(np.log([6, 8, 10])))
)


@pytest.mark.parametrize("mixture", [TILTED, NOISY])
def test_a_conditional_density_is_the_joint_over_the_marginal(mixture):
    rows = TILTED.sample(20, np.random.default_rng(1))
    for row in rows:
        marginal = mixture.seen_in(np.array([False, True, False])).log_density(row[None, [1]])
        got = conditional(mixture, {1: row[1]}).log_density(row[None, [0, 2]])
        np.testing.assert_allclose(got, mixture.log_density(row[None]) - marginal, rtol=1e-10)


def test_conditional_moments_equal_numerical_integration():
    x = np.linspace(-25.0, 25.0, 200_001)
    row = np.array([1.0, -0.5, 0.7])
    density = np.exp(TILTED.log_density(np.column_stack([x, np.full_like(x, row[1]), np.full_like(x, row[2])])))
    density /= np.trapezoid(density, x)
    mean = np.trapezoid(x * density, x)
    found = expected(TILTED, row[None])
    np.testing.assert_allclose(found.mean[0, 0], mean, rtol=1e-8)
    np.testing.assert_allclose(found.deviation[0, 0], np.sqrt(np.trapezoid((x - mean) ** 2 * density, x)), rtol=1e-8)


@given(mixtures())
def test_each_cell_is_expected_as_the_conditional_of_the_rest_says(mixture):
    row = mixture.sample(1, np.random.default_rng(2))
    found = expected(mixture, row)
    for column in range(mixture.features):
        rest = {other: row[0, other] for other in range(mixture.features) if other != column}
        alone = conditional(mixture, rest)
        mean = alone.weights @ alone.means[:, 0]
        spread = alone.weights @ (alone.covariances[:, 0, 0] + (alone.means[:, 0] - mean) ** 2)
        scale = 1 + np.abs(row).max()
        np.testing.assert_allclose(found.mean[0, column], mean, rtol=1e-6, atol=1e-6 * scale)
        np.testing.assert_allclose(found.deviation[0, column], np.sqrt(spread), rtol=1e-6)
        surprisal = -alone.log_density(row[:, [column]])[0]
        np.testing.assert_allclose(found.surprisal[0, column], surprisal, rtol=1e-6, atol=1e-6)


def test_surprisal_counts_the_noise():
    rows = np.array([[0.5, 0.5, 0.5], [40.0, 0.0, 0.0]])
    found = expected(NOISY, rows).surprisal
    for i, row in enumerate(rows):
        alone = conditional(NOISY, {1: row[1], 2: row[2]})
        np.testing.assert_allclose(found[i, 0], -alone.log_density(row[None, [0]])[0], rtol=1e-10)


def test_a_row_with_a_blank_has_no_expectation_and_leaves_the_others_theirs():
    found = expected(TILTED, [[1.0, np.nan, 0.0], [1.0, 0.0, 0.0]])
    for part in (found.mean, found.deviation, found.surprisal):
        assert np.isnan(part[0]).all()
        assert np.isfinite(part[1]).all()


@pytest.mark.parametrize("known", [{3: 0.0}, {-1: 0.0}, {0: 0.0, 1: 0.0, 2: 0.0}, {0: np.nan}])
def test_what_cannot_be_known_is_refused(known):
    with pytest.raises(ChoiceError):
        conditional(TILTED, known)


def test_knowing_nothing_changes_nothing():
    assert conditional(TILTED, {}) is TILTED
