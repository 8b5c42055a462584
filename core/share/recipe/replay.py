"""Replay: an analysis carried out again, on its own data or on others with the same columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from ...analysis.anomaly.odd_rows import Anomalies, flag, scored
from ...analysis.anomaly.reviews import Reviews
from ...analysis.answer.first import FirstAnswer, first_answer
from ...analysis.groups.grouping import Grouping
from ...analysis.groups.merging import Merging, merging
from ...analysis.selection.full_search import chosen, full_search
from ...data.prepare import Matrix, Preparation, prepare
from ...data.table import Table
from ...errors import CoreError, DataError, DegenerateError
from ...mixture.em.e_step import Map
from ...mixture.fit import Fit
from ...mixture.plan import Plan
from ...numbers import count
from ...progress import Joined, Watch, heard
from ...version import __version__
from ..answered import Answered
from .result import Result

if TYPE_CHECKING:
    from .recipe import Recipe

MOSTLY = 0.5  # share of a group's rows by which it is one that has a name


@dataclass(frozen=True, eq=False)
class Replayed:
    """An analysis that was carried out again."""

    recipe: Recipe
    answer: Answered
    same_data: bool
    differs: tuple[str, ...]  # what is not as it was when the recipe was saved, a sentence each

    @property
    def matrix(self) -> Matrix:
        """All rows, in the form that is fitted."""
        return self.answer.matrix

    @property
    def fit(self) -> Fit:
        """The model."""
        return self.answer.fit

    @property
    def is_identical(self) -> bool:
        """Whether the model and the line came out as they were saved, to the last bit."""
        known = self.recipe.result
        return known is not None and _parts(known) == _parts(Result.of(self.answer, known.preparation))

    @property
    def now(self) -> Recipe:
        """The analysis as it is now, with its result, to be saved."""
        known, answer = self.recipe.result, self.answer
        found = answer.first.preparation is not None or known is None
        return replace(
            self.recipe,
            data=type(self.recipe.data).of(answer.table),
            preparation=self.recipe.preparation if found or known is None else known.preparation,
            names=answer.grouping.given,
            reviews=answer.reviews,
            left_out=answer.left_out,
            row_name=answer.row_name,
        ).with_result(answer)


def replayed(recipe: Recipe, table: Table, watch: Watch | None, over: Map) -> Replayed:
    """Carry a recipe out on a table."""
    watch = Joined(heard(watch))
    same = recipe.data.is_of(table)
    first = _first(recipe, table, same, watch, over)
    rows = first.matrix.at(first.settled.took_part)
    fitted = first.fit if recipe.plan is None else _chosen(recipe, recipe.plan, first, rows, watch, over)
    grouping = _grouping(recipe, first, fitted, rows)
    answer = Answered(
        table,
        first,
        fitted,
        named(recipe, first.matrix, fitted, grouping, same),
        _line(recipe, first, fitted, watch),
        recipe.reviews if same else Reviews(),
        recipe.row_name if recipe.row_name in table.frame.columns else None,
        recipe.left_out if same else (),
    )
    return Replayed(recipe, answer, same, tuple(differences(recipe, answer, same)))


def _first(recipe: Recipe, table: Table, same: bool, watch: Watch, over: Map) -> FirstAnswer:
    """The first answer: to the table as it was then, or to its rows prepared as they were."""
    keep = np.ones(table.n_rows, dtype=np.bool_)
    keep[list(recipe.left_out if same else ())] = False
    kept = table if keep.all() else replace(table, frame=table.frame.loc[keep].reset_index(drop=True))
    known = None if recipe.result is None else recipe.result.preparation
    found: FirstAnswer | None = None
    if recipe.preparation is None and (same or known is None):
        found = first_answer(kept, recipe.seed, watch, over=over)
        if known is not None and found.preparation != known:  # a later engine chooses otherwise
            found = None
    if found is None:
        asked = recipe.preparation or known
        assert asked is not None
        _expect_columns(asked, table)
        found = first_answer(prepare(kept, asked), recipe.seed, watch, over=over)
    if keep.all():
        return found
    ids = np.flatnonzero(keep)[found.matrix.row_ids].astype(np.int64)
    ids.flags.writeable = False
    matrix = replace(found.matrix, row_ids=ids, n_dropped=table.n_rows - len(ids))
    return replace(found, matrix=matrix, n_rows=table.n_rows)


def _expect_columns(asked: Preparation, table: Table) -> None:
    """Raise DataError naming all columns that a table lacks."""
    weight = () if asked.weight is None else (asked.weight,)
    wanted = dict.fromkeys((*(asked.columns or ()), *asked.encode, *(asked.categories or ()), *weight))
    lacking = [name for name in wanted if name not in table.frame.columns]
    if lacking:
        named = ", ".join(repr(name[:60]) for name in lacking[:8]) + (" and more" if len(lacking) > 8 else "")
        word = "column" if len(lacking) == 1 else "columns"
        raise DataError(
            f"The file lacks the {word} {named}, which this analysis is of.",
            "Columns are matched by name.",
            "Give the columns the names that they had in the first file.",
        )


def _chosen(recipe: Recipe, plan: Plan, first: FirstAnswer, rows: Matrix, watch: Watch, over: Map) -> Fit:
    """The model that was chosen, from where its search had found it."""
    search, found = recipe.search, None
    if search is not None and not search.noise:  # with noise it looked at other rows than those that take part
        board = first.board if first.board.search == search else full_search(rows, search, watch=watch, over=over).board
        cells = [each for each in board.cells if (each.family, each.components) == (plan.family, plan.components)]
        found = cells[0].fit if cells else None
    return chosen(rows, plan, found, watch=watch)


def _grouping(recipe: Recipe, first: FirstAnswer, fitted: Fit, rows: Matrix) -> Grouping:
    """Which components are a group: as many groups as were asked for, or those that no valley parts."""
    try:
        found: Merging = first.merging if fitted is first.fit else merging(fitted, rows)
    except DegenerateError:
        return Grouping.apart(fitted.components)
    return found.chosen if recipe.groups is None else found.grouping(min(recipe.groups, found.components))


def _line(recipe: Recipe, first: FirstAnswer, fitted: Fit, watch: Watch) -> Anomalies:
    """Which rows are odd."""
    rows = first.anomalies.scored if fitted is first.fit else scored(fitted, first.matrix, watch=watch)
    return flag(rows, recipe.policy or first.anomalies.policy)


def named(recipe: Recipe, matrix: Matrix, fitted: Fit, grouping: Grouping, same: bool) -> Grouping:
    """The groups under the names that they had; on other data a name goes with most of the rows that it is of."""
    if not any(recipe.names):
        return grouping
    if same or recipe.result is None:
        return grouping.called(recipe.names[: grouping.groups])
    own = grouping.shares(fitted.mixture.responsibilities(matrix.rows)).argmax(axis=1)
    known = _known_groups(recipe.result, matrix)
    shared = np.zeros((grouping.groups, recipe.result.grouping.groups))
    both = (own < shared.shape[0]) & (known < shared.shape[1])
    np.add.at(shared, (own[both], known[both]), 1.0)
    names = [""] * grouping.groups
    for group, other in zip(*linear_sum_assignment(shared, maximize=True), strict=True):
        if shared[group, other] > MOSTLY * shared[group].sum() and other < len(recipe.names):
            names[group] = recipe.names[other]
    return grouping.called(names)


def _known_groups(known: Result, matrix: Matrix) -> npt.NDArray[np.intp]:
    """(m,) the group of each row by the model that was saved."""
    both = zip(known.transform.categories, matrix.levels, matrix.codes.T, strict=True)
    codes = [np.append(each.codes_of(pd.Series(levels, dtype="str")), np.nan)[own] for each, levels, own in both]
    rows = np.column_stack([known.transform.forward(matrix.raw), *codes])
    return known.grouping.shares(known.fit.mixture.responsibilities(rows)).argmax(axis=1)


def differences(recipe: Recipe, answer: Answered, same: bool) -> Iterator[str]:
    """What is not as it was, a sentence each."""
    known = recipe.result
    if not same:
        yield _other_data(recipe, answer.table)
        if recipe.left_out or recipe.reviews.said:
            yield "Rows that were left out and reviews of odd rows belong to that file; here they do not apply."
    if known is None:
        return
    if recipe.engine != __version__:
        yield f"It was saved by version {recipe.engine[:20]} of the engine; this is {__version__}."
    if answer.first.preparation is None and recipe.preparation is None and same:
        yield "This version would choose columns or their form otherwise; they are as they were saved."
    if answer.groups != known.grouping.groups:
        yield f"There were {count(known.grouping.groups, 'group')}; here there are {answer.groups}."
    if same:
        yield from _moved(known, answer)
    elif any(recipe.names) and recipe.names != answer.grouping.given:
        yield "Names of groups go with the rows that are most like theirs; groups without such have none."


def _other_data(recipe: Recipe, table: Table) -> str:
    was = f"“{recipe.data.name[:60]}” with {count(recipe.data.rows, 'row')}"
    if recipe.data.sha256 == type(recipe.data).of(table).sha256:
        return f"The file was read otherwise then: {was}; now it has {count(table.n_rows, 'row')}."
    return f"These are other data: the analysis is of {was}; these are {count(table.n_rows, 'row')}, fitted anew."


def _moved(known: Result, answer: Answered) -> Iterator[str]:
    """How far the same data have come out otherwise, as another machine or version may have it."""
    try:
        then = _known_groups(known, answer.matrix)
    except CoreError:
        return
    own = answer.own
    moved = int((then[then < answer.groups] != own[then < answer.groups]).sum())
    if answer.groups == known.grouping.groups and moved:
        yield f"{count(moved, 'row')} came into another group than when it was saved."


def _parts(known: Result) -> tuple[object, ...]:
    """What makes up a result, so that two can be compared to the last bit."""
    mixtures = [
        (*(part.tobytes() for part in (each.weights, each.means, each.covariances, *each.chances)), each.noise)
        for each in (known.fit.mixture, known.by)
    ]
    return (*mixtures, known.fit.log_likelihood, known.grouping, known.threshold, known.transform)
