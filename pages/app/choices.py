"""Choices that several pages share: the data, how they are read and prepared, the model, and how all is shown.

Those of one page alone are in its folder, under the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.analysis.anomaly.policies import Policy
from core.analysis.anomaly.reviews import Reviews
from core.analysis.selection.board import Search
from core.data.prepare import Preparation
from core.data.table import Reading
from core.mixture.family import Family
from pages.app.session import Part, change, choice, choose
from pages.app.uploads import Upload


@dataclass(frozen=True)
class DataChoice(Part):
    """What is looked at."""

    ends_work, is_beginning = True, True
    upload: Upload | None = None
    sample: str | None = None  # the key of a sample
    brought: int = 0  # counts the times that data were brought, for what a page keeps itself

    @property
    def is_there(self) -> bool:
        """Whether there is anything to look at."""
        return self.upload is not None or self.sample is not None


@dataclass(frozen=True)
class ReadingChoice(Part):
    """How the file is read."""

    after, ends_work = (DataChoice,), True
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True)
class PreparationChoice(Part):
    """How the rows are prepared."""

    after, ends_work = (ReadingChoice,), True
    preparation: Preparation | None = None  # None: as the first answer finds best


@dataclass(frozen=True)
class Model:
    """A model that the visitor chose."""

    family: Family
    components: int
    search: Search | None = None  # that had found it; None where it was chosen by its name


@dataclass(frozen=True)
class ModelChoice(Part):
    """The model, and how many groups its components make up."""

    after = (PreparationChoice,)
    model: Model | None = None  # None: the one that was found without asking
    merged: int | None = None  # groups; None: those that no valley parts


@dataclass(frozen=True)
class SearchChoice(Part):
    """The full search, once it was asked for."""

    after = (PreparationChoice,)
    search: Search | None = None


Split = tuple[Model, int]  # a model, and how many groups its components make up


@dataclass(frozen=True)
class NamesChoice(Part):
    """What the groups of models are called; names come back with their model."""

    after = (PreparationChoice,)
    names: tuple[tuple[Split, tuple[str, ...]], ...] = ()

    def of(self, split: Split) -> tuple[str, ...]:
        """Names that were given to these groups."""
        return dict(self.names).get(split, ())


@dataclass(frozen=True)
class AxesChoice(Part):
    """The two columns that pictures show."""

    after = (PreparationChoice,)
    axes: tuple[str, str] | None = None  # None: the most telling ones


@dataclass(frozen=True)
class RowNameChoice(Part):
    """The column that says what a row is."""

    after = (DataChoice,)
    column: str | None = None  # "": its number; None: the likeliest column


@dataclass(frozen=True)
class PolicyChoice(Part):
    """Which rows are odd."""

    after = (DataChoice,)
    policy: Policy | None = None  # None: as in the first answer


@dataclass(frozen=True)
class ReviewsChoice(Part):
    """What was said of rows that look odd; another way to read the file may make others of its rows."""

    after = (ReadingChoice,)
    reviews: Reviews = field(default_factory=Reviews)


def begin(*, upload: Upload | None = None, sample: str | None = None) -> None:
    """Start over with other data."""
    choose(*data_of(upload=upload, sample=sample))


def data_of(
    *, upload: Upload | None = None, sample: str | None = None, reading: Reading | None = None
) -> tuple[DataChoice, ReadingChoice]:
    """The choice of other data, and how a file is read if not as is found best."""
    data = DataChoice(upload, sample, choice(DataChoice).brought + 1)
    name = None if upload is None else upload.name
    return data, ReadingChoice(replace(reading or Reading(), name=name))


def call_groups(split: Split, names: Sequence[str]) -> None:
    """Give names to groups; "" takes one back."""
    change(NamesChoice, names=tuple({**dict(choice(NamesChoice).names), split: tuple(names)}.items()))
