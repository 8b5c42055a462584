"""Encoding: which one a text file is in, told from its bytes."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ...errors import ReadError
from ..table import Note, Offer, Reading
from .plausibility import BROKEN, SCRIPTS, plausibility, script_of

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8-sig": "UTF-8",
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "UTF-16"),
    **{f"cp{page}": f"Windows-{page}" for page in range(1250, 1259)},
    **{f"cp{page}": f"DOS {page}" for page in (437, 850, 852, 866)},
    "latin-1": "Latin-1",
    "mac-roman": "Mac Roman",
    "shift_jis": "Shift-JIS",
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    "iso2022_jp": "ISO-2022-JP",
}
HEAD = 65_536
STEP = 1_000_000
WINDOWS, VISITS, MOST = 50, 200, 600  # stretches of a file, cells looked at in each, and different cells in all
LONGEST = 200  # bytes of a cell that are looked at
CLOSE = 3.0  # an encoding so many times as plausible, as a logarithm, is not certain
SIGNS_ALONE = -2.5  # no letter but signs, in an encoding of long ago


@dataclass(frozen=True)
class Candidate:
    """An encoding, how much rarer than Windows-1252 it is, and what is written in it; both as logarithms.

    One that reads every text as another does, wherever it reads it at all, stands for both.
    """

    name: str
    rarity: float
    scripts: tuple[str, ...]
    broken: float = BROKEN  # what a byte that it does not have adds

    @property
    def is_old(self) -> bool:
        """Whether only files of long ago are in it."""
        return self.rarity < -3.0


CANDIDATES = (
    Candidate("cp1252", 0.0, ("Western",)),
    Candidate("utf-8", -4.0, SCRIPTS, broken=-12.0),  # of a damaged file
    Candidate("cp1250", -2.0, ("Central",)),
    Candidate("cp1251", -1.5, ("Cyrillic",)),
    Candidate("cp1253", -2.0, ("Greek",)),
    Candidate("cp1254", -2.0, ("Turkish",)),
    Candidate("cp1255", -1.5, ("Hebrew",)),
    Candidate("cp1256", -2.0, ("Arabic",)),
    Candidate("cp1257", -4.0, ("Baltic",)),
    Candidate("iso-8859-2", -3.0, ("Central",)),
    Candidate("iso-8859-5", -5.0, ("Cyrillic",)),
    Candidate("iso-8859-6", -4.0, ("Arabic",)),
    Candidate("iso-8859-7", -3.0, ("Greek",)),
    Candidate("iso-8859-8", -3.0, ("Hebrew",)),
    Candidate("iso-8859-15", -2.5, ("Western",)),
    Candidate("koi8-r", -3.0, ("Cyrillic",)),
    Candidate("mac-roman", -3.5, ("Western",)),
    Candidate("cp850", -4.0, ("Western",)),
    Candidate("cp852", -5.5, ("Central",)),
    Candidate("cp437", -5.0, ("Western",)),
    Candidate("cp866", -4.0, ("Cyrillic",)),
    Candidate("cp932", -1.5, ("Japanese",)),
    Candidate("euc-jp", -3.0, ("Japanese",)),
    Candidate("gb18030", -1.5, ("Chinese, simplified",)),
    Candidate("big5", -2.0, ("Chinese, traditional",)),
    Candidate("cp949", -2.0, ("Korean",)),
)
_HIGH = re.compile(rb"[\x80-\xff]")
_EDGE = re.compile(rb'[\n\r\t,;"]')  # of cells; no byte of a longer character is one of them
_ASCII = bytes(range(128))


@dataclass(frozen=True)
class Told:
    """An encoding, and another where the bytes say little more for the one than for it."""

    encoding: str
    other: str | None = None


def tell_encoding(content: bytes) -> Told:
    """The encoding of a text: by its byte order mark, by its zeros, UTF-8 if it is that, else the most plausible.

    Raises ReadError for what is no text.
    """
    for mark, name in MARKS:
        if content.startswith(mark):
            return Told(name)
    if b"\0" in content[:HEAD]:
        return Told(_of_zeros(content[:HEAD]))
    if b"\x1b$" in content[:HEAD] and content.isascii():
        return Told("iso2022_jp")
    return Told("utf-8") if is_utf8(content) else _most_plausible(content)


def encoding_notes(told: Told, content: bytes, reading: Reading) -> tuple[Note, ...]:
    """Which encoding was taken where it is not UTF-8, and how a cell reads in another that is as likely."""
    if told.encoding in ("utf-8", "utf-8-sig") or reading.encoding is not None:
        return ()
    what = f"The file is not written in UTF-8; it was read as {spoken(told.encoding)}."
    if told.other is None:
        return (Note(what),)
    one, other = next(
        (own, theirs)
        for own, theirs in ((_read(cell, told.encoding), _read(cell, told.other)) for cell in evidence(content))
        if own != theirs
    )
    otherwise = f"It may be {spoken(told.other)}, in which {one.strip()!r} is {other.strip()!r}."
    return (Note(f"{what} {otherwise}", offer=Offer(f"Read it as {spoken(told.other)}", Reading(encoding=told.other))),)


def spoken(encoding: str) -> str:
    """What an encoding is called."""
    return NAMES.get(encoding, encoding.upper())


def is_utf8(content: bytes) -> bool:
    """Whether the bytes are UTF-8, looked at piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), STEP):
            decoder.decode(content[at : at + STEP])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def decoded(content: bytes, encoding: str) -> str:
    """The text. Raises ReadError for an encoding that does not exist."""
    try:
        return content.decode(encoding, errors="replace").removeprefix("\ufeff")
    except LookupError:
        raise ReadError(f"There is no encoding {encoding!r}.", remedy="Try utf-8 or cp1252.") from None


