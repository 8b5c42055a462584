"""Workbook: an answer for a colleague who has a spreadsheet, with the user's own columns as they were.

Four sheets: the rows with their groups in words, the groups, the odd rows with what makes them odd, and how all of it
was found. Nothing in it is a formula but the rules that colour the groups, which hold their names as texts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import xlsxwriter

from ..analysis.answer.words import CLEAR
from ..analysis.groups.levels import LevelProfile
from ..analysis.groups.listing import MOST_LISTED, REVIEW
from ..charts import palette
from ..data.reader.numerals import CURRENCY
from ..data.table import Column, Kind, Table
from ..numbers import share
from .answered import Answered
from .export import original_frame, unlike
from .formulas import safe
from .recipe.recipe import Recipe
from .sheet import Look, beyond_a_sheet, opened, put

MOST_ADDED = 5  # columns beside the user's own
GROUP, SURE, ODD, WHY = "Group", "Sure", "Odd", "Why it is odd"
YES, NO = "Yes", "No"
HEAD: Look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
WRAPPED: Look = {"text_wrap": True, "valign": "top"}
NARROWEST, WIDEST, WORDS = 8, 40, 60  # characters of a column
MOST_LEVELS = 12  # of a category, the commonest
SAMPLED = 500  # rows by which a column's width is set
_NAME = re.compile(r"[^\w .-]+")


def workbook(answer: Answered, recipe: Recipe | None = None) -> bytes:
    """An answer as an XLSX file. Raises DataError for a table that no worksheet can hold.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> core.workbook(core.Answered.of(table, core.first_answer(table)))[:2]
        b'PK'
    """
    rows = labelled_rows(answer)
    refusal = beyond_a_sheet(rows)
    if refusal is not None:
        raise refusal
    target = io.BytesIO()
    with opened(target) as book:
        own = len(answer.table.columns)
        sheet = put(book, "Rows", rows, [*_looks(answer.table), {}, {}, {}, WRAPPED], HEAD)
        _arranged(sheet, rows)
        _coloured(book, sheet, answer, len(rows), own)
        _finished(book, "Groups", groups_frame(answer))
        _finished(book, "Odd rows", _odd_rows(answer, rows))
        _finished(book, "How it was found", found_frame(answer, recipe))
    return target.getvalue()


def file_name(answer: Answered, what: str, suffix: str) -> str:
    """A name for a file, after that of the data: letters that every system takes, no path."""
    stem = answer.table.name.rsplit(".", 1)[0]
    plain = " ".join(_NAME.sub(" ", stem).split()).strip(" .")[:60].strip() or "table"
    return f"{plain} {what}.{suffix}"


def labelled_rows(answer: Answered) -> pd.DataFrame:
    """The user's table as it was, and beside it group, how sure, odd or not, and why, in words."""
    frame = original_frame(answer.table).copy()
    for j, column in enumerate(answer.table.columns):
        if column.kind is Kind.BOOLEAN:
            frame.isetitem(j, _words(frame.iloc[:, j]).to_numpy())
    names, labels = np.array([*answer.grouping.names, None], dtype=object), answer.labels
    odd = answer.of_table(np.where(answer.anomalies.flagged, YES, NO).astype(object), None)
    why = _why(answer)
    reasons = [why.get(row) for row in range(len(frame))]
    added = {GROUP: names[labels], SURE: _sure(answer), ODD: odd, WHY: np.array(reasons, dtype=object)}
    taken = {str(name) for name in frame.columns}
    named = {unlike(name, taken): values for name, values in added.items()}
    if answer.reviews.said:
        named[unlike(REVIEW, taken)] = answer.reviews.words(np.arange(len(frame)))
    return pd.concat([frame, pd.DataFrame(named, dtype=object).set_axis(frame.index)], axis=1)


def groups_frame(answer: Answered) -> pd.DataFrame:
    """A row for each group: how many rows, what sets it apart, the middle of each column, and the shares of levels."""
    profiles = answer.profiles
    in_words = answer.matrix.transform.in_words
    rows: list[dict[str, object]] = []
    for name, group in zip(answer.grouping.names, profiles.groups, strict=True):
        middles = {
            f"Median of {each.feature}": each.median if not _is_moment(answer, j) else in_words(j, [each.median])[0]
            for j, each in enumerate(group.columns)
        }
        said = {"Rows": group.rows, "Share": share(group.share), "In words": group.sentence(profiles.overall)}
        rows.append({GROUP: name, **said, **middles, **_shares(group.categories)})
    return pd.DataFrame(rows)


def _shares(categories: Sequence[LevelProfile]) -> dict[str, str]:
    """The shares of a group's rows that the commonest levels of each category have."""
    found = {}
    for each in categories:
        for at in np.sort(np.argsort(-each.usual, kind="stable")[:MOST_LEVELS]):
            found[f"Share of {each.feature} = {each.levels[at]}"] = share(float(each.chances[at])) if each.rows else ""
    return found


