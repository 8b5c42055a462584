"""The walls of the house: who may import whom, and what is nowhere to be found."""

import ast
import re
from pathlib import Path

import pytest

from core.mixture.family import FAMILIES

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# Low to high; what stands in the same place may not import each other.
ORDER = [
    "version",
    "errors",
    "arrays",
    "numbers",
    "progress",
    "scale",
    "data",
    "mixture",
    "kmeans",
    "estimator",
    "analysis",
    "lessons",
    "charts",
    "share",
]


def imports(path):
    yield from imported(ast.parse(path.read_text()), path)


def imports_at_run_time(path):
    """Without those that only annotations need."""
    tree = ast.parse(path.read_text())
    tree.body = [each for each in tree.body if not ast.unparse(each).startswith("if TYPE_CHECKING:")]
    yield from imported(tree, path)


def imported(tree, path):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            folder = path.relative_to(ROOT).parts[: -node.level]
            assert folder[:1] == ("core",), f"{path}: only core is a package that may be installed"
            yield ".".join([*folder, *filter(None, [node.module])])
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def part(path):
    return path.relative_to(ROOT / "core").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_knows_no_streamlit_and_no_pickle(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"streamlit", "pickle", "joblib", "dill", "shelve"}


def test_core_prints_nothing():
    for path in CORE:
        called = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        assert not [each for each in called if isinstance(each, ast.Name) and each.id == "print"], path


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_itself_relatively_for_it_is_installed_under_another_name(path):
    absolute = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom) and not n.level]
    assert not [each.module for each in absolute if each.module.split(".")[0] == "core"]


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_only_from_lower_parts(path):
    if path == ROOT / "core" / "__init__.py":
        return  # the one file that knows all parts
    mine = part(path)
    for name in imports(path):
        if name.split(".")[0] == "core":
            theirs = name.split(".")[1]
            assert theirs == mine or ORDER.index(theirs) < ORDER.index(mine), f"{path} imports {name}"


@pytest.mark.parametrize("path", [p for p in CORE if part(p) == "mixture"], ids=lambda p: p.name)
def test_the_mixture_knows_no_executor(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"dask", "multiprocessing"}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda p: p.name)
def test_pages_do_no_arithmetic(path):
    assert not {name.split(".")[0] for name in imports_at_run_time(path)} & {"numpy", "pandas", "scipy", "sklearn"}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda p: p.name)
def test_pictures_reach_the_screen_in_one_way(path):
    assert "altair_chart(" not in path.read_text(), "pages.ui.drawing.draw(chart, place, **settings) draws it"


def test_colours_stand_in_the_theme_and_its_palette_alone():
    for path in [*CORE, *PAGES, *sorted((ROOT / "pages").glob("*/*.py"))]:
        if path.parent != ROOT / "core" / "charts" or path.name not in ("theme.py", "palette.py"):
            constants = {n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)}
            colours = [c for c in constants if isinstance(c, str) and COLOUR.fullmatch(c)]
            assert not colours, f"{path}: {colours}"


def test_there_is_no_file_named_for_nothing():
    assert not [p for p in ROOT.rglob("*.py") if p.stem in ("utils", "helpers", "misc", "common")]


def homes(name):
    """Where a function of that name is defined in core."""
    return {
        str(path.relative_to(ROOT / "core"))
        for path in CORE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == name
    }


@pytest.mark.parametrize(
    ("name", "file", "compiled"),
    [
        ("e_step", "em/e_step.py", "steps.py"),
        ("m_step", "em/m_step.py", "steps.py"),
        ("passes", "em/passes.py", "loops.py"),
    ],
)
def test_there_is_one_of_each_step_and_its_compiled_form(name, file, compiled):
    assert homes(name) | homes(f"take_{name}") == {f"mixture/{file}", f"mixture/compiled/{compiled}"}


def test_the_mixture_does_not_look_for_blanks():
    for path in CORE:
        if part(path) == "mixture":
            assert "isnan" not in path.read_text(), f"{path}: core.data.rows puts rows in order by their blanks"


def methods(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("path", [p for p in CORE if part(p) == "analysis"], ids=lambda p: p.name)
def test_sentences_on_results_stand_in_modules_of_words(path):
    for method in methods(path):
        if method.name.endswith(("sentence", "sentences", "grounds", "verdict", "standing")):
            said = [each for each in ast.walk(method) if isinstance(each, ast.JoinedStr)]
            assert not said, f"{path}: {method.name} is said by the words of its package"


FIGURES = {"one_gaussian", "mixture", "em_steps", "kmeans_or_mixture", "anomaly_score", "criteria"}


@pytest.mark.parametrize("folder", ["core/lessons", "core/charts/lessons", "pages/lesson", "tests/lessons"])
def test_the_figures_of_the_lesson_have_one_name_each(folder):
    names = {path.stem.removeprefix("test_") for path in (ROOT / folder).iterdir()}
    assert names >= FIGURES
    assert names - FIGURES <= {"__init__", "__pycache__", "frame", "rows", "ground", "inside", "toys"}


ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()


def test_the_import_order_stands_in_the_architecture():
    said = re.search(r"^Import order.*?: (.*?)\.$", ARCHITECTURE, re.DOTALL | re.MULTILINE)[1]
    assert re.split(r"\s*<\s*", said) == [*ORDER, "pages"]


def large_folders():
    """Those of core, pages and tests with more than fifteen files of their own."""
    for folder in [each for top in ("core", "pages", "tests") for each in [ROOT / top, *(ROOT / top).rglob("*/")]]:
        files = [each for each in folder.iterdir() if each.is_file() and folder.name != "__pycache__"]
        if len(files) > 15:
            yield f"{folder.relative_to(ROOT)}/"


def test_every_large_folder_has_its_reason_and_no_other_is_said_to_be_large():
    section = ARCHITECTURE.split("### Folders of more than fifteen files")[1].split("\n## ")[0]
    heads = re.findall(r"^- (`[^:]*`):", section, re.MULTILINE)
    assert sorted(re.findall(r"`([^`]+)`", " ".join(heads))) == sorted(large_folders())


def test_the_numerics_name_families_only_where_others_call_them_by_name():
    names = {each.name for each in FAMILIES} | {"full", "tied", "diag", "spherical"}
    for path in (ROOT / "core" / "mixture").rglob("*.py"):
        said = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        assert not said & names or path.name in ("family.py", "plan.py"), f"{path}: {said & names}"
