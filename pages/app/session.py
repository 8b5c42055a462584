"""The session: one visitor's choices, and nothing that follows from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from core.analysis.anomaly.odd_rows import Policy
from core.analysis.anomaly.reviews import Reviews
from core.analysis.density.synthetic import Drawing
from core.analysis.selection.board import Criterion, Search
from core.data.prepare import Preparation
from core.data.table import Reading
from core.mixture.family import Family
from pages.app import jobs
from pages.app.spool import Spool, gone

KEY = "session"  # the one key of choices in Streamlit's session state; the others are widgets'


@dataclass(frozen=True)
class Upload:
    """A file that the visitor brought, spooled to a file without a name that goes when nothing refers to it.

    Make one with `Upload.spool`; the session that holds it is the only way to its bytes. Without a name it cannot be
    found, swept away by others or left behind: the system frees it with the process, however that ends.
    """

    name: str  # for display only, never used as a path
    sha256: str
    _spool: Spool = field(repr=False, compare=False)

    @classmethod
    def spool(cls, name: str, content: bytes) -> Upload:
        """Write the bytes to the disk. Raises CoreError where they cannot be written."""
        return cls(name, hashlib.sha256(content).hexdigest(), Spool(content))

    @property
    def close(self) -> Callable[[], object]:
        """Gives the bytes up, whoever still refers to the upload; it does not itself refer to it."""
        return self._spool.close

    def content(self) -> bytes:
        """The bytes. Raises CoreError where they are no longer what was written."""
        content = self._spool.content()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise gone()
        return content


@dataclass(frozen=True)
class Model:
    """The model that the visitor chose."""

    family: Family
    components: int
    search: Search | None = None  # that had found it; None where it was chosen by its name


Split = tuple[Model, int]  # a model, and how many groups its components make up


@dataclass(frozen=True)
class Ticks:
    """Where the table of columns began: it keeps the ticks that were changed since then itself."""

    columns: tuple[str, ...] = ()
    drawn: int = 0  # counts the times that it had to begin anew


@dataclass(frozen=True)
class Session:
    """All choices; a new file or sample keeps none of them."""

    upload: Upload | None = None
    sample: str | None = None  # the key of a sample
    reading: Reading = field(default_factory=Reading)
    preparation: Preparation | None = None  # None: as the first answer finds best
    model: Model | None = None  # None: the one that was found without asking
    merged: int | None = None  # groups that the model's components make up; None: those that no valley parts
    names: tuple[tuple[Split, tuple[str, ...]], ...] = ()  # what the groups of models are called
    search: Search | None = None  # the full search, once it was asked for
    criterion: Criterion = Criterion.BIC
    tested: Model | None = None  # the model that is to be tested against one with a component more
    held_out: Search | None = None  # the search whose models are to be compared on rows held out
    uncertainty_of: tuple[str, int] | None = None  # family and K of the model whose groups are to be drawn anew
    bayesian: bool = False  # whether Bayesian mixtures are to say how many components they need
    curves: tuple[str, ...] | None = None  # names of families; None: the leading ones
    policy: Policy | None = None  # which rows are odd; None: as in the first answer
    axes: tuple[str, str] | None = None  # the two columns that pictures show; None: the most telling ones
    row_name: str | None = None  # the column that says what a row is; "": its number; None: the likeliest column
    given: tuple[tuple[str, float | str], ...] = ()  # columns whose values are supposed, in raw units, or levels
    about: str | None = None  # the column that is asked about when values are supposed; None: the first one left
    drawing: Drawing = field(default_factory=Drawing)
    other_file: Upload | None = None  # the other file that is to be scored
    reviews: Reviews = field(default_factory=Reviews)  # what was said of rows that look odd
    others: bool = False  # whether other detectors are to be asked which rows are odd
    reviewed_apart: int = 0  # counts the reviews that were given outside the table, which then has to begin anew
    ticks: Ticks = field(default_factory=Ticks)

    def names_of(self, split: Split) -> tuple[str, ...]:
        """Names that were given to these groups; they come back with their model."""
        return dict(self.names).get(split, ())

    @property
    def has_data(self) -> bool:
        """Whether there is anything to look at."""
        return self.upload is not None or self.sample is not None


def current() -> Session:
    """This visitor's choices."""
    session: Session = st.session_state.setdefault(KEY, Session())
    return session


def choose(**choices: Any) -> None:
    """Replace some choices; other rows or columns take back what was chosen for the ones before."""
    if "model" in choices:
        choices = {"merged": None} | choices
    if "reading" in choices:  # its rows may be others
        choices = {"reviews": Reviews()} | choices
    if "other_file" in choices:
        jobs.forget_refused()
    if choices.keys() & {"reading", "preparation"}:
        jobs.cancel_all()
        choices = {
            "model": None,
            "merged": None,
            "names": (),
            "axes": None,
            "search": None,
            "curves": None,
            "held_out": None,
            "tested": None,
            "bayesian": False,
            "others": False,
            "given": (),
            "about": None,
        } | choices
    st.session_state[KEY] = replace(current(), **choices)


def call_groups(split: Split, names: Sequence[str]) -> None:
    """Give names to groups; "" takes one back."""
    choose(names=tuple({**dict(current().names), split: tuple(names)}.items()))


def begin(**choices: Any) -> None:
    """Start over with other data."""
    jobs.cancel_all()
    st.session_state[KEY] = Session(ticks=Ticks(drawn=current().ticks.drawn + 1), **choices)
