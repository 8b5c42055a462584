"""Words on pictures keep to their place and stay words."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.text import Words, in_text, listed, literal, shorten, tick_format, titled, value_format


@given(st.text(max_size=200), st.integers(4, 60))
def test_a_shortened_name_is_one_line_within_its_length(name, length):
    short = shorten(name, length)
    assert 0 < len(short) <= max(length, len("(no name)"))
    assert short.isprintable()


def test_a_shortened_name_keeps_both_ends():
    assert shorten("revenue in 1999 after taxes", 14) == "revenue…taxes"
    assert shorten("age") == "age"
    assert shorten("  \n ") == "(no name)"
    assert "\u202e" not in shorten("abc\u202edef")


@given(st.text(max_size=80))
def test_a_literal_is_text_and_nothing_else(text):
    written = literal(text)
    assert re.fullmatch(r"'(?:[A-Za-z0-9 .,;:%()\-+]|\\u[0-9a-f]{4})*'", written)
    units = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), written[1:-1])
    assert units.encode("utf-16-be", "surrogatepass") == text.encode("utf-16-be", "surrogatepass")


def test_lists_read_as_phrases():
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("values", "form"),
    [([0.1, 0.5], ""), ([1_000, 500_000], ""), ([2e6, 3e6], "s"), ([1e-6, 2e-5], "e"), ([1e200], "e"), ([0.0], "")],
)
def test_ticks_are_plain_where_plain_is_short(values, form):
    assert tick_format(values) == form


def test_values_are_shown_as_finely_as_they_differ():
    assert value_format([1.0, 2.0, 300.0]) == ",.0f"
    assert value_format([5.1, 4.9, 6.3]) == ",.3~f"
    assert value_format([1e9 + 0.25, 1e9 + 0.5]) == ",.4~f"
    assert value_format([1e200, 2.0]) == ".4e"
    assert value_format([np.nan]) == ",.0f"


def test_titles_side_by_side_take_equally_many_lines():
    short = Words("Short", "One line.", "")
    long = Words("A title that has to be broken on any narrow screen " * 3, "Words. " * 40, "")
    one, other = titled(short, beside=long).to_dict(), titled(long, beside=short).to_dict()
    assert len(one["subtitle"]) == len(other["subtitle"]) > 1
    arrays = [
        [len(re.findall("'.*?'", a)) for a in re.findall(r"\[('.*?')\]", t["text"]["expr"])] for t in (one, other)
    ]
    assert arrays[0] == arrays[1]
    assert len(set(arrays[0])) > 1


def test_names_in_sentences_are_brief():
    assert len(in_text("x" * 5_000)) == 24


def test_a_name_that_was_shortened_before_has_one_ellipsis():
    assert shorten("Percentage of drivers… (3)", 16) == "Percentage o…(3)"
