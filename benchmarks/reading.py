"""Reading: a corpus of messy real files through the reader's child process, and one large CSV.

The corpus lies beside the project (../shared/corpus); without it only the large CSV is measured. With --full, every
file that differs is listed.
"""

import csv
import datetime as dt
import io
import json
import math
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.data.isolate import Child
from core.data.limits import Limits
from core.data.read import read_table
from core.data.table import Kind, NoteKind, Reading, Table
from core.errors import CoreError

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
AT_ONCE = 3
NOTHING = ("no sheet with cells in it", "holds an error")  # refusals of workbooks in which no cell has a value
ERRORS = frozenset({"#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"})


def rows(full=False):
    if CORPUS.exists():
        yield from corpus_rows(full)
        yield from oracle_rows(full)
    yield row("1,000,000 x 10 CSV, bytes to table", f"{large_csv():.1f} s", "5 s")


def row(what, measured, bound):
    return {"what": what.ljust(78), "measured": str(measured).ljust(34), "bound": bound}


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: str
    seconds: float
    table: Table | None = None
    refusal: str = ""
    escaped: str = ""
    same_rows: bool = False  # whether it has as many rows as an ordinary engine found

    @property
    def is_one_sentence(self) -> bool:
        """A refusal of at most three short sentences in words."""
        return 10 < len(self.refusal) < 420 and self.refusal.endswith((".", "?")) and "Traceback" not in self.refusal


def manifest(folder):
    with open(CORPUS / "MANIFEST.csv", newline="", encoding="utf-8") as file:
        return [each for each in csv.DictReader(file) if each["path"].startswith(folder)]


def read(path, reading=None, limits=None):
    """One file as the app reads it, with a child of its own; only what is meant to escape does."""
    began = time.perf_counter()
    try:
        table = read_table(CORPUS / path, reading, limits=limits)
        return Outcome(path, time.perf_counter() - began, table)
    except CoreError as refusal:
        return Outcome(path, time.perf_counter() - began, refusal=str(refusal))
    except BaseException as escaped:  # what this benchmark looks for
        return Outcome(path, time.perf_counter() - began, escaped=repr(escaped))


def corpus_rows(full):
    listed = manifest("a_messy/")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(told(pool.map(lambda each: compared(each, read(each["path"])), listed), len(listed)))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    outcomes = [outcome for outcome, _ in found]
    good = sum(each.table is not None or each.is_one_sentence for each in outcomes)
    loaded = sum(each.table is not None for each in outcomes)
    what = f"{len(outcomes):,} files of a_messy loaded ({loaded:,}) or refused in a sentence"
    yield row(what, f"{100 * good / len(outcomes):.2f} %", "100 %")
    yield row("exceptions that escaped", sum(bool(each.escaped) for each in outcomes), "0")
    slowest = max(outcomes, key=lambda each: each.seconds)
    yield row(f"longest: {Path(slowest.path).name}", f"{slowest.seconds:.1f} s", "15 s")
    memory = f"{child / 1e3:.0f} MB + {grown / 1e3:.0f} MB in the app"
    yield row("most memory of a reading process, and growth of the app over all files", memory, "600 MB")
    judged = [(outcome, same) for outcome, same in found if same is not None]
    share = sum(same for _, same in judged) / len(judged)
    yield row(f"shapes as the manifest's baseline has them ({len(judged):,} files)", f"{100 * share:.2f} %", "97 %")
    yield parted_row(listed, found)
    yield from ordinary_rows(listed, found)
    for outcome, same in found if full else ():
        if outcome.escaped or same is False:
            shape = outcome.table.frame.shape if outcome.table else outcome.refusal or outcome.escaped
            yield row(f"  {outcome.path}", str(shape)[:60], "")


def parted_row(listed, found):
    """The same where an engine parts rows into columns: one that cannot may have taken each line for one cell."""
    parts = [any(width > 1 for _, width in engine_shapes(each)) for each in listed]
    judged = [same for part, (_, same) in zip(parts, found, strict=True) if part and same is not None]
    what = f"  the same where an engine finds more than one column ({len(judged):,} files)"
    return row(what, f"{100 * sum(judged) / len(judged):.2f} %", "97 %")


