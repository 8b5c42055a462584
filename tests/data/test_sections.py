"""Tables in parts: sections, pages, subtotals, tables side by side, and one on its side."""

import io

import numpy as np
import pandas as pd
import pytest

import core
from core.errors import ReadError
from tests.data.making import cells, delimited, here, said, workbook

NAMES = ["name", "a", "b", "c"]


def some(first, n):
    return [[f"r{i}", i + 0.25, 2 * i + 0.5, 90 - i / 8] for i in range(first, first + n)]


PARTS = {"North": some(0, 5), "South": some(5, 9), "East": some(14, 4)}


def in_sections(between, titled=True):
    rows = []
    for title, part in PARTS.items():
        rows += [*between, *([[title]] if titled else []), NAMES, *part]
    return rows[len(between) :]


@pytest.mark.parametrize("between", [[], [[]], [[], []]])
def test_all_sections_are_read_and_their_titles_are_a_column(between):
    answer = here(workbook(data=in_sections(between)))
    assert answer.names == ("section", *NAMES)
    assert cells(answer)["section"] == [title for title, part in PARTS.items() for _ in part]
    assert cells(answer)["name"] == [f"r{i}" for i in range(18)]
    assert said(answer, "3 sections")


@pytest.mark.parametrize("between", [[], [[]]])
def test_sections_without_titles_are_one_table(between):
    answer = here(workbook(data=in_sections(between, titled=False)))
    assert answer.names == tuple(NAMES)
    assert len(answer.columns[0]) == 18


def test_one_section_can_be_read_alone():
    content = workbook(data=in_sections([[]]))
    told = said(here(content), "3 sections")[0]
    assert len(here(content, **told.offer.changes).columns[0]) == 9


def test_heads_of_pages_are_left_out_and_make_no_column():
    rows = []
    for page, part in enumerate(PARTS.values(), 1):
        rows += [["Ledger of 2024", "", "", f"Page {page} of 3"], [], NAMES, *part, []]
    answer = here(delimited(rows))
    assert answer.names == tuple(NAMES)
    assert len(answer.columns[0]) == 18


def test_titles_between_rows_are_sections_too():
    answer = here(workbook(data=[NAMES, *[row for title, part in PARTS.items() for row in ([title], *part)]]))
    assert cells(answer)["section"] == [title for title, part in PARTS.items() for _ in part]


def test_rows_with_a_label_alone_are_no_titles():
    rows = [NAMES, ["r90"], *some(0, 5), ["r91"], *some(5, 5)]
    assert len(here(workbook(data=rows)).columns[0]) == 12


def total(label, rows):
    return [label, *(round(sum(row[j] for row in rows), 3) for j in (1, 2, 3))]


def test_subtotals_between_the_rows_are_left_out_and_can_be_kept():
    rows = [row for title, part in PARTS.items() for row in (*part, total(f"{title} total", part))]
    content = delimited([NAMES, *rows, total("Grand total", [row for part in PARTS.values() for row in part])])
    answer = here(content)
    assert cells(answer)["name"] == [f"r{i}" for i in range(18)]
    told = said(answer, "totals between the rows")[0]
    assert len(here(content, **told.offer.changes).columns[0]) >= 20


def test_a_subtotal_without_the_words_that_all_rows_have_is_left_out():
    rows = [[title, *row] for title, part in PARTS.items() for row in (*part, ["", 1.5, 2.5, 3.5])]
    rows = [[f"Total {row[0]}" if row[1] == "" else row[0], *row[1:]] for row in rows]
    assert len(here(delimited([["region", *NAMES], *rows, *[["Far", *row] for row in some(40, 3)]])).columns[0]) == 21


def _german(number):
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


FORMS = {
    "German": _german,
    "German without thousands": lambda number: f"{number:.1f}".replace(".", ","),
    "French": lambda number: f"{number:,.2f}".replace(",", "\u202f").replace(".", ","),
    "Swiss": lambda number: f"CHF {number:,.2f}".replace(",", "’"),
    "dollars": lambda number: f"${number:,.2f}",
    "euros": lambda number: f"{_german(number)} €",
    "brackets": lambda number: f"{number:,.2f}" if number >= 0 else f"({-number:,.2f})",
}


