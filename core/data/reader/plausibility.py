"""Plausibility: how likely a text is as writing, which tells the encoding in which it is that."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from .alphabets import ALPHABETS, LATIN, RARER, Language, fold, languages

SCRIPTS = (*ALPHABETS, "Japanese", "Chinese, simplified", "Chinese, traditional", "Korean")
# All are logarithms of chances.
ACCENT, ACCENT_AFTER_ACCENT = -2.3, -3.2  # a Latin letter beyond ASCII, among letters
WORD = -1.0  # a word in another script begins
SIGN = -0.5
BROKEN = -20.0  # a byte that the encoding does not have, or a control character
FOREIGN = -1.0  # a word of ASCII letters beside words in another script
MIXED = -6.0  # two scripts in one word
ODD, RARE, OFTEN = -4.6, -2.0, 1.5  # what writing has next to never, now and then, and most of the time
_ASCII_WORD = re.compile("[A-Za-z]{3,}")
_BEYOND = re.compile(r"[^\x00-\x7f]")
_VOWELS = frozenset("аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄαεηιουωάέήίόύώϊϋΑΕΗΙΟΥΩΆΈΉΊΌΎΏ")
_ACCENTED = frozenset("άέήίόύώΐΰΆΈΉΊΌΎΏ")
_GREEK_OR_CYRILLIC = re.compile("[\u0370-\u04ff]+")
_NOT_FIRST = frozenset("ьъыЬЪЫςםןץףךةىء")
_LAST_ONLY = frozenset("ςםןץףךةى")
_NOT_LAST = frozenset("σכמנפצ")
_FIRST_ONLY = frozenset("ΆΈΉΊΌΎΏ")
_CURRENCY = frozenset("€£¥¢")
_OPENING, _CLOSING = frozenset("“‘«„‚‹¿¡"), frozenset("”»›")
_ORDINAL, _POWERS, _PARTS = frozenset("ºª"), frozenset("²³¹"), frozenset("½¼¾")
_ELIDED, _AFTER_ELISION = frozenset("ldnscjmtuLDNSCJMTU"), frozenset("aeiouyhAEIOUYHéèêàâîôûÉÈÊ")
_UNITS = frozenset("mMsgtTkKfFnN")  # letters that have powers


def plausibility(text: str, scripts: tuple[str, ...], broken: float = BROKEN) -> float:
    """The logarithm of the chance of the characters beyond ASCII in the likeliest language of some scripts.

    What stands in the same place again is not as much evidence again, so that a row of blanks says little.
    """
    padded = f" {text} "
    triples = Counter(padded[found.start() - 1 : found.start() + 2] for found in _BEYOND.finditer(padded))
    counts, pairs = defaultdict[str, float](float), defaultdict[str, float](float)
    placed = _words(padded)
    for triple, times in triples.items():
        before, character, after = tuple(triple)
        if script_of(character) == "broken":
            placed += times * broken
            continue
        count = 1 + math.log(times)
        placed += count * _placed(character, before, after)
        counts[character] += count
        if script_of(character) in _ALPHABETIC:
            pairs[fold(before) + fold(character)] += count
            if script_of(after) != script_of(character):
                pairs[fold(character) + fold(after)] += count
    foreign = FOREIGN * len(set(_ASCII_WORD.findall(text)))
    return placed + max(
        _chance(language, counts, pairs) + foreign * (script not in LATIN)
        for script in scripts
        for language in languages(script)
    )


def _words(text: str) -> float:
    """Greek and Cyrillic words have vowels, and Greek ones in small letters an accent, but for the shortest."""
    chance = 0.0
    for word in _GREEK_OR_CYRILLIC.findall(text):
        vowels = sum(each in _VOWELS for each in word)
        chance += ODD * (len(word) > 1 and vowels == 0) + MIXED * (len(word) > 1 and len(set(word)) == 1)
        chance += RARE * (vowels > 1 and "α" <= word[-1] <= "ω" and not any(each in _ACCENTED for each in word))
    return chance


def _chance(language: Language, counts: Mapping[str, float], pairs: Mapping[str, float]) -> float:
    letters = sum(count * language.chance(each) for each, count in counts.items())
    beside = sum(count * language.beside(each) for each, count in pairs.items())
    return letters + beside + RARER.get(language.name, 0.0)


_ALPHABETIC = ("Latin", "Cyrillic", "Greek", "Hebrew", "Arabic")


@cache
def script_of(character: str) -> str:
    """The script of a character; "sign" for what is no letter, "broken" for what is no character.

    "ASCII" for the letters of that, "" for its other characters.
    """
    if character < "\x80":
        return "ASCII" if character.isalpha() else ""
    if character == "\ufffd" or (unicodedata.category(character)[0] == "C" and character != "\xad"):
        return "broken"
    if not character.isalpha() or character in "ªºµˆ" or unicodedata.category(character) == "Lm":
        return "East" if "\u3000" <= character <= "\u30ff" or character == "ー" else "sign"
    for script, first, last in _RANGES:
        if first <= character <= last:
            return script
    return "sign"


_RANGES = (
    ("Latin", "\xc0", "\u024f"),
    ("Greek", "\u0370", "\u03ff"),
    ("Cyrillic", "\u0400", "\u04ff"),
    ("Hebrew", "\u0590", "\u05ff"),
    ("Arabic", "\u0600", "\u06ff"),
    ("Latin", "\u1e00", "\u1eff"),
    ("East", "\u3000", "\uffef"),
)


def _placed(character: str, before: str, after: str) -> float:
    """How likely it is that a character of this script, whichever, stands between these two."""
    script = script_of(character)
    if before == character == after and script != "sign":
        return MIXED  # no letter comes three times
    if script == "Latin":
        return _accent(character, before, after)
    if script == "sign":
        return SIGN + _sign(character, before, after)
    if script == "East":
        return _eastern(character, before, after)
    return _lettered(script, character, before, after)


def _accent(character: str, before: str, after: str) -> float:
    left, right = script_of(before), script_of(after)
    chance = ACCENT_AFTER_ACCENT if left == "Latin" else ACCENT
    if not {left, right} & {"ASCII", "Latin"}:
        chance += RARE if character.islower() else MIXED
    if before.isdigit() or after.isdigit():
        chance += RARE
    chance += MIXED * ((left not in _WITH_LATIN) + (right not in _WITH_LATIN))
    return chance + _case(character, before, after)


_WITH_LATIN = ("", "ASCII", "Latin", "sign", "broken")


def _case(character: str, before: str, after: str) -> float:
    if character.isupper() and before.islower():
        return ODD
    if character.isupper() and before.isupper() and after.islower():
        return RARE
    return ODD if character.islower() and after.isupper() else 0.0


def _eastern(character: str, before: str, after: str) -> float:
    """Characters run on; half of wide kana stands alone or in a word of ASCII only by mistake."""
    neighbours = script_of(before), script_of(after)
    chance = 0.0 if neighbours[0] == "East" else WORD
    if "East" not in neighbours and "\uff66" <= character <= "\uff9f":
        chance += ODD
    return chance + (ODD if before.islower() and before.isascii() else RARE) * ("ASCII" in neighbours)


def _lettered(script: str, character: str, before: str, after: str) -> float:
    left, right = script_of(before), script_of(after)
    begins, ends = left != script, right != script
    chance = _case(character, before, after) + WORD * begins + ODD * (begins and ends)
    chance += MIXED * (sum(each not in ("", "sign", "broken", script) for each in (left, right)))
    chance += ODD * (begins and character in _NOT_FIRST) + ODD * (not begins and character in _FIRST_ONLY)
    chance += ODD * (ends and character in _NOT_LAST) + ODD * (not ends and character in _LAST_ONLY)
    return chance


def _sign(character: str, before: str, after: str) -> float:
    """What signs stand beside: a currency beside a number, a power behind a unit, a quote at the edge of a word."""
    left, right = before.isalpha(), after.isalpha()
    if character == "’" and right:
        return 2 * OFTEN if left and (after in "stdmrlv" or (before in _ELIDED and after in _AFTER_ELISION)) else ODD
    if left and right and character != "·":
        return RARE if character in "\xa0–" and not (before.islower() and after.islower()) else MIXED
    if character in _POWERS:
        return 0.0 if before in _UNITS or before in ")" or before.isdigit() else ODD
    if character in _OPENING:
        return ODD if left or after.isspace() else 0.0
    if character in _CLOSING:
        return RARE if right or before.isspace() else 0.0
    if character in _CURRENCY:
        return RARE if left or right else OFTEN * (before.isdigit() or after.isdigit())
    if character in "•·":
        return RARE * (after.isalnum() and not left)
    if character in _PARTS:
        return ODD if left or right else 0.0
    if character in _ORDINAL:
        return 0.0 if before.isdigit() or before in "nN." else ODD
    if character == "°":
        return OFTEN if after in "CF" and not left else RARE if left and before not in "nN" else 0.0
    if character == "µ":
        return ODD if left or not (after in "mgslLAVFWNMSJ" or after.isspace()) else 0.0
    return 0.0
