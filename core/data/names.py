"""Names: unique ones for display, from those that stand in a file, and short ones that still tell columns apart."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

LONGEST = 60  # characters of a name that are shown
ELLIPSIS = "…"
KEPT = 0.7  # share of a short name that may go to what stands behind a gap in it
_RESULT = re.compile(
    r"(?:K-Means group|GMM group(?: name)?|share of (?:group \d+|noise)|next group|lead over the next group"
    r"|score \(-log p\)|score as of a row without blanks|odd|row)(?: \(\d+\))?"
)
_SURE = ("GMM group", "score (-log p)")  # which only a download of this app has together


def unique_names(originals: Sequence[str]) -> list[str]:
    """Display names: blanks are numbered, long ones are cut where they do not differ, repeats are counted."""
    lines = [" ".join(original.split()) or f"column {at}" for at, original in enumerate(originals, start=1)]
    taken: Counter[str] = Counter()
    names = []
    for plain in _cut(lines):
        name, repeat = plain, taken[plain]
        while taken[name]:
            repeat += 1
            name = f"{plain} ({repeat})"
        taken[name] += 1
        if name != plain:
            taken[plain] = repeat
        names.append(name)
    return names


def shortened(line: str, length: int) -> str:
    """A name on one line, its middle left out where it is longer; what stands behind an earlier gap is kept first."""
    if len(line) <= length:
        return line
    behind = line.rpartition(ELLIPSIS)[2].strip() if ELLIPSIS in line else ""
    tail = len(behind) if 0 < len(behind) <= KEPT * length else length - 1 - (length - 1) * 2 // 3
    head = line[: length - 1 - tail].rstrip(" " + ELLIPSIS)
    return head + ELLIPSIS + line[len(line) - tail :].lstrip(" " + ELLIPSIS)


def own_results(names: Collection[str]) -> frozenset[str]:
    """The names of columns that a download of this app adds, if these are those of one."""
    if not all(any(name.startswith(sure) for name in names) for sure in _SURE):
        return frozenset()
    return frozenset(name for name in names if _RESULT.fullmatch(name))


def _cut(lines: Sequence[str]) -> list[str]:
    """The names, none longer than is shown; of those with a long beginning in common, what differs is kept."""
    cut = [_ended(line) for line in lines]
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for line, short in zip(lines, cut, strict=True):
        groups[short].add(line)
    common = {short: _common(group) for short, group in groups.items() if len(group) > 1}
    return [
        _with_difference(line, common[short]) if len(line) > LONGEST and short in common else short
        for line, short in zip(lines, cut, strict=True)
    ]


def _common(lines: Collection[str]) -> int:
    """How many characters at their beginning some lines share."""
    return next((at for at, each in enumerate(zip(*lines, strict=False)) if len(set(each)) > 1), min(map(len, lines)))


def _ended(line: str) -> str:
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + ELLIPSIS


def _with_difference(line: str, common: int) -> str:
    """The beginning of a name and, behind a gap, all from the word on in which it differs from the others."""
    start = max(line.rfind(" ", 0, common), line.rfind("[", 0, common) - 1) + 1 if common < len(line) else common
    rest = line[start:] or line[-LONGEST // 3 :]
    rest = rest if len(rest) <= KEPT * LONGEST else rest[: int(KEPT * LONGEST) - 1] + ELLIPSIS
    return line[: LONGEST - 1 - len(rest)].rstrip() + ELLIPSIS + rest
