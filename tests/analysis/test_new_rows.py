from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.analysis.anomaly.odd_rows import anomalies
from core.analysis.anomaly.policies import ExpectedFalseAlarms
from core.analysis.groups.grouping import Grouping
from core.analysis.new_rows import drift_of, match, score_rows
from core.data.columns import profile
from core.data.prepare import Preparation, prepare
from core.errors import DataError
from core.mixture.fit import fit
from core.mixture.plan import Plan
from core.numbers import figure


def rows(n, seed, shift=0.0, first=0.5):
    rng = np.random.default_rng(seed)
    labels = rng.random(n) < first
    values = rng.normal(size=(n, 2)) + np.where(labels, 0, 9)[:, None] + [shift, 0]
    return pd.DataFrame(values, columns=["width", "height"])


@pytest.fixture(scope="module")
def trained():
    matrix = prepare(rows(2_000, 0), Preparation(columns=("width", "height"), blanks="drop"))
    fitted = fit(matrix, Plan("VVV", 2))
    return fitted, matrix, anomalies(fitted, matrix, ExpectedFalseAlarms(10))


def test_the_training_rows_themselves_get_their_own_scores_flags_and_no_drift(trained):
    fitted, matrix, odd = trained
    found = score_rows(fitted, matrix, odd, profile(rows(2_000, 0)))
    np.testing.assert_allclose(found.odd.score, odd.score)
    np.testing.assert_array_equal(found.odd.flagged, odd.flagged)
    np.testing.assert_allclose(found.drift[["shift", "ks", "beyond"]], 0, atol=1e-12)
    assert found.drift_sentence == "No column has moved by much"
    np.testing.assert_array_equal(found.groups["then"], found.groups["now"])


def test_columns_are_matched_by_name_in_any_order_and_extra_ones_are_named(trained):
    fitted, matrix, odd = trained
    new = rows(300, 5)
    table = profile(new[["height", "width"]].assign(note="x", weight=range(300)))
    found = score_rows(fitted, matrix, odd, table)
    assert found.columns.found == ("width", "height")
    assert found.columns.extra == ("note", "weight")
    np.testing.assert_allclose(found.matrix.raw, new.to_numpy())


def test_missing_columns_are_named_beside_those_that_are_there(trained):
    fitted, matrix, odd = trained
    table = profile(rows(50, 1).rename(columns={"width": "Width (cm)"}))
    assert match(matrix.transform, table).missing == ("width",)
    with pytest.raises(DataError, match="lacks the column 'width'") as refused:
        score_rows(fitted, matrix, odd, table)
    assert "'Width (cm)'" in str(refused.value)


def test_as_many_fresh_rows_of_the_same_kind_are_flagged_as_expected(trained):
    fitted, matrix, odd = trained
    flagged = [score_rows(fitted, matrix, odd, profile(rows(4_000, seed))) for seed in range(10, 20)]
    expected = np.mean([each.expected for each in flagged])
    # Both tails are known from some 2,000 simulated rows: to 2.2 % each, and this is five times their error.
    assert expected == pytest.approx(20, rel=0.16)
    assert np.mean([each.odd.flagged.sum() for each in flagged]) == pytest.approx(expected, rel=0.35)


def test_a_shifted_column_is_said_to_have_moved_and_by_how_much(trained):
    fitted, matrix, odd = trained
    found = score_rows(fitted, matrix, odd, profile(rows(1_000, 3, shift=12.0)))
    assert found.drift["moved"].tolist() == [True, False]
    assert found.drift["shift"].iloc[0] == pytest.approx(12 / matrix.raw[:, 0].std(), rel=0.05)
    assert found.drift_sentence.startswith("width has moved up by 2.")
    assert found.odd.flagged.mean() > 0.9
    assert f"about {figure(found.expected, 2)} would" in found.sentence


def test_a_group_that_has_grown_is_named(trained):
    fitted, matrix, odd = trained
    found = score_rows(fitted, matrix, odd, profile(rows(1_000, 3, first=0.9)))
    most = found.groups["now"].max()
    assert most == pytest.approx(0.9, abs=0.03)
    assert "90 % of the new rows; it held" in found.groups_sentence or f"{100 * most:.0f} %" in found.groups_sentence


def test_merged_components_are_one_group(trained):
    fitted, matrix, odd = trained
    found = score_rows(fitted, matrix, odd, profile(rows(100, 4)), Grouping((0, 0)))
    assert found.groups["now"].tolist() == [1.0]
    assert set(found.labels) == {0}


