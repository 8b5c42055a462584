import io
import json

import numpy as np
import pandas as pd
import pytest

import core
from core.share.command import Streams, run

RNG = np.random.default_rng(3)


def as_csv(shift=0.0, names=("width", "height")):
    group = np.arange(120) % 3 == 0
    rows = RNG.normal(np.where(group, 9.0, 0.0)[:, None] + shift, 1.0, (120, 2))
    return pd.DataFrame(rows.round(3), columns=list(names)).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a file and the analysis that was saved of it."""
    path = tmp_path_factory.mktemp("command")
    (path / "rows.csv").write_bytes(as_csv())
    (path / "next.csv").write_bytes(as_csv(0.1))
    (path / "other.csv").write_bytes(as_csv(names=("a", "b")))
    code, told, _ = asked("answer", path / "rows.csv", "--recipe", path / "r.json", "--report", path / "r.html",
                          "--workbook", path / "r.xlsx", "--labels", path / "l.csv")  # fmt: skip
    assert (code, told.startswith("2 groups;")) == (0, True)
    return path


def asked(*arguments, given=b""):
    """The exit code of a command, and what it wrote to its two outputs."""
    streams = Streams(io.BytesIO(given), io.BytesIO(), io.StringIO())
    code = run([str(each) for each in arguments], streams)
    return code, streams.write.getvalue().decode("utf-8-sig"), streams.tell.getvalue()


def test_an_answer_is_a_sentence_and_what_was_asked_for(folder):
    assert (folder / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert (folder / "r.xlsx").read_bytes()[:2] == b"PK"
    labels = pd.read_csv(folder / "l.csv", encoding="utf-8-sig")
    table = core.read_table(folder / "rows.csv")
    np.testing.assert_array_equal(labels["GMM group"], core.first_answer(table).labels + 1)


def test_a_replay_is_the_same_on_its_file_and_tells_what_differs_on_another(folder):
    code, told, said = asked("replay", folder / "r.json", folder / "rows.csv", "--recipe", folder / "again.json")
    assert (code, told.startswith("2 groups;")) == (0, True)
    assert "other data" not in said
    one, other = (json.loads((folder / name).read_text()) for name in ("r.json", "again.json"))
    assert one["result"] == other["result"]
    code, _, said = asked("replay", folder / "r.json", folder / "next.csv", "--recipe", folder / "next.json")
    assert code == 0
    assert "These are other data" in said
    assert core.Recipe.from_json((folder / "next.json").read_text()).data.name == "next.csv"


def test_a_file_is_scored_without_the_one_that_was_fitted(folder):
    code, told, said = asked("score", folder / "r.json", folder / "next.csv")
    assert code == 0
    found = pd.read_csv(io.StringIO(told))
    assert found["GMM group"].value_counts().tolist() == [80, 40]
    assert said.endswith("odd.\n")


def test_a_file_comes_from_a_pipe_and_goes_into_one(folder):
    code, told, said = asked("answer", "-", "--labels", "-", given=(folder / "rows.csv").read_bytes())
    assert code == 0
    assert len(pd.read_csv(io.StringIO(told))) == 120
    assert "2 groups;" in said
    assert asked("score", folder / "r.json", "-", given=(folder / "next.csv").read_bytes())[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("answer", "missing.csv"), "missing.csv cannot be read or written"),
        (("answer", "-"), "empty"),
        (("replay", "rows.csv", "rows.csv"), "saved analysis cannot be opened"),
        (("score", "r.json", "other.csv"), "lacks the columns"),
        (("answer", "rows.csv", "--labels", "no/such/folder/l.csv"), "cannot be read or written"),
    ],
)
def test_a_refusal_is_a_sentence_and_an_exit_code(folder, monkeypatch, arguments, said):
    monkeypatch.chdir(folder)
    code, _, told = asked(*arguments)
    assert code == 1
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--help",), 0), (("answer", "--help"), 0), ((), 2), (("answer",), 2)]
)
def test_help_is_no_fault_and_what_cannot_be_understood_is(arguments, code, capsys):
    with pytest.raises(SystemExit) as ended:
        asked(*arguments)
    assert ended.value.code == code
    assert "usage" in "".join(capsys.readouterr())


def test_progress_goes_to_the_error_stream_alone(folder):
    _, told, said = asked("answer", folder / "rows.csv")
    assert told.count("\n") == 1
    assert said
