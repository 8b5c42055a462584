"""SQL: a statement that gives each row of a table its group, for DuckDB and for PostgreSQL.

It is one expression for each component: the logarithm of its weight times its density. Rows that are blank in columns
of a mixture along the columns, or of K-Means, are placed by the cells that they have; those of other mixtures where
rows were blank in the same columns of numbers when it was fitted. Other rows have no group: NULL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import numpy as np

from ..arrays import Array
from ..data.levels import keys
from ..data.patterns import Mask
from ..data.power_transform import PowerTransform
from ..data.raw_values import LARGEST, Level
from ..data.table import Kind, Shape, Table
from ..data.transform import Blanks, Transform
from ..errors import ChoiceError
from ..mixture.em.constants import LOG_2PI
from ..mixture.model import Mixture
from ..numbers import count
from .answered import Answered
from .script import blanks_of, is_positive
from .sql_levels import cell, code, is_written, with_chances
from .sql_literals import literal, quoted, real

MOST_PATTERNS = 40  # of blanks, the commonest
MOST_CHARACTERS = 2_000_000
LEAST_EXPONENT = -700  # PostgreSQL refuses smaller ones
GROUP = "group"


class Dialect(StrEnum):
    """Which database a statement is for."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"

    @property
    def text(self) -> str:
        """The type of texts without a limit."""
        return {Dialect.DUCKDB: "VARCHAR", Dialect.POSTGRESQL: "TEXT"}[self]


@dataclass(frozen=True)
class Statement:
    """What a statement is about: the answer, the table that is asked, and the names that its own columns have."""

    answer: Answered
    relation: str
    dialect: Dialect
    prefix: str  # of columns that the statement makes, unlike any of the table's

    @property
    def transform(self) -> Transform:
        """From the table's columns to those that were fitted."""
        return self.answer.matrix.transform

    @property
    def features(self) -> list[str]:
        """The fitted columns by the names that they have in the statement."""
        return [f"{self.prefix}f{j}" for j in range(len(self.transform.features))]

    @property
    def cells(self) -> list[str]:
        """The cells of the columns of categories, as they are compared."""
        return [cell(self.answer.table, each, self.dialect.text) for each in self.transform.categories]

    @property
    def codes(self) -> list[str]:
        """The codes of those by the names that they have in the statement."""
        return [f"{self.prefix}c{j}" for j in range(len(self.transform.categories))]


def labels_sql(
    answer: Answered, relation: str = "data", dialect: Dialect | str = Dialect.DUCKDB, *, k_means: bool = False
) -> str:
    """A statement that selects all rows of a relation with the name of their group.

    With k_means the groups are those of K-Means, by number. Columns go by the names that they are shown by. Raises
    ChoiceError for a model with noise, for K-Means beside columns of categories, and for what is too large a statement.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> statement = core.labels_sql(core.Answered.of(table, core.first_answer(table)), "eruptions")
        >>> statement.splitlines()[0], 'FROM "eruptions"' in statement
        ('-- The group of each row, by K=3 components of a Gaussian mixture EEE.', True)
    """
    mixture = answer.fit.mixture
    if mixture.noise is not None and not k_means:
        raise ChoiceError("A model with noise is not written as SQL.", remedy="Take the Python script.")
    if k_means and answer.matrix.categories:
        what = "K-Means goes by distances between numbers, and columns of categories took part."
        raise ChoiceError("These groups of K-Means are not written as SQL.", what, "Take the groups of the mixture.")
    asked = Statement(answer, relation, Dialect(dialect), _free_prefix(answer.table))
    joint = list(_of_k_means(asked) if k_means else _of_mixture(asked))
    scores = _sizes(asked, len(joint)) if k_means else _sums(asked, answer.grouping.parts)
    names = [str(k + 1) for k in range(len(joint))] if k_means else list(answer.grouping.names)
    statement = _joined(asked, _head(asked, k_means), joint, scores, names)
    if len(statement) > MOST_CHARACTERS:
        raise ChoiceError("This model is too large for a statement of SQL.", remedy="Take the Python script.")
    return statement


def can_be_sql(answer: Answered) -> bool:
    """Whether an answer's model can be written as a statement, unless it is too large."""
    written = (is_written(answer.table, each) for each in answer.matrix.transform.categories)
    return answer.fit.mixture.noise is None and all(written)


def _head(asked: Statement, k_means: bool) -> str:
    fitted = asked.answer.fit
    if k_means:
        return f"-- The group of each row, by the nearest of {count(asked.answer.groups, 'centre')} of K-Means."
    return f"-- The group of each row, by K={fitted.components} components of a Gaussian mixture {fitted.family.name}."


def _free_prefix(table: Table) -> str:
    """What no name of a column begins with."""
    taken = [each.name.lower() for each in table.columns]
    prefix = "mx_"
    while any(name.startswith(prefix) for name in taken):
        prefix = f"_{prefix}"
    return prefix


