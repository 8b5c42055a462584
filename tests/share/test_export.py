import csv
import datetime
import io
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import core
from core.analysis.anomaly.odd_rows import anomalies
from core.analysis.anomaly.reasons import reasons
from core.analysis.anomaly.reviews import Review, Reviews
from core.analysis.groups.grouping import Grouping
from core.analysis.new_rows import score_rows
from core.data.columns import profile
from core.data.prepare import Preparation, prepare
from core.mixture.fit import fit
from core.mixture.model import Noise
from core.mixture.plan import Plan
from core.share import sheet
from core.share.export import Labelled, labelled_frame, odd_frame, to_csv
from core.share.sheet import beyond_a_sheet, to_xlsx

HOSTILE = ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@import", "\t=1", "\r=1", '=HYPERLINK("http://x")']
HARMLESS = ["-3", "-1.5e3", "+4", "-2,5", "plain", "a=b", "", "-12 %"]
AWKWARD = ["a, b", 'say "so"', "two\nlines", "naïve 😀", "'quoted", " spaced ", "<b>&amp;</b>"]


def from_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def from_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_cells_that_a_spreadsheet_would_run_become_text_and_negative_numbers_stay():
    frame = pd.DataFrame({"text": HOSTILE + HARMLESS, "number": np.linspace(-3, 3, len(HOSTILE) + len(HARMLESS))})
    rows = from_csv(to_csv(frame))[1:]
    texts = [row[0] for row in rows]
    assert all(cell.startswith("'") for cell in texts[: len(HOSTILE)])
    assert texts[len(HOSTILE) :] == HARMLESS
    np.testing.assert_array_equal([float(row[1]) for row in rows], frame["number"])


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_text_comes_back_as_it_went_whatever_its_type(kind):
    frame = pd.DataFrame({"text": pd.Series([*AWKWARD, None], dtype=kind), "n": range(len(AWKWARD) + 1)})
    assert [row[0] for row in from_csv(to_csv(frame))[1:]] == [*AWKWARD, ""]
    assert [row[0] for row in from_xlsx(to_xlsx(frame))[1:]] == [*AWKWARD, None]


def test_a_csv_begins_with_a_byte_order_mark_and_ends_its_lines_as_spreadsheets_do():
    assert to_csv(pd.DataFrame({"é": [1]})) == "\ufeffé\r\n1\r\n".encode()


def test_a_name_that_a_spreadsheet_would_run_becomes_text():
    assert to_csv(pd.DataFrame({"=A1": [1]})).decode("utf-8-sig").startswith("'=A1")


def test_the_workbook_holds_the_same_cells_and_no_formula():
    frame = pd.DataFrame(
        {"text": [*HOSTILE, "-3"], "=name": np.arange(8) - 3.5, "when": pd.Timestamp("2026-01-02"), "yes": [True] * 8}
    )
    rows = from_xlsx(to_xlsx(frame))
    assert rows[0] == ["text", "'=name", "when", "yes"]
    assert [row[1] for row in rows[1:]] == list(frame["=name"])
    assert rows[1][2] == datetime.datetime(2026, 1, 2)
    assert rows[1][3] is True
    assert all(row[0].startswith("'") for row in rows[1:-1])
    assert rows[-1][0] == "-3"


def test_dates_keep_their_time_of_day_and_those_before_1900_are_text():
    frame = pd.DataFrame({"when": pd.to_datetime(["2026-01-02 03:04:05", None, "1850-06-07 00:00:00"])})
    assert [row[0] for row in from_xlsx(to_xlsx(frame))[1:]] == [
        datetime.datetime(2026, 1, 2, 3, 4, 5),
        None,
        "1850-06-07 00:00:00",
    ]


