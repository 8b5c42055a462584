"""Nursery: readers that are forked from one that has loaded its libraries, so that ten thousand can be started.

What a reader does, and what is done with its answer, is the app's own code; only the start-up is shared. Its heap is
full of a canary, a text that nothing it reads holds.
"""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from core.data.isolate import Child

CANARY = "Zq7~Xk4%"
SEEN = 6  # letters of it in a row that are no chance
ROOT = Path(__file__).parents[1]


def full_heap():
    """Canaries of many sizes, in use and freed again."""
    kept = [(CANARY * size).encode() for size in (2, 8, 30, 100, 500, 4_000, 30_000) for _ in range(200)]
    del kept[::2]
    return kept


def holds_canary(content):
    """Whether some bytes hold a part of the canary."""
    twice = (CANARY * 2).encode()
    return any(twice[start : start + SEEN] in content for start in range(len(CANARY)))


class Nursery:
    """One process that forks a reader whenever it is asked."""

    def __init__(self):
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "benchmarks.nursery", str(theirs.fileno())]
        environment = os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
        environment |= {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "524288"}
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT, env=environment)
        theirs.close()

    def child(self):
        """A reader that waits for its file."""
        child = Child.__new__(Child)
        child._process, child._stopped = Forked(self._socket), False
        return child

    def close(self):
        self._socket.close()
        self._process.wait()


class Forked:
    """A forked reader with what `Child` asks of a process."""

    def __init__(self, nursery):
        (theirs, ask), (answer, answers), (self._news, news) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(nursery, [b"+"], [theirs, answers, news])
        for each in (theirs, answers, news):
            os.close(each)
        self.stdin, self.stdout = os.fdopen(ask, "wb", 0), os.fdopen(answer, "rb", 0)
        self._told = os.fdopen(self._news, "rb", 0)
        self.pid = int.from_bytes(self._told.read(8), "big")
        self.returncode, self.most = None, 0

    def poll(self):
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            told = json.loads(self._told.read(200) or '{"code": -9, "most": 0}')
            self.returncode, self.most = told["code"], told["most"]
            self._told.close()
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            select.select([self._told], [], [], timeout)
            if self.poll() is None:
                raise subprocess.TimeoutExpired("reader", timeout)
        return self.returncode

    def kill(self):
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def serve(number):
    """Fork a reader for every three descriptors that come, until nobody asks any more."""
    asked = socket.socket(fileno=number)
    read = loaded()
    kept = full_heap()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        content, pipes, _, _ = socket.recv_fds(asked, 1, 3)
        if not content:
            return kept
        if os.fork() == 0:
            asked.close()
            attended(read, *pipes)
        for each in pipes:
            os.close(each)


def loaded():
    """The main function of a reader, with all that any format needs."""
    from core.data.reader import child

    sys.meta_path.insert(0, child._WithoutPandas())
    from core.data.reader import columnar, database, records, workbook  # noqa: F401

    return child.main


def attended(read, request, answer, news):
    """Fork the reader, and tell what became of it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader = os.fork()
    if reader == 0:
        os.dup2(request, 0)
        os.dup2(answer, 1)
        for each in (request, answer, news):
            os.close(each)
        code = 1
        try:
            read()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os._exit(code)
    os.close(request)
    os.close(answer)
    os.write(news, reader.to_bytes(8, "big"))
    _, status, used = os.wait4(reader, 0)
    told = {"code": os.waitstatus_to_exitcode(status), "most": used.ru_maxrss}
    os.write(news, json.dumps(told).encode())
    os._exit(0)


def is_running(process):
    """Whether a process is there and not over."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(process, within):
    """Whether a process ends within some seconds."""
    ends = time.monotonic() + within
    while is_running(process):
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def most_memory():
    """Most memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    serve(int(sys.argv[1]))
