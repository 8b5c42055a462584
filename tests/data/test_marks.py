"""Marks: one value or nothing in columns side by side, as where all that applies is ticked."""

import numpy as np
import pytest

import core
from tests.data.making import delimited, workbook


def ticked(mark="x", n=80, columns=4, seed=0):
    """Rows that tick some of the columns; the first two tick none."""
    rng = np.random.default_rng(seed)
    ticks = rng.random((n, columns)) < 0.4
    ticks[:2], ticks[2:, 0] = False, ticks[2:, 0] | ~ticks[2:].any(axis=1)
    names = [f"likes {at}" for at in range(columns)]
    marks = [mark] * columns if isinstance(mark, str) else mark
    rows = [
        [f"r{i}", *(one if tick else "" for one, tick in zip(marks, row, strict=True))] for i, row in enumerate(ticks)
    ]
    return [["name", *names], *rows], ticks


@pytest.mark.parametrize("written", [delimited, lambda rows: workbook(data=rows)], ids=["csv", "xlsx"])
@pytest.mark.parametrize("mark", ["x", "TRUE", ["red", "green", "blue", "white"]])
def test_blanks_beside_marks_count_as_no_and_one_click_takes_it_back(written, mark):
    rows, ticks = ticked(mark)
    table = core.read_table(written(rows))
    cells = table.frame.iloc[:, 1:]
    assert (cells.isna().to_numpy() == ~ticks.any(axis=1)[:, None]).all()
    for j, column in enumerate(table.columns[1:]):
        told = cells.iloc[:, j].dropna().astype(str).str.casefold().isin(["no", "false"])
        assert told.tolist() == (~ticks[2:, j]).tolist()
        assert column.n_distinct == 2
    (note,) = (each for each in table.notes if "count as no" in each.what)
    assert note.count == int((~ticks[2:]).sum())
    assert "Where none of them is filled (2 rows), they stay blank." in note.what
    assert table.reading.marks is True
    kept = core.read_table(written(rows), note.offer.applied(core.Reading()))
    assert kept.columns[1].n_distinct == 1
    assert kept.columns[1].n_missing == int((~ticks[:, 0]).sum())
    assert core.read_table(written(rows), table.reading).frame.equals(table.frame)


def test_columns_of_marks_take_part_as_categories():
    table = core.read_table(delimited(ticked()[0]))
    assert core.default_categories(table) == tuple(f"likes {at}" for at in range(4))
    assert core.first_answer(table).matrix.categories


@pytest.mark.parametrize(
    "rows",
    [
        ticked(columns=2)[0],
        ticked("no")[0],
        [ticked()[0][0], *([f"r{i}", *["x" if i % 3 else ""] * 4] for i in range(60))],
        [[*row[:2], f"{i % 7}.5" if i else "size", *row[2:4]] for i, row in enumerate(ticked()[0])],
    ],
    ids=["two columns", "no itself", "ticked all together", "not side by side"],
)
def test_what_may_as_well_be_blank_stays_blank(rows):
    table = core.read_table(delimited(rows))
    assert not any("count as no" in each.what for each in table.notes)
    assert table.columns[1].n_distinct == 1
