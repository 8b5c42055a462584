"""Handing on: what leaves the app against what it says itself, on real files.

The files are those of the corpus that lies beside the project (../shared/corpus). SQL is run by DuckDB where that is
installed, and by PostgreSQL where a server is named by PGHOST.
"""

import io
import os
import random
import runpy
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from python_calamine import CalamineWorkbook

from benchmarks.measuring import measured
from core.analysis.answer.first import first_answer
from core.data.prepare import Preparation, prepare, usable_as_features
from core.data.read import read_table
from core.data.samples import SAMPLES
from core.errors import CoreError
from core.scale.threads import over_cores
from core.share.answered import Answered
from core.share.script import scoring_script
from core.share.sql import Dialect, labels_sql
from core.share.workbook import workbook

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
LARGEST, MOST_ROWS = 600_000, 5_000
CLOSE = 1e-12


def rows(full=False):
    for name, answer in answers(40 if full else 5):
        yield from compared(name, answer)


def answers(count):
    """Answers to samples and to real files, with columns of categories as features where there are some."""
    for each in SAMPLES[:3]:
        yield each.key, answered(each.load(), True)
    files = [each for folder in ("d_business", "b_clustering") for each in sorted((CORPUS / folder).rglob("*.csv"))]
    some = [each for each in files if each.stat().st_size < LARGEST]
    found = 0
    for at, path in enumerate(random.Random(1).sample(some, len(some))):
        if found == count:
            return
        with suppress(CoreError):
            table = read_table(path)
            if table.n_rows <= MOST_ROWS:
                yield path.name, answered(table, at % 2 == 0)
                found += 1


def answered(table, with_words):
    """A table's answer, at every second file with a category of it as features."""
    first = first_answer(table, over=over_cores)
    words = usable_as_features(table)[:1] if with_words else ()
    if words and first.preparation is not None:
        chosen = Preparation(**{**vars(first.preparation), "encode": words})
        with suppress(CoreError):
            first = first_answer(prepare(table, chosen), over=over_cores)
    return Answered.of(table, first)


def compared(name, answer):
    """The script and the statements against an answer."""
    what = f"{name}, {answer.table.n_rows} x {len(answer.matrix.features)}, {answer.groups} groups"
    what += ", blanks" if answer.matrix.has_blanks else ""
    what += ", categories" if answer.matrix.transform.levels or answer.matrix.categories else ""
    space = runpy.run_path(written(scoring_script(answer), ".py"))
    found = space["scored"](columns_of(answer.table))
    apart = np.abs(found["score"] - answer.odd.score) / np.maximum(1, np.abs(answer.odd.score))
    worst, moved = float(np.nanmax(apart)), int((found["group"] != answer.labels).sum())
    odd = np.array([each is True for each in found["odd"]])
    wrong = int((odd != answer.odd.flagged).sum())
    kept = worst <= CLOSE and not moved and not wrong
    yield measured(f"script: {what}", f"{worst:.1e}, {moved} labels, {wrong} odd", f"{CLOSE}, 0, 0", kept)
    yield compared_workbook(what, answer)
    for run in (in_duckdb, in_postgresql):
        for k_means in (False,) if answer.matrix.categories else (False, True):  # which goes by numbers
            yield from compared_sql(what, answer, run, k_means)


def compared_workbook(what, answer):
    """How many rows have another group or are odd otherwise in the workbook, as a spreadsheet's reader has it."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(answer)))
    sheet = book.get_sheet_by_name("Rows").to_python(skip_empty_area=False)[1:]
    at, names = len(answer.table.columns), list(answer.grouping.names)
    moved = sum(row[at] != ("" if k < 0 else names[k]) for row, k in zip(sheet, answer.labels, strict=True))
    wrong = sum((row[at + 2] == "Yes") != odd for row, odd in zip(sheet, answer.odd.flagged, strict=True))
    return measured(f"workbook: {what}", f"{moved} labels, {wrong} odd", "0, 0", not moved and not wrong)


def compared_sql(what, answer, run, k_means):
    """How many rows a database puts into another group."""
    own = answer.of_table(answer.partition.labels, -1) if k_means else answer.labels
    names = [str(k + 1) for k in range(answer.groups)] if k_means else list(answer.grouping.names)
    found = run(answer, k_means)
    if found is not None:
        moved = sum(name != (None if k < 0 else names[k]) for name, k in zip(found, own, strict=True))
        kind = "K-Means" if k_means else answer.fit.family.name
        yield measured(f"{run.__name__.removeprefix('in_')}, {kind}: {what}", f"{moved} labels", "0", not moved)


def in_duckdb(answer, k_means):
    """The groups of the rows as DuckDB has them; None where it is not installed."""
    try:
        import duckdb
    except ModuleNotFoundError:
        return None
    frame = answer.table.frame.reset_index(names="mx row number")
    with duckdb.connect() as base:
        base.register("data", frame)
        statement = with_numbers(labels_sql(answer, "data", Dialect.DUCKDB, k_means=k_means))
        return [row[-1] for row in base.sql(statement).fetchall()]


def in_postgresql(answer, k_means):
    """The same as PostgreSQL has them; None where none is named."""
    if "PGHOST" not in os.environ:
        return None
    table = answer.table
    kinds = {"number": "DOUBLE PRECISION", "date": "TIMESTAMP", "duration": "INTERVAL", "yes or no": "BOOLEAN"}
    names = ['"' + each.name.replace('"', '""') + '" ' + kinds.get(each.kind.value, "TEXT") for each in table.columns]
    frame = table.frame.reset_index(names="mx row number")
    path = written(frame.to_csv(index=False), ".csv")
    statement = with_numbers(labels_sql(answer, "data", Dialect.POSTGRESQL, k_means=k_means))
    script = f"""CREATE TEMP TABLE data ("mx row number" INTEGER, {", ".join(names)});
\\copy data FROM '{path}' WITH (FORMAT csv, HEADER)
{statement.strip()};
"""
    done = subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-P", "null=<blank>", "-F", "\x1f", "-R", "\x1e"],
                          input=script, capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        return [done.stderr] * table.n_rows
    cells = [row.rsplit("\x1f", 1)[-1] for row in done.stdout.rstrip("\n").split("\x1e")]
    return [None if cell == "<blank>" else cell for cell in cells]


def with_numbers(statement):
    """In the order of the rows, which no database promises."""
    return f'{statement.strip()}\nORDER BY "mx row number"'


def columns_of(table):
    """A table's columns as lists, None where blank."""
    cells = {each.name: table.frame[each.name].astype(object) for each in table.columns}
    return {name: each.where(each.notna(), None).tolist() for name, each in cells.items()}


def written(text, suffix):
    """The path of a file with a text."""
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    return file.name