def told(outcomes, total):
    """The same outcomes, with a word of how far it is: the whole takes half an hour of two cores."""
    loaded = escaped = 0
    for at, found in enumerate(outcomes, 1):
        loaded, escaped = loaded + (found[0].table is not None), escaped + bool(found[0].escaped)
        if at % 100 == 0 or at == total:
            print(f"{at:,} of {total:,}: {loaded:,} loaded, {escaped} escaped", file=sys.stderr, flush=True)
        yield found


def ordinary_rows(listed, found):
    """How many of the files in which an ordinary engine finds rows are loaded, and have as many rows."""
    judged = [
        (outcome, outcome.same_rows) for each, (outcome, _) in zip(listed, found, strict=True) if engine_shapes(each)
    ]
    loaded = sum(outcome.table is not None for outcome, _ in judged) / len(judged)
    counted = sum(bool(same) for _, same in judged) / len(judged)
    yield row(
        f"of {len(judged):,} files in which an ordinary engine finds rows, loaded", f"{100 * loaded:.2f} %", "98 %"
    )
    yield row("  with its row count, rows that notes tell of included", f"{100 * counted:.2f} %", "90 %")


def engine_shapes(listed):
    """(rows, columns) as each engine of the manifest found them, where it found rows."""
    baseline = json.loads(listed["baseline"]) if listed["baseline"] else {}
    found = [re.match(r"ok (\d+)x(\d+)$", verdict) for verdict in baseline.values()]
    return [(int(each[1]), int(each[2])) for each in found if each and int(each[1])]


def same_rows(listed, outcome):
    """Whether a table, or that of the sheet that the engine read, has an engine's rows; notes may tell of some."""
    if outcome.table is not None and len(outcome.table.sheets) > 1:
        first = outcome.table.sheets[0]
        if outcome.table.reading.sheet != first:
            outcome = read(listed["path"], Reading(sheet=first))
    return outcome.table is not None and any(rows_fit(outcome.table, height) for height, _ in engine_shapes(listed))


def compared(listed, outcome):
    """The outcome, without the table's cells, and whether its shape is the baseline's; None without a baseline."""
    same = same_shape(listed, outcome)
    if outcome.table is not None:
        rows_too = same_rows(listed, outcome)
        empty = Table(outcome.table.frame.iloc[:0], (), (), Reading())
        outcome = Outcome(outcome.path, outcome.seconds, empty, same_rows=rows_too)
    return outcome, same


def same_shape(listed, outcome):
    """Whether rows and columns are as many as a baseline found, but for header, totals and notes that are named."""
    baseline = json.loads(listed["baseline"]) if listed["baseline"] else {}
    shapes = [
        tuple(map(int, found[1].split("x")))
        for found in (re.match(r"ok (\S+)$", v) for v in baseline.values())
        if found
    ]
    if not shapes:
        return None
    table, sheet = outcome.table, None
    if table is not None and len(table.sheets) > 1 and table.reading.sheet != table.sheets[0]:
        sheet = table.sheets[0]  # which the baseline read
        outcome = read(listed["path"], Reading(sheet=sheet))
    if outcome.table is not None:
        return any(fits(outcome.table, *shape) for shape in shapes)
    if any(height == 0 for height, _ in shapes) or any(words in outcome.refusal for words in NOTHING):
        return True  # nothing in it, and refused
    if "binary data" in outcome.refusal and any(found.startswith("err") for found in baseline.values()):
        return True  # refused by an engine of the baseline too
    if "names of columns but no rows" not in outcome.refusal:
        return False
    again = read(listed["path"], Reading(sheet=sheet, header=0))  # one row of words: refused for that, and rightly
    return again.table is not None and len(again.table.frame) <= 1 and any(fits(again.table, *each) for each in shapes)


def fits(table, height, width):
    columns = table.frame.shape[1]
    return rows_fit(table, height) and columns <= width <= columns + named(table, NoteKind.COLUMNS)


def rows_fit(table, height):
    header = int(table.reading.header or 0)
    most = len(table.frame) + header + named(table, NoteKind.ROWS) + (table.reading.skip or 0) + 1
    return len(table.frame) - 1 <= height <= most


def named(table, kind):
    """How many rows or columns notes tell of."""
    return sum(note.count or 0 for note in table.notes if note.kind is kind)


