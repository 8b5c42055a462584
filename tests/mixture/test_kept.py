"""What was compiled: whatever lies in the cache folder, the function is there and right."""

import importlib.util
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import config

from core.mixture.compiled import kept

ROOT = Path(__file__).parents[2]
SOURCE = """
from numba.core import types
from core.mixture.compiled.pointers import entry

@entry(types.float64(types.float64))
def doubled(x):
    return {factor} * x
"""


class Sources:
    """A module of one compiled function, and the folder in which what was compiled is kept."""

    def __init__(self, folder):
        self.sources, self.cache = folder / "sources", folder / "cache"
        self.sources.mkdir()
        self.write(2.0)

    def write(self, factor):
        (self.sources / "doubling.py").write_text(SOURCE.format(factor=factor))

    def files(self, suffix):
        return sorted(self.cache.rglob(f"*{suffix}"))

    def doubled(self):
        """The function, of a module that is loaded anew, as by another process."""
        kept._stamp.cache_clear()
        spec = importlib.util.spec_from_file_location("doubling", self.sources / "doubling.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.doubled

    def is_taken_from_disk(self):
        return sum(self.doubled().stats.cache_hits.values()) == 1


@pytest.fixture
def sources(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    return Sources(tmp_path)


def test_what_was_compiled_is_taken_from_disk(sources):
    assert sources.doubled()(3.0) == 6.0
    assert sources.is_taken_from_disk()


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGE = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "one bit": flipped,
    "noise": lambda content: bytes(range(256)) * 8,
    "unsealed": lambda content: content[: -kept.SEAL],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_damaged_file_is_forgotten_and_its_function_compiled_again(sources, suffix, damage):
    sources.doubled()
    (path,) = sources.files(suffix)
    path.write_bytes(damage(path.read_bytes()))
    assert sources.doubled()(3.0) == 6.0
    assert sources.is_taken_from_disk()


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_folder_in_the_place_of_a_file_gives_way(sources, suffix):
    sources.doubled()
    (path,) = sources.files(suffix)
    path.unlink()
    (path / "within").mkdir(parents=True)
    assert sources.doubled()(3.0) == 6.0
    assert sources.is_taken_from_disk()


def test_a_folder_that_takes_no_file_costs_no_more_than_compiling_again(sources, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept._Sealed, "_open_for_write", full)
    with caplog.at_level(logging.WARNING):
        assert sources.doubled()(3.0) == 6.0
    assert "could not be kept" in caplog.text
    assert not sources.files(".nbi")


def test_what_was_compiled_from_other_sources_is_not_taken(sources):
    sources.doubled()
    sources.write(4.0)
    assert sources.doubled()(3.0) == 12.0
    (sources.sources / "beside.py").write_text("OTHER = 1\n")
    assert not sources.is_taken_from_disk()


def test_what_was_kept_is_taken_wherever_the_clock_stands(sources):
    sources.doubled()
    (sources.sources / "doubling.py").touch()
    assert sources.is_taken_from_disk()


def test_servers_that_compile_into_one_folder_at_once_all_have_the_function(sources):
    load = (
        "import sys; from numba.core import config; config.CACHE_DIR = sys.argv[1]; sys.path.insert(0, sys.argv[2]);"
        "import doubling; print(doubling.doubled(3.0))"
    )
    command = [sys.executable, "-c", load, str(sources.cache), str(sources.sources)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [each.communicate()[0].strip() for each in both] == ["6.0", "6.0"]
    shutil.rmtree(sources.sources / "__pycache__", ignore_errors=True)
    assert sources.is_taken_from_disk()
    assert not sources.files(".tmp.*")
