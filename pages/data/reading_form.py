"""How a file is read: what was found out, and every decision of the reader to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.table import Note, Reading
from pages.app.choices import DataChoice, ReadingChoice
from pages.app.session import choice, choose
from pages.data.choices import tick_anew
from pages.ui import widgets
from pages.ui.messages import plain

AUTOMATIC = "Find out"
ENCODINGS = (
    *("utf-8", "utf-16", "cp1252", "iso-8859-15", "latin-1", "mac-roman", "cp850", "cp437"),
    *("cp1250", "iso-8859-2", "cp852", "cp1251", "koi8-r", "iso-8859-5", "cp866", "cp1253", "iso-8859-7"),
    *("cp1254", "cp1255", "iso-8859-8", "cp1256", "iso-8859-6", "cp1257"),
    *("cp932", "euc-jp", "gb18030", "big5", "cp949"),
)
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar |", " ": "spaces", "  ": "two spaces or more"}
HEADERS = {0: "there are none", 1: "in one row", 2: "in two rows", 3: "in three rows"}
DECIMALS = {".": "point, as in 1.5", ",": "comma, as in 1,5"}
DATES = {True: "3 April", False: "4 March"}
QUOTES = {'"': '"', "'": "'", "": "nothing"}
COMMENTS = {"": "no line", "#": "#", "%": "%", "//": "//"}
CODES = {True: "are blank", False: "are numbers"}
MERGED = {True: "all have the value", False: "only the first has the value"}
WAYS = {  # what else may be read in two ways
    "turned": ("Names stand", {False: "above their columns", True: "in the first column"}),
    "sections": ("Sections below their names again", {True: "one table", False: "tables of their own"}),
    "subtotals": ("Totals between the rows", {False: "left out", True: "kept"}),
    "rulings": ("Lines of strokes", {False: "left out", True: "kept"}),
    "marks": ("Blanks where columns hold one value or nothing", {True: "count as no", False: "are blank"}),
    "repeats": ("Rows that repeat earlier ones", {True: "kept", False: "left out"}),
}
HIDDEN = {True: "read", False: "left out"}
COUNTS = {  # numbers of lines, which are typed
    "skip": "Lines above the names",
    "units": "Rows of units below the names",
    "foot": "Rows left out at the end",
    "left": "Columns to the left of the table",
    "width": "Columns that belong to the table",
}
CHOICES = (
    *("sheet", "encoding", "delimiter", "quote", "comment"),
    *("header", "decimal", "day_first", "fill_merged", "hidden", "codes", *WAYS, *COUNTS),
)


def told(notes: Sequence[Note]) -> None:
    """What the reader did; where it could have done otherwise, with a button that does, and then one back."""
    own = choice(DataChoice).upload is not None
    widgets.notes(tuple(note.what for note in notes if note.offer is None or not own))
    with st.container(gap="xxsmall"):
        for at, note in enumerate(notes):
            if note.offer is not None and own:
                _offered(f"offer-{at}", note.what, note.offer.label, note.offer.applied(choice(ReadingChoice).reading))
        asked = choice(ReadingChoice).reading
        if own and asked != Reading(name=asked.name):
            _offered("read-first", "The file is read as you asked.", "Read it as at first", Reading(name=asked.name))


def _offered(key: str, what: str, label: str, reading: Reading) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"- {plain(what, 300)}", width="content")
        st.button(plain(label), key=key, on_click=_choose, args=(reading,), type="tertiary")


def found(reading: Reading) -> None:
    """What the reader found out, in a line."""
    delimiter = reading.delimiter
    told = {
        "Sheet": reading.sheet and plain(reading.sheet),
        "Encoding": reading.encoding,
        "Separator": delimiter and DELIMITERS.get(delimiter, plain(delimiter)),
        "Names of columns": None if reading.header is None else HEADERS.get(int(reading.header)),
        "Decimal mark": reading.decimal and DECIMALS.get(reading.decimal),
        "3/4/2020 is": None if reading.day_first is None else DATES[reading.day_first],
    }
    st.caption(" · ".join(f"{name}: {value}" for name, value in told.items() if value))


def show(reading: Reading, sheets: Sequence[str]) -> None:
    """A form that reads the file again, beginning with what was asked for; reading is what was found out."""
    asked = choice(ReadingChoice).reading
    with st.form("reading", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            if sheets:
                at = [*sheets, reading.sheet].index(reading.sheet) % len(sheets)
                st.selectbox("Sheet", sheets, index=at, key=_key("sheet", asked))
                _choice("In merged cells", "fill_merged", MERGED, asked)
                _choice("Hidden rows are", "hidden", HIDDEN, asked)
            else:
                _choice("Encoding", "encoding", dict(zip(ENCODINGS, ENCODINGS, strict=True)), asked)
                _choice("Separator", "delimiter", DELIMITERS, asked)
                _choice("Text is quoted by", "quote", QUOTES, asked)
                _choice("Lines that are no rows begin with", "comment", COMMENTS, asked)
            _choice("Decimal mark", "decimal", DECIMALS, asked)
            _choice("3/4/2020 is", "day_first", DATES, asked)
            _choice("-999 and the like, far from all other numbers,", "codes", _codes(asked), asked)
            for name, (label, options) in WAYS.items():
                _choice(label, name, options, asked)
        with right:
            _choice("Names of columns", "header", HEADERS, asked)
            for name, label in COUNTS.items():
                now = getattr(asked, name)
                key, least = _key(name, asked), int(name == "width")
                st.number_input(label, least, 10_000, value=now, placeholder=AUTOMATIC, key=key)
        st.text_input(
            "More spellings of blank, with commas between them",
            ", ".join(asked.blanks or ()),
            key=_key("blanks", asked),
            placeholder="for example -999, unknown",
        )
        st.form_submit_button("Read again", on_click=_take)


def _choice(label: str, name: str, options: Mapping[Any, str], asked: Reading) -> None:
    said: dict[Any, str] = {AUTOMATIC: AUTOMATIC, **options}
    values, now = list(said), getattr(asked, name)
    at = values.index(now) if now in options else 0
    st.selectbox(label, values, index=at, format_func=said.__getitem__, key=_key(name, asked))


def _key(name: str, asked: Reading) -> str:
    """The key of a choice in the form, which begins anew wherever the file is asked to be read in another way."""
    return f"reading-{name}-{hash(asked)}"


def _codes(asked: Reading) -> dict[Any, str]:
    """What may become of codes for blank; where some of them were put back, that as well."""
    kept = asked.codes
    return {kept: f"are blank, but for {', '.join(kept)}", **CODES} if isinstance(kept, tuple) and kept else CODES


def _take() -> None:
    """Read with these choices."""
    state, asked = st.session_state, choice(ReadingChoice).reading
    chosen = {name: state.get(_key(name, asked)) for name in CHOICES}
    chosen = {name: None if value == AUTOMATIC else value for name, value in chosen.items()}
    blanks = tuple(each.strip() for each in state[_key("blanks", asked)].split(",") if each.strip())
    _choose(replace(asked, **chosen, blanks=blanks or None))


def _choose(reading: Reading) -> None:
    """Read the file in this way; the columns may be others then, so what is done to them begins anew."""
    choose(ReadingChoice(reading))
    tick_anew()