def oracle_rows(full):
    cases = defaultdict(list)
    for path in sorted((CORPUS / "a_messy" / "excel_oracle").glob("*.csv")):
        book, number = re.match(r"(.*)\.(\d+)\.csv$", path.name).groups()
        cases[book].append((int(number), path))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda case: judged(*case), sorted(cases.items())))
    total = sum((counts for counts, _ in found), Counter())
    cells = total["same"] + total["format"] + total["different"]
    agreeing = 100 * (total["same"] + total["format"]) / cells
    strict = 100 * total["same"] / (total["same"] + total["different"])
    yield row(f"cells as Excel has them ({cells:,} cells of {total['sheets']} sheets)", f"{agreeing:.2f} %", "97 %")
    yield row(
        f"  the same without the {total['format']:,} that Excel shows rounded or reformatted", f"{strict:.2f} %", ""
    )
    refused = f"{total['refused']} (workbooks that are locked or damaged: {total['closed']})"
    yield row("  sheets that were not read", refused, "")
    for _, examples in found if full else ():
        for example in examples:
            yield row(f"  {example}"[:150], "", "")


def judged(book, sheets):
    """How the cells of a workbook's sheets compare with what Excel saved of them."""
    places = (
        f"sheetjs/{book}",
        f"poi/test-data/spreadsheet/{book.removeprefix('apachepoi_')}",
        f"calamine/tests/{book}",
    )
    path = next(Path("a_messy") / each for each in places if (CORPUS / "a_messy" / each).exists())
    counts, examples = Counter(), []
    first = read(path)
    if (first.table is None and "password" in first.refusal + first.escaped) or "cannot be opened" in first.refusal:
        counts["closed"] += len(sheets)
        return counts, examples
    names = sheet_names(path, first)
    for number, oracle in sheets:
        want = trimmed(csv_rows(oracle))
        if not want:
            continue
        got = as_it_stands(path, names[number] if number < len(names) else None)
        if got is None:
            counts["refused"] += 1
            counts["different"] += sum(bool(cell) for cells in want for cell in cells)
            examples.append(f"{book} {number}: not read")
            continue
        counts["sheets"] += 1
        verdicts = list(verdicts_on(got, want))
        counts.update(verdict for verdict, _, _ in verdicts)
        wrong = [(mine, theirs) for verdict, mine, theirs in verdicts if verdict == "different"]
        examples += [f"{book} {number}: {len(wrong)} cells, such as {pair}" for pair in wrong[:1]]
    return counts, examples


def sheet_names(path, first):
    """All sheets of a workbook in its order, chart and dialog sheets too: the oracle's numbers count them."""
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(CORPUS / path)).sheet_names
    except BaseException:  # a panic of the library is no Exception
        return list(first.table.sheets) if first.table is not None else []


def as_it_stands(path, sheet):
    """The cells of a sheet as rows, everything kept: no names, nothing left out, nothing filled, no column typed.

    Typed, a column of numbers would count the name above it as a cell that is no number.
    """
    keep = Reading(
        sheet=sheet,
        header=0,
        skip=0,
        units=0,
        foot=0,
        left=0,
        width=20_000,
        comment="",
        turned=False,
        rulings=True,
        sections=False,
        subtotals=True,
        fill_merged=False,
    )
    found = read(path, keep)
    if found.table is None:
        return None
    found = read(path, replace(keep, kinds=tuple((name, Kind.TEXT) for name in found.table.frame)))
    frame = found.table.frame.astype(object)
    return trimmed(
        [
            [None if blank else cell for cell, blank in zip(cells, blanks, strict=True)]
            for cells, blanks in zip(frame.to_numpy().tolist(), frame.isna().to_numpy(), strict=True)
        ]
    )


def csv_rows(path):
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return [
        [cell.strip() if cell.strip() not in ERRORS else "" for cell in cells]
        for cells in csv.reader(io.StringIO(text))
    ]


def trimmed(cells):
    """Rows and columns that hold something, equally wide."""
    width = max(map(len, cells), default=0)
    cells = [[*each, *[None] * (width - len(each))] for each in cells]
    cells = [each for each in cells if any(cell not in (None, "") for cell in each)]
    kept = [j for j in range(width) if any(each[j] not in (None, "") for each in cells)]
    return [[each[j] for j in kept] for each in cells]


def verdicts_on(got, want):
    """(verdict, our cell, Excel's cell) of every place where either has something."""
    for i in range(max(len(got), len(want))):
        mine, theirs = got[i] if i < len(got) else [], want[i] if i < len(want) else []
        for j in range(max(len(mine), len(theirs))):
            cell, shown = mine[j] if j < len(mine) else None, theirs[j] if j < len(theirs) else None
            if cell not in (None, "") or shown:
                yield verdict(cell, shown or ""), cell, shown


