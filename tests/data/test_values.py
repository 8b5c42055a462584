"""Values: numbers, dates, times, truths and blanks as people write them."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.reader import datetimes, numerals, quantities
from core.data.reader.named import Manner, Named
from core.data.reader.values import typed, typed_together
from core.data.table import Kind, NoteKind
from tests.data.making import cells, delimited, here, said, workbook


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
    told = said(answer, "two ways", "1/2/2020", "2 January 2020", "1 February 2020")[0]
    other = here(text, **told.offer.changes)
    assert cells(other)["when"][0] != cells(answer)["when"][0]
    assert not said(other, "two ways")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_date_that_shows_an_order_is_one_that_it_changes(delimiter):
    text = "when,x\n5/5/2020,1\n3/4/2020,2\n".replace(",", delimiter)
    told = said(here(text), "two ways")[0]
    assert "“3/4/2020”" in told.what
    assert told.count == 1
    other = said(here(text.replace("5/5", "6/5")), "two ways")[0]
    assert other.offer.changes == {"day_first": delimiter == ","}
    assert not said(here(text.replace("3/4", "4/4")), "two ways")


@pytest.mark.parametrize(
    ("given", "count"), [(["3%", "3"], 1), (["3%"] * 40 + ["3", "4.5"], 2), (["3‰", "3", "4"], 2), (["3%", "0"], 0)]
)
def test_numbers_without_a_sign_beside_percentages_are_counted_with_a_way_out(given, count):
    found = column(given)
    assert found.values.to_pylist()[0] in (0.03, 0.003)
    hints = [note for note in found.notes if note.kind is NoteKind.HINT]
    assert [note.count for note in hints] == [count] * (count > 0)
    assert all(note.offer.changes == {"kinds": (("x", Kind.TEXT),)} for note in found.notes)
    assert column(given, kind=Kind.TEXT).values.to_pylist() == given


@pytest.mark.parametrize(
    "given",
    [
        ["20200101", "20200105", "20200301", "20201231", "20191130"],
        ["2020-01-01T10:00:00+02:00", "2020-01-02T10:00:00+02:00"],
        ["12:30", "1:15:30"],
        ["47.5*", "51.4†", "13"],
        ["1.5", "2.5", "3.5", "<0.1"],
    ],
)
def test_whatever_is_made_of_the_cells_of_a_column_can_be_made_otherwise(given):
    found = column(given)
    assert found.notes
    for note in found.notes:
        kind = note.offer.reading.kinds[0][1]
        assert column(given, kind=kind).values.type != found.values.type


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
    assert datetimes.votes(pa.array(["1/2/2020", "13/2/2020", "2/13/2020", "2/14/2020"])) == datetimes.Votes(1, 2)


def read(*cells_of_a_column, kind=None, **manner):
    """The values of a column, its unit and its notes."""
    found = column(list(cells_of_a_column), kind, **manner)
    return found.values.to_pylist(), found.unit, [note.what for note in found.notes]


def test_one_unit_behind_all_numbers_goes_into_the_name():
    assert read("99 hp", "110 hp", "87.5 hp")[:2] == ([99.0, 110.0, 87.5], "hp")
    assert read("3.53S", "4.10S", "2.00S")[:2] == ([3.53, 4.1, 2.0], "S")
    answer = here("car,power\na,99 hp\nb,110 hp\nc,70 hp\n")
    assert answer.names == ("car", "power (hp)")
    assert said(answer, "power", "hp")[0].offer.changes == {"kinds": (("power", Kind.TEXT),)}
    for name in ("power", "power (hp)"):  # as it stands in the file, and as it is shown
        assert cells(here("car,power\na,99 hp\nb,110 hp\nc,70 hp\n", kinds=((name, "text"),)))["power"][0] == "99 hp"


def test_a_name_that_has_a_unit_already_keeps_it():
    assert here("car,power (hp)\na,99 hp\nb,110 hp\nc,70 hp\n").names == ("car", "power (hp)")


def test_thousands_and_millions_are_worked_out():
    found, unit, notes = read("206.8k", "3.4M", "950", "$1.2bn")
    assert found == [206_800.0, 3_400_000.0, 950.0, 1_200_000_000.0]
    assert unit == "$"
    assert any("206.8k" in note for note in notes)
    assert read("300 K", "310 K", "295 K")[:2] == ([300, 310, 295], "K")  # temperatures


@pytest.mark.parametrize(
    ("given", "numbers", "unit"),
    [
        (["€100.50", "€1,101.50", "99 €"], [100.5, 1101.5, 99.0], "€"),
        (["5 EUR", "6 €", "7"], [5, 6, 7], "EUR"),
        (["12 kr.", "13 kr", "14"], [12, 13, 14], "kr"),
        (["$ 1,200.50", "30.25", "41.75", "($5.00)"], [1200.5, 30.25, 41.75, -5.0], "$"),  # as accounts are written
        (["$1.2M", "$800k", "$5"], [1_200_000, 800_000, 5], "$"),
    ],
)
def test_one_currency_goes_into_the_name_however_few_cells_have_it(given, numbers, unit):
    found = column(given)
    assert (found.values.to_pylist(), found.unit) == (numbers, unit)
    assert f"their unit, {unit}" in found.notes[0].what
    assert found.notes[0].offer.changes == {"kinds": (("x", Kind.TEXT),)}


def test_a_column_in_a_currency_is_called_by_it():
    assert here("name,price\na,€5.50\nb,€6.50\nc,€7\n").names == ("name", "price (€)")
    assert here("name,price in €\na,€5.50\nb,€6.50\nc,€7\n").names == ("name", "price in €")


@pytest.mark.parametrize(
    "given",
    [
        ["€100.50", "$101.50"] * 10,
        ["£1.2M", "€800k"] * 10,
        ["5 USD", "$6", "CA$ 7"] * 5,
        ["5 kg", "$5"] * 10,
        ["50¢", "$0.75"] * 9,
    ],
)
def test_numbers_in_several_currencies_stay_text_until_somebody_asks_for_them(given):
    found = column(given)
    assert found.values.to_pylist() == given
    assert "different units" in found.notes[0].what
    assert found.notes[0].offer.changes == {"kinds": (("x", Kind.NUMBER),)}
    asked = column(given, kind=Kind.NUMBER)
    assert asked.values.null_count == 0
    assert "which differ" in asked.notes[0].what
    assert asked.notes[0].offer.changes == {"kinds": (("x", Kind.TEXT),)}


def test_a_few_cells_in_another_currency_are_blank_and_told():
    found, unit, notes = read(*["$5.50"] * 30, "£4")
    assert (found[-1], unit) == (None, "$")
    assert any("1 cell" in note and "£4" in note for note in notes)


@pytest.mark.parametrize("odd", ["5 m", "5 M€", "7 kg", "soon"])
def test_a_cell_in_another_unit_changes_the_scale_of_no_other(odd):
    found, unit, notes = read(*["1.10k"] * 89, "800", "900", odd)
    assert found == [1_100.0] * 89 + [800.0, 900.0, None]
    assert unit == ""
    assert any("1 cell of “x” could not be read" in note and odd in note for note in notes)


def test_letters_that_could_multiply_are_units_where_they_stand_apart_whatever_stands_beside_them():
    assert read(*["300 K"] * 30, "5 m")[:2] == ([300.0] * 30 + [None], "K")
    assert read(*["1.5K"] * 30, "5 m")[:2] == ([1_500.0] * 30 + [None], "")
    assert read(*["1.5K"] * 12, *["5 m"] * 8)[0][0] == "1.5K"


def test_numbers_without_the_unit_of_their_column_are_counted():
    assert "2 cells without one are taken to be in it" in read(*["5 kg"] * 30, "800", "900")[2][0]
    assert "1 cell without one is taken to be in it" in read(*["5 kg"] * 30, "800")[2][0]
    assert "without one" not in read(*["5 kg"] * 30)[2][0]
    answer = here(workbook(data=[["x", "y"], *[["5 kg", "a"]] * 5, [7, "a"], [8.5, "b"], [None, "c"]]))
    assert "2 cells without one are taken to be in it" in said(answer, "unit, kg")[0].what


def test_sides_of_the_world_are_signs():
    assert read("33.9S", "51.5N", "1.3S")[0] == [-33.9, 51.5, -1.3]


def test_numbers_in_different_units_stay_text_until_somebody_asks_for_them():
    given = ("70 kg", "154 lb", "80 kg", "160 lb")
    found, unit, notes = read(*given)
    assert found == list(given)
    assert unit == ""
    assert "different units (kg, lb)" in notes[0]
    assert column(list(given)).notes[0].offer.changes == {"kinds": (("x", Kind.NUMBER),)}
    assert read(*given, kind=Kind.NUMBER)[0] == [70, 154, 80, 160]


@pytest.mark.parametrize(
    "given",
    [
        ("12 March", "13 April", "14 May"),
        ("1st", "2nd", "3rd"),
        ("12 Oak Street", "3 Elm Road", "9 Main"),
        ("Q1", "Q2", "Q3"),
    ],
)
def test_words_with_numbers_are_no_quantities(given):
    assert read(*given)[0] == list(given)


def test_marks_behind_numbers_are_left_off_and_told():
    found, _, notes = read("47.5*", "19944 (p)", "51.4†", "12 [1]", "13", "14.5")
    assert found == [47.5, 19944.0, 51.4, 12.0, 13.0, 14.5]
    assert "4 cells" in notes[0]
    assert read("~5", "≈ 6", "7^a", "8?", "9")[0] == [5, 6, 7, 8, 9]
    assert read("(300)", "(12)", "5")[0] == [-300, -12, 5]  # brackets of their own are a sign


def test_values_beyond_what_can_be_measured_are_blank_and_told():
    found, _, notes = read("<0.5", "1.5", "2.25", "<LOD", "> 100", "3.5")
    assert found == [None, 1.5, 2.25, None, None, 3.5]
    assert "3 cells" in notes[0]
    assert read("<0.5", "<0.5", "<LOD", "1.5")[0][0] == "<0.5"  # too many of them


def test_powers_of_fortran_are_read():
    assert read("1.15D+03", "-2.5d-01", "0.0D+00")[0] == [1150.0, -0.25, 0.0]


def test_codes_with_an_e_stay_text():
    found, _, notes = read("100E00", "205E01", "310E00")
    assert found == ["100E00", "205E01", "310E00"]
    assert "codes" in notes[0]
    assert read("100E00", "7", "205E01")[0] == ["100E00", "7", "205E01"]
    for numbers in (("1e5", "2e6"), ("1.5E10", "2.5E12"), ("1E+05", "2E-03")):
        assert read(*numbers)[0] == [float(each) for each in numbers]


def test_whole_numbers_with_dots_between_thousands_are_told_by_their_column():
    assert read("774", "1.440", "15.722", "803", "4.259")[0] == [774, 1440, 15722, 803, 4259]
    decimals = (
        ("774", "0.440", "15.722", "803", "4.259"),  # a group never begins with 0
        ("1774", "1.440", "15.722", "803", "4.259"),  # thousands would have a dot
        ("774", "1.44", "15.722", "803", "4.259"),  # not three digits
        ("1.440", "15.722", "4.259", "7.128"),  # nothing tells
    )
    for numbers in decimals:
        assert read(*numbers)[0] == [float(each) for each in numbers]
    answer = here("Ort;Einwohner\na;774\nb;1.440\nc;15.722\nd;4.259\n")
    assert cells(answer)["Einwohner"] == [774, 1440, 15722, 4259]
    changes = said(answer, "thousands")[0].offer.changes
    assert cells(here("Ort;Einwohner\na;774\nb;1.440\nc;15.722\nd;4.259\n", **changes))["Einwohner"][1] == 1.44


def test_a_group_of_thousands_never_begins_with_zero():
    assert cells(here("a\tb\n-0,220\t1,147\n0,053\t-2,566\n"))["b"] == [1.147, -2.566]
    mixed = cells(here("id;ratio;visits\na;0.225;1,174\nb;0.262;1,345\nc;0.208;1,615\n"))
    assert mixed["ratio"] == [0.225, 0.262, 0.208]
    assert mixed["visits"] == [1174, 1345, 1615]


def test_numbers_that_can_be_read_in_two_ways_are_told_with_the_other():
    answer = here("a;b\nx;1.440\ny;15.722\nz;4.259\nx;2.500\n")
    note = said(answer, "two ways")[0]
    assert "1.44." in note.what
    assert cells(here("a;b\nx;1.440\ny;15.722\nz;4.259\nx;2.500\n", **note.offer.changes))["b"][:2] == [
        1440,
        15722,
    ]
    assert not said(
        here("a,b\nx,1.440\ny,15.722\nz,4.259\nx,2.500\n"), "two ways"
    )  # the comma parts cells: a point is a point


def test_na_beside_codes_of_two_capitals_is_one_of_them():
    table = "country,x\n" + "".join(
        f"{code},{i}\n" for i, code in enumerate(["NA", "ZA", "BW", "AO", "ZM", "NA", "ZA"])
    )
    answer = here(table)
    assert cells(answer)["country"][0] == "NA"
    note = said(answer, "NA", "code")[0]
    assert note.count == 2
    assert cells(here(table, **note.offer.changes))["country"][0] is None
    assert values("NA", "Peru", "Chile", "Brazil", "NA", "Cuba")[0] is None
    assert values("NA", "1", "2")[0] is None


def test_times_of_laps_are_durations():
    assert values("1:24.0", "58.9", "12:05.25") == [
        dt.timedelta(seconds=84),
        dt.timedelta(seconds=58.9),
        dt.timedelta(minutes=12, seconds=5.25),
    ]


def test_lengths_of_time_may_be_spelt():
    assert values("1h 30m", "45m", "3h", "2 hours 5 min") == [dt.timedelta(minutes=each) for each in (90, 45, 180, 125)]
    assert values("PT1H30M", "PT45M", "PT30S")[2] == dt.timedelta(seconds=30)
    assert read("90 min", "45 min")[:2] == ([90, 45], "min")


def test_a_unit_that_only_some_numbers_have_is_told():
    found, _, notes = read("100 km/h", "120 km/h", "99 km/h", "88", "91")
    assert found[0] == "100 km/h"
    assert "only some" in notes[0]
    assert read("100 km/h", "120 km/h", "99 km/h", "88", "91", kind=Kind.NUMBER)[0] == [100, 120, 99, 88, 91]


def test_a_date_of_any_year_of_the_calendar_is_a_date():
    given = values("9999-12-31", "0001-01-01", "0000-01-01", *["2024-01-01"] * 20)
    assert given[:4] == [dt.datetime(9999, 12, 31), dt.datetime(1, 1, 1), None, dt.datetime(2024, 1, 1)]
    assert values("0001-01-01T00:30+02:00", *["2024-01-01T00:00Z"] * 20)[0] is None  # lies before the first year


def test_whole_numbers_that_count_the_time_since_1970_are_moments():
    def table(name, start, step):
        return f"{name},x\n" + "".join(f"{start + i * step},{i}.5\n" for i in range(8))

    for name, start, step in (
        ("ts", 1_700_000_000, 60),
        ("v", 1_700_000_000_000, 60_000),
        ("t_us", 1_700_000_000_000_000, 7),
    ):
        assert cells(here(table(name, start, step)))[name][0] == dt.datetime(2023, 11, 14, 22, 13, 20)
    for name, start, step in (("population", 1_700_000_000, 60), ("ts", 170_000, 60), ("ts", 9_700_000_000_000, 1)):
        assert cells(here(table(name, start, step)))[name][0] == start
    note = said(here(table("ts", 1_700_000_000, 60)), "1970")[0]
    assert cells(here(table("ts", 1_700_000_000, 60), **note.offer.changes))["ts"][0] == 1_700_000_000


@pytest.mark.parametrize(
    "odd", ["NaN", "nan", "+nan", "-NaN", "inf", "-Infinity", "1e400", "-0", "1_000", "0x10", "#N/A", "1,5", "١٢"]
)
def test_an_odd_number_among_whole_ones_never_refuses_the_file(odd):
    column = cells(here("a,b\n" + "".join(f"{i},{2 * i}\n" for i in range(20)) + f'5,"{odd}"\n'))["b"]
    assert column[:20] == [2 * i for i in range(20)]


def test_marks_and_limits_are_told_in_sentences():
    rates = ["47.5*", "48.1", "49.2*", "50.3"] * 5
    levels = ["<0.1", *(f"0.{at}" for at in range(2, 21))]
    answer = here("rate,level\n" + "\n".join(map(",".join, zip(rates, levels, strict=True))))
    assert said(
        answer, "10 cells of “rate” have a mark beside the number, such as “47.5*”: the number is read without it."
    )
    assert said(
        answer, "1 cell of “level” says only that a value is too low or too high", "“<0.1”: it counts as blank."
    )


TOGETHER = [
    ["12 kg", "-999", "3.5 kg", "7 kg"],
    ["5%", "7", "8%", "<0.2"],
    ["1,5 €", "2,5 €", "", "4"],
    ["3k", "2.5M", "17", "NA"],
    ["5*", "6", "7 (p)", "8"],
    ["red", "blue", "5 kg", "6 m"],
    ["2020-01-31", "2021-05-06", "-", "2020-02-01"],
    ["BDL", "5 mg", "6 g", "7 mg"],
]


@pytest.mark.parametrize("decimal", [".", ","])
def test_columns_come_out_together_as_each_alone(decimal):
    named = [Named(f"c{at}", np.arange(2, 6), Manner(decimal)) for at in range(len(TOGETHER))]
    columns = [pa.array(cells_, pa.string()) for cells_ in TOGETHER]
    for together in (columns, [column.to_pylist() for column in columns]):
        for got, each, cells_ in zip(typed_together(named, together), named, columns, strict=True):
            alone = typed(each, cells_)
            assert (got.values.equals(alone.values), got.notes, got.unit) == (True, alone.notes, alone.unit)
            assert got.blanks == alone.blanks


@pytest.mark.parametrize("form", [lambda rows: "\n".join(map(",".join, rows)), lambda rows: workbook(wide=rows)])
def test_many_short_columns_with_units_are_taken_apart_in_few_calls(form, monkeypatch):
    calls, honest = [], quantities.quantities
    monkeypatch.setattr(quantities, "quantities", lambda *given: calls.append(given) or honest(*given))
    rows = [["-999" if (i + j) % 17 == 0 else f"{i * 7 + j} kg" for j in range(300)] for i in range(20)]
    answer = here(form([[f"x{j}" for j in range(300)], *rows]))
    assert set(answer.names) == {f"x{j} (kg)" for j in range(300)}
    assert len(calls) <= 3


@pytest.mark.parametrize("blank", ["k.A.", "k. A.", "..", ":", ": ", ": c", ":z", "keine Angabe"])
def test_what_offices_write_for_no_figure_is_blank_among_numbers(blank):
    assert values(*map(str, range(30, 40)), blank, blank) == [*range(30, 40), None, None]


@pytest.mark.parametrize("marked", ["301 b", "301 e", "301 bp", "301 p", "301¹", "301 ²", "301³"])
def test_flags_and_raised_numbers_behind_few_numbers_are_marks(marked):
    found = column([*map(str, range(30, 40)), marked])
    assert found.values.to_pylist() == [*range(30, 40), 301]
    assert any("mark beside the number" in note.what and note.offer is not None for note in found.notes)


def test_powers_of_ten_and_units_of_all_numbers_are_no_marks():
    assert values("10²", "10³", "10⁴", "10⁵") == ["10²", "10³", "10⁴", "10⁵"]
    assert column(["5 m²", "6 m²", "7 m²"]).unit == "m²"
    assert column(["5 s", "6 s", "7 s"]).unit == "s"


def test_sodium_among_elements_is_no_blank_and_can_be_made_one():
    rows = delimited(
        [["element", "x"], *([each, i + 0.5] for i, each in enumerate(["Na", "Cl", "K", "Ca", "O", "H"] * 2))]
    )
    answer = here(rows)
    assert cells(answer)["element"].count("Na") == 2
    told = said(answer, "“Na”", "code")[0]
    assert cells(here(rows, **told.offer.changes))["element"].count(None) == 2


def test_na_in_other_forms_among_words_is_blank():
    assert values("Na", "Red", "Blue", "Green", "Red", "Blue", "Green")[0] is None
