"""Levels: a value is the same whatever type of column holds it, and whoever wrote the file."""

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.comparable import unlike
from core.data.columns import profile
from core.data.levels import spelled, told_apart

CODES = [1, 2, 2, 3] * 15


def with_codes(codes):
    return pd.DataFrame({"x": np.random.default_rng(0).normal(size=len(codes)), "code": codes})


HOLDERS = {
    "whole numbers": pd.Series(CODES),
    "numbers": pd.Series(CODES, dtype=float),
    "numbers with a blank": pd.Series([None, *CODES[1:]], dtype=float),
    "pandas' whole numbers with a blank": pd.Series([None, *CODES[1:]], dtype="Int64"),
    "pandas' numbers": pd.Series(CODES, dtype="Float64"),
    "objects": pd.Series([1.0, *CODES[1:]], dtype=object),
    "categories": pd.Series([None, *CODES[1:]], dtype=float).astype("category"),
    "texts": pd.Series(list(map(str, CODES))),
    "texts of numbers": pd.Series([f"{code}.0" for code in CODES]),
}


@pytest.mark.parametrize("then", HOLDERS.values(), ids=HOLDERS)
@pytest.mark.parametrize("now", HOLDERS.values(), ids=HOLDERS)
def test_a_value_is_the_same_in_another_table_whatever_holds_it(then, now):
    choice = core.Preparation(columns=("x",), encode=("code",))
    transform = core.prepare(with_codes(then), choice).transform
    new = profile(with_codes(now))
    assert unlike(transform, new) == ()
    expected = np.where(now.isna(), np.nan, np.array(CODES) == 3)
    (at,) = (at for at, name in enumerate(transform.features) if name.startswith("code = 3"))
    np.testing.assert_array_equal(transform.apply(new).raw[:, at].round(9), expected)


def test_whole_numbers_have_no_point_in_names_and_texts_stay_as_they_are():
    assert spelled(pd.Series([1.0, 2.5, None])).dropna().tolist() == ["1", "2.5"]
    assert spelled(pd.Series([1e300, np.inf])).tolist()[1] == "inf"
    assert spelled(pd.Series(["1.0", "01", "a", None])).dropna().tolist() == ["1.0", "01", "a"]
    assert spelled(pd.Series([True, None], dtype="boolean")).dropna().tolist() == ["True"]
    assert told_apart(pd.Series(["1.0", "1", "1.5", "01", "1.0.0"])).tolist() == ["1", "1", "1.5", "01", "1.0.0"]


@pytest.mark.parametrize("kinds", [None, [("code", "category")]])
def test_a_file_that_pandas_wrote_with_a_blank_has_the_values_of_one_without(kinds):
    reading = core.Reading(kinds=kinds)
    first = core.read_table(with_codes(CODES).to_csv(index=False).encode(), reading)
    other = core.read_table(with_codes([None, *CODES[1:]]).to_csv(index=False).encode(), reading)
    choice = core.Preparation(columns=("x",), encode=("code",))
    for one, new in ((first, other), (other, first)):
        assert unlike(core.prepare(one, choice).transform, new) == ()


def test_a_value_that_no_fitted_row_has_is_still_told():
    transform = core.prepare(with_codes(CODES), core.Preparation(columns=("x",), encode=("code",))).transform
    (found,) = unlike(transform, profile(with_codes([4.0, 1.5, None, *CODES[3:]])))
    assert found.rows.nonzero()[0].tolist() == [0, 1]
    assert "(4, 1.5)" in found.why


def test_rows_drawn_have_the_values_that_the_table_has():
    table = profile(with_codes(HOLDERS["numbers with a blank"]))
    matrix = core.prepare(table, core.Preparation(columns=("x",), encode=("code",)))
    mixture = core.fit(matrix, components=1, family="VVI").mixture
    drawn = core.synthetic_frame(core.synthetic_values(mixture, matrix, core.Drawing(rows=300)), matrix, table)
    assert set(drawn["code"]) == {"1", "2", "3"}
