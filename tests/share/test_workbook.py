import io
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

import core
from core.share.workbook import file_name, groups_frame, labelled_rows

RNG = np.random.default_rng(4)
N = 90
HOSTILE = '=cmd|"/C calc"!A0'


def as_csv():
    """Two groups of prices and weights with a yes/no, a share, words that a spreadsheet would run, and one odd row."""
    group = np.arange(N) % 3 == 0
    price = np.where(group, 900.0, 300.0) + RNG.normal(0, 20, N)
    weight = np.where(group, 40.0, 20.0) + RNG.normal(0, 1, N)
    weight[5] = 95.0
    lines = [f"{HOSTILE.replace(chr(34), chr(39))};price;weight;new;day"]
    for k in range(N):
        day = f"2024-03-{k % 28 + 1:02d}"
        lines.append(f"@x{k};€{price[k]:.2f};{weight[k]:.1f} kg;{'yes' if k % 2 else 'no'};{day}")
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def answer():
    table = core.read_table(as_csv(), core.Reading(name="../prices: 2024.csv"))
    recipe = core.Recipe.of(
        table, preparation=core.Preparation(columns=("price (€)", "weight (kg)")), names=(HOSTILE, "b")
    )
    return recipe.replay(table).answer


@pytest.fixture(scope="module")
def book(answer):
    recipe = core.Recipe.of(answer.table, preparation=core.Preparation(columns=("price (€)", "weight (kg)")))
    return openpyxl.load_workbook(io.BytesIO(core.workbook(answer, recipe.with_result(answer))))


def test_it_has_the_rows_the_groups_the_odd_rows_and_how_they_were_found(book):
    assert book.sheetnames == ["Rows", "Groups", "Odd rows", "How it was found"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(sheet.column_dimensions[each.column_letter].width >= 8 for each in sheet[1])


def test_no_cell_of_it_is_run(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                assert not isinstance(cell.value, str) or cell.value[:1] not in tuple("=+@")


def test_the_users_columns_come_first_in_their_order_and_look_as_they_did(book, answer):
    sheet = book["Rows"]
    names = [cell.value.lstrip("'") for cell in sheet[1]]
    assert names[:5] == [each.original for each in answer.table.columns]
    first = sheet[2]
    assert first[1].number_format == '#,##0.00 "€"'
    assert first[2].number_format == 'General "kg"'
    assert [sheet.cell(row, 4).value for row in (2, 3)] == ["No", "Yes"]
    assert first[4].number_format == "yyyy-mm-dd"
    prices = [sheet.cell(row, 2).value for row in range(2, N + 2)]
    np.testing.assert_array_equal(prices, answer.table.frame["price (€)"])


def test_each_row_has_its_group_by_name_how_sure_and_why_it_is_odd_in_words(book, answer):
    rows = list(book["Rows"].iter_rows(min_row=2, min_col=6, values_only=True))
    names = [f"'{HOSTILE}", "b"]
    assert [row[0] for row in rows] == [names[k] for k in answer.labels]
    assert [row[2] == "Yes" for row in rows] == answer.odd.flagged.tolist()
    assert all(row[1].startswith("Yes") for row, largest in zip(rows, answer.largest, strict=True) if largest >= 0.8)
    assert "weight (kg): expected" in rows[5][3]
    assert all(row[3] is None for row in rows if row[2] == "No")


def test_an_undecided_row_says_between_which_groups_it_lies(answer):
    shared = replace(answer)
    shares = np.array(answer.shares)
    shares[0] = 0.5
    vars(shared)["shares"] = shares
    assert labelled_rows(shared)["Sure"].iloc[0] == f"No: {HOSTILE} or b"


def test_groups_have_their_colours_and_odd_rows_the_accent(book):
    rules = [rule for span in book["Rows"].conditional_formatting for rule in span.rules]
    assert [rule.formula[0] for rule in rules] == ['"\'=cmd|""/C calc""!A0"', '"b"', '"Yes"']
    assert len({rule.dxf.fill.bgColor.rgb for rule in rules[:2]}) == 2


def test_odd_rows_stand_with_their_numbers_the_oddest_first(book, answer):
    rows = list(book["Odd rows"].iter_rows(values_only=True))
    assert rows[0][:2] == ("Row", "Why it is odd")
    assert [row[0] for row in rows[1:]] == (answer.odd.ranking + 1).tolist()
    assert rows[1][0] == 6


def test_what_it_rests_on_is_told_and_the_analysis_can_be_opened_from_it(book, answer):
    told = list(book["How it was found"].iter_rows(min_row=2, values_only=True))
    assert told[0] == ("The answer", answer.sentence)
    kept = "".join(text for what, text in told if what.startswith("The analysis"))
    assert core.Recipe.from_json(kept).result.grouping == answer.grouping


def test_groups_are_told_with_their_rows_and_middles(answer):
    frame = groups_frame(answer)
    assert frame["Rows"].sum() == N
    assert frame["Median of price (€)"].between(200, 1000).all()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("../prices: 2024.csv", "prices 2024 rows.xlsx"),
        ("a/b\\c.x", "a b c rows.xlsx"),
        ("..", "table rows.xlsx"),
        ("é.csv", "é rows.xlsx"),
    ],
)
def test_a_file_is_named_after_the_data_and_never_a_path(answer, name, wanted):
    table = replace(answer.table, reading=core.Reading(name=name))
    assert file_name(replace(answer, table=table), "rows", "xlsx") == wanted


def test_a_table_that_no_sheet_holds_is_refused(answer, monkeypatch):
    monkeypatch.setattr("core.share.sheet.SHEET_ROWS", 10)
    with pytest.raises(core.DataError, match="too large for a worksheet"):
        core.workbook(answer)