def _joined(asked: Statement, head: str, joint: Sequence[str], scores: Sequence[str], names: Sequence[str]) -> str:
    """The whole statement: features, then what speaks for each component, then for each group, then the likeliest."""
    p, categories = asked.prefix, asked.transform.categories
    numbers = [f"{_feature(asked, j)} AS {name}" for j, name in enumerate(asked.features)]
    pairs = zip(asked.codes, asked.cells, categories, strict=True)
    codes = [f"{code(asked.answer.table, each, compared)} AS {name}" for name, compared, each in pairs]
    features = ",\n    ".join([*numbers, *codes])
    parts = ",\n    ".join(f"{each} AS {p}j{k}" for k, each in enumerate(joint))
    groups = ",\n    ".join(f"{each} AS {p}g{k}" for k, each in enumerate(scores))
    taken = {each.name.lower() for each in asked.answer.table.columns}
    named = GROUP if GROUP not in taken else f"{p}{GROUP}"
    return f"""{head}
WITH {p}prepared AS (
  SELECT *,
    {features}
  FROM {quoted(asked.relation)}
), {p}components AS (
  SELECT *,
    {parts}
  FROM {p}prepared
), {p}groups AS (
  SELECT *,
    {groups}
  FROM {p}components
)
SELECT {", ".join(f"{p}groups.{quoted(each.name)}" for each in asked.answer.table.columns)},
  {_likeliest(asked, names)} AS {quoted(named)}
FROM {p}groups
"""


def _likeliest(asked: Statement, names: Sequence[str]) -> str:
    """The name of the group for which most speaks, the first of several; NULL where nothing can be said."""
    own = [f"{asked.prefix}g{k}" for k in range(len(names))]
    cases = [
        f"WHEN {' AND '.join(f'{own[k]} >= {other}' for other in own if other != own[k]) or f'{own[k]} IS NOT NULL'}"
        f" THEN {literal(name)}"
        for k, name in enumerate(names)
    ]
    strange = [f"WHEN {each} THEN NULL" for each in _unlike(asked)]
    return "CASE\n    " + "\n    ".join([*strange, *cases]) + "\n  END"


def _unlike(asked: Statement) -> Iterator[str]:
    """When a row cannot be compared with those that were fitted: a value that none of them had, or no logarithm."""
    transform, table = asked.transform, asked.answer.table
    for name in dict.fromkeys(each.column for each in transform.commonest):
        at = next(j for j, each in enumerate(transform.levels) if each is not None and each.column == name)
        yield f"{quoted(name)} IS NOT NULL AND {asked.features[at]} IS NULL"
    for j, name in enumerate(transform.features):
        if is_positive(table, transform, j):
            yield f"{_number(asked, name, j)} <= 0"
    for compared, name in zip(asked.cells, asked.codes, strict=True):
        yield f"{compared} IS NOT NULL AND {name} IS NULL"


def _feature(asked: Statement, j: int) -> str:
    """One of the fitted columns; NULL where a cell is blank or has no place."""
    transform = asked.transform
    level = (transform.levels or (None,) * len(transform.features))[j]
    raw = _indicator(asked, level) if level is not None else _number(asked, transform.features[j], j)
    power = transform.powers[j]
    shaped = raw if power is None else _powered(raw, power)
    return f"(({shaped}) - ({real(transform.centers[j])})) / {real(transform.scales[j])}"


def _number(asked: Statement, name: str, j: int) -> str:
    """A column's number: days since 1970 for dates, hours for durations."""
    transform, cell = asked.transform, quoted(name)
    if j in transform.dates:
        cell = f"EXTRACT(EPOCH FROM {cell}) / 86400.0"
    elif j in transform.hours:
        cell = f"EXTRACT(EPOCH FROM {cell}) / 3600.0"
    number = f"CAST({cell} AS DOUBLE PRECISION)"
    blank = [f"{number} <> {real(value)}" for value in blanks_of(asked.answer.table, transform, name)]
    usable = " AND ".join([f"{number} BETWEEN -{LARGEST!r} AND {LARGEST!r}", *blank])
    return f"CASE WHEN {usable} THEN {number} END"


def _indicator(asked: Statement, level: Level) -> str:
    """1 where a category has this value, 0 where another that was fitted."""
    transform, cell = asked.transform, f"CAST({quoted(level.column)} AS {asked.dialect.text})"
    if any(each.name == level.column and each.kind is Kind.BOOLEAN for each in asked.answer.table.columns):
        return f"CASE {quoted(level.column)} WHEN {level.value} THEN 1.0 WHEN NOT {level.value} THEN 0.0 END"
    known = [each.value for each in (*transform.commonest, *transform.levels) if each and each.column == level.column]
    others = ", ".join(literal(each) for each in sorted(keys(known) - keys([level.value])))
    (own,) = keys([level.value])
    return f"CASE WHEN {cell} = {literal(own)} THEN 1.0 WHEN {cell} IN ({others}) THEN 0.0 END"


