"""Values: numbers, dates, times, truths and blanks as people write them."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.reader import moments, numerals
from core.data.reader.kinds import Manner, Named
from core.data.reader.values import typed
from core.data.table import Kind, NoteKind
from tests.data.making import cells, here, said


def column(values, kind=None, **manner):
    array = pa.array(values, pa.string()) if all(isinstance(cell, str) for cell in values) else values
    return typed(Named("x", np.arange(2, len(values) + 2), Manner(**manner), kind), array)


def values(*given, kind=None, **manner):
    return column(list(given), kind, **manner).values.to_pylist()


NUMERALS = [
    ("1", 1.0, 1.0),
    ("-1.5", -1.5, None),
    ("1,234", 1234.0, 1.234),
    ("1,234.56", 1234.56, None),
    ("1.234,56", None, 1234.56),
    ("1 234 567", 1234567.0, 1234567.0),
    ("1\u202f234,5", None, 1234.5),
    ("1'234.5", 1234.5, None),
    ("12,34,567.8", 1234567.8, None),
    ("$5", 5.0, 5.0),
    ("($5)", -5.0, -5.0),
    ("(300)", -300.0, -300.0),
    ("-$3", -3.0, -3.0),
    ("$-3", -3.0, -3.0),
    ("€ 5", 5.0, 5.0),
    ("5 EUR", 5.0, 5.0),
    ("CHF 1'000.50", 1000.5, None),
    ("5%", 0.05, 0.05),
    ("(5 %)", -0.05, -0.05),
    ("7‰", 0.007, 0.007),
    ("1e5", 1e5, 1e5),
    ("1.5E-3", 0.0015, None),
    ("−4", -4.0, -4.0),
    ("3-", -3.0, -3.0),
    (".5", 0.5, None),
    ("1,23", None, 1.23),
    ("1.2.3", None, None),
    ("1,2345", None, 1.2345),
    ("5kg", None, None),
    ("(300", None, None),
    ("1-2", None, None),
    ("$", None, None),
    ("12/5", None, None),
]


@pytest.mark.parametrize(("text", "point", "comma"), NUMERALS, ids=[text for text, _, _ in NUMERALS])
def test_a_number_is_read_with_a_decimal_point_and_with_a_decimal_comma(text, point, comma):
    for decimal, want in ((".", point), (",", comma)):
        got = numerals.numbers(pa.array([text]), decimal)[0]
        assert got == pytest.approx(math.nan if want is None else want, rel=1e-15, nan_ok=True)


def test_the_quick_look_agrees_with_the_reading():
    for text, point, comma in NUMERALS:
        if "(" not in text:
            assert numerals.looks_like_number(text) == (point is not None or comma is not None), text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_comes_back_to_the_last_digit(number):
    assert values(repr(number), "0.5")[0] == number


@given(st.integers(-(10**12), 10**12), st.sampled_from(["{:,}", "{:_}"]))
def test_thousands_change_nothing(number, form):
    written = form.format(number).replace("_", " ")
    assert values(written, "7")[0] == number


def test_the_file_tells_its_decimal_mark():
    german = here("x;y;z\n1,5;1.000;3\n2,25;2.500;4\n12,75;3.000;5\n")
    assert cells(german) == {"x": [1.5, 2.25, 12.75], "y": [1000, 2500, 3000], "z": [3, 4, 5]}
    assert said(german, "decimal comma")
    english = here('x,y\n1.5,"1,000"\n2.25,"2,500"\n')
    assert cells(english)["y"] == [1000, 2500]
    assert cells(here("x;y\n1,500;3\n2,250;4\n", decimal="."))["x"] == [1500, 2250]


def test_whole_numbers_stay_whole_and_one_late_fraction_is_not_rounded():
    assert column(["1", "2", ""]).values.type == pa.int64()
    late = column(["1"] * 5_000 + ["1.5"])
    assert late.values[5_000].as_py() == 1.5


def test_codes_stay_text():
    assert values("007", "012") == ["007", "012"]
    assert values("9007199254740993", "1") == ["9007199254740993", "1"]
    assert values("9007199254740992", "5")[0] == "9007199254740992"
    zips = here("zip,x\n01234,1\n90210,2\n")
    assert said(zips, "kept as text", "zeros")


def test_spellings_of_blank_are_blank_in_numbers_and_counted():
    found = column(["1.5", "NA", "n/a", "-", "?", "NULL", "", "2.5", "NaN", "."])
    assert found.values.null_count == 8
    assert found.blanks.total() == 7
    answer = here("id,x\na,1\nb,NA\nc,NA\nd,-\n")
    assert said(answer, "3 cells count as blank", "“NA” (2)")[0].kind is NoteKind.CELLS


def test_in_words_only_plain_spellings_of_blank_are_blank():
    assert values("none", "NA", "a-b", "-", "n/a") == ["none", None, "a-b", "-", None]


def test_given_spellings_of_blank_are_blank_in_texts_and_in_numbers():
    assert values("1", "-999", "3", blanks=frozenset({"-999"})) == [1, None, 3]
    assert values(1.0, -999.0, 3.0, blanks=frozenset({"-999"})) == [1, None, 3]


def test_errors_of_spreadsheets_are_blank_and_counted():
    found = column(["1", "2", "#DIV/0!", "#N/A", "3"])
    assert found.values.to_pylist() == [1, 2, None, None, 3]
    assert found.notes[0].count == 1


def test_every_cell_that_cannot_be_read_is_counted_shown_and_placed():
    found = column(["1"] * 60 + ["abc", "12x"])
    assert found.values.null_count == 2
    assert found.notes[0].count == 2
    assert "“abc” in row 62" in found.notes[0].what


def test_a_column_of_too_many_other_cells_is_kept_as_text():
    found = column(["1", "2", "3", "few", "many"])
    assert found.values.to_pylist() == ["1", "2", "3", "few", "many"]
    assert "kept as text" in found.notes[0].what


def test_a_given_kind_is_taken_whatever_the_share():
    assert values("1", "few", "many", kind=Kind.NUMBER) == [1, None, None]
    assert values("1", "2", kind=Kind.TEXT) == ["1", "2"]
    assert values(1.5, 2.0, kind=Kind.TEXT) == ["1.5", "2"]
    assert cells(here("zip,x\n01234,1\n90210,2\n", kinds=[["zip", "number"]]))["zip"] == [1234, 90210]


@pytest.mark.parametrize(
    ("words", "truths"),
    [
        (["yes", "no", "Yes", ""], [True, False, True, None]),
        (["TRUE", "FALSE"], [True, False]),
        (["y", "n", "y"], [True, False, True]),
        (["ja", "nein"], [True, False]),
        (["sí", "no"], [True, False]),
    ],
)
def test_words_for_yes_and_no_are_truths(words, truths):
    assert values(*words) == truths


def test_letters_that_only_may_mean_yes_stay_text():
    assert values("y", "y") == ["y", "y"]
    assert values("m", "f") == ["m", "f"]


DATES = [
    ("2020-01-31", dt.datetime(2020, 1, 31)),
    ("2020/1/5", dt.datetime(2020, 1, 5)),
    ("2020-01-31T10:11:12Z", dt.datetime(2020, 1, 31, 10, 11, 12)),
    ("2020-01-31 10:11:12.123456", dt.datetime(2020, 1, 31, 10, 11, 12, 123456)),
    ("2020-01-31 10:11:12+02:00", dt.datetime(2020, 1, 31, 8, 11, 12)),
    ("31.12.2019", dt.datetime(2019, 12, 31)),
    ("5 Jan 2020", dt.datetime(2020, 1, 5)),
    ("5. Januar 2020", dt.datetime(2020, 1, 5)),
    ("January 5th, 2020", dt.datetime(2020, 1, 5)),
    ("10 août 2019", dt.datetime(2019, 8, 10)),
    ("5-Jan-98", dt.datetime(1998, 1, 5)),
    ("Jan-20", dt.datetime(2020, 1, 1)),
    ("May 2010", dt.datetime(2010, 5, 1)),
    ("2010-05", dt.datetime(2010, 5, 1)),
    ("2020年1月5日", dt.datetime(2020, 1, 5)),
    ("Mon, 5 Jan 2020 10:00:00 GMT", dt.datetime(2020, 1, 5, 10)),
    ("13/5/2020 3:05 PM", dt.datetime(2020, 5, 13, 15, 5)),
    ("12/31/2019 12:30 am", dt.datetime(2019, 12, 31, 0, 30)),
]


@pytest.mark.parametrize(("text", "when"), DATES, ids=[text for text, _ in DATES])
def test_a_date_is_read(text, when):
    assert values(text) == [when]


@pytest.mark.parametrize("text", ["2020-02-31", "32/01/2020", "2020-13-01", "Feb 30, 2020", "2020-01-31 25:00"])
def test_a_day_that_does_not_exist_is_no_date(text):
    found = column(["2020-01-01"] * 40 + [text], Kind.DATE)
    assert found.values[40].as_py() is None


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)))
def test_every_moment_that_python_writes_comes_back(moment):
    assert values(moment.isoformat(" ")) == [moment]


@given(
    st.dates(dt.date(1930, 1, 1), dt.date(2029, 12, 31)),
    st.sampled_from(["%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%d-%b-%y"]),
)
def test_every_day_comes_back_from_how_people_write_it(day, form):
    assert values(day.strftime(form), kind=Kind.DATE, day_first=True) == [dt.datetime(day.year, day.month, day.day)]


def test_one_date_tells_the_order_of_all_columns_of_a_file():
    answer = here("start,end,x\n1/2/2020,3/4/2020,1\n5/6/2020,25/6/2020,2\n")
    assert cells(answer)["start"][0] == dt.datetime(2020, 2, 1)
    assert answer.reading.day_first is True
    assert not said(answer, "two ways")


def test_an_order_that_nothing_tells_is_said_and_can_be_given():
    text = "when,x\n1/2/2020,1\n3/4/2020,2\n"
    answer = here(text)
    assert said(answer, "two ways", "1/2/2020")
    other = here(text, day_first=not answer.reading.day_first)
    assert cells(other)["when"][0] != cells(answer)["when"][0]
    assert not said(other, "two ways")


def test_eight_digits_are_dates_only_if_all_of_many_are():
    days = ["20200101", "20200105", "20200301", "20201231", "20191130"]
    assert values(*days)[0] == dt.datetime(2020, 1, 1)
    assert values(*days, "20209999")[0] == 20200101


def test_times_of_day_and_durations_are_read():
    assert values("12:30", "1:15:30") == [
        dt.timedelta(hours=12, minutes=30),
        dt.timedelta(hours=1, minutes=15, seconds=30),
    ]
    assert values("1:30 pm", "2 days 03:00:00")[0] == dt.timedelta(hours=13, minutes=30)
    assert values(dt.time(1, 30), dt.timedelta(hours=30)) == [dt.timedelta(minutes=90), dt.timedelta(hours=30)]


def test_what_a_workbook_typed_is_kept_and_its_texts_are_read_as_well():
    assert values(1.5, "2.5", None) == [1.5, 2.5, None]
    assert values(dt.date(2020, 1, 1), "2020-01-02") == [dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 2)]
    assert values(True, False, None) == [True, False, None]
    assert values(1.0, "a", dt.date(2020, 1, 1)) == ["1", "a", "2020-01-01"]


def test_infinite_cells_stay_infinite_for_the_profile_to_count():
    assert math.isinf(values("inf", "1.5")[0])


def test_a_file_of_many_columns_has_few_notes():
    names = ",".join(f"c{i}" for i in range(100))
    rows = [",".join("oops" if i == 30 else str(i) for _ in range(100)) for i in range(31)]
    answer = here("\n".join([names, *rows]))
    assert len(answer.notes) < 20
    assert said(answer, "88 more columns")[0].count == 88


def test_votes_count_only_dates_that_can_be_read_in_one_way():
    assert moments.votes(pa.array(["1/2/2020", "13/2/2020", "2/13/2020", "2/14/2020"])) == moments.Votes(1, 2)
