"""Repeated rows: counted and told, and left out with one click."""

import numpy as np
import pytest

from core.data.reader import repeated
from tests.data.making import cells, delimited, here, said

ROWS = [[f"r{i}", i / 3, 7 * i % 11] for i in range(30)]


def test_rows_that_repeat_others_are_counted_and_can_be_left_out():
    content = delimited([["name", "a", "b"], *ROWS, ROWS[4], ROWS[9], ROWS[4]])
    told = said(here(content), "repeat earlier ones")[0]
    assert told.count == 3
    rest = here(content, **told.offer.changes)
    assert cells(rest)["name"] == [row[0] for row in ROWS]
    assert said(rest, "3 rows", "left out")


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("heading", [[], [["name", "a", "b"]]])
def test_a_file_that_was_appended_to_itself_is_told(times, heading):
    rows = [["name", "a", "b"], *ROWS]
    for _ in range(times - 1):
        rows += [*heading, *ROWS]
    answer = here(delimited(rows))
    told = said(answer, f"From line {32 + len(heading)} on", "twice")
    assert told
    assert len(here(delimited(rows), **told[0].offer.changes).columns[0]) == 30


def test_rows_that_differ_in_one_cell_or_in_a_blank_repeat_nothing():
    rows = [["a", 1.5, 2], ["a", 1.5, ""], ["a", 1.25, 2], ["", 1.5, 2], ["b", 1.5, 2]]
    assert not said(here(delimited([["name", "x", "y"], *rows])), "repeat")


def test_rows_that_only_look_alike_by_their_number_repeat_nothing(monkeypatch):
    monkeypatch.setattr(repeated, "_hashes", lambda columns: np.zeros(len(columns[0]), dtype=np.uint64))
    content = delimited([["name", "a", "b"], *ROWS, ROWS[0]])
    assert said(here(content), "repeats an earlier one")[0].count == 1
    assert cells(here(content, repeats=False))["name"] == [row[0] for row in ROWS]
    assert not said(here(delimited([["name", "a", "b"], *ROWS])), "twice")
