"""Sections: what a report tells a manager, one question after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analysis.groups.listing import nearest_groups
from ...analysis.groups.profile import GroupProfile
from ...analysis.groups.residuals import bivariate_residuals
from ...charts import palette
from ...data.columns import left_out
from ...numbers import count, share
from ..answered import Answered
from .axes import Axis
from .markup import Markup, joined, listed, paragraphs, table, tag
from .pictures import curve_picture, groups_picture, strip

MOST_COLUMNS = 12  # of a group that are shown, those that set it apart most
MOST_ODD = 50  # odd rows that are told one by one
MOST_NOTES = 40


def the_answer(answer: Answered) -> Markup:
    """How many groups, how sure, and where they lie."""
    first, sure, _ = answer.verdict
    how = "The inner line of each group holds about 39 % of its rows, the outer one about 86 %. Crosses are odd rows; "
    how += "an empty cross lies beyond the frame."
    if len(answer.matrix.features) == 1:
        how = "The height of a bar is a number of rows. Crosses are odd rows."
    return joined(
        [
            tag("p", answer.sentence[:1].upper() + answer.sentence[1:], class_="lead"),
            paragraphs([joined([tag("strong", first), " ", sure])]),
            tag("figure", groups_picture(answer), tag("figcaption", how)),
        ]
    )


def the_groups(answer: Answered) -> Markup:
    """What each group is like."""
    together = bivariate_residuals(answer.matrix.at(answer.first.settled.took_part), answer.fit)
    said = tag("p", together.sentence) if together.told else Markup()
    return joined([*(_group(answer, k) for k in range(answer.groups)), said])


def _group(answer: Answered, k: int) -> Markup:
    found, slot = answer.profiles.groups[k], answer.slots[k]
    mark = tag("span", "", class_="chip", style=f"background:{palette.colour(slot)}")
    said = found.sentence(answer.profiles.overall)
    order = sorted(range(len(found.columns)), key=lambda j: -abs(found.columns[j].effect))[:MOST_COLUMNS]
    more = len(found.columns) - len(order)
    head = ("Column", "Half of its rows lie between", "Median", "Median of all rows", "Group over all rows", "")
    body = table(head, [_column(answer, k, j) for j in order], frozenset({2, 3}))
    rest = tag("p", f"{count(more, 'column')} more differ less.", class_="soft") if more else Markup()
    body = body if found.columns else Markup()
    words = _levels(found) if found.categories else Markup()
    title = tag("h3", mark, answer.grouping.names[k])
    return tag("section", title, tag("p", said[:1].upper() + said[1:]), body, rest, words, class_="group")


def _levels(found: GroupProfile) -> Markup:
    """The columns of words of a group, with the level that sets it furthest apart in each."""
    telling = sorted(found.categories, key=lambda each: -abs(each.effect))[:MOST_COLUMNS]
    more = len(found.categories) - len(telling)
    head = ("Column of words", "Most telling", "Share of the group", "Share of all rows", "Group over all rows")
    lines = [
        [
            each.feature,
            each.levels[each.telling],
            share(float(np.nan_to_num(each.chances[each.telling]))),
            share(float(each.usual[each.telling])),
            each.word,
        ]
        for each in telling
    ]
    rest = tag("p", f"{count(more, 'column')} more of words differ less.", class_="soft") if more else Markup()
    return joined([table(head, lines, frozenset({2, 3})), rest])


def _column(answer: Answered, k: int, j: int) -> list[object]:
    """A row of a group's table."""
    own, every = answer.profiles.groups[k].columns[j], answer.profiles.overall[j]
    transform = answer.matrix.transform
    low, middle, high, usual = transform.in_words(j, [own.lower, own.median, own.upper, every.median])
    half, half_of_all = ((each.lower, each.median, each.upper) for each in (own, every))
    all_of_them = [every, *(each.columns[j] for each in answer.profiles.groups)]
    axis = Axis.over(transform, j, np.array([(each.lower, each.upper) for each in all_of_them]).ravel(), 2, 158)
    return [
        transform.titled(j),
        f"{low} and {high}",
        middle,
        usual,
        strip(axis, half, half_of_all, answer.slots[k]),
        own.word,
    ]


def how_many(answer: Answered) -> Markup:
    """Why there are so many groups."""
    figure = curve_picture(answer)
    how = "The lower, the better a model describes the rows for the numbers that it needs. Several components may make "
    how += "up one group."
    shown = tag("figure", figure, tag("figcaption", how)) if figure else Markup()
    return joined([paragraphs(answer.verdict[2:]), listed(answer.grounds), shown])


def odd_rows(answer: Answered) -> Markup:
    """The rows that do not belong, and what makes each odd."""
    flagged = len(answer.anomalies.ranking)
    if not flagged:
        return tag("p", "No row looks odd.")
    chance = f"Chance alone would flag {answer.anomalies.by_chance}."
    shown = min(flagged, MOST_ODD)
    rest = f" The {shown} oddest are told here." if shown < flagged else ""
    found, rows = answer.reasons(shown), answer.anomalies.ranking[:shown]
    nearest = nearest_groups(answer.fit.mixture, answer.matrix.rows[rows], answer.grouping)
    said = answer.reviews.words(answer.matrix.row_ids[rows])
    body = [
        [name, " ".join(found.sentences(at)), group, review or ""]
        for at, (name, group, review) in enumerate(zip(answer.names_of(rows), nearest, said, strict=True))
    ]
    head = ("Row", "Why it is odd", "Nearest group", "Reviewed as")
    kept = 4 if answer.reviews.said else 3
    lines = table(head[:kept], [row[:kept] for row in body])
    what = f"{count(flagged, 'row')} of {len(answer.matrix.values):,} {'looks' if flagged == 1 else 'look'} odd. "
    return joined([tag("p", what, chance, rest), lines])


def the_data(answer: Answered) -> Markup:
    """What was read, what was used, and what was left out."""
    table_, matrix = answer.table, answer.matrix
    used = (*matrix.features, *matrix.categories)
    lines = [
        f"{table_.name}: {count(table_.n_rows, 'row')} and {count(len(table_.columns), 'column')}.",
        f"{count(len(used), 'column')} {_were(len(used))} used: {', '.join(used)}.",
        *_left_out(answer),
    ]
    notes = [*(note.what for note in table_.notes), *(note.what for note in matrix.notes)]
    rest = [f"{len(notes) - MOST_NOTES:,} more notes."] if len(notes) > MOST_NOTES else []
    return listed([*lines, *notes[:MOST_NOTES], *rest])


def _left_out(answer: Answered) -> Iterator[str]:
    used = {*answer.matrix.features, *answer.matrix.categories}
    for each in left_out(answer.table):
        if each.name not in used:
            yield f"{each.name} was left out: {each.reason}."
    if answer.left_out:
        yield f"{count(len(answer.left_out), 'row')} {_were(len(answer.left_out))} left out by choice."
    part = answer.first.settled.took_part
    apart = int((~part).sum())
    if apart:
        many = f"{count(apart, 'row')} ({share(apart / len(part))})"
        yield f"{many} lay too far from all groups to take part in shaping them."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