def found_frame(answer: Answered, recipe: Recipe | None) -> pd.DataFrame:
    """What was asked, what came of it, what it rests on, and the analysis itself, to be opened again."""
    return pd.DataFrame(list(_found(answer, recipe)), columns=["What", "In words"])


def _found(answer: Answered, recipe: Recipe | None) -> Iterator[tuple[str, str]]:
    yield "The answer", answer.sentence
    yield from (("How sure", each) for each in answer.verdict)
    yield from (("What it rests on", each) for each in answer.grounds)
    yield "How it was found", answer.method
    yield "Data", f"{answer.table.name}: {answer.table.n_rows:,} rows, {len(answer.table.columns):,} columns"
    yield "Columns that were used", ", ".join((*answer.matrix.features, *answer.matrix.categories))
    yield from (("What was read", note.what) for note in answer.table.notes)
    yield from (("Rows and cells", note.what) for note in answer.matrix.notes)
    if recipe is not None:
        yield from (("The analysis, to be opened again", part) for part in _parts(recipe.to_json()))


def _parts(text: str, size: int = 30_000) -> list[str]:
    """A long text in cells that each hold it."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def _why(answer: Answered) -> dict[int, str]:
    """What makes the oddest rows odd, by their positions in the table."""
    found = answer.reasons(MOST_LISTED)
    ids = answer.matrix.row_ids[found.rows]
    return {int(row): " ".join(found.sentences(at)) for at, row in enumerate(ids)}


def _sure(answer: Answered) -> np.ndarray:
    """(n,) whether a group holds a row clearly, and else which two share it."""
    names = answer.grouping.names
    said = np.full(len(answer.largest), f"Yes, at least {share(CLEAR)}", dtype=object)
    for row in np.flatnonzero(answer.largest < CLEAR):
        first, second = np.argsort(-answer.shares[row], kind="stable")[:2]
        said[row] = f"No: {names[first]} or {names[second]}"
    return answer.of_table(said, None)


def _odd_rows(answer: Answered, rows: pd.DataFrame) -> pd.DataFrame:
    """The odd rows, the oddest first, each by its number and with what makes it odd before its cells."""
    ranking, at = answer.odd.ranking, len(answer.table.columns) + 3
    found = rows.iloc[ranking]
    kept = [j for j in range(rows.shape[1]) if j != at]
    front = pd.DataFrame({unlike("Row", set(rows.columns)): ranking + 1}, index=found.index)
    return pd.concat([front, found.iloc[:, [at]], found.iloc[:, kept]], axis=1)


def _words(cells: pd.Series) -> pd.Series:
    """Truths as words."""
    return cells.map({True: YES, False: NO}).astype(object)


def _is_moment(answer: Answered, j: int) -> bool:
    transform = answer.matrix.transform
    return j in transform.dates or j in transform.hours


def _looks(table: Table) -> list[Look]:
    """How the numbers of each column are written: with the currency or the unit that the reader took off them."""
    return [{"num_format": form} if (form := number_format(each)) else {} for each in table.columns]


def number_format(column: Column) -> str:
    """A spreadsheet's format for a column of numbers; "" where the usual one does."""
    if column.kind is not Kind.NUMBER or not column.name.startswith(f"{column.original} ("):
        return ""
    unit = column.name[len(column.original) + 2 : -1].replace('"', "")
    return f'#,##0.00 "{unit}"' if re.fullmatch(CURRENCY, unit) else f'General "{unit}"'


def _finished(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame) -> None:
    _arranged(put(book, name, frame, [WRAPPED] * frame.shape[1], HEAD), frame)


def _arranged(sheet: xlsxwriter.worksheet.Worksheet, frame: pd.DataFrame) -> None:
    """The names stay in sight, rows can be filtered, and columns are as wide as what is in them."""
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(frame), frame.shape[1] - 1)
    for j, name in enumerate(frame.columns):
        some = frame.iloc[:SAMPLED, j].dropna().astype(str).str.len()
        longest = max(int(some.quantile(0.95)) if len(some) else 0, min(len(str(name)), WIDEST // 2))
        sheet.set_column(j, j, min(max(longest + 2, NARROWEST), WORDS if longest > WIDEST else WIDEST))


def _coloured(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, answer: Answered, rows: int, column: int
) -> None:
    """Groups by their colours, odd rows by the accent."""
    rules: Sequence[tuple[int, str, Look]] = [
        *(
            (column, safe(name), {"bg_color": palette.TINTS_LIGHT[slot % len(palette.TINTS_LIGHT)]})
            for name, slot in zip(answer.grouping.names, answer.slots, strict=True)
        ),
        (column + 2, YES, {"font_color": palette.ACCENT, "bold": True}),
    ]
    for at, text, look in rules:
        quoted = '"' + text.replace('"', '""') + '"'
        rule = {"type": "cell", "criteria": "==", "value": quoted, "format": book.add_format(dict(look))}
        sheet.conditional_format(1, at, max(rows, 1), at, rule)
