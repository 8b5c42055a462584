"""The answer of a reader: only what is sound in every part becomes a table."""

import datetime as dt
import json
import random

import pyarrow as pa
import pytest

from core.data.answer import FIRST_MOMENT, LAST_MOMENT, Head, opened, refused, sizes, written
from core.data.limits import Limits
from core.data.table import Kind, Note, NoteKind, Reading
from core.errors import ReadError

LIMITS = Limits()
COLUMNS = {
    "whole": pa.array([1, None, 3], pa.int64()),
    "float": pa.array([1.5, 2.5, None]),
    "truth": pa.array([True, None, False]),
    "moment": pa.array([dt.datetime(2020, 1, 2), None, dt.datetime(9999, 12, 31)], pa.timestamp("us")),
    "span": pa.array([dt.timedelta(hours=1), None, dt.timedelta(0)], pa.duration("us")),
    "text": pa.array(["a", None, "größer"]),
    "full": pa.array(["x", "", "z"]),
}
READING = Reading(name="a.csv", header=True, blanks=("-9",), codes=("-99",), kinds=(("full", Kind.TEXT),))


def sent(cells=COLUMNS, **changes):
    """The two parts of an answer as they arrive, and its announcement."""
    names = tuple(cells)
    rows = len(next(iter(cells.values()))) if cells else 0
    head = Head(names, names, READING, (Note("A note.", 2, NoteKind.CELLS),), ("one",), rows, 2, False)
    pieces = [bytes(piece) for piece in written(head, list(cells.values()))]
    told = json.loads(pieces[0][16:])
    told["head"] |= changes
    return json.dumps(told).encode(), b"".join(pieces[1:])


def arrived(head, body, limits=LIMITS):
    return opened(head, pa.py_buffer(body), limits)


def test_a_sound_answer_arrives_as_it_was_sent():
    answer = arrived(*sent())
    assert [each.to_pylist() for each in answer.columns] == [each.to_pylist() for each in COLUMNS.values()]
    assert answer.head.reading == READING
    assert answer.head.notes == (Note("A note.", 2, NoteKind.CELLS),)
    assert answer.lines is None


def test_columns_that_are_parts_of_others_and_empty_ones_arrive():
    part = {name: column[1:] for name, column in COLUMNS.items()}
    assert [each.to_pylist() for each in arrived(*sent(part)).columns] == [each.to_pylist() for each in part.values()]
    none = {name: column[:0] for name, column in COLUMNS.items()}
    assert [len(each) for each in arrived(*sent(none)).columns] == [0] * len(none)
    assert arrived(*sent({})).columns == ()


def test_a_refusal_arrives_as_one():
    head = b"".join(map(bytes, refused(ReadError("What.", "Why.", "Remedy."))))[16:]
    with pytest.raises(ReadError, match=r"What\. Why\. Remedy\."):
        arrived(head, b"")


def deep(levels):
    return json.loads("[" * levels + "]" * levels)


COLUMN = {"sort": "whole", "blanks": False, "text": 0}
HOSTILE_HEADS = {
    "no names": {"names": None},
    "names that are numbers": {"names": [1, 2, 3, 4, 5, 6, 7]},
    "fewer names": {"names": ["a"]},
    "equal names": {"names": ["a"] * 7},
    "fewer originals": {"originals": []},
    "half a letter": {"originals": ["\ud800"] * 7},
    "an endless name": {"originals": ["x" * 1_000_000] * 7},
    "rows in words": {"rows": "3"},
    "half a row": {"rows": 2.5},
    "rows below zero": {"rows": -3},
    "more rows": {"rows": 4},
    "very many rows": {"rows": 10**15},
    "rows without end": {"rows": 10**400},
    "a line without end": {"first_line": 10**19},
    "another sort": {"columns": [COLUMN | {"sort": "object"}] * 7},
    "another column": {"columns": [COLUMN] * 7},
    "less than no text": {"columns": [{"sort": "text", "blanks": False, "text": -8}] * 7},
    "text in numbers": {"columns": [COLUMN | {"text": 8}] * 7},
    "more of a column": {"columns": [COLUMN | {"code": "1"}] * 7},
    "no columns": {"columns": []},
    "lines of words": {"lines": True},
    "another reading": {"reading": {}},
    "a reading of lists": {"reading": [[]]},
    "another note": {"notes": [{"what": "x", "count": 1, "kind": "an order"}]},
    "a note of numbers": {"notes": [1, 2]},
    "deep sheets": {"sheets": deep(500)},
    "more of a head": {"class": "os.system"},
}


