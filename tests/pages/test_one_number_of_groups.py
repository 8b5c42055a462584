"""One number of groups: in every sentence, picture, control and download of every page."""

import json
import re

import numpy as np
import pytest

from pages.ui import downloads
from pages.ui.messages import plain
from tests.pages.conftest import OF_DATA, as_csv

NOTHING, ADVICE = re.compile(r"(?!)"), re.compile(r"\d+ components make up \d+ groups?")
NUMBER = re.compile(r"(?:(\d+) (?:to|or) )?(\d+) groups?\b")


@pytest.fixture
def made(monkeypatch):
    """The tables that a page offers for download, by name."""
    frames = {}
    monkeypatch.setattr(downloads, "pair", lambda _, name, table, make, columns: frames.update({name: make()}))
    return frames


@pytest.fixture
def triangle(visitor, made):
    """A visitor with a triangle, which takes several components, beside a round group, and one row far from both."""
    rng = np.random.default_rng(5)
    even = 20 * np.sort(rng.uniform(size=(400, 2)), axis=1)
    rows = np.vstack([even, rng.normal([30, 0], 1, (200, 2)), [[60, 60]]])
    return visitor.upload(as_csv(["width", "height"], rows.round(4).tolist())).settle()


def told(visitor, without):
    """Every number of groups that a page tells, with some of the words around it; some sentences are passed over."""
    sidebar = [each.value for kind in ("markdown", "caption") for each in getattr(visitor.app.sidebar, kind)]
    found = {}
    for text in (visitor.text, *sidebar, *labels(visitor), *pictures(visitor)):
        for each in NUMBER.finditer(without.sub("", text)):
            for number in filter(None, each.groups()):
                found.setdefault(int(number), []).append(each.string[max(0, each.start() - 60) : each.end()])
    return found


def labels(visitor):
    kinds = ("button", "expander", "number_input", "selectbox", "radio", "segmented_control")
    return [each.label for kind in kinds for each in getattr(visitor.app, kind)]


def pictures(visitor):
    """Titles, subtitles and descriptions of the page's charts."""
    return [text for each in visitor.app.get("vega_lite_chart") for text in texts(json.loads(each.proto.spec))]


def texts(spec):
    if isinstance(spec, dict):
        return [found for name, each in spec.items() if name != "datasets" for found in texts(each)]
    if isinstance(spec, list):
        return [found for each in spec for found in texts(each)]
    return [spec] if isinstance(spec, str) else []


def expect_everywhere(visitor, made, groups, without=NOTHING):
    for page in OF_DATA:
        made.clear()
        visitor.go(page).settle()
        assert not visitor.app.exception
        assert visitor.refusals == []
        found = told(visitor, without)
        assert set(found) == {groups}, (page, found)
        for frame in made.values():
            assert sum(name.startswith("share of group ") for name in frame) == groups
        if "labelled" in made:
            assert set(made["labelled"]["GMM group"]) == set(range(1, groups + 1))
            assert set(made["labelled"]["K-Means group"]) == set(range(1, groups + 1))


def test_components_that_no_valley_parts_are_one_group_everywhere(triangle, made):
    assert re.search(
        r"Gaussian mixture of \d components", "\n".join(each.value for each in triangle.app.sidebar.caption)
    )
    expect_everywhere(triangle, made, 2)


def test_components_shown_apart_are_groups_everywhere(triangle, made):
    components = int(re.search(r"The (\d+) components make up 2 groups", triangle.text)[1])
    triangle.click("apart").settle()
    expect_everywhere(triangle, made, components, ADVICE)  # which is given where the visitor wants others, too


def test_a_chosen_models_components_are_joined_everywhere(triangle, made):
    triangle.go("pages/how_many_page.py").settle()
    triangle.app.number_input(key="model-components").set_value(5).run()
    triangle.settle()
    groups = int(re.search(r"make up (\d+) group", triangle.text)[1])
    assert groups < 5
    expect_everywhere(triangle, made, groups)


def test_rows_that_took_no_part_are_told_and_stay_in_the_downloads(triangle, made):
    assert plain("Took no part in shaping the groups: ") in triangle.text
    triangle.go("pages/odd_rows_page.py").settle()
    assert any(re.fullmatch(r"\d rows? took no part in shaping the groups", each) for each in labels(triangle))
    frame = made["labelled"]
    assert len(frame) == 601
    assert 601 in set(frame["row"][frame["shaped the groups"] == "no"])
    assert frame["GMM group"].notna().all()
    assert frame["odd"].iloc[600] == "yes"
