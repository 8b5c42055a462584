import csv
import io

import numpy as np
import openpyxl
import pandas as pd
import pytest

import core
from core.data.columns import profile
from core.share.export import Labelled, labelled_frame, odd_frame, to_csv, to_xlsx

HOSTILE = ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@import", "\t=1", "\r=1", '=HYPERLINK("http://x")']
HARMLESS = ["-3", "-1.5e3", "+4", "-2,5", "plain", "a=b", "", "-12 %"]


def test_cells_that_a_spreadsheet_would_run_become_text_and_negative_numbers_stay():
    frame = pd.DataFrame({"text": HOSTILE + HARMLESS, "number": np.linspace(-3, 3, len(HOSTILE) + len(HARMLESS))})
    rows = list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig"), newline="")))[1:]
    texts = [row[0] for row in rows]
    assert all(cell.startswith("'") for cell in texts[: len(HOSTILE)])
    assert texts[len(HOSTILE) :] == HARMLESS
    assert float(rows[0][1]) == -3.0


def test_a_name_that_a_spreadsheet_would_run_becomes_text():
    assert to_csv(pd.DataFrame({"=A1": [1]})).decode("utf-8-sig").startswith("'=A1")


def test_the_workbook_holds_the_same_cells_and_no_formula():
    frame = pd.DataFrame(
        {"text": [*HOSTILE, "plain"], "number": np.arange(8) - 3.5, "when": pd.Timestamp("2026-01-02")}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(frame))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("text", "number", "when")
    assert [row[1] for row in rows[1:]] == list(frame["number"])
    assert rows[1][2] == pd.Timestamp("2026-01-02").to_pydatetime()
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert all(row[0].startswith("'") for row in rows[1:-1])


def test_a_table_too_wide_for_a_sheet_is_refused_with_a_way_on():
    with pytest.raises(core.DataError, match="Download it as CSV"):
        to_xlsx(pd.DataFrame(np.zeros((1, 16_385))))


def labelled():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"name": [f"n{i}" for i in range(60)], "x": rng.normal(size=60), "y": rng.normal(size=60)})
    frame.loc[5, "x"] = np.nan
    frame.loc[9, ["x", "y"]] = 30.0, -30.0
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("x", "y")))
    fitted = core.fit(matrix, core.Plan(components=2, family="EEE"))
    odd = core.anomalies(fitted, matrix, core.TopRows(3))
    return table, Labelled(matrix, fitted, odd, core.k_means(matrix, 2))


def test_every_row_is_exported_under_its_original_names_with_what_was_found():
    table, found = labelled()
    frame = labelled_frame(table, found)
    assert list(frame.columns[:3]) == ["name", "x", "y"]
    assert len(frame) == 60
    assert frame["GMM group"].isna().sum() == 1
    assert frame.loc[5, ["GMM group", "K-Means group", "score (-log p)", "odd"]].isna().all()
    shares = frame.filter(like="share of group").dropna()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (frame["odd"] == "yes").sum() == 3
    assert frame.loc[9, "odd"] == "yes"


def test_the_odd_rows_come_oddest_first():
    table, found = labelled()
    scores = odd_frame(table, found)["score (-log p)"]
    assert list(scores) == sorted(scores, reverse=True)
    assert len(scores) == 3
