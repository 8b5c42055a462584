"""The refusals: every one says what happened, why, and what to try, in words for the user."""

from __future__ import annotations

import math
import operator
from numbers import Real


class CoreError(Exception):
    """A refusal; its text is the sentence that the user reads.

    Attributes:
        what (str): what happened.
        why (str): why; "" where there is nothing more to say.
        remedy (str): what to try; "" where there is nothing.

    Examples:
        >>> try:
        ...     core.fit([[1.0], [2.0]], components=5)
        ... except core.CoreError as refusal:
        ...     print(refusal)
        5 groups cannot be found in 2 rows. Ask for fewer groups or bring more rows.
    """

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        """Join up to three sentences: what happened, why, and what to try."""
        super().__init__(" ".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy


class DataError(CoreError):
    """The data cannot be used as they are.

    Examples:
        >>> try:
        ...     core.fit([["a"], ["b"]])
        ... except core.DataError as refusal:
        ...     print(refusal)
        Only numbers can be grouped. Some cells are text. Choose number columns.
    """


class ReadError(DataError):
    """A file cannot be read as a table.

    Examples:
        >>> try:
        ...     core.read_table(5)
        ... except core.ReadError as refusal:
        ...     print(refusal)
        This is no file. It is of the type int. Give a path or its bytes.
    """


class ChoiceError(CoreError):
    """A choice (a plan, a preparation, a policy) that cannot be carried out.

    Examples:
        >>> try:
        ...     core.Plan(components=0)
        ... except core.ChoiceError as refusal:
        ...     print(refusal)
        A mixture has at least one group. Ask for 1 or more.
    """


class FitError(CoreError):
    """A model cannot be fitted to these data.

    Examples:
        >>> try:
        ...     core.fit([[1.0], [1.0], [1.0]])
        ... except core.FitError as refusal:
        ...     print(refusal)
        Column 1 has the same value in every row, so it cannot tell groups apart. Leave it out.
    """


class DegenerateError(FitError):
    """A component has lost its rows or its covariance is singular, so EM cannot go on.

    Examples:
        >>> try:
        ...     core.Mixture([1.0], [[0.0]], [[[0.0]]]).log_density([[1.0]])
        ... except core.DegenerateError as refusal:
        ...     print(refusal)
        A group's covariance is singular. Try fewer groups.
    """


def whole_number(value: object, what: str, least: int = 1) -> int:
    """A whole number, such as NumPy's too, as an int. Raises ChoiceError, naming what it is, for anything else."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise ChoiceError(f"{what} must be a whole number of {least} or more.")
    return number


def expect(value: object, kind: type, what: str) -> None:
    """Raise ChoiceError, naming what is needed, for a value of another kind."""
    if not isinstance(value, kind):
        raise ChoiceError(f"{what} is needed here.", f"This is of the type {type(value).__name__}.")


def expect_call(value: object, what: str) -> None:
    """Raise ChoiceError, naming what is needed, for what cannot be called."""
    if not callable(value):
        raise ChoiceError(f"{what} is a function.", f"This is of the type {type(value).__name__}.")


def expect_truth(value: object, what: str) -> None:
    """Raise ChoiceError, naming what it is, for what is neither True nor False, as NumPy's are too."""
    if type(value).__name__ not in ("bool", "bool_"):
        raise ChoiceError(f"{what} is True or False.", f"This is of the type {type(value).__name__}.")


def is_number(value: object) -> bool:
    """Whether this is a finite real number."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