@pytest.mark.parametrize("changes", HOSTILE_HEADS.values(), ids=HOSTILE_HEADS)
def test_a_head_that_no_reader_writes_is_refused(changes):
    with pytest.raises(ReadError):
        arrived(*sent(**changes))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[" * 200_000 + b"]" * 200_000,
        b'{"head": null, "refusal": null}',
        b'{"head": null, "refusal": {"what": 1, "why": "", "remedy": ""}}',
        b'{"head": null, "refusal": "what"}',
        b"\xff\xfe",
        b"9" * 5_000,
    ],
    ids=range(10),
)
def test_what_is_no_head_at_all_is_refused(head):
    with pytest.raises(ReadError):
        arrived(head, b"")


def test_every_cut_of_the_buffers_is_refused():
    head, body = sent()
    for size in [*range(0, len(body), 7), len(body) - 1]:
        with pytest.raises(ReadError):
            arrived(head, body[:size])
    with pytest.raises(ReadError):
        arrived(head, body + bytes(64))


def test_text_that_lies_outside_its_column_or_is_not_utf_8_is_refused():
    head, body = sent({"t": pa.array(["abcd", "efgh"])})
    offsets = [int.from_bytes(body[at : at + 4], "little") for at in (0, 4, 8)]
    assert offsets == [0, 4, 8]
    for wrong in ((0, 4, 9), (0, 400, 8), (0, -4, 8), (8, 4, 8), (0, 2**31 - 1, 8), (-8, 0, 8)):
        hostile = b"".join(each.to_bytes(4, "little", signed=True) for each in wrong) + body[12:]
        with pytest.raises(ReadError):
            arrived(head, hostile)
    with pytest.raises(ReadError):
        arrived(head, body.replace(b"efgh", b"\xff\xfe\xfd\xfc"))


@pytest.mark.parametrize("moment", [FIRST_MOMENT - 1, LAST_MOMENT + 1, 2**63 - 1])
def test_a_moment_that_no_calendar_has_is_refused(moment):
    with pytest.raises(ReadError):
        arrived(*sent({"m": pa.array([0, moment], pa.int64()).view(pa.timestamp("us"))}))


def test_more_than_the_limits_allow_is_refused_before_it_is_taken_in():
    with pytest.raises(ReadError):
        arrived(*sent(), Limits(cells=20))
    for head, body in ((2**40, 0), (0, LIMITS.memory + 1), (2**63, 2**63)):
        with pytest.raises(ReadError):
            sizes(head.to_bytes(8, "big") + body.to_bytes(8, "big"), LIMITS)


def test_flipped_bits_give_a_table_of_the_right_shape_or_a_refusal():
    rng = random.Random(0)
    tables = 0
    for _ in range(2_000):
        head, body = map(bytearray, sent())
        part = rng.choice((head, body))
        for _ in range(rng.randint(1, 3)):
            part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
        try:
            answer = arrived(bytes(head), bytes(body))
        except ReadError:
            continue
        tables += 1
        assert {len(column) for column in answer.columns} == {3}
        assert [column.to_pylist() for column in answer.columns]
    assert tables


def test_a_column_that_is_not_sound_is_never_sent():
    offsets = b"".join(each.to_bytes(4, "little") for each in (0, 99, 3))
    outside = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(offsets), pa.py_buffer(b"abc")])
    with pytest.raises(pa.ArrowInvalid):
        list(written(Head(("a",), ("a",), Reading(), (), (), 2, 1, False), [outside]))