def test_whole_numbers_that_a_sheet_would_round_and_infinities_are_text_and_blanks_are_blank():
    frame = pd.DataFrame(
        {
            "id": pd.Series([12345678901234567, 7, None], dtype="Int64"),
            "x": [np.inf, -1.25, np.nan],
            "f": np.array([np.nan, 0.5, 2], dtype=np.float32),
        }
    )
    assert from_xlsx(to_xlsx(frame))[1:] == [["12345678901234567", "inf", None], [7, -1.25, 0.5], [None, None, 2]]


def test_the_rows_of_a_workbook_keep_their_order_past_a_block(monkeypatch):
    monkeypatch.setattr(sheet, "BLOCK_ROWS", 7)
    frame = pd.DataFrame({"n": np.arange(30), "when": pd.date_range("2026-01-01", periods=30)})
    rows = from_xlsx(to_xlsx(frame))[1:]
    assert [row[0] for row in rows] == list(range(30))
    assert [row[1] for row in rows] == [when.to_pydatetime() for when in frame["when"]]


def test_a_table_too_wide_for_a_sheet_is_refused_with_a_way_on():
    with pytest.raises(core.DataError, match="Download it as CSV"):
        to_xlsx(pd.DataFrame(np.zeros((1, 16_385))))


def test_a_table_too_long_for_a_sheet_is_refused_with_a_way_on():
    with pytest.raises(core.DataError, match="1,048,575 rows"):
        to_xlsx(pd.DataFrame({"x": np.zeros(1_048_576)}))
    assert beyond_a_sheet(pd.DataFrame({"x": np.zeros(1_048_575)})) is None


@pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 16_384, "=" + "x" * 32_766])
def test_a_text_too_long_for_a_cell_is_refused_not_cut(text):
    with pytest.raises(core.DataError, match="in 'note' has 32,768"):
        to_xlsx(pd.DataFrame({"note": ["short", text]}))
    with pytest.raises(core.DataError, match="has 32,768"):
        to_xlsx(pd.DataFrame({text: [1]}))
    assert from_csv(to_csv(pd.DataFrame({"note": [text]})))[1][0].endswith(text)


def test_a_text_that_just_fits_a_cell_comes_back_whole():
    assert from_xlsx(to_xlsx(pd.DataFrame({"note": ["x" * 32_767]})))[1][0] == "x" * 32_767


def test_columns_still_to_come_count_towards_the_sheets_limit():
    wide = pd.DataFrame(np.zeros((1, 16_380)))
    assert beyond_a_sheet(wide) is None
    assert "too large" in str(beyond_a_sheet(wide, more_columns=5))


def labelled():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"name": [f"n{i}" for i in range(60)], "x": rng.normal(size=60), "y": rng.normal(size=60)})
    frame.loc[5, "x"] = np.nan
    frame.loc[9, ["x", "y"]] = 30.0, -30.0
    table = profile(frame)
    matrix = core.prepare(table, core.Preparation(columns=("x", "y"), blanks="drop"))
    fitted = core.fit(matrix, core.Plan(components=2, family="EEE"))
    odd = core.anomalies(fitted, matrix, core.TopRows(3))
    return table, Labelled(matrix, fitted, odd, core.k_means(matrix, 2))


def test_every_row_is_exported_under_its_original_names_with_what_was_found():
    table, found = labelled()
    frame = labelled_frame(table, found)
    assert list(frame.columns[:3]) == ["name", "x", "y"]
    assert len(frame.columns) == 3 + found.n_columns
    assert len(frame) == 60
    assert frame["row"].tolist() == list(range(1, 61))
    assert odd_frame(table, found)["row"].iloc[0] == 10
    assert frame["GMM group"].isna().sum() == 1
    assert frame.loc[5, ["GMM group", "K-Means group", "score (-log p)", "odd"]].isna().all()
    shares = frame.filter(like="share of group").dropna()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (frame["odd"] == "yes").sum() == 3
    assert frame.loc[9, "odd"] == "yes"


