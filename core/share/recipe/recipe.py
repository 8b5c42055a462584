"""Recipe: every choice that decides an answer, with what it was of and what came of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from ...analysis.anomaly.policies import Policy
from ...analysis.anomaly.reviews import Reviews
from ...analysis.groups.grouping import LONGEST_NAME
from ...analysis.selection.board import Search
from ...data.prepare import Preparation
from ...data.raw_values import as_table
from ...data.table import Reading, Table
from ...errors import ChoiceError, whole_number
from ...mixture.em.e_step import Map
from ...mixture.plan import Plan
from ...progress import Watch
from ...version import __version__
from ..answered import Answered
from .codec import loaded, record, refusal, written
from .replay import Replayed, replayed
from .result import Result

FORMAT = "mixture-explorer analysis"
VERSION = 1  # of what a saved analysis holds
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "numba")  # whose versions may change a last digit
MOST_RUNS, MOST_PASSES, MOST_COMPONENTS = 10_000, 1_000_000, 1_000  # what a saved plan may ask for


@dataclass(frozen=True)
class Data:
    """What an analysis was of: enough to know the file again, and nothing of what is in it."""

    name: str
    rows: int
    columns: int
    sha256: str  # of the file's bytes or, where there was no file, of the frame

    @classmethod
    def of(cls, table: Table) -> Data:
        """Of a table."""
        return cls(table.name[:200], table.n_rows, len(table.columns), table.source_id or _frame_id(table.frame))

    def is_of(self, table: Table) -> bool:
        """Whether a table is the same, row by row."""
        other = Data.of(table)
        return (self.sha256, self.rows, self.columns) == (other.sha256, other.rows, other.columns)


@dataclass(frozen=True)
class Recipe:
    """All choices of an analysis; None leaves one to be found, as it was the first time.

    Attributes:
        data: name, shape and sha256 of what it was of.
        reading: how the file was read.
        preparation: which columns are fitted, and in what form.
        plan: the model that is fitted in the place of the first answer's.
        search: the search that had found that model, from whose end it goes on.
        groups: number of groups that its components make up.
        policy: the rule that draws the line between usual and odd rows.
        names: what the groups are called, "" where they have no name.
        reviews: what was said of odd rows, by their positions in the table.
        left_out: positions in the table of rows that are left out.
        row_name: name of the column that says what a row is, for display only.
        seed: seed of all that is drawn at random.
        result: what came of it, by which other rows are scored; None before it was carried out.
        engine: version of the engine that saved it.
        libraries: (library, version) of those that it computed with.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> recipe = core.Recipe.of(table, policy=core.TopRows(3)).carried_out(table)
        >>> again = core.Recipe.from_json(recipe.to_json()).replay(table)
        >>> again.answer.groups, again.is_identical, int(again.answer.odd.flagged.sum())
        (2, True, 3)
    """

    data: Data
    reading: Reading = field(default_factory=Reading)
    preparation: Preparation | None = None
    plan: Plan | None = None
    search: Search | None = None
    groups: int | None = None
    policy: Policy | None = None
    names: tuple[str, ...] = ()
    reviews: Reviews = field(default_factory=Reviews)
    left_out: tuple[int, ...] = ()
    row_name: str | None = None
    seed: int = 0
    result: Result | None = None
    engine: str = __version__
    libraries: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, table: Table | pd.DataFrame, **choices: object) -> Recipe:
        """A recipe for a table; choices are its other fields."""
        unknown = choices.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise ChoiceError(f"A recipe has no field {min(unknown)!r}.")
        whole = as_table(table)
        reading = replace(whole.reading, name=None)
        return cls(**{"data": Data.of(whole), "reading": reading, "libraries": _libraries(), **choices})  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out, or only in years. Raises ChoiceError."""
        object.__setattr__(self, "names", tuple(name[:LONGEST_NAME] for name in self.names))
        object.__setattr__(self, "left_out", tuple(sorted(set(self.left_out))))
        rows = [*self.left_out, *(row for row, _ in self.reviews.said)]
        if rows and not 0 <= min(rows) <= max(rows) < self.data.rows:
            raise refusal("it speaks of rows that its table has not")
        if self.groups is not None and whole_number(self.groups, "The number of groups") > MOST_COMPONENTS:
            raise refusal("it asks for more groups than can be told apart")
        whole_number(self.seed, "A seed", 0)
        if min(self.data.rows, self.data.columns) < 0:
            raise refusal("its table has fewer than no rows or columns")
        for asked in (self.plan, self.search):
            if asked is not None and _is_endless(asked):
                raise refusal("it asks for more work than can be done")

    def to_json(self) -> str:
        """As text that `from_json` reads, now and with later engines."""
        return written_with_version(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """The recipe that was written. Raises ChoiceError, in a sentence, for whatever else a text may hold."""
        try:
            found = loaded(text)
            if found.pop("format", None) != FORMAT:
                raise refusal("it was not saved by Mixture Explorer")
            saved = found.pop("version", None)
            if type(saved) is not int or not 1 <= saved <= VERSION:
                later = isinstance(saved, int) and saved > VERSION
                raise refusal(f"it was saved by a later version ({str(saved)[:20]})" if later else "it has no version")
            return record(found, cls)
        except RecursionError:
            raise refusal("it is nested too deeply") from None

    def replay(self, table: Table | pd.DataFrame, *, watch: Watch | None = None, over: Map = map) -> Replayed:
        """Carry the analysis out: on the data that it was of, or on others with these columns.

        On the same data with the same versions the numbers are the same to the last bit. Rows left out and reviews
        hold for the same data alone. Raises DataError naming the columns that a table lacks, and what a fit refuses.
        """
        return replayed(self, as_table(table), watch, over)

    def carried_out(self, table: Table | pd.DataFrame, *, watch: Watch | None = None, over: Map = map) -> Recipe:
        """The same with what comes of it for a table, as it can be saved."""
        return self.with_result(self.replay(table, watch=watch, over=over).answer)

    def with_result(self, answer: Answered) -> Recipe:
        """The same with an answer that came of these choices."""
        chosen = self.preparation or answer.first.preparation
        if chosen is None:
            raise ChoiceError("This answer is of a matrix, which no recipe leads to.", remedy="Give the preparation.")
        return replace(self, result=Result.of(answer, chosen), engine=__version__, libraries=_libraries())


def written_with_version(recipe: Recipe) -> str:
    """A recipe as JSON, the format and its version first."""
    head = json.dumps({"format": FORMAT, "version": VERSION})
    return f"{head[:-1]}, {written(recipe)[1:].lstrip()}"


def _is_endless(asked: Plan | Search) -> bool:
    most = asked.components if isinstance(asked, Plan) else max(asked.components)
    cells = 1 if isinstance(asked, Plan) else len(asked.families) * len(asked.components)
    many = asked.restarts * cells > MOST_RUNS or asked.max_iterations > MOST_PASSES
    return most > MOST_COMPONENTS or many


def _frame_id(frame: pd.DataFrame) -> str:
    """The sha256 of the cells of a frame that was read from no file, and of its names."""
    digest = hashlib.sha256(json.dumps([str(name) for name in frame.columns]).encode())
    digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    found = []
    for name in LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
