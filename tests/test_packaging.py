"""What an installed engine needs, and that the app's own requirements are the same."""

import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import core
from pages import start

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_wheel_and_the_app_require_the_same():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    required = {line for line in lines if line and not line.startswith("#")}
    assert required == {*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["app"]}


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", core.__version__)


def test_what_others_import_has_types():
    assert (ROOT / "core" / "py.typed").exists()


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """An engine of another name, as the starter of an installed app finds it."""
    package = tmp_path / "engine_elsewhere"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("from .data import table\n")
    (package / "data" / "__init__.py").write_text("")
    (package / "data" / "table.py").write_text("class Table: ...\n")
    names = [name for name in sys.modules if name == "core" or name.startswith("core.")]
    for name in names:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(start, "__package__", "engine_elsewhere")
    monkeypatch.setattr(sys, "meta_path", [start.Alias(), *sys.meta_path])
    yield import_module("engine_elsewhere")
    for name in [name for name in sys.modules if name.split(".")[0] in ("core", "engine_elsewhere")]:
        del sys.modules[name]


def test_the_installed_app_and_the_engine_share_every_class(installed):
    assert import_module("core") is installed
    assert import_module("core.data.table") is sys.modules["engine_elsewhere.data.table"]
    assert import_module("core.data.table").Table is installed.table.Table
    assert sys.modules["engine_elsewhere.data.table"].__spec__.name == "engine_elsewhere.data.table"


def test_what_is_not_core_is_found_as_ever():
    assert start.Alias().find_spec("corelation") is None
    assert start.Alias().find_spec("pages.start") is None


def test_the_lowest_versions_that_are_tested_are_those_that_are_allowed():
    lowest = {
        line.replace("==", ">=") for line in (ROOT / ".ci" / "lowest.txt").read_text().splitlines() if "==" in line
    }
    required = (ROOT / "requirements.txt").read_text().splitlines()
    allowed = {line.split(",")[0] for line in required if ">=" in line}
    assert {re.sub(r"(\.0)+$", "", each) for each in lowest} == {re.sub(r"(\.0)+$", "", each) for each in allowed}


def test_the_command_needs_nothing_of_the_app():
    code = "import sys; sys.modules.update(altair=None, streamlit=None); import core.share.command"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