def _in_groups(form, odd=None, size=12):
    """Three groups of rows without a blank word, each with its total below; odd stands in the place of one number."""
    rows = [[f"r{i}", f"s{i % 5}", 613.5 + 97.5 * (i % 7), -40.5 * (i % 4) + 85.5] for i in range(3 * size)]
    out = [["name", "shop", "sales", "gain"]]
    for at in range(0, len(rows), size):
        part = rows[at : at + size]
        texts = [[name, shop, form(sales), form(gain)] for name, shop, sales, gain in part]
        totals = [sum(row[2] for row in part), sum(row[3] for row in part)]
        if odd is not None:
            texts[2][2], totals[0] = odd, totals[0] - part[2][2]
        out += [*texts, [["Summe", "Total"][at // size % 2], "all", *map(form, totals)]]
    return [*out, ["r99", "s1", form(613.5), form(85.5)]]


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_subtotals_are_told_by_their_sums_however_numbers_are_written(form, delimiter):
    answer = here(delimited(_in_groups(form), delimiter))
    assert len(answer.columns[0]) == 37
    assert said(answer, "3 rows of totals between the rows")


@pytest.mark.parametrize("odd", ["NaN", "n/a", "", "inf"])
def test_a_cell_without_a_number_does_not_hide_a_subtotal(odd):
    assert said(here(delimited(_in_groups("{:.1f}".format, odd))), "3 rows of totals between the rows")


@pytest.mark.parametrize(("decimal", "total"), [(".", "66.250"), (",", "6310")])
def test_a_given_decimal_mark_is_that_of_the_totals_too(decimal, total):
    rows = [[f"r{i}", "s", "12" if i % 2 else "1.250"] for i in range(10)]
    content = delimited([["name", "shop", "sales"], *rows, ["Total", "all", total], *rows[:2]], ";")
    assert said(here(content, decimal=decimal), "1 row of totals")
    assert said(here(content, decimal={".": ",", ",": "."}[decimal]), "1 row of totals") == []


def test_a_row_that_is_only_called_a_total_stays():
    rows = [*some(0, 5), ["Total Tools Ltd", 3.5, 4.5, 7.5], *some(5, 5)]
    assert len(here(delimited([NAMES, *rows])).columns[0]) == 11


def beside(left, right, gap=1):
    n, width = max(len(left), len(right)), len(left[0])
    left = [*left, *[[None] * width] * (n - len(left))]
    return [[*a, *[None] * gap, *b] for a, b in zip(left, [*right, *[[]] * (n - len(right))], strict=True)]


def test_of_two_tables_side_by_side_the_larger_is_read_and_the_other_offered():
    content = workbook(
        data=beside([NAMES, *some(0, 12)], [["item", "price"], ["pen", 1.5], ["ink", 2.5], ["cap", 3.5]])
    )
    answer = here(content)
    assert answer.names == tuple(NAMES)
    assert len(answer.columns[0]) == 12
    told = said(answer, "beside this one")[0]
    other = here(content, **told.offer.changes)
    assert cells(other) == {"item": ["pen", "ink", "cap"], "price": [1.5, 2.5, 3.5]}


def test_tables_side_by_side_with_the_same_names_are_two():
    assert here(workbook(data=beside([NAMES, *some(0, 8)], [NAMES, *some(8, 8)]))).names == tuple(NAMES)


def test_a_blank_column_within_a_table_parts_nothing():
    answer = here(workbook(data=beside([NAMES, *some(0, 8)], [["x", "y"], *[[i, i / 2] for i in range(8)]])))
    assert answer.names == (*NAMES, "x", "y")


def test_a_table_on_its_side_is_turned_and_can_be_left_as_it_stands():
    rows = [
        ["name", *[f"p{i}" for i in range(9)]],
        ["age", *range(20, 29)],
        ["sex", *"mfmfmfmfm"],
        ["mass", *[50 + i / 2 for i in range(9)]],
    ]
    answer = here(delimited(rows))
    assert answer.names == ("name", "age", "sex", "mass")
    assert cells(answer)["age"] == list(range(20, 29))
    told = said(answer, "first column of the file")[0]
    assert len(here(delimited(rows), **told.offer.changes).columns[0]) == 3


def test_a_wide_table_of_few_rows_can_be_turned_with_one_click():
    rows = [
        ["id", *range(1, 31)],
        ["age", *[7 * i % 60 for i in range(30)]],
        ["mass", *[50 + i / 2 for i in range(30)]],
    ]
    told = said(here(delimited(rows)), "more columns than rows")[0]
    assert here(delimited(rows), **told.offer.changes).names == ("id", "age", "mass")


def test_a_table_too_large_to_be_turned_is_refused_where_that_was_asked_for():
    large = "name,x\n" + "a,1\n" * 500_000
    with pytest.raises(ReadError, match="too large to read its rows as columns"):
        here(large, turned=True)
    assert here("name,x\n" + "a,1\nb,2\n" * 5, turned=True).names[0] == "name"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("columns", "share"), [(2, 0.1), (2, 0.3), (3, 0.4), (4, 0.4)])
@pytest.mark.parametrize("sort", ["ratings", "measures", "ratings and words"])
def test_rows_that_are_blank_by_chance_part_no_table(columns, share, seed, sort):
    rng = np.random.default_rng(seed)
    names = [f"item {at}" for at in range(columns)]
    frame = pd.DataFrame({name: pd.array(rng.integers(1, 6, 300), dtype="Int64") for name in names})
    if sort == "measures":
        frame = pd.DataFrame(rng.normal(size=(300, columns)).round(3), columns=names)
    if sort == "ratings and words":
        frame[names[-1]] = rng.choice(["red", "blue", "green"], 300)
    frame = frame.mask(rng.random(frame.shape) < share)
    table = core.read_table(io.BytesIO(frame.to_csv(index=False).encode()))
    assert [each.name for each in table.columns] == names
    assert frame.notna().any(axis=1).sum() <= table.n_rows <= len(frame)


def test_a_blank_row_between_two_tables_still_parts_them():
    text = "a,b,c\n" + "1,2,3\n4,5,6\n7,,9\n" * 5 + ",,\nSource: survey of 2020,,\n"
    table = core.read_table(io.BytesIO(text.encode()))
    assert (table.n_rows, [each.name for each in table.columns]) == (15, ["a", "b", "c"])
