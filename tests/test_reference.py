"""The rendered reference holds every public name once."""

import re
from pathlib import Path

import core

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def test_every_public_name_stands_in_the_reference_once():
    listed = [
        name for page in REFERENCE.glob("*.md") for name in re.findall(r"^::: core\.(\w+)$", page.read_text(), re.M)
    ]
    assert sorted(listed) == sorted(core.__all__)


def test_every_page_of_the_reference_is_in_its_navigation():
    navigation = (REFERENCE.parents[1] / "mkdocs.yml").read_text()
    assert set(re.findall(r"reference/(\w+)\.md", navigation)) == {page.stem for page in REFERENCE.glob("*.md")}
