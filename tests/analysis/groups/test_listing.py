import numpy as np
import pandas as pd

import core
from core.analysis.anomaly.reasons import reasons
from core.analysis.anomaly.reviews import Review, Reviews
from core.analysis.groups.grouping import Grouping
from core.analysis.groups.listing import REVIEW, listed, nearest_groups, odd_rows, with_dates
from core.data.columns import profile
from core.mixture.model import Mixture, Noise


def test_a_row_that_noise_claims_has_a_nearest_group_all_the_same():
    mixture = Mixture(np.array([0.4, 0.5]), [[0.0], [9.0]], np.ones((2, 1, 1)), Noise(0.1, np.log(1e3)))
    far = np.array([[500.0], [-500.0]])
    assert mixture.responsibilities(far).argmax(axis=1).tolist() == [2, 2]
    assert nearest_groups(mixture, far, Grouping.apart(2).called(["", "few"])) == ["few", "1"]
    assert nearest_groups(mixture, far, Grouping((0, 0))) == ["1", "1"]


def test_odd_rows_are_listed_oddest_first_with_label_reason_and_cells():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(100, 2)), columns=["a", "b"]).assign(name=[f"n{i}" for i in range(100)])
    frame.loc[7, ["a", "b"]] = 9.0, -9.0
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("a", "b")))
    fit = core.fit(matrix, core.Plan("VVV", 1))
    odd = core.anomalies(fit, matrix, core.TopRows(3))
    rows = listed(odd)
    nearest = nearest_groups(fit.mixture, matrix.values[rows], Grouping.apart(1))
    said = Reviews.of({7: Review.ODD})
    found = odd_rows(table, matrix, odd, nearest, reasons(fit, matrix, rows), said)
    assert found["row"].iloc[0] == 8
    assert found[REVIEW].dropna().to_dict() == {0: "really odd"}
    assert found["name"].iloc[0] == "n7"
    by_name = odd_rows(table, matrix, odd, nearest, reasons(fit, matrix, rows), said, "name")
    assert by_name.columns[:2].tolist() == ["row", "name"]
    assert sorted(by_name.columns) == sorted(found.columns)
    unsaid = odd_rows(table, matrix, odd, nearest, reasons(fit, matrix, rows), Reviews())
    assert (unsaid.dtypes == found.dtypes).all()
    assert found["score"].is_monotonic_decreasing
    assert found["why"].iloc[0].split(":")[0] in ("a", "b")


def test_tables_of_features_are_told_with_dates_where_some_are():
    frame = pd.DataFrame({"x": np.arange(50.0) ** 2, "when": pd.date_range("2024-03-01", periods=50)})
    transform = core.prepare(frame, core.Preparation(columns=("x", "when"))).transform
    told = pd.DataFrame({"column": ["when", "x"], "mean": [19_787.4, 3.25], "sd": [12.0, 0.5], "ks": [0.1, 0.2]})
    found = with_dates(told, transform, ["mean"], ["sd"])
    assert found["mean"].tolist() == ["2024-03-05", "3.25"]
    assert found["sd"].tolist() == ["12 days", "0.500"]
    assert found["ks"].tolist() == [0.1, 0.2]
    alone = told[told["column"] == "x"]
    assert with_dates(alone, transform, ["mean"], ["sd"]) is alone
