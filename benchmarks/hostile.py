"""Hostile: damaged files through the real reader and app, and readers and servers that are killed.

Every input is one of the corpus that lies beside the project (../shared/corpus/a_messy), damaged by its number. What
asks the reader is a process of its own, so that its death can be seen; its heap and the reader's are full of a canary.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.damage import damaged
from benchmarks.killed import server_rows
from benchmarks.measuring import measured
from benchmarks.nursery import Nursery, full_heap, gone, holds_canary, is_running
from core.data.isolate import PATIENCE, Child
from core.data.limits import Limits
from core.data.read import read_table
from core.errors import CoreError

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "a_messy"
LANES = 2
LARGEST = 20_000  # bytes of a file that is damaged
STARTED = 50  # of so many inputs one goes to a reader that is started as the app starts it
READER = 150_000_000  # bytes that a reader takes before it has seen a file


def rows(full=False):
    if CORPUS.exists():
        yield from fuzz_rows(10_000 if full else 500)
    yield from reader_rows(100 if full else 10)
    yield from server_rows(20 if full else 2)


def fuzz_rows(count):
    """What became of so many inputs."""
    share = -(-count // LANES)
    with ThreadPoolExecutor(LANES) as pool:
        parts = list(pool.map(lambda lane: run_lane(lane * share, min(count, (lane + 1) * share)), range(LANES)))
    found = [each for part, _ in parts for each in part]
    dead = [number for _, numbers in parts for number in numbers]
    kinds = Counter(each["outcome"] for each in found)
    what = ", ".join(f"{kind} {number:,}" for kind, number in sorted(kinds.items()))
    yield measured(f"inputs: {what}", f"{len(found) + len(dead):,}", f"{count:,}", len(found) + len(dead) == count)
    yield measured("neither table nor CoreError", *none_of(found, "escaped"))
    yield measured(f"dead parents {dead[:9] or ''}", len(dead), "0", not dead)
    yield measured("foreign bytes in a table", *none_of(found, "foreign"))
    yield measured("readers left", *none_of(found, "left"))
    over = [each for each in found if each["most"] > Limits().memory + READER]
    most = max((each["most"] for each in found), default=0)
    yield measured("readers over their memory", f"{len(over)} (most {most / 1e6:.0f} MB)", "0", not over)
    late = [each for each in found if each["seconds"] > Limits().wait + PATIENCE]
    longest = max((each["seconds"] for each in found), default=0)
    yield measured("readers over their time", f"{len(late)} (longest {longest:.1f} s)", "0", not late)


def none_of(found, what):
    """Figure, wanted and whether it is kept, of something that no input may bring about."""
    numbers = [each["number"] for each in found if each[what]]
    return f"{len(numbers)} {numbers[:9] or ''}".strip(), "0", not numbers


def run_lane(start, stop):
    """The outcomes of some inputs, and the numbers at which the process that asked died."""
    found, dead = [], []
    while start < stop:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.hostile", str(start), str(stop)]
        lane = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        with lane.stdout:
            part = [json.loads(line) for line in lane.stdout]
        lane.wait()
        found += part
        start += len(part)
        if start < stop:
            dead.append(start)
            start += 1
    return found, dead


def lane(start, stop):
    """Read inputs and say what became of each, a line each."""
    kept, seeds, nursery = full_heap(), by_format(), Nursery()
    for number in range(start, stop):
        child = Child() if number % STARTED == 0 else nursery.child()
        print(json.dumps(tried(number, damaged(number, seeds), child)), flush=True)
    nursery.close()
    return kept


def by_format():
    """Files of the corpus that are small, by format."""
    found = defaultdict(list)
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file() and path.stat().st_size < LARGEST and path.name != "LICENSE":
            found[path.suffix.lower() if path.suffix.lower() in KNOWN else ""].append(path)
    return dict(found)


KNOWN = (".csv", ".xlsx", ".xls", ".parquet", ".ods", ".xlsb", ".xlsm")


def tried(number, given, child):
    """One input through one reader."""
    began, table, escaped = time.perf_counter(), None, ""
    try:
        table = read_table(given.content, child=child)
        outcome = "table"
    except CoreError as refusal:
        outcome = "refusal"
        escaped = "" if str(refusal).endswith((".", "?")) else f"no sentence: {refusal}"
    except BaseException as fault:  # what this benchmark looks for
        outcome, escaped = "escaped", repr(fault)[:200]
    return {
        "number": number,
        "way": given.what,
        "outcome": outcome,
        "escaped": escaped,
        "seconds": time.perf_counter() - began,
        "foreign": table is not None and holds_canary(every_byte(table)),
        "left": is_running(child._process.pid),
        "most": getattr(child._process, "most", 0) * 1024,
    }


def every_byte(table):
    """All that a table shows, as bytes."""
    parts = [repr((table.columns, table.notes, table.reading, table.sheets)).encode(errors="surrogatepass")]
    for _, column in table.frame.items():
        if column.dtype.kind in "fiumMb" and hasattr(column.dtype, "itemsize"):
            parts.append(column.to_numpy(na_value=0 if column.dtype.kind in "iub" else None).tobytes())
        parts.append("\0".join(map(str, column.tolist())).encode(errors="surrogatepass"))
    return b"\0".join(parts)


def reader_rows(count):
    """Readers that are killed at any moment of their work."""
    lines = [",".join(f"w{i + j}" for j in range(60)) for i in range(4_000)]
    content = "\n".join(lines).encode()
    told, left, other = 0, 0, []
    for turn in range(count):
        child = Child()
        killer = threading.Timer(1.2 * turn / count, child._process.kill)
        killer.start()
        try:
            read_table(content, child=child)
            told += 1  # it was done before
        except CoreError as refusal:
            told += "ended from outside" in str(refusal)
            other += [str(refusal)] if "ended from outside" not in str(refusal) else []
        killer.cancel()
        left += not gone(child._process.pid, 1.0)
    yield measured(
        f"readers killed, each told as that {other[:1] or ''}", f"{told} of {count}", f"{count}", told == count
    )
    yield measured("readers left of them", left, "0", not left)


if __name__ == "__main__":
    lane(int(sys.argv[1]), int(sys.argv[2]))
