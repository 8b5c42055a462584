"""Words: why rows are odd, and what others make of them, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...data.names import shortened
from ...data.transform import Transform
from ...numbers import count, figure, share

if TYPE_CHECKING:
    from .detectors import Comparison, Opinion
    from .level_chances import LevelChances
    from .reasons import Reasons
    from .reviews import Reviews


LONGEST = 40  # characters of a level that is named
ALIKE, PARTLY = 0.8, 0.5  # rank correlations


def reasons_brief(found: Reasons, row: int) -> str:
    """The column that is most to blame, in a few words."""
    return _reasons_said(found, row, found.order(row)[0])


def reasons_sentences(found: Reasons, row: int) -> list[str]:
    """A sentence for each column that is to blame, the worst first; one where it is the whole row."""
    blamed = found.blamed(row)
    if not blamed:
        return ["No single column is far from what the others let expect: it is their combination that is rare."]
    return [f"{_reasons_said(found, row, j)}." for j in blamed]


def _reasons_said(found: Reasons, row: int, j: int) -> str:
    given = " given the other columns" if len(found.features) > 1 else ""
    if j >= len(found.transform.features):
        return found.levels.said(row, j - len(found.transform.features), found.transform, given)
    about, got = found.told(row, j)
    return f"{found.features[j]}: expected {about}{given}; got {got}"


def reasons_told(found: Reasons, row: int, j: int) -> tuple[str, str]:
    """What was expected of a column, with its spread, and what came, as a person reads them."""
    if j >= len(found.transform.features):
        return found.levels.told(row, j - len(found.transform.features), found.transform)
    in_words = found.transform.in_words
    (expected,), (got,) = in_words(j, [found.expected[row, j]]), in_words(j, [found.got[row, j]])
    return f"{expected} ± {found.transform.spread_in_words(j, found.spread[row, j], 2)}", got


def level_chances_said(found: LevelChances, row: int, column: int, transform: Transform, given: str) -> str:
    """The level with its chance: "Channel: phone, 2 % given the other columns"."""
    expected, got = found.told(row, column, transform)
    likelier = "" if found.likeliest[row, column] == found.codes[row, column] else f"; likeliest {expected}"
    name = transform.categories[column].column
    return f"{name}: {got}, {share(float(found.chance[row, column]))}{given}{likelier}"


def level_chances_told(found: LevelChances, row: int, column: int, transform: Transform) -> tuple[str, str]:
    """The likeliest level with its chance, and the level that came."""
    levels = transform.categories[column].levels
    likeliest, got = (levels[int(each[row, column])] for each in (found.likeliest, found.codes))
    chance = share(float(found.highest[row, column]))
    return f"{shortened(likeliest, LONGEST)} ({chance})", shortened(got, LONGEST)


def opinion_sentence(found: Opinion, top: int) -> str:
    """How far it agrees."""
    if np.isnan(found.agreement):
        return f"{found.detector} finds no row odder than another."
    how = "much as the mixture does" if found.agreement >= ALIKE else "partly as the mixture does"
    how = how if found.agreement >= PARTLY else "otherwise than the mixture does"
    said = f"{found.detector} ranks the rows {how} (rank correlation {figure(found.agreement, 2)})"
    both = f"{found.shared:,}" if found.shared else "none"
    return f"{said}; of the {count(top, 'oddest row')}, {both} {'is' if found.shared < 2 else 'are'} so to both."


def comparison_sentences(found: Comparison, oddest: int) -> tuple[str, ...]:
    """How far each agrees, and what was left out; so many of the oddest were not."""
    said = [each.sentence(found.top) for each in found.opinions]
    if found.unseen:
        rows = len(found.rows) + found.unseen
        said.append(f"Compared on {len(found.rows):,} of {rows:,} rows, the {oddest:,} oddest among them.")
    if found.blank:
        said.append(f"{count(found.blank, 'row')} with blanks left out, which these detectors cannot take.")
    return tuple(said)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _number(number: int) -> str:
    return f"{number:,} {_is(number)}" if number else "none is"


def reviews_sentence(found: Reviews, flagged: npt.NDArray[np.int64]) -> str:
    """How many were reviewed in which way, and how that agrees with the rows that are flagged (their positions)."""
    if not found.said:
        return "No row is reviewed yet."
    odd = found.odd
    told = f"Of {count(len(found.said), 'reviewed row')}, {_number(len(odd))} really odd"
    lines = {int(row) for row in flagged}
    missed = len(odd - lines)
    among = len(lines & found.by_row.keys())
    if among < len(found.said) and among:
        told += f"; of the {among:,} among them that {_is(among)} flagged now, {_number(len(odd & lines))}"
    if missed:
        told += f". {count(missed, 'really odd row')} {_is(missed)} not flagged by this line"
    return f"{told}."
