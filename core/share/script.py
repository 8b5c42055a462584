"""Script: a model as one Python file that needs NumPy alone.

The file is `scorer.py` beside this one with the model's numbers put in the place of its empty one.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import islice
from typing import Any

from ..data.categories import Category
from ..data.codes import codes_of
from ..data.columns import numbers_of
from ..data.levels import keys
from ..data.table import Kind, Shape, Table
from ..data.transform import Blanks, Transform
from ..mixture.model import Mixture
from ..version import __version__
from .answered import Answered

EMPTY = "MODEL: dict[str, Any] = {}\n"
HAIR = 1e-12
LAST = 1.7e308  # of numbers, nearly
MOST_PATTERNS = 500  # of blanks, whose lines are written


def scoring_script(answer: Answered) -> str:
    """A Python file that places the rows of other files in an answer's groups, and scores them.

    Names of columns and groups are written as literals of letters below 128, so that none is code.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> script = core.scoring_script(core.Answered.of(table, core.first_answer(table)))
        >>> "import numpy as np" in script, "import core" in script
        (True, False)
    """
    source = files(__package__).joinpath("scorer.py").read_text(encoding="utf-8")
    before, _, after = source.partition(EMPTY)
    lines = [f"    {name!a}: {value!a},\n" for name, value in _model(answer).items()]
    return f"{before}MODEL: dict[str, Any] = {{\n{''.join(lines)}}}\n{after}"


def _model(answer: Answered) -> dict[str, Any]:
    """The numbers, as literals of Python have them."""
    transform, fitted, by = answer.matrix.transform, answer.fit, answer.anomalies.scored.mixture
    reading = answer.table.reading
    return {
        "of": answer.table.name,
        "engine": __version__,
        "delimiter": reading.delimiter or ",",
        "decimal": reading.decimal or ".",
        "blanks": sorted(reading.blanks or ()),
        "drop": transform.blanks is Blanks.DROP,
        "names": list(answer.grouping.names),
        "parts": [list(part) for part in answer.grouping.parts],
        "lines": _lines(answer),
        "features": [_feature(answer.table, transform, j) for j in range(len(transform.features))],
        "categories": [_category(answer.table, each) for each in transform.categories],
        "mixture": _mixture(fitted.mixture),
        "scoring": None if by is fitted.mixture else _mixture(by),
    }


def _feature(table: Table, transform: Transform, j: int) -> dict[str, Any]:
    """One of the features: whose cells it is of, and how they are brought to the form that was fitted."""
    level, power = (transform.levels or (None,) * len(transform.features))[j], transform.powers[j]
    name = transform.features[j] if level is None else level.column
    known = [each.value for each in (*transform.commonest, *transform.levels) if each and level]
    shape = (
        None
        if power is None
        else ("log",)
        if power.shape is Shape.LOG
        else ("power", power.power, power.center, power.scale)
    )
    return {
        "names": _names(table, name),
        "truths": _is_of(table, name, Kind.BOOLEAN),
        "level": None if level is None else next(iter(keys([level.value]))),
        "known": sorted(keys(known)) if level is not None else [],
        "heaps": [] if level is not None else blanks_of(table, transform, name),
        "power": shape,
        "positive": is_positive(table, transform, j),
        "center": transform.centers[j],
        "scale": transform.scales[j],
    }


def _category(table: Table, category: Category) -> dict[str, Any]:
    """One of the columns of categories: whose cells it is of, and the code of each value."""
    name = category.column
    codes = {key: at for at, level in enumerate(category.levels) for key in keys([level])}
    numbers = _is_of(table, name, Kind.NUMBER)
    return {
        "names": _names(table, name),
        "truths": _is_of(table, name, Kind.BOOLEAN),
        "numbers": numbers,
        "blanks": list(codes_of(table, name)) if numbers else [],
        "codes": codes | dict.fromkeys(sorted(keys(category.other)), len(category.levels) - 1),
    }


def _names(table: Table, name: str) -> list[str]:
    """What a column may be called: as it is shown, and as in the file."""
    return list(dict.fromkeys([name, *(each.original for each in table.columns if each.name == name)]))


def _is_of(table: Table, name: str, kind: Kind) -> bool:
    return any(each.name == name and each.kind is kind for each in table.columns)


def is_positive(table: Table, transform: Transform, j: int) -> bool:
    """Whether a feature is the logarithm of a column that has no number of zero or less, which then has no place."""
    power, name = transform.powers[j], transform.features[j]
    return power is not None and power.shape is Shape.LOG and not (numbers_of(table, name) <= 0).any()


def blanks_of(table: Table, transform: Transform, name: str) -> list[float]:
    """The numbers of a column that count as blank: heaps and codes."""
    return [*(value for column, value in transform.heaps if column == name), *codes_of(table, name)]


def _mixture(mixture: Mixture) -> dict[str, Any]:
    noise = mixture.noise
    return {
        "weights": mixture.weights.tolist(),
        "means": mixture.means.tolist(),
        "covariances": mixture.covariances.tolist(),
        "noise": None if noise is None else dict(vars(noise)),
        "chances": [each.tolist() for each in mixture.chances],
    }


def _lines(answer: Answered) -> dict[str, float]:
    """The least score that is odd, by the columns that are there: "101" where the second is blank.

    Where no row is odd, however rare, the line lies beyond all numbers.
    """
    found = answer.anomalies
    lines = found.scored.lines(found.threshold)
    some = {"".join("01"[int(each)] for each in observed): line for observed, line in islice(lines, MOST_PATTERNS)}
    every = {"1" * answer.fit.mixture.columns: found.threshold, **some}
    # A hair lower, for a row may stand on the line, and its score be another in the last digit. Infinity is no literal.
    lower = {
        observed: line - HAIR * max(1.0, abs(line)) if abs(line) < LAST else line for observed, line in every.items()
    }
    return {observed: min(max(line, -LAST), LAST) for observed, line in lower.items()}
