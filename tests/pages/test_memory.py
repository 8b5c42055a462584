"""What is put aside is there again where it is needed."""

import re
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import core
from pages.app import memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems' allocators have no such settings")


def of_files():
    """Kilobytes of files that this process holds."""
    return int(re.search(r"RssFile:\s+(\d+)", Path("/proc/self/status").read_text())[1])


def test_code_at_rest_is_put_aside_and_everything_still_runs():
    before = core.fit([[0.0], [1.0], [5.0], [6.0]], components=2, family="EII")
    held = of_files()
    memory.put_code_aside()
    assert of_files() < 0.8 * held
    assert core.fit([[0.0], [1.0], [5.0], [6.0]], components=2, family="EII").bic == before.bic
    assert pa.array([1, 2]).sum().as_py() == 3