def test_rows_with_blanks_are_exported_with_the_level_that_the_line_is_for():
    table, found = labelled()
    matrix = core.prepare(table, core.Preparation(columns=("x", "y")))
    fit = core.fit(matrix, core.Plan(components=2, family="EEE"))
    kept = Labelled(matrix, fit, core.anomalies(fit, matrix, core.TopRows(3)), core.k_means(matrix, 2))
    frame = labelled_frame(table, kept)
    assert len(frame.columns) == 3 + kept.n_columns == 4 + found.n_columns
    np.testing.assert_array_equal(
        frame["score as of a row without blanks"] >= kept.odd.threshold, frame["odd"] == "yes"
    )


def test_what_was_said_of_rows_is_exported_also_of_those_left_out_of_the_fit():
    table, found = labelled()
    said = replace(found, reviews=Reviews.of({9: Review.ODD, 5: Review.FINE}))
    frame = labelled_frame(table, said)
    assert len(frame.columns) == 3 + said.n_columns == 4 + found.n_columns
    assert frame["your review"].dropna().to_dict() == {5: "fine", 9: "really odd"}
    assert odd_frame(table, said).loc[9, "your review"] == "really odd"
    assert from_csv(to_csv(frame))[10][-1] == from_xlsx(to_xlsx(frame))[10][-1] == "really odd"


def test_rows_that_took_no_part_are_marked_where_there_are_any():
    table, found = labelled()
    took_part = np.arange(len(found.matrix.values)) != 4
    frame = labelled_frame(table, replace(found, took_part=took_part))
    assert len(frame.columns) == 3 + replace(found, took_part=took_part).n_columns == 4 + found.n_columns
    assert list(np.flatnonzero(frame["shaped the groups"] == "no")) == [found.matrix.row_ids[4]]
    assert "shaped the groups" not in labelled_frame(table, found)


def test_the_odd_rows_come_oddest_first():
    table, found = labelled()
    scores = odd_frame(table, found)["score (-log p)"]
    assert list(scores) == sorted(scores, reverse=True)
    assert len(scores) == 3


def test_odd_rows_take_their_reasons_with_them():
    table, found = labelled()
    why = reasons(found.fit, found.matrix, found.odd.ranking[:2])
    frame = odd_frame(table, found, why)
    assert frame["why"].tolist() == [*(" ".join(why.sentences(at)) for at in (0, 1)), ""]
    assert from_csv(to_csv(frame))[1][-1] == frame["why"].iloc[0]


def test_labels_and_scores_are_those_of_the_models():
    table, found = labelled()
    frame = labelled_frame(table, found).iloc[found.matrix.row_ids]
    shares = found.fit.mixture.responsibilities(found.matrix.values)
    np.testing.assert_array_equal(frame["GMM group"].astype(int), shares.argmax(axis=1) + 1)
    np.testing.assert_array_equal(frame["share of group 2"], shares[:, 1])
    np.testing.assert_array_equal(frame["score (-log p)"], found.odd.score)


def test_a_k_means_group_bears_the_number_of_the_mixtures_group_it_matches():
    table, found = labelled()
    swapped = replace(found.partition, labels=1 - found.partition.labels, centers=found.partition.centers[::-1])
    there = labelled_frame(table, replace(found, partition=swapped))["K-Means group"]
    here = labelled_frame(table, found)
    pd.testing.assert_series_equal(there, here["K-Means group"])
    assert (here["K-Means group"] == here["GMM group"]).mean() > 0.5


def test_noise_is_group_0_with_a_share_of_its_own():
    table, found = labelled()
    mixture = replace(found.fit.mixture, weights=found.fit.mixture.weights * 0.9, noise=Noise(0.1, -60.0))
    frame = labelled_frame(table, replace(found, fit=replace(found.fit, mixture=mixture)))
    assert (frame["GMM group"].dropna() == 0).all()
    assert (frame["share of noise"].dropna() > 0.99).all()
    assert "share of group 3" not in frame


def test_a_table_that_was_exported_before_can_be_exported_again():
    table, found = labelled()
    again = profile(labelled_frame(table, found))
    frame = labelled_frame(again, found)
    assert frame.columns.is_unique
    assert {"GMM group", "GMM group (2)", "odd (2)"} < set(frame.columns)
    np.testing.assert_array_equal(frame["GMM group (2)"].dropna(), frame["GMM group"].dropna())


