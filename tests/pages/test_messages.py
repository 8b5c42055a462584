import re

import pytest

from pages.ui.messages import plain


def shown(text):
    """What a reader sees of escaped Markdown: no backslashes and nothing without width."""
    return re.sub(r"\\(.)", r"\1", text).replace("\u2060", "")


@pytest.mark.parametrize(
    "name",
    [
        "a.b",
        "x[0]",
        "![x](http://h/)",
        "<img onerror=alert(1)>",
        "mean(x)",
        "**b** `c` $x^2$ ~s~",
        ":red[hot] :smile:",
        "1. a",
    ],
)
def test_a_name_is_shown_as_it_is_and_every_mark_is_escaped(name):
    assert shown(plain(name)) == name
    assert not re.search(r"(?<!\\)[!-/:-@\[-`{-~]", re.sub(r"\\.", "", plain(name)))


def test_an_underscore_is_escaped_only_where_it_could_mark_something():
    assert plain("temp_max_2") == "temp_max_2"
    assert plain("__init__ _a_ a__b") == r"\_\_init\_\_ \_a\_ a\_\_b"


@pytest.mark.parametrize("name", ["http://evil.example", "www.evil.example", "me@evil.example", ":material/home:"])
def test_what_would_become_a_link_or_an_icon_is_parted(name):
    unescaped = re.sub(r"\\(.)", r"\1", plain(name))
    assert not re.search(r"https?://|www\.|\w@\w|:material/", unescaped)


def test_a_long_name_keeps_both_ends_on_one_line():
    text = shown(plain("begin " + "x" * 5_000 + "\n\n# end", 20))
    assert len(text) <= 20
    assert text.startswith("begin")
    assert text.endswith("# end")
