"""What the README says is so."""

import re
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_example_runs_as_it_stands(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("EEE 3 ")


def test_its_two_lines_are_those_of_the_requirements():
    assert "pip install -r requirements.txt && streamlit run app.py" in README
    assert "pip install -r requirements-dev.txt && pytest" in README
    assert (ROOT / "requirements-dev.txt").read_text().count("-r requirements.txt") == 1


@pytest.mark.parametrize("name", re.findall(r"^\| `([a-z_/.]+)`", README, re.MULTILINE))
def test_every_place_on_its_map_is_there(name):
    assert (ROOT / name).exists()


def test_every_public_name_of_core_is_there_and_listed_once():
    assert len(set(core.__all__)) == len(core.__all__) > 100
    for name in core.__all__:
        assert getattr(core, name) is not None


def test_the_picture_it_shows_is_there():
    assert (ROOT / re.search(r"!\[.*?\]\((.*?)\)", README).group(1)).exists()
