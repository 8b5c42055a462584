"""Codes: numbers that stand for blank, dates at the end of all time, and where both are met end to end."""

import io

import numpy as np
import pandas as pd
import pytest

import core
from core.data.alerts import AlertKind
from core.share.export import to_csv
from core.share.sheet import to_xlsx
from tests.data.making import delimited, workbook


def measured(n=60, code=-999, whole=False):
    """Rows of a name and a number, of which every tenth holds a code."""
    values = np.random.default_rng(0).normal(20, 2, n).round(0 if whole else 2)
    numbers = [int(value) if whole else float(value) for value in values]
    return [["name", "x"], *([f"r{i}", code if i % 10 == 0 else number] for i, number in enumerate(numbers))]


def as_parquet(rows):
    target = io.BytesIO()
    pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "written", [delimited, lambda rows: workbook(data=rows), as_parquet], ids=["csv", "xlsx", "parquet"]
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_code_far_from_the_rest_is_blank_at_once_in_every_format(written, whole):
    content = written(measured(whole=whole))
    table = core.read_table(content)
    assert table.frame["x"].isna().tolist() == [i % 10 == 0 for i in range(60)]
    note = next(note for note in table.notes if "-999" in note.what)
    assert note.count == 6
    assert table.reading.codes is True
    kept = core.read_table(content, note.offer.applied(core.Reading()))
    assert kept.frame["x"].min() == -999
    assert AlertKind.CODE in {alert.kind for alert in kept.column("x").alerts}  # still remarked on
    assert core.read_table(content, table.reading).frame.equals(table.frame)


def test_one_code_behind_another_is_found_too():
    rows = measured()
    rows[2][1] = rows[3][1] = -99
    assert core.read_table(delimited(rows)).column("x").n_missing == 8


def two_columns(first, second, n=60):
    """Rows of two numbers, each with its codes in its first rows."""
    columns = np.random.default_rng(1).normal(20, 2, (2, n)).round(2).tolist()
    for column, codes in zip(columns, (first, second), strict=True):
        column[: len(codes)] = codes
    return delimited([["a", "b"], *map(list, zip(*columns, strict=True))])


def blanks(table):
    return {each.name: each.n_missing for each in table.columns}


def offered(table, code):
    """The offer to keep a code, taken."""
    (offer,) = (note.offer for note in table.notes if note.offer and note.offer.label == f"{code} is a number")
    return offer.applied(core.Reading())


def test_one_code_is_put_back_without_the_others_and_then_another_as_well():
    content = two_columns([-999] * 3, [-99] * 4 + [-999] * 2)
    table = core.read_table(content)
    assert blanks(table) == {"a": 3, "b": 6}
    one = core.read_table(content, offered(table, "-99"))
    assert blanks(one) == {"a": 3, "b": 2}
    assert [note.count for note in one.notes if "count as blank" in note.what] == [5]
    both = core.read_table(content, offered(one, "-999"))
    assert blanks(both) == {"a": 0, "b": 0}
    assert set(both.reading.codes) == {"-99", "-999"}


def test_a_code_that_is_put_back_hides_none_behind_it():
    content = two_columns([-999] * 3 + [-99] * 4, [])
    table = core.read_table(content, core.Reading(codes=["-999"]))
    assert blanks(table) == {"a": 4, "b": 0}
    assert core.read_table(content, table.reading).frame.equals(table.frame)
    assert blanks(core.read_table(content, core.Reading(codes=()))) == {"a": 7, "b": 0}


@pytest.mark.parametrize(
    "values",
    [
        [-1, *range(40)],  # once
        [-1, -1, *range(1, 40)],  # may be a value of its own
        [99, 99, *range(18, 90)],  # not far from the rest
        [-999, *range(-998, -900), -999],
    ],
)
def test_values_that_may_be_true_are_kept(values):
    content = delimited([["x", "y"], *([value, i % 7] for i, value in enumerate(values))])
    assert core.read_table(content).column("x").n_missing == 0


def test_dates_of_any_year_go_through_to_the_end():
    days = ["0001-01-01", "9999-12-31", "2024-05-06", "1500-02-03"]
    rng = np.random.default_rng(0)
    rows = [[day, *rng.normal(size=2).round(3)] for day in days * 10]
    table = core.read_table(delimited([["day", "x", "y"], *rows]))
    assert table.column("day").low == -719162
    assert table.column("day").high == 2932896
    fitted = core.prepare(table, core.Preparation(columns=("day", "x")))
    assert np.isfinite(fitted.values).all()
    for written in (to_csv(table.frame), to_xlsx(table.frame)):
        again = core.read_table(written)
        assert again.frame["day"].tolist()[1] == table.frame["day"].tolist()[1]


@pytest.mark.parametrize(
    "codes",
    [(-9999, -8888), (-99.99,), (-32768,), (1e20,), (98, 99), (-999, 999), (-2147483648,), (97, 98, 99), (-99, 999)],
)
def test_all_codes_of_a_column_are_blank_at_once_and_each_can_be_put_back(codes):
    rows = measured(90)
    for at, row in enumerate(rows[1:]):
        row[1] = codes[at // 10 % len(codes)] if at % 10 == 0 else row[1] % 7
    table = core.read_table(delimited(rows))
    assert table.frame["x"].isna().sum() == 9
    for code in codes:
        told = next(note for note in table.notes if f"hold {code:.15g}, far" in note.what)
        back = core.read_table(delimited(rows), told.offer.applied(table.reading)).frame["x"]
        assert set(back[back.notna() & ~back.between(0, 7)]) == {code}


@pytest.mark.parametrize("codes", [(98,), (88,), (-8888,), (-7,)])
def test_what_is_a_code_only_beside_another_stays_a_number_alone(codes):
    rows = [["name", "x"], *([f"r{i}", codes[0] if i % 10 == 0 else i % 7 + 0.5] for i in range(60))]
    assert core.read_table(delimited(rows)).frame["x"].isna().sum() == 0
