"""What a spreadsheet would run is kept from it, and nothing else is touched."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.share.formulas import safe

HOSTILE = [
    "=1+1",
    "+SUM(A1)",
    "-cmd|' /C calc'!A0",
    "@import",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x")',
    "-1+2",
    "-3\n=1",
    "+49-170-12",
    "＝1+1",
    "＠SUM(1)",
    "=",
]
HARMLESS = [
    "-3",
    "-1.5e3",
    "+4",
    "-2,5",
    "-.5",
    "-1,234,567.89",
    "-1.234.567,89",
    "-1'000",
    "-$5",
    "-5 €",
    "- 3",
    "-12 %",
    "+49 170 12",
    "-",
    "--",
    "plain",
    "a=b",
    "a@b.example",
    "% of total",
    "",
    "−5",
    "(5)",
    "3;-4",
    "so it is ;-)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_run_becomes_text(text):
    assert safe(text).startswith("'")
    assert safe(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_words_stay_as_they_are(text):
    assert safe(text) == text


@pytest.mark.parametrize("text", ["a;=1+1", "a\t=1+1", "a;@SUM(1)", "a;-cmd|' /C calc'!A0", "a;+(1)"])
def test_no_formula_begins_where_semicolons_or_tabs_part_cells(text):
    assert not [part for part in re.split("[;\t]", safe(text)) if part[:1] in ("=", "@", "+", "-")]


@given(st.text(alphabet="=+-@\t\r;019.,eE% (')aZ|$", max_size=12))
def test_nothing_that_begins_as_a_formula_comes_out_but_numbers_and_signs(text):
    found = safe(text)
    assert found.replace("'", "") == text.replace("'", "")
    assert found[:1] not in ("=", "@", "\t", "\r")
    if found[:1] in ("+", "-"):
        assert not re.search("[a-df-zA-DF-Z|(@=+-]", re.sub("[eE][+-]", "e", found[1:])) or not found.strip("+-")


@given(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()), st.sampled_from(["{}", "{:,}", "{:+}"])
)
def test_no_number_is_touched(number, form):
    assert safe(form.format(number)) == form.format(number)


@given(st.text(max_size=30))
def test_being_made_safe_twice_changes_no_more(text):
    assert safe(safe(text)) == safe(text)