def verdict(cell, shown):
    """ "same" in value, "format" if only the display differs (rounded, hidden, lost letters), or "different"."""
    if isinstance(cell, bool | np.bool_):
        return "same" if shown.upper() == str(cell).upper() else "different"
    if isinstance(cell, str) and alike(cell, shown):
        return "same"
    number = as_number(cell)
    if number is not None and not isinstance(cell, dt.datetime | pd.Timestamp):
        return number_verdict(number, shown)
    if isinstance(cell, dt.datetime | pd.Timestamp | dt.timedelta | pd.Timedelta):
        return moment_verdict(cell, shown)
    if isinstance(cell, str):
        try:
            return moment_verdict(pd.Timestamp(cell), shown)
        except (ValueError, OverflowError):
            return "different"
    return "different"


def alike(cell, shown):
    """Whether two texts are the same; Excel saved letters that its code page lacks as underscores."""
    mine, theirs = " ".join(cell.split()), " ".join(shown.split())
    if mine == theirs or mine.lower() == theirs.lower():
        return True
    return len(mine) == len(theirs) and all(b in (a, "_", "?") for a, b in zip(mine, theirs, strict=True))


def as_number(cell):
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, int | float | np.number):
        return float(cell)
    try:
        return float(cell) if isinstance(cell, str) else None
    except ValueError:
        return None


def number_verdict(number, shown):
    if not shown or set(shown) <= set("#-_ ") or shown.upper() in ("TRUE", "FALSE"):
        return "format"  # a format that hides the value, a column too narrow, a truth shown as such
    plain = re.sub(r"[^0-9.eE+\-/ ]", "", shown.replace(",", ""))
    found = re.search(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?", plain.replace(" ", ""))
    if not found:
        return "different"
    value = float(found[0])
    mantissa, _, power = found[0].lower().partition("e")
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    if shown.rstrip().endswith("%"):
        value, unit = value / 100, unit / 100
    if shown.strip().startswith("("):
        value = -value
    if math.isclose(number, value, rel_tol=1e-9, abs_tol=0):
        return "same"
    if abs(abs(number) - abs(value)) <= 0.501 * unit:
        return "format"
    fraction = re.fullmatch(r"-?\s*(?:(\d+)\s+)?(\d+)\s*/\s*(\d+)", shown.strip())
    if fraction and int(fraction[3]):
        parts = int(fraction[1] or 0) + int(fraction[2]) / int(fraction[3])
        return "format" if abs(abs(number) - parts) <= 0.5 / int(fraction[3]) + 1e-9 else "different"
    digits = re.sub(r"\D", "", shown)
    return "format" if digits.lstrip("0") == f"{abs(number):.0f}" else "different"  # such as 555-0100


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def moment_verdict(cell, shown):
    """Whether every number and month name in what Excel shows is a part of the moment."""
    if isinstance(cell, dt.timedelta | pd.Timedelta):
        seconds = round(cell.total_seconds())
        parts = {seconds // 3600, seconds // 60 % 60, seconds % 60, seconds // 3600 % 12 or 12, seconds // 3600 % 24, 0}
        month = None
    else:
        parts = {cell.year, cell.year % 100, cell.month, cell.day, cell.hour, cell.hour % 12 or 12, cell.minute}
        parts |= {cell.second, cell.second + 1, 0}
        month = MONTHS[cell.month - 1]
    if not shown or set(shown) <= {"#"}:
        return "format"
    numbers = {int(number) for number in re.findall(r"\d+", shown)}
    names = [name for name in MONTHS if re.search(rf"\b{name}", shown.lower())]
    return "same" if numbers <= parts and (not names or month in names) and (numbers or names) else "different"


def large_csv():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1_000_000, 10)) * 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.csv")
        names = [f"c{j}" for j in range(10)]
        pd.DataFrame(values, columns=names).to_csv(path, index=False, float_format="%.6f")
        content = path.read_bytes()
    child = Child()
    time.sleep(2.0)  # the app has a reader waiting
    began = time.perf_counter()
    table = read_table(content, limits=Limits(seconds=60, memory=2_000_000_000), child=child)
    seconds = time.perf_counter() - began
    assert table.frame.shape == values.shape
    np.testing.assert_allclose(table.frame.to_numpy(), values, atol=5.1e-7)
    return seconds
