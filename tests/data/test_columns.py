import numpy as np
import pandas as pd
import pytest

import core
from core.data.columns import overview, profile
from core.data.combinations import combinations
from core.data.table import AlertKind, Kind

N = 200
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "customer_id": np.arange(1000, 1000 + N),
        "spend": RNG.lognormal(3, 1, N),
        "copy of spend": np.zeros(N),
        "constant": np.full(N, 7.0),
        "stars": RNG.integers(1, 6, N).astype(float),
        "mostly zero": np.where(np.arange(N) % 40, 0.0, RNG.normal(size=N)),
        "few sold": np.where(np.arange(N) % 5 < 3, 0.0, np.where(np.arange(N) % 5 < 4, 1.0, np.arange(N) // 8)),
        "half blank": np.where(RNG.random(N) < 0.5, np.nan, RNG.normal(size=N)),
        "age": RNG.normal(40, 9, N).round(1),
        "region": RNG.choice(["north", "south"], N),
        "note": [f"text {i}" for i in range(N)],
        "when": pd.Timestamp("2026-01-01") + pd.to_timedelta(RNG.integers(0, 900, N), unit="D"),
        "member": RNG.random(N) < 0.5,
    }
)
FRAME["hardly there"] = np.where(np.arange(N) % 20 == 0, np.sin(np.arange(N)), np.nan)
FRAME["copy of spend"] = FRAME["spend"]
FRAME["total"] = FRAME["spend"] + FRAME["age"]


@pytest.fixture(scope="module")
def table():
    return profile(FRAME)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("spend", Kind.NUMBER),
        ("region", Kind.CATEGORY),
        ("note", Kind.TEXT),
        ("when", Kind.DATE),
        ("member", Kind.BOOLEAN),
    ],
)
def test_each_column_is_of_its_kind(table, name, kind):
    assert table.column(name).kind is kind


@pytest.mark.parametrize(
    ("name", "alert"),
    [
        ("customer_id", AlertKind.IDENTIFIER),
        ("copy of spend", AlertKind.DUPLICATE),
        ("constant", AlertKind.CONSTANT),
        ("stars", AlertKind.FEW_VALUES),
        ("mostly zero", AlertKind.NEAR_CONSTANT),
        ("few sold", AlertKind.SPIKE),
        ("hardly there", AlertKind.BLANKS),
        ("total", AlertKind.COMBINATION),
    ],
)
def test_what_cannot_be_fitted_well_is_left_out_with_its_reason(table, name, alert):
    assert alert in [each.kind for each in table.column(name).alerts if each.leaves_out]
    assert name in [each.name for each in core.left_out(table)]
    assert name not in core.default_columns(table)


def test_plain_measures_are_fitted(table):
    assert {"spend", "age", "half blank"} <= set(core.default_columns(table))


@pytest.mark.parametrize("share", [0.4, 0.6, 0.9])
def test_a_column_with_a_heap_is_fitted_where_its_other_values_bear_a_density(share):
    rng = np.random.default_rng(1)
    sales = np.where(rng.random(400) < share, 0.0, rng.lognormal(3, 0.5, 400))
    told = profile(pd.DataFrame({"sales": sales, "age": rng.normal(40, 9, 400)}))
    assert core.default_columns(told) == ("sales", "age")
    assert "of the rows hold the one value 0" in told.column("sales").alerts[0].reason


def test_a_rounded_bell_is_fitted_although_its_middle_is_common():
    rounded = np.random.default_rng(2).standard_t(4, 2_000).round()
    told = profile(pd.DataFrame({"score": rounded}))
    assert told.column("score").n_distinct > 10
    assert not told.column("score").left_out


def test_of_many_columns_mostly_at_one_value_the_six_that_are_so_the_least_are_fitted():
    rng = np.random.default_rng(3)
    words = {f"word {j}": np.where(rng.random(1_000) < 0.6 + j / 50, 0.0, rng.random(1_000)) for j in range(12)}
    told = profile(pd.DataFrame({"length": rng.normal(size=1_000), **words}))
    assert core.default_columns(told) == ("length", *list(words)[:6])
    assert "% of the rows hold the one value 0" in core.left_out(told)[-1].reason


def test_the_reasons_are_words(table):
    reasons = {each.name: each.reason for each in core.left_out(table)}
    assert "5 different values" in reasons["stars"]
    assert "spend" in reasons["total"]


def test_where_only_few_valued_columns_are_left_they_are_taken():
    stars = pd.DataFrame({"a": RNG.integers(1, 6, N), "b": RNG.integers(1, 5, N)})
    assert core.default_columns(profile(stars)) == ("a", "b")


def test_range_spread_and_histogram_are_those_of_the_values(table):
    column = table.column("age")
    assert (column.low, column.high) == (FRAME["age"].min(), FRAME["age"].max())
    assert column.mean == pytest.approx(FRAME["age"].mean())
    assert sum(column.histogram.counts) == N
    assert len(column.histogram.edges) == len(column.histogram.counts) + 1


def test_the_overview_has_a_row_per_column_and_ticks_the_chosen(table):
    frame = overview(table, ("age",))
    assert len(frame) == FRAME.shape[1]
    assert list(frame.loc[frame["use"], "column"]) == ["age"]


def test_combinations_name_what_a_column_follows_from():
    values = RNG.normal(size=(50, 3))
    stacked = np.column_stack([values, 2 * values[:, 0] - values[:, 2] + 5])
    assert combinations(["a", "b", "c", "d"], stacked) == {"d": "follows exactly from “a”, “c”"}


def test_few_rows_say_nothing_of_combinations():
    assert combinations(["a", "b", "c"], RNG.normal(size=(4, 3))) == {}
