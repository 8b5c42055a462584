"""What a process and all its children take: memory by its proportional set size, threads, children and files."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Census:
    """One look at a process and its children."""

    megabytes: float  # proportional set size of all
    own: float  # of the process alone
    threads: int  # of the process
    children: int
    files: int  # in its folder for temporary files


def census(pid, folder):
    """What there is now."""
    family = descendants(pid)
    sizes = {each: size(each) for each in (pid, *family)}
    threads = len(list((PROC / str(pid) / "task").iterdir()))
    return Census(sum(sizes.values()), sizes[pid], threads, len(family), len(list(Path(folder).iterdir())))


def descendants(pid):
    """Children, their children and so on."""
    parents = {}
    for status in PROC.glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found, last = [], {pid}
    while last:
        last = {child for child, parent in parents.items() if parent in last}
        found.extend(last)
    return found


def size(pid):
    """Megabytes: pages that processes share are divided among them."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Peak:
    """The most that a process and its children take while something goes on."""

    def __init__(self, pid, folder, every=0.25):
        self._pid, self._folder, self._every = pid, folder, every
        self._over = threading.Event()
        self.most = 0.0
        self.seen = []  # seconds since the beginning, and the census then

    def __enter__(self):
        self._begun = time.monotonic()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._looking.join()

    def _look(self):
        while not self._over.wait(self._every):
            found = census(self._pid, self._folder)
            self.most = max(self.most, found.megabytes)
            self.seen.append((time.monotonic() - self._begun, found))