def _of_zeros(head: bytes) -> str:
    """UTF-16 without a mark has most of its zeros in every other byte, and is text when it is read so."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, errors="replace")[:-1]  # a pair may be cut at the end
    if max(odd, even) > 4 * min(odd, even) and _strange(text) <= 0.01 * len(text):
        return name
    if _strange(head.decode("latin-1")) > 0.01 * len(head) + 4:
        raise ReadError(
            "This file is not a table that can be read.",
            "It holds binary data.",
            "Save it as CSV or XLSX and try again.",
        )
    return "utf-8" if is_utf8(head) else "cp1252"


def _strange(text: str) -> int:
    """How many characters are in no text: zeros, controls but those that part lines and cells, and none at all."""
    usual = "\t\n\x0c\r\x1a\x1b\x1c\x1d\x1e\x1f"
    return sum(
        count
        for character, count in Counter(text).items()
        if (character < " " and character not in usual) or (character > "\x9f" and script_of(character) == "broken")
    )


def _most_plausible(content: bytes) -> Told:
    cells = evidence(content)
    texts = {each.name: "".join(_read(cell, each.name) for cell in cells) for each in CANDIDATES}
    found = {each.name: _score(each, texts[each.name]) for each in CANDIDATES}
    first, *others = sorted(found, key=found.__getitem__, reverse=True)
    close = (name for name in others if found[first] - found[name] < CLOSE and texts[name] != texts[first])
    return Told(first, next(close, None))


def _score(candidate: Candidate, text: str) -> float:
    score = candidate.rarity + plausibility(text, candidate.scripts, candidate.broken)
    if candidate.is_old and not any(each >= "\x80" and each.isalpha() for each in text):
        return score + SIGNS_ALONE
    return score


def _read(cell: bytes, name: str) -> str:
    """The text of a cell; where it was cut, a character may have been cut with it."""
    text = cell.decode(name, errors="replace")
    return text[:-1] if text.endswith("\ufffd") and not text[:-1].isascii() else text


def evidence(content: bytes) -> list[bytes]:
    """Different cells that hold bytes beyond ASCII, from all over the file, and one for each such byte.

    Each ends with a line feed, but for one that was cut.
    """
    cells: dict[bytes, None] = {}
    step = max(len(content) // WINDOWS + 1, HEAD)
    for begin in range(0, len(content), step):
        cells |= dict.fromkeys(islice(_cells(content, begin, begin + step), VISITS))
    cells = dict.fromkeys(list(cells)[:: len(cells) // MOST + 1])
    known = _ASCII + b"".join(cells)
    for begin in range(0, len(content), STEP):
        for byte in set(content[begin : begin + STEP].translate(None, known)):
            at = content.index(byte, begin)
            cells[_cell(content, at, max(0, at - LONGEST))] = None
            known += bytes((byte,))
    return list(cells)


def _cells(content: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Cells of a stretch, the one aside with which it may begin amid."""
    edge = _EDGE.search(content, begin, end)
    at = edge.end() if begin and edge else begin
    while found := _HIGH.search(content, at, end):
        yield _cell(content, found.start(), at)
        edge = _EDGE.search(content, found.start(), end)
        if edge is None:
            return
        at = edge.end()


def _cell(content: bytes, at: int, begin: int) -> bytes:
    """The cell around a place, from begin on at the earliest."""
    before = content[max(begin, at - LONGEST) : at]
    own = _EDGE.split(before)[-1]
    edge = _EDGE.search(content, at, at + LONGEST)
    return own + content[at : edge.start()] + b"\n" if edge else own + content[at : at + LONGEST]
