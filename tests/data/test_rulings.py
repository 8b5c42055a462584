"""Tables drawn with characters: Markdown, psql, MySQL, reports of fixed width, boxes."""

import time

import pytest

from core.data.reader.rulings import is_ruling
from tests.data.making import cells, here, said

MARKDOWN = """
| name | mass |
|------|-----:|
| ann | 1.5 |
| bob | 2.5 |
| cid | 3.5 |
"""
PSQL = """
 name | mass
------+------
 ann  |  1.5
 bob  |  2.5
 cid  |  3.5
(3 rows)

"""
MYSQL = """
+------+------+
| name | mass |
+------+------+
| ann  |  1.5 |
| bob  |  2.5 |
| cid  |  3.5 |
+------+------+
3 rows in set
"""
GRID = """
+------+------+
| name | mass |
+======+======+
| ann  | 1.5  |
+------+------+
| bob  | 2.5  |
+------+------+
| cid  | 3.5  |
+------+------+
"""
BOX = """
┌──────┬──────┐
│ name │ mass │
├──────┼──────┤
│ ann  │ 1.5  │
│ bob  │ 2.5  │
│ cid  │ 3.5  │
└──────┴──────┘
"""
ORG = """
| name | mass |
|------+------|
| ann  | 1.5 |
| bob  | 2.5 |
| cid  | 3.5 |
"""
SQLCMD = """
name       mass
---------- -----------
ann                1.5
bob                2.5
cid                3.5

(3 rows affected)
"""
REST = """
====  ====
name  mass
====  ====
ann   1.5
bob   2.5
cid   3.5
====  ====
"""
DASHED = """
name,mass
----,----
ann,1.5
bob,2.5
cid,3.5
"""
WORDY = """
name        town        size
----------  ----------  ----
ann lee     New York     1.5
bob                      2.5
cid         Los Angeles  3.5
"""


@pytest.mark.parametrize("text", [MARKDOWN, PSQL, MYSQL, GRID, BOX, ORG, SQLCMD, REST, DASHED])
def test_a_drawn_table_is_the_table_that_it_shows(text):
    answer = here(text)
    assert cells(answer) == {"name": ["ann", "bob", "cid"], "mass": [1.5, 2.5, 3.5]}
    assert said(answer, "strokes")


def test_columns_of_fixed_width_below_a_ruling_keep_spaces_and_blanks():
    assert cells(here(WORDY)) == {
        "name": ["ann lee", "bob", "cid"],
        "town": ["New York", None, "Los Angeles"],
        "size": [1.5, 2.5, 3.5],
    }


def test_two_spaces_or_more_part_cells_with_single_spaces():
    text = "city         people  area\nNew York     8.1     2.5\nLos Angeles  3.2     1.5\nRome         2.2     0.5\n"
    assert cells(here(text))["city"] == ["New York", "Los Angeles", "Rome"]


def test_dashes_in_the_place_of_numbers_are_no_ruling():
    answer = here("name,a,b\nann,---,---\nbob,1.5,2.5\ncid,3.5,4.5\n")
    assert cells(answer)["a"] == [None, 1.5, 3.5]


def test_rulings_can_be_kept():
    told = said(here(DASHED), "strokes")[0]
    assert len(here(DASHED, **told.offer.changes).columns[0]) == 4


def test_a_first_line_for_spreadsheets_tells_the_separator():
    assert cells(here("sep=|\na|b\n1,5|2;3\n2,5|2;4\n3,5|2;5\n")) == {"a": [1.5, 2.5, 3.5], "b": ["2;3", "2;4", "2;5"]}


@pytest.mark.parametrize("text", ["---", "|:-|-:|", "+-----+-----+", "═══╪═══", " ── ", "= === ="])
def test_strokes_alone_are_a_ruling(text):
    assert is_ruling(text)
    assert not is_ruling(f"{text} 7")
    assert not is_ruling(f"a{text}")


@pytest.mark.parametrize("text", ["", "-", "--", "| |", "- - -", "~"])
def test_a_stroke_here_and_there_is_none(text):
    assert not is_ruling(text)


@pytest.mark.parametrize("strokes", ["-", "- ", "---", "│─"])
def test_a_long_cell_of_strokes_is_looked_at_in_no_time(strokes):
    start = time.perf_counter()
    assert not is_ruling(strokes * 100_000 + "x")
    assert time.perf_counter() - start < 2
