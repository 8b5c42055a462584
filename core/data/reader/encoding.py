"""Encoding: which one a text file is in, told from its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise

from core.errors import ReadError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD = 65_536
STEP = 1_000_000
# Lead bytes of the characters that nearly all writing in these encodings is made of, and the share expected of them.
_LEADS = {
    "shift_jis": (range(0x81, 0x98), 1.0),  # kana and the first level of kanji
    "euc-kr": (range(0xB0, 0xC9), 0.98),  # hangul
    "gb18030": (range(0xB0, 0xD8), 0.96),  # the first level of GB 2312
    "big5": (range(0xA4, 0xC7), 0.94),  # the first level
}
_CYRILLIC = ("cp1251", "koi8-r")
_LATIN = ("cp1252", "mac-roman")
_HIGH = re.compile(rb"[\x80-\xff]")
_COMMON = frozenset("éèêëàâäáãåçñöôóòõüûùúíìîïßæøœÉÈÀÂÄÁÖÓÜÚÅØÆÇÑ’‘“”–—…€£°·®©™½¼¾²³µ«»§±×¿¡ªº")


def tell_encoding(content: bytes) -> str:
    """The encoding of a text: by its byte order mark, by its zeros, UTF-8 if it is that, else the most plausible.

    Raises ReadError for what is no text.
    """
    for mark, name in MARKS:
        if content.startswith(mark):
            return name
    head = content[:HEAD]
    zeros = head.count(0)
    if zeros:
        return _of_zeros(head, zeros)
    if is_utf8(content):
        return "utf-8"
    return _most_plausible(content)


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


def _of_zeros(head: bytes, zeros: int) -> str:
    """UTF-16 without a mark has a zero in every other byte of plain text."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even < 0.05 * len(head):
        return "utf-16-le"
    if even > 0.3 * len(head) / 2 and odd < 0.05 * len(head):
        return "utf-16-be"
    controls = sum(head.count(byte) for byte in range(1, 32) if byte not in (9, 10, 12, 13, 26, 27, 28, 29, 30, 31))
    if zeros + controls > 0.01 * len(head) + 4:
        raise ReadError(
            "This file is not a table that can be read.",
            "It holds binary data.",
            "Save it as CSV or XLSX and try again.",
        )
    return "utf-8" if is_utf8(head) else "cp1252"


def _most_plausible(content: bytes) -> str:
    pieces = list(_pieces(content))
    if _isolated(pieces) > 0.5:  # accents within words of ASCII letters
        scores = {name: _latin(name, pieces) for name in _LATIN}
    else:
        scores = {name: _lead_share(name, pieces) for name in _LEADS}
        scores |= {name: _cyrillic(name, pieces) for name in _CYRILLIC}
        scores |= {name: _latin(name, pieces) for name in _LATIN}
    return max(scores, key=lambda name: scores[name])


def _pieces(content: bytes) -> Iterator[bytes]:
    """Lines that hold bytes beyond ASCII, from the first such byte on, at most a few thousand of them."""
    at = 0
    for _ in range(3_000):
        found = _HIGH.search(content, at)
        if found is None:
            return
        end = content.find(b"\n", found.start())
        end = len(content) if end < 0 else end
        yield content[found.start() : min(end, found.start() + 200)]
        at = end


def _isolated(pieces: list[bytes]) -> float:
    """The share of bytes beyond ASCII that have no other within two bytes."""
    alone = total = 0
    for piece in pieces:
        places = [at for at, byte in enumerate(piece) if byte >= 0x80]
        gaps = [9, *(b - a for a, b in pairwise(places)), 9]
        total += len(places)
        alone += sum(min(before, after) > 2 for before, after in pairwise(gaps))
    return alone / max(total, 1)


def _latin(name: str, pieces: list[bytes]) -> float:
    """How usual the characters beyond ASCII are in Western European writing, on average."""
    score = size = 0.0
    for piece in pieces:
        text = piece.decode(name, errors="replace")
        for before, character in zip(" " + text, text, strict=False):
            if character >= "\x80":
                size += 1
                score += 1.0 if character in _COMMON else -1.0
                score -= 0.6 if before.islower() and character.isupper() else 0.0
                score -= 0.3 if before >= "\x80" else 0.0
    return score / max(size, 1.0)


def _cyrillic(name: str, pieces: list[bytes]) -> float:
    """The share of characters beyond ASCII that are Cyrillic letters and, after a letter, lower case."""
    usual = size = 0
    for piece in pieces:
        text = piece.decode(name, errors="replace")
        for before, character in zip(" " + text, text, strict=False):
            if character >= "\x80":
                size += 1
                usual += "А" <= character <= "я" and (character.islower() or not before.isalpha())
    return usual / max(size, 1)


def _lead_share(name: str, pieces: list[bytes]) -> float:
    """The share of characters beyond ASCII that are of the usual ones; -1 for bytes that the encoding does not have."""
    leads, expected = _LEADS[name]
    usual = size = 0
    for piece in pieces:
        try:
            text = piece.decode(name)
        except UnicodeDecodeError as fault:
            if fault.start < len(piece) - 2:  # a piece may end within a character
                return -1.0
            text = piece.decode(name, errors="ignore")
        for character in text:
            if character >= "\x80":
                size += 1
                usual += character.encode(name)[0] in leads or character in "、。，：（）！？・ー"
    return expected * usual / max(size, 1)
