"""Encodings: files of mostly numbers, with few words of many languages, in the encodings in which they come.

A file is right if its text is read as it was written, whatever the name of the encoding. With --full, every file that
is read otherwise is listed.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.encoding_words import LEARNED, PLAIN, Words
from benchmarks.encoding_words_held_out import HELD_OUT
from core.data.reader.encoding import decoded, tell_encoding

ASKED_OF = (
    *("German", "French", "Spanish", "Portuguese", "Swedish and Finnish", "Danish and Norwegian", "Icelandic"),
    *("Polish", "Russian", "Greek", "Japanese", "Chinese, simplified", "Chinese, traditional"),
)
BOUND = "97 %"


@dataclass(frozen=True)
class Written:
    """A file and its text."""

    language: str
    encoding: str
    text: str
    content: bytes


def rows(full=False):
    sets = {
        "in the words at hand": list(files(LEARNED, 300, ASKED_OF)),
        "in words that were held out": list(files(HELD_OUT, 100, ASKED_OF, seed=1)),
    }
    others = [each.language for each in LEARNED if each.language not in ASKED_OF]
    wrong = []
    for which, asked in sets.items():
        yield row(f"all asked for, {which}", asked, BOUND)
        wrong += [each for each in asked if not is_right(each)]
    for language in ASKED_OF:
        yield row(f"  {language}", [each for some in sets.values() for each in some if each.language == language])
    for which, bank, seed in (("at hand", LEARNED, 2), ("held out", HELD_OUT, 3)):
        yield row(f"{len(others)} other languages, {which}", list(files(bank, 20 * len(others), others, seed)))
    yield row("signs of Windows-1252 in English", list(signs()), "100 %")
    yield row("UTF-16, with and without a mark", list(wide()), BOUND)
    yield row("UTF-8 with one stray, lost or cut byte", list(damaged()), BOUND)
    for each in wrong if full else ():
        yield row(f"  {each.language}, {each.encoding}, taken for {told(each)}", [])


def row(what, written, bound=""):
    share = f"{sum(map(is_right, written))} of {len(written)}" if written else ""
    return {"what": what.ljust(66), "read as written": share.ljust(16), "bound": bound}


def is_right(each):
    return decoded(each.content, told(each)) == each.text


def told(each):
    return tell_encoding(each.content).encoding


def files(bank, count, languages, seed=0):
    """So many files, the languages and their encodings in turn."""
    rng = np.random.default_rng(seed)
    chosen = [each for each in bank if each.language in languages]
    for at in range(count):
        words = chosen[at % len(chosen)]
        yield written(words, words.encodings[at // len(chosen) % len(words.encodings)], rng)


def signs():
    """Tables of ASCII with one cell that holds a sign, or a name, as a spreadsheet writes it."""
    for sign in PLAIN:
        text = f"name,x\n{sign},1\nb,2\n"
        yield Written("English", "cp1252", text, text.encode("cp1252"))


def wide():
    rng = np.random.default_rng(5)
    for words in LEARNED:
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            yield written(words, encoding, rng)


def damaged():
    """UTF-8 with a byte too many, one too few, or its end cut off amid a character."""
    rng = np.random.default_rng(4)
    for words in LEARNED:
        some = [each for each in f"{words.headings},{words.values}".split(",") if not each.isascii()]
        for count in (1, 2, 4, 6):
            lines = "".join(f"{at},{word}\n" for at, word in enumerate(rng.choice(some, count)))
            whole = f"id,name\n{lines}{lines}".encode()
            at = int(rng.integers(8, len(whole)))
            later = [place for place, byte in enumerate(whole) if 0x80 <= byte < 0xC0]
            for content in (
                whole[:at] + b"\xff" + whole[at:],
                whole[:at] + b"\xa0" + whole[at:],
                whole[: later[0]] + whole[later[0] + 1 :],
                whole[: later[-1]],
            ):
                yield Written(words.language, "utf-8", content.decode(errors="replace"), content)


def written(words, encoding, rng):
    while True:
        text = table(words, encoding, rng)
        if not text.isascii():
            return Written(words.language, encoding, text, text.encode(encoding))


def table(words: Words, encoding, rng):
    """A text of numbers under short headings, with words in its headings, in a column or in a few cells."""
    headings, values = (
        [each for each in bank.split(",") if encodable(each, encoding)] for bank in (words.headings, words.values)
    )
    kind = rng.choice(("headings", "column", "few cells", "one heading", "both"))
    ascii_names = ["id", "x", "y", "value", "count"]
    names = list(rng.choice(ascii_names, 3, replace=False))
    if kind in ("headings", "both"):
        names[: rng.integers(1, 4)] = rng.choice(headings, 3, replace=False)
        names = names[:4]
    if kind == "one heading":
        names[rng.integers(3)] = str(rng.choice([each for each in headings if not each.isascii()]))
    count = int(rng.integers(12, 200))
    cells = [[f"{number:.{places}f}" for number in rng.gamma(2, 40, count)] for places in (0, 1, 3, 2)[: len(names)]]
    if kind in ("column", "both"):
        levels = rng.choice(values, min(int(rng.integers(2, 6)), len(values)), replace=False)
        cells.append(list(rng.choice(levels, count)))
        names.append("type")
    if kind == "few cells":
        cells.append(["a"] * count)
        for _ in range(int(rng.integers(1, 4))):
            cells[-1][rng.integers(count)] = str(rng.choice([each for each in values if not each.isascii()]))
        names.append("note")
    delimiter = str(rng.choice((",", ";", "\t")))
    lines = [names, *zip(*cells, strict=True)]
    return str(rng.choice(("\n", "\r\n"))).join(delimiter.join(map(str, line)) for line in lines) + "\n"


def encodable(word, encoding):
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