def test_blanks_are_counted_and_a_file_without_a_full_row_is_refused(trained):
    fitted, matrix, odd = trained
    new = rows(100, 4)
    new.loc[:29, "width"] = np.nan
    found = score_rows(fitted, matrix, odd, profile(new))
    assert len(found.matrix.values) == 70
    new["width"] = np.nan
    with pytest.raises(DataError, match="No row of the file"):
        score_rows(fitted, matrix, odd, profile(new))


@pytest.fixture(scope="module")
def transformed():
    """A fit with a logarithm, a category as columns, and blanks kept."""
    rng = np.random.default_rng(1)
    paint = rng.choice(["red", "green", "blue"], 400, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame({"mass": rng.lognormal(2, 0.5, 400), "size": rng.normal(size=400), "paint": paint})
    choice = Preparation(("mass", "size"), transforms=(("mass", "log"),), encode=("paint",))
    matrix = prepare(frame, choice)
    fitted = fit(matrix, Plan("EEE", 1))
    return fitted, matrix, anomalies(fitted, matrix, ExpectedFalseAlarms(10)), frame.head(40)


def scored(transformed, frame):
    fitted, matrix, odd, _ = transformed
    return score_rows(fitted, matrix, odd, profile(frame))


def test_rows_without_a_logarithm_and_with_a_value_never_seen_are_told_and_not_compared(transformed):
    new = transformed[3].copy()
    new.loc[3, "mass"], new.loc[7, "mass"], new.loc[7, "paint"] = 0.0, -2.0, "teal"
    found = scored(transformed, new)
    assert found.not_comparable.tolist() == [3, 7]
    assert 3 not in found.matrix.row_ids
    assert len(found.matrix.values) == 38
    first, mass, paint = found.unlike_sentences
    assert first == "2 rows cannot be compared and are marked so, neither odd nor usual."
    assert mass.startswith("mass: zero or less")
    assert mass.endswith("in 2 rows.")
    assert paint == "paint: values that no fitted row has (teal), in 1 row."


def test_the_commonest_value_of_a_category_is_not_new(transformed):
    found = scored(transformed, transformed[3])
    assert not found.unlike
    assert not found.not_comparable.size
    assert found.unlike_sentences == ()


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["5.1 kW"] * 40, "text where numbers were fitted (5.1 kW)"),
        (pd.date_range("2020-01-01", periods=40), "dates where numbers were fitted"),
        ([True, False] * 20, "yes or no where numbers were fitted"),
        ([np.inf] * 40, "infinite"),
    ],
)
def test_a_column_of_another_kind_is_refused_with_what_it_holds(transformed, cells, what):
    with pytest.raises(DataError, match="can be compared") as refused:
        scored(transformed, transformed[3].assign(size=cells))
    assert f"size: {what}" in str(refused.value) or what in str(refused.value)


def test_what_was_fitted_as_a_date_is_not_compared_with_numbers():
    days = pd.date_range("2020-01-01", periods=200)
    frame = pd.DataFrame({"day": days, "x": np.random.default_rng(0).normal(size=200)})
    matrix = prepare(frame, Preparation(("day", "x")))
    fitted = fit(matrix, Plan("VVV", 1))
    odd = anomalies(fitted, matrix, ExpectedFalseAlarms(1))
    with pytest.raises(DataError, match="day: numbers where dates were fitted"):
        score_rows(fitted, matrix, odd, profile(frame.assign(day=range(200))))


@pytest.mark.parametrize("n", [1, 2])
def test_one_new_row_is_scored(transformed, n):
    found = scored(transformed, transformed[3].head(n))
    assert len(found.odd.score) == n
    assert np.isfinite(found.drift["shift"]).all()


def test_rows_blank_in_every_fitted_column_are_left_out_and_told(transformed):
    new = transformed[3].copy()
    new.loc[:4, ["mass", "size", "paint"]] = np.nan
    found = scored(transformed, new)
    assert len(found.matrix.values) == 35
    assert any("5 rows" in note.what for note in found.matrix.notes)


@pytest.mark.filterwarnings("error")
def test_the_drift_from_one_value_is_no_number_of_standard_deviations():
    kept = prepare(rows(500, 0), Preparation(columns=("width", "height")))
    still = replace(kept, values=np.column_stack([np.zeros(500), kept.values[:, 1]]))
    found = drift_of(still, kept)
    assert np.isnan(found["shift"].iloc[0])
    assert found["moved"].tolist() == [True, False]
    assert not drift_of(still, still)["moved"].any()


def test_a_column_blank_throughout_counts_as_moved():
    kept = prepare(rows(500, 0), Preparation(columns=("width", "height"), blanks="keep"))
    new = rows(100, 4)
    new["width"] = np.nan
    found = drift_of(kept, kept.transform.apply(profile(new)))
    assert found["moved"].tolist() == [True, False]
    assert found["blank_now"].tolist() == [1.0, 0.0]
