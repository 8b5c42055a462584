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
        "mostly zero": np.where(RNG.random(N) < 0.5, 0.0, RNG.normal(size=N)),
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
        ("mostly zero", AlertKind.SPIKE),
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