def _powered(raw: str, power: PowerTransform) -> str:
    """The logarithm of a number, or Yeo and Johnson's power of it."""
    if power.shape is Shape.LOG:
        return f"CASE WHEN {raw} > 0 THEN LN({raw}) END"
    moved = f"(({raw}) - ({real(power.center)})) / {real(power.scale)}"
    up, down = _box_cox(moved, power.power), _box_cox(f"-({moved})", 2 - power.power)
    return f"CASE WHEN {moved} >= 0 THEN {up} ELSE -({down}) END"


def _box_cox(value: str, power: float) -> str:
    logs = f"LN(1.0 + ({value}))"
    return logs if abs(power) < 1e-12 else f"(EXP({real(power)} * {logs}) - 1.0) / ({real(power)})"


def _of_k_means(asked: Statement) -> Iterator[str]:
    """How near a row lies to each centre, by the cells that it has: the negative sum of squares."""
    features = asked.features
    for center in asked.answer.partition.centers:
        terms = [f"COALESCE(POWER({name} - ({real(at)}), 2), 0.0)" for name, at in zip(features, center, strict=True)]
        yield _where_usable(asked, f"-({' + '.join(terms)})")


def _of_mixture(asked: Statement) -> Iterator[str]:
    """The log of weight times density of each component."""
    mixture = asked.answer.fit.mixture
    apart = mixture.covariances * (1 - np.eye(mixture.features))
    patterns = list(_patterns(asked)) if apart.any() else []
    for k in range(mixture.components):
        if not patterns:
            numbers = _along_columns(asked, mixture, k)
        else:
            numbers = (
                f"CASE {' '.join(_of_pattern(asked, mixture.of_numbers, k, observed) for observed in patterns)} END"
            )
        whole = with_chances(numbers, asked.codes, [logs[k] for logs in mixture.log_chances])
        yield whole if patterns and not asked.codes else _where_usable(asked, whole)


def _along_columns(asked: Statement, mixture: Mixture, k: int) -> str:
    """A component whose columns are independent: a term for each cell that is there."""
    deviations = np.sqrt(np.diagonal(mixture.covariances[k]))
    terms = [
        f"COALESCE({real(-np.log(sd) - LOG_2PI / 2)} - POWER(({name} - ({real(at)})) / {real(sd)}, 2) / 2, 0.0)"
        for name, at, sd in zip(asked.features, mixture.means[k], deviations, strict=True)
    ]
    return " + ".join([real(np.log(mixture.weights[k])), *terms])


def _where_usable(asked: Statement, expression: str) -> str:
    """An expression where a row has a cell, or all, as rows with blanks were treated; else NULL."""
    word = " AND " if asked.transform.blanks is Blanks.DROP else " OR "
    there = word.join(f"{each} IS NOT NULL" for each in (*asked.features, *asked.codes))
    return f"CASE WHEN {there} THEN {expression} END"


def _patterns(asked: Statement) -> Iterator[Mask]:
    """Whether each column is there: first all of them, then as rows were blank, the commonest first."""
    d = len(asked.features)
    yield np.ones(d, dtype=np.bool_)
    observed, rows = np.unique(~np.isnan(asked.answer.matrix.values), axis=0, return_counts=True)
    yield from islice(
        (observed[at] for at in np.argsort(-rows, kind="stable") if not observed[at].all()), MOST_PATTERNS
    )


def _of_pattern(asked: Statement, mixture: Mixture, k: int, observed: Mask) -> str:
    """WHEN a row has these columns and no others THEN the density of those."""
    marginal = mixture.observed_marginal(observed)
    names = [name for name, there in zip(asked.features, observed, strict=True) if there]
    here = " AND ".join(
        f"{name} IS {'NOT ' if there else ''}NULL" for name, there in zip(asked.features, observed, strict=True)
    )
    squares = [
        f"POWER({_white(names, marginal.means[k], row[: i + 1])}, 2)" for i, row in enumerate(marginal.whitening[k])
    ]
    return f"WHEN {here} THEN {real(marginal.log_normalisers[k])} - ({' + '.join(squares) or '0.0'}) / 2"


def _white(names: Sequence[str], mean: Array, row: Array) -> str:
    """One whitened coordinate."""
    return " + ".join(
        f"({real(factor)}) * ({name} - ({real(at)}))"
        for name, at, factor in zip(names, mean, row, strict=False)
        if factor
    )


def _sums(asked: Statement, parts: Sequence[Sequence[int]]) -> list[str]:
    """What speaks for each group: the log of the sum over its components."""
    own = [[f"{asked.prefix}j{k}" for k in part] for part in parts]
    return [part[0] if len(part) == 1 else _log_sum(part) for part in own]


def _log_sum(terms: Sequence[str]) -> str:
    largest = f"GREATEST({', '.join(terms)})"
    parts = [f"EXP(GREATEST({each} - {largest}, {LEAST_EXPONENT}))" for each in terms]
    return f"{largest} + LN({' + '.join(parts)})"


def _sizes(asked: Statement, clusters: int) -> list[str]:
    """What speaks for each cluster is how near it is."""
    return [f"{asked.prefix}j{k}" for k in range(clusters)]