def test_the_files_hold_every_row_and_number_of_the_frame():
    table, found = labelled()
    frame = labelled_frame(table, found)
    text, sheet = from_csv(to_csv(frame)), from_xlsx(to_xlsx(frame))
    assert text[0] == sheet[0] == list(frame.columns)
    assert len(text) == len(sheet) == 61
    at = frame.columns.get_loc("score (-log p)")
    want = frame["score (-log p)"].to_numpy()
    np.testing.assert_array_equal([float(row[at] or "nan") for row in text[1:]], want)
    np.testing.assert_allclose([np.nan if row[at] is None else row[at] for row in sheet[1:]], want, rtol=1e-14)


def test_control_characters_and_what_looks_like_their_escape_come_back_from_a_workbook():
    texts = ["_x0041_", "a\x01b"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_xlsx(pd.DataFrame({"text": texts}))))
    assert book.get_sheet_by_index(0).to_python() == [["text"], *([text] for text in texts)]


def test_merged_components_are_exported_as_one_group_with_their_shares_together():
    table, found = labelled()
    fitted = core.fit(found.matrix, core.Plan(components=3, family="VII"))
    merged = replace(found, fit=fitted, grouping=Grouping((0, 1, 0)))
    frame = labelled_frame(table, merged).iloc[found.matrix.row_ids]
    shares = fitted.mixture.responsibilities(found.matrix.values)
    np.testing.assert_allclose(frame["share of group 1"], shares[:, 0] + shares[:, 2])
    np.testing.assert_array_equal(frame["GMM group"].astype(int), np.where(frame["share of group 1"] > 0.5, 1, 2))
    assert "share of group 3" not in frame.columns
    assert len(labelled_frame(table, merged).columns) == 3 + merged.n_columns


def test_the_next_group_and_the_lead_over_it_stand_beside_the_shares():
    table, found = labelled()
    frame = labelled_frame(table, found).iloc[found.matrix.row_ids]
    shares = frame.filter(like="share of group").to_numpy(dtype=float)
    two = np.sort(shares, axis=1)[:, ::-1][:, :2]
    np.testing.assert_allclose(frame["lead over the next group"].astype(float), two[:, 0] - two[:, 1])
    ranked = np.argsort(-shares, axis=1, kind="stable")
    np.testing.assert_array_equal(frame["next group"].astype(int), ranked[:, 1] + 1)


def test_names_of_groups_stand_beside_their_numbers():
    table, found = labelled()
    named = replace(found, grouping=Grouping.apart(found.fit.components).called(["few", ""]))
    frame = labelled_frame(table, named)
    before = labelled_frame(table, found)
    assert "GMM group name" not in before
    called = frame.dropna(subset=["GMM group"]).set_index("GMM group")["GMM group name"].to_dict()
    assert called[1] == "few"
    assert called[2] == "Group 2"
    assert frame.shape[1] == before.shape[1] + 1 == 3 + named.n_columns


def test_rows_that_cannot_be_compared_are_marked_so_and_have_no_group():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"mass": rng.lognormal(2, 0.5, 200), "size": rng.normal(size=200)})
    matrix = prepare(frame, Preparation(("mass", "size"), transforms=(("mass", "log"),)))
    fitted = fit(matrix, Plan("EEE", 1))
    table = profile(frame.head(10).assign(mass=[0.0, *frame["mass"].iloc[1:10]]))
    found = score_rows(fitted, matrix, anomalies(fitted, matrix), table)
    told = Labelled(found.matrix, fitted, found.odd, not_comparable=found.not_comparable.tolist())
    whole = labelled_frame(table, told)
    assert whole["odd"].tolist()[:2] == ["not comparable", "no"]
    assert pd.isna(whole["GMM group"].iloc[0])
    assert b"not comparable" in to_csv(whole)
