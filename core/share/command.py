"""The command: answers, replays and scores files from a shell, without the app."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from ..data.prepare import suggested_row_name
from ..data.read import read_table
from ..data.table import Reading, Table
from ..errors import ChoiceError, CoreError
from ..numbers import count
from ..progress import Progress
from ..scale.threads import over_cores
from ..version import __version__
from .answered import Answered
from .export import labelled_frame, to_csv
from .notebook import notebook
from .recipe.recipe import Recipe
from .report.page import html_report
from .script import scoring_script
from .workbook import workbook

PIPE = "-"
CLEAR = "\r\x1b[K"  # of a line on a terminal
DONE, REFUSED, STOPPED = 0, 1, 130  # exit codes; 2 is argparse's, for what cannot be understood
EVERY = 0.2  # seconds between two words of progress on a terminal


@dataclass(frozen=True)
class Streams:
    """Where a command reads and writes."""

    read: BinaryIO = field(default_factory=lambda: sys.stdin.buffer)
    write: BinaryIO = field(default_factory=lambda: sys.stdout.buffer)
    tell: TextIO = field(default_factory=lambda: sys.stderr)

    def content(self, path: str) -> bytes:
        """The bytes of a file, or of the pipe. Raises OSError."""
        return self.read.read() if path == PIPE else Path(path).read_bytes()

    def put(self, path: str, content: bytes) -> None:
        """Write a file, or into the pipe. Raises OSError."""
        if path != PIPE:
            Path(path).write_bytes(content)
            return
        self.write.write(content)
        self.write.flush()

    def say(self, text: str) -> None:
        """A sentence for the person at the terminal."""
        self.tell.write(f"{CLEAR if self.tell.isatty() else ''}{text}\n")
        self.tell.flush()


# What can be written of an answer, by the option that asks for it.
OUTPUTS: dict[str, tuple[str, Callable[[Answered, Recipe], bytes]]] = {
    "report": ("an HTML report", lambda answer, recipe: html_report(answer, recipe).encode()),
    "workbook": ("an XLSX workbook", workbook),
    "labels": ("every row with its group, as CSV", lambda answer, _: _labels(answer)),
    "recipe": ("the analysis as JSON, for replay and score", lambda _, recipe: recipe.to_json().encode()),
    "script": ("a Python script that scores other files", lambda answer, _: scoring_script(answer).encode()),
    "notebook": ("a notebook of the whole analysis", lambda _, recipe: notebook(recipe).encode()),
}


def _labels(answer: Answered) -> bytes:
    return to_csv(labelled_frame(answer.table, answer.labelled))


def run(arguments: Sequence[str], streams: Streams | None = None) -> int:
    """Carry a command out and give its exit code: 0 done, 1 refused, 130 stopped; argparse exits with 2 for others."""
    streams = Streams() if streams is None else streams
    asked = parser().parse_args(arguments)
    try:
        asked.work(asked, streams)
    except CoreError as refusal:
        streams.say(str(refusal))
        return REFUSED
    except OSError as fault:
        streams.say(f"{fault.filename or 'The pipe'} cannot be read or written: {fault.strerror or fault}.")
        return REFUSED
    except KeyboardInterrupt:
        streams.say("Stopped.")
        return STOPPED
    return DONE


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    whole = argparse.ArgumentParser(
        prog="mixture-explorer",
        description="Find the groups in a table, how sure they are, and the rows that do not belong.",
        epilog="Without a command the app is started; further arguments are then Streamlit's.",
    )
    whole.add_argument("--version", action="version", version=f"mixture-explorer {__version__}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    answer = commands.add_parser("answer", help="find the groups of a file and print the answer")
    answer.add_argument("file", metavar="FILE", help="the file, or - for the standard input")
    answer.add_argument("--sheet", help="the sheet of a workbook, or the table of a database")
    _outputs(answer)
    answer.set_defaults(work=_answer)
    again = commands.add_parser("replay", help="carry a saved analysis out, on its file or on another")
    again.add_argument("recipe_file", metavar="RECIPE", help="the analysis as JSON")
    again.add_argument("file", metavar="FILE", help="the file, or - for the standard input")
    _outputs(again)
    again.set_defaults(work=_replay)
    score = commands.add_parser("score", help="place the rows of a file in the groups of a saved analysis")
    score.add_argument("recipe_file", metavar="RECIPE", help="the analysis as JSON")
    score.add_argument("file", metavar="FILE", help="the file, or - for the standard input")
    score.add_argument("--labels", metavar="PATH", default=PIPE, help="where the rows go as CSV; - is standard output")
    score.set_defaults(work=_score)
    return whole


def _outputs(command: argparse.ArgumentParser) -> None:
    for name, (what, _) in OUTPUTS.items():
        command.add_argument(f"--{name}", metavar="PATH", help=f"write {what}; - is the standard output")


def _answer(asked: argparse.Namespace, streams: Streams) -> None:
    reading = Reading(sheet=asked.sheet)
    table = _table(asked.file, reading, streams)
    recipe = Recipe.of(table, reading=reading, row_name=suggested_row_name(table))
    _carried_out(recipe, table, asked, streams)


def _replay(asked: argparse.Namespace, streams: Streams) -> None:
    recipe = Recipe.from_json(streams.content(asked.recipe_file))
    _carried_out(recipe, _table(asked.file, recipe.reading, streams), asked, streams)


def _score(asked: argparse.Namespace, streams: Streams) -> None:
    recipe = Recipe.from_json(streams.content(asked.recipe_file))
    table = _table(asked.file, recipe.reading, streams)
    if recipe.result is None:
        raise ChoiceError("This analysis was saved before it was carried out.", remedy="Replay it on its file first.")
    found = recipe.result.labelled(table)
    streams.put(asked.labels, to_csv(labelled_frame(table, found)))
    odd, rows = int(found.odd.flagged.sum()), len(found.matrix.values)
    streams.say(f"{count(odd, 'row')} of {rows:,} {'looks' if odd == 1 else 'look'} odd.")
    if len(found.not_comparable):
        streams.say(f"{count(len(found.not_comparable), 'row')} cannot be compared with those that were fitted.")


def _table(path: str, reading: Reading, streams: Streams) -> Table:
    name = "standard input" if path == PIPE else Path(path).name
    return read_table(streams.content(path), Reading(**{**vars(reading), "name": name}))


def _carried_out(recipe: Recipe, table: Table, asked: argparse.Namespace, streams: Streams) -> None:
    """Carry a recipe out, say what came of it, and write what was asked for."""
    found = recipe.replay(table, watch=_Told(streams.tell), over=over_cores)
    wanted = {name: getattr(asked, name) for name in OUTPUTS if getattr(asked, name) is not None}
    for difference in found.differs:
        streams.say(difference)
    if PIPE in wanted.values():
        streams.say(found.answer.sentence)
    else:
        streams.put(PIPE, f"{found.answer.sentence}\n".encode())
    for name, path in wanted.items():
        streams.put(path, OUTPUTS[name][1](found.answer, found.now))


class _Told:
    """Says how far work has come: on a terminal in one line that changes, else once for each kind of work."""

    def __init__(self, tell: TextIO) -> None:
        self._tell, self._last, self._at = tell, "", 0.0

    def __call__(self, progress: Progress) -> bool:
        """Go on, always."""
        terminal, now = self._tell.isatty(), time.monotonic()
        if terminal and now - self._at >= EVERY:
            self._at = now
            self._tell.write(f"{CLEAR}{progress.what}: {progress.done:,} of {progress.total:,}")
            self._tell.flush()
        elif not terminal and progress.what != self._last:
            self._last = progress.what
            self._tell.write(f"{progress.what}\n")
        return True
