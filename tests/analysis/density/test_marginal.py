import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from core.analysis.density.geometry import Plane
from core.analysis.density.marginal import density_regions, marginal, noise_in_words, peaks_in_words
from core.data.prepare import Preparation, prepare
from core.errors import ChoiceError
from core.mixture.fit import fit
from core.mixture.model import Mixture, Noise
from core.mixture.plan import Plan

SHAPES = ((), (("x", "log"),), (("x", "yeo-johnson"),))


def made(transforms=(), scale="standard"):
    """A mixture on the fitted scale of two columns, and the transform back to raw units."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"x": np.exp(rng.normal(2, 0.5, 300)), "y": rng.normal(40, 3, 300)})
    transform = prepare(frame, Preparation(transforms=transforms, scale=scale, columns=("x", "y"))).transform
    covariances = [[[0.3, 0.1], [0.1, 0.5]], [[0.2, -0.05], [-0.05, 0.1]]]
    return Mixture([0.3, 0.7], [[-1.0, 0.5], [0.8, -0.4]], covariances), transform


def raw_density(column, at):
    """The density per raw unit as the numerical derivative of the cdf."""
    step = 1e-5 * abs(at)
    return (column.cdf(at + step)[0] - column.cdf(at - step)[0]) / (2 * step)


@pytest.mark.parametrize("transforms", SHAPES)
def test_mean_and_spread_in_raw_units_equal_numerical_integration(transforms):
    mixture, transform = made(transforms)
    column = marginal(mixture, transform, 0)
    low, high = (float(column.raw(at)[0]) for at in (-6, 6))
    low = max(low, 1e-6) if transforms == SHAPES[1] else low
    inner = [column.quantile(p) for p in (0.01, 0.5, 0.99)]
    parts = list(zip([low, *inner], [*inner, high], strict=True))
    moment = [sum(quad(lambda x, k=k: x**k * raw_density(column, x), a, b)[0] for a, b in parts) for k in (0, 1, 2)]
    assert moment[0] == pytest.approx(1, abs=1e-5)
    assert column.mean == pytest.approx(moment[1], rel=1e-3)
    assert column.sd == pytest.approx(np.sqrt(moment[2] - moment[1] ** 2), rel=1e-2)


@pytest.mark.parametrize("transforms", SHAPES)
def test_mean_spread_and_quantiles_equal_those_of_many_draws(transforms):
    mixture, transform = made(transforms)
    draws = transform.to_raw(mixture.sample(200_000, np.random.default_rng(0)))[:, 0]
    column = marginal(mixture, transform, 0)
    assert column.mean == pytest.approx(draws.mean(), abs=5 * draws.std() / np.sqrt(len(draws)))
    assert column.sd == pytest.approx(draws.std(), rel=0.03)
    for share in (0.05, 0.5, 0.95):
        assert np.mean(draws <= column.quantile(share)) == pytest.approx(share, abs=5 * 0.5 / np.sqrt(len(draws)))


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-9, 1 - 1e-9), st.integers(0, 2))
def test_the_cdf_at_a_quantile_is_the_share_asked_for(share, which):
    mixture, transform = made(SHAPES[which])
    column = marginal(mixture, transform, 0)
    assert column.cdf(column.quantile(share))[0] == pytest.approx(share, abs=1e-9, rel=1e-6)


@pytest.mark.parametrize("transforms", SHAPES)
def test_the_density_is_the_derivative_of_the_cdf(transforms):
    mixture, transform = made(transforms)
    column = marginal(mixture, transform, 0)
    for share in (0.01, 0.3, 0.8):
        at = column.quantile(share)
        assert column.density(np.array([at]))[0] == pytest.approx(raw_density(column, at), rel=1e-5)


def test_quantiles_of_far_components_are_found_in_the_gap_between_them():
    mixture = Mixture([0.5, 0.5], [[-1000.0, 0.0], [1000.0, 0.0]], np.stack([np.eye(2)] * 2))
    column = marginal(mixture, made()[1], 0)
    assert column.quantile(0.4) < column.quantile(0.5) < column.quantile(0.6)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_no_quantile_is_given_of_what_is_no_share(share):
    mixture, transform = made()
    with pytest.raises(ChoiceError, match="between 0 and 1"):
        marginal(mixture, transform, 0).quantile(share)


def test_a_value_without_a_logarithm_lies_below_all_others():
    mixture, transform = made(SHAPES[1])
    assert marginal(mixture, transform, 0).cdf([-3.0, 0.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("transforms", SHAPES)
def test_density_regions_hold_their_masses(transforms):
    mixture, transform = made(transforms)
    draws = mixture.sample(20_000, np.random.default_rng(8))
    raw = transform.to_raw(draws)
    found = density_regions(mixture, Plane((0, 1), 2, transform), draws, cells=240)
    edges = np.column_stack([found.left, found.right, found.bottom, found.top])
    for at, mass in enumerate(found.masses):
        inside = np.zeros(len(raw), dtype=bool)
        for left, right, bottom, top in edges[found.level <= at]:
            inside |= (raw[:, 0] >= left) & (raw[:, 0] < right) & (raw[:, 1] >= bottom) & (raw[:, 1] < top)
        assert inside.mean() == pytest.approx(mass, abs=0.02)


def test_what_is_left_out_of_densities_is_said_where_there_is_noise():
    plain = Mixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None])
    assert noise_in_words(plain) == ""
    noisy = Mixture(np.array([0.96]), np.zeros((1, 2)), np.eye(2)[None], Noise(0.04, 3.0))
    assert noise_in_words(noisy).startswith("Noise takes 4 % of the rows")


def test_columns_with_several_peaks_are_named():
    rng = np.random.default_rng(2)
    split = np.repeat([0.0, 9.0], 200)
    frame = pd.DataFrame({"a": rng.normal(size=400), "b": split + rng.normal(size=400), "c": rng.normal(size=400)})
    matrix = prepare(frame, Preparation(columns=("a", "b", "c")))
    assert peaks_in_words(fit(matrix, Plan("VVI", 2)).mixture, matrix) == "1 of 3 columns has several peaks: b"
    assert peaks_in_words(fit(matrix, Plan("VVI", 1)).mixture, matrix) == "Every column has a single peak"
    alone = prepare(frame, Preparation(columns=("b",)))
    assert peaks_in_words(fit(alone, Plan("VVI", 2)).mixture, alone) == "b has several peaks"
