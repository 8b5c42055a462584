import numpy as np
import pandas as pd
import pytest

import core
from core.share.filled import filled_frame


def fitted(transforms=()):
    rng = np.random.default_rng(0)
    rows = np.exp(rng.normal(size=(300, 2)) @ [[1.0, 0.9], [0.0, 0.3]])
    rows[rng.random(rows.shape) < 0.2] = np.nan
    frame = pd.DataFrame({"a": rows[:, 0], "b": rows[:, 1], "word": "x", "c": rng.normal(size=300)})
    table = core.read_table(frame.to_csv(index=False).encode(), core.Reading(name="t.csv"))
    matrix = core.prepare(table, core.Preparation(columns=("a", "b"), transforms=transforms))
    return table, matrix, core.fit(matrix, core.Plan(components=1))


def test_blanks_are_filled_and_all_else_stays():
    table, matrix, fit = fitted()
    got = filled_frame(table, matrix, fit)
    inside = np.zeros(300, dtype=bool)
    inside[matrix.row_ids] = True
    for name in ("a", "b"):
        blank = table.frame[name].isna().to_numpy()
        np.testing.assert_array_equal(got[name].isna(), blank & ~inside)
        np.testing.assert_array_equal(got[name][~blank], table.frame[name][~blank])
        np.testing.assert_array_equal(got[f"{name} (spread where filled)"].notna(), blank & inside)
    assert list(got.columns[:4]) == list(table.frame.columns)


def test_filled_values_are_regressions_in_raw_units():
    table, matrix, fit = fitted()
    mean, covariance = matrix.transform.to_raw(fit.mixture.means)[0], fit.mixture.covariances[0]
    covariance = covariance * np.outer(matrix.transform.scales, matrix.transform.scales)
    got = filled_frame(table, matrix, fit)
    row = int(np.flatnonzero(table.frame["b"].isna() & table.frame["a"].notna())[0])
    slope = covariance[1, 0] / covariance[0, 0]
    assert got["b"][row] == pytest.approx(mean[1] + slope * (table.frame["a"][row] - mean[0]))
    assert got["b (spread where filled)"][row] == pytest.approx(np.sqrt(covariance[1, 1] - slope * covariance[0, 1]))


def test_filled_values_of_a_logarithm_are_positive():
    got = filled_frame(*fitted((("a", "log"), ("b", "log"))))
    assert (got[["a", "b"]].min() > 0).all()
    assert (got["a (spread where filled)"].dropna() > 0).all()
