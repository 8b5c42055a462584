import base64
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import core
from core.analysis.anomaly.reviews import Review, Reviews
from core.analysis.groups.grouping import Grouping
from core.share.report.axes import Axis
from core.share.report.markup import Markup, escaped, tag

RNG = np.random.default_rng(6)
HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202e"
SECRET = "Zzyzx"


@cache
def as_csv(n=120):
    """Two groups of three columns, one name that is markup, a word that is nobody's business, one odd row."""
    group = np.arange(n) % 2
    rows = np.column_stack([RNG.normal(6 * group, 1), RNG.normal(100 + 40 * group, 5), np.exp(RNG.normal(0, 1, n))])
    rows[7, 0] = 60.0
    head = ["width", HOSTILE.replace('"', '""'), "price"]
    lines = [",".join([*(f'"{name}"' for name in head), "who"])]
    lines += [",".join([*(f"{cell:.3f}" for cell in row), f"{SECRET} {k}"]) for k, row in enumerate(rows)]
    return "\n".join(lines).encode()


@pytest.fixture(scope="module")
def recipe():
    table = core.read_table(as_csv(), core.Reading(name=f"{HOSTILE}.csv"))
    asked = core.Recipe.of(table, names=(HOSTILE, "b"), reviews=Reviews.of({7: Review.ODD}), row_name="who")
    return asked.carried_out(table)


@pytest.fixture(scope="module")
def answer(recipe):
    return recipe.replay(core.read_table(as_csv(), core.Reading(name=f"{HOSTILE}.csv"))).answer


@pytest.fixture(scope="module")
def page(answer, recipe):
    return core.html_report(answer, recipe)


class Read(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_no_request_can_leave_it(page):
    found = Read(page)
    policy = next(
        each["content"] for name, each in found.elements if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert not {name for name, _ in found.elements} & {"script", "link", "img", "iframe", "object", "form", "base"}
    links = [value for _, each in found.elements for key, value in each.items() if key in ("href", "src", "action")]
    assert [link[:29] for link in links] == ["data:application/json;base64,"]
    assert "url(" not in page
    assert "@import" not in page


def test_whatever_the_user_called_things_is_text(page, answer):
    found = Read(page)
    assert not [each for _, each in found.elements if any(key.startswith("on") for key in each)]
    assert "\u202e" not in page
    assert any("<img src=x onerror=alert(1)>" in text for text in found.text)
    assert answer.groups == 2


def test_it_is_small_and_well_formed(page):
    assert len(page.encode()) < 1_000_000
    for picture in re.findall(r"<svg.*?</svg>", page):
        ElementTree.fromstring(picture)


def test_it_tells_the_answer_how_sure_and_why(page, answer):
    text = " ".join(Read(page).text)
    for said in (answer.sentence[1:], *answer.verdict[:2], *answer.grounds, answer.method):
        assert said in text
    for group in answer.profiles.groups:
        assert group.sentence(answer.profiles.overall)[1:].split(";")[0].split(HOSTILE[:4])[0] in text


def test_of_the_users_rows_it_names_the_odd_ones_alone(page, answer):
    text = " ".join(Read(page).text)
    named = {int(each) for each in re.findall(rf"{SECRET} (\d+)", text)}
    assert named == set(answer.odd.ranking.tolist())
    assert 7 in named
    assert "really odd" in text


def test_the_analysis_inside_opens_again(page, recipe):
    coded = next(each["href"] for name, each in Read(page).elements if name == "a").split(",", 1)[1]
    assert core.Recipe.from_json(base64.b64decode(coded)).to_json() == recipe.to_json()


@pytest.mark.parametrize("columns", [("width",), ("width", "price")])
def test_one_column_or_more_have_a_picture(answer, columns):
    table = answer.table
    found = core.Recipe.of(
        table, preparation=core.Preparation(columns=columns, transforms={"price": "log"} if len(columns) > 1 else {})
    ).replay(table)
    picture = re.search(r"<figure><svg.*?</svg>", core.html_report(found.answer))[0]
    assert "nan" not in picture.lower()


def test_far_rows_do_not_squeeze_the_frame(answer):
    usual = answer.matrix.raw[~answer.anomalies.flagged]
    picture = re.search(r"<figure><svg.*?</svg>", core.html_report(answer))[0]
    marks = [float(each.replace(",", "")) for each in re.findall(r'text-anchor="middle">([-\d.,]+)</text>', picture)]
    assert max(marks) <= 1.2 * max(usual.max(), 10)
    assert 'fill="none" stroke="#E6004C"' in picture


def test_texts_are_escaped_and_markup_is_not():
    assert tag("p", "<b>", Markup("<b>"), title='"') == '<p title="&quot;">&lt;b&gt;<b></p>'
    assert escaped("a\u202eb\x00") == "a b "


def test_an_axis_has_round_marks_and_ends_at_its_ends(answer):
    transform = replace(answer.matrix.transform, powers=(None,) * len(answer.matrix.features))
    axis = Axis.over(transform, 0, np.array([0.0, 10.0]), 0.0, 100.0)
    assert [text for _, text in axis.marks] == ["0", "2", "4", "6", "8", "10"]
    np.testing.assert_allclose(axis.places(np.array([-99.0, 5.0, 99.0])), [0.0, 50.0, 100.0])
    assert axis.beyond(np.array([-99.0, 5.0])).tolist() == [True, False]


def test_categories_that_go_together_within_groups_are_told_and_others_are_not():
    rng = np.random.default_rng(3)
    group = rng.random(800) < 0.5
    told = {name: np.where(rng.random(800) < np.where(group, 0.9, 0.1), "yes", "no") for name in "abcd"}
    frame = pd.DataFrame(told)
    for alike in (0.0, 0.7):
        frame["b"] = np.where(rng.random(800) < alike, frame["a"], frame["b"])
        table = core.read_table(frame.to_csv(index=False).encode())
        answer = core.Answered.of(table, core.first_answer(table))
        two = core.fit(answer.matrix, components=2)  # which the first answer may take more than
        report = core.html_report(replace(answer, fit=two, grouping=Grouping.apart(2)))
        assert ("go together within groups" in report) == (alike > 0)
