import numpy as np
import pandas as pd
import pytest

from core.analysis.density.synthetic import Drawing, likeness, synthetic_frame, synthetic_values, whole_columns
from core.data.columns import profile
from core.data.prepare import Preparation, prepare
from core.errors import ChoiceError
from core.mixture.fit import fit
from core.mixture.plan import Plan


@pytest.fixture(scope="module")
def real():
    """A table with whole numbers, a skewed column, dates and a category, and the mixture of its matrix."""
    rng = np.random.default_rng(6)
    kinds = rng.choice(["red", "green", "blue"], 900, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, 900),
            "income": np.exp(rng.normal(3, 0.6, 900)),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 900), unit="D"),
            "kind": kinds,
        }
    )
    table = profile(frame)
    choice = Preparation(columns=("age", "income", "when"), transforms=(("income", "log"),), encode=("kind",))
    matrix = prepare(table, choice)
    return table, matrix, fit(matrix, Plan("EEE", 1)).mixture


def test_whole_numbers_stay_whole_and_ranges_are_kept_when_asked(real):
    _, matrix, mixture = real
    made = synthetic_values(mixture, matrix, Drawing(5_000))
    assert made.shape == (5_000, 5)
    assert list(whole_columns(matrix)) == [True, False, True, True, True]
    assert (made[:, 0] == np.round(made[:, 0])).all()
    slack = 1e-12 * np.abs(matrix.raw).max(axis=0)  # what the way back to raw units adds to a whole number
    assert (made >= matrix.raw.min(axis=0) - slack).all()
    assert (made <= matrix.raw.max(axis=0) + slack).all()


def test_without_being_asked_rows_are_as_the_mixture_draws_them(real):
    _, matrix, mixture = real
    made = synthetic_values(mixture, matrix, Drawing(20_000, whole=False, within=False))
    back = matrix.transform.forward(made)[:, :3]  # without the category, which is one of its values or another
    error = np.sqrt(np.diagonal(mixture.covariances[0])[:3] / len(back))
    np.testing.assert_array_less(np.abs(back.mean(axis=0) - mixture.means[0, :3]), 5 * error)
    np.testing.assert_allclose(np.cov(back.T), mixture.covariances[0, :3, :3], atol=0.05)
    assert (made[:, 0] < 18).any()


def test_the_same_seed_draws_the_same_rows_and_another_others(real):
    _, matrix, mixture = real
    one, same, other = (synthetic_values(mixture, matrix, Drawing(50, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_the_frame_has_the_types_of_the_table(real):
    table, matrix, mixture = real
    frame = synthetic_frame(synthetic_values(mixture, matrix, Drawing(2_000)), matrix, table)
    assert list(frame.columns) == ["age", "income", "when", "kind"]
    assert frame["age"].dtype == np.int64
    assert frame["when"].between("2024-01-01", "2024-10-27").all()
    assert (frame["when"] == frame["when"].dt.normalize()).all()
    assert set(frame["kind"]) == {"red", "green", "blue"}


def mixed(n=6_000):
    """Rows of which a rare value goes with a high x, and a second category follows the first."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=n)
    kind = np.where(
        rng.random(n) < np.clip(0.03 + 0.03 * x, 0, 1), "rare", np.where(rng.random(n) < 0.7, "usual", "so-so")
    )
    follows = np.where((kind == "usual") ^ (rng.random(n) < 0.1), "yes", "no")
    table = profile(pd.DataFrame({"x": x, "y": rng.normal(size=n), "kind": kind, "follows": follows}))
    matrix = prepare(table, Preparation(columns=("x", "y"), encode=("kind", "follows")))
    return table, matrix


@pytest.mark.parametrize("family", ["VVV", "EEE"])
def test_the_values_of_a_category_have_the_shares_of_the_real_rows_rare_ones_too(family):
    table, matrix = mixed()
    mixture = fit(matrix, Plan(family, 1)).mixture
    made = synthetic_values(mixture, matrix, Drawing(40_000, within=False))
    frame = synthetic_frame(made, matrix, table)
    for name in ("kind", "follows"):
        real = table.frame[name].value_counts(normalize=True)
        drawn = frame[name].value_counts(normalize=True).reindex(real.index)
        error = np.sqrt(real * (1 - real) * (1 / len(frame) + 1 / len(table.frame)))
        assert (np.abs(drawn - real) < 4 * error).all()
    found = likeness(matrix.raw, made, matrix.features).frame.set_index("column")
    shares = found.loc[["kind = so-so", "kind = rare", "follows = no"]]
    np.testing.assert_allclose(shares["mean_made"], shares["mean_real"], atol=0.02)


def test_a_category_keeps_company_with_the_columns_and_categories_it_keeps_in_the_real_rows():
    table, matrix = mixed()
    mixture = fit(matrix, Plan("VVV", 1)).mixture
    frame = synthetic_frame(synthetic_values(mixture, matrix, Drawing(40_000, within=False)), matrix, table)
    for each in (table.frame, frame):
        assert each.loc[each["kind"] == "rare", "x"].mean() > 0.4
        assert (each.loc[each["kind"] == "usual", "follows"] == "yes").mean() == pytest.approx(0.9, abs=0.05)
        assert (each.loc[each["kind"] == "so-so", "follows"] == "yes").mean() == pytest.approx(0.1, abs=0.05)


def test_ranges_that_hardly_a_draw_meets_are_refused_in_words(real):
    _, matrix, mixture = real
    away = mixture.affine(np.full(5, 80.0), np.ones(5))
    with pytest.raises(ChoiceError, match="Allow values outside the ranges"):
        synthetic_values(away, matrix, Drawing(10))


@pytest.mark.parametrize("rows", [0, -5, 1_000_001])
def test_numbers_of_rows_that_make_no_table_are_refused(rows):
    with pytest.raises(ChoiceError, match="rows can be drawn"):
        Drawing(rows)


def test_likeness_finds_the_moved_mean_and_the_lost_correlation():
    rng = np.random.default_rng(0)
    real = rng.multivariate_normal([0, 0, 0], [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]], 4_000)
    made = rng.normal([0, 0, 2], size=(4_000, 3))
    found = likeness(real, made, ("a", "b", "c"))
    assert found.pair == ("a", "b")
    assert found.correlation_gap == pytest.approx(0.9, abs=0.05)
    assert "(c), standard deviations" in found.sentence
    np.testing.assert_allclose(found.frame["mean_made"] - found.frame["mean_real"], [0, 0, 2], atol=0.1)
    np.testing.assert_allclose(found.frame["q50_real"], np.median(real, axis=0))


def test_likeness_leaves_blanks_out_cell_by_cell_and_takes_one_column():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(500, 1))
    real[::7] = np.nan
    found = likeness(real, real[~np.isnan(real[:, 0])], ("a",))
    assert found.frame["ks"].iloc[0] == 0
    assert found.pair is None
    assert "correlations" not in found.sentence


def test_a_mean_that_rounding_alone_keeps_from_zero_is_zero():
    values = np.random.default_rng(0).normal(size=(500, 1))
    found = likeness(values - values.mean(), values, ("a",)).frame
    assert found["mean_real"].iloc[0] == 0
    assert found["mean_made"].iloc[0] == pytest.approx(values.mean())
