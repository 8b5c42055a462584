"""Lifeline: who works for the app ends with it, whatever it is at."""

import subprocess
import sys
import time

import pytest

from core.data.isolate import ROOT

AT = {
    "asleep": "import time; time.sleep(60)",
    "at work in Python": "while True: pass",
    "at work with Python's lock held": "(1 << 400_000_000) % ((1 << 199_999_999) + 1)",
}


@pytest.mark.parametrize("work", AT.values(), ids=AT)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread sees it, once it gets Python's lock")
def test_a_process_ends_when_its_pipe_is_closed(work):
    command = f"from core.data.lifeline import end_with; end_with(0); print('begun', flush=True)\n{work}"
    worker = subprocess.Popen(
        [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with worker:
        assert worker.stdout.readline() == "begun\n"
        time.sleep(0.2)
        assert worker.poll() is None
        worker.stdin.close()
        worker.wait(timeout=5)


def test_a_pipe_that_was_closed_before_is_seen_as_well():
    command = "from core.data.lifeline import end_with; import sys, time; sys.stdin.read(); end_with(0); time.sleep(60)"
    ran = subprocess.run([sys.executable, "-c", command], input="", text=True, cwd=ROOT, timeout=30, check=False)
    assert ran.returncode == 0
