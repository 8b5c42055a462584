"""How a file is read: what was found out, and every decision of the reader to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.data.table import Reading
from pages.shared.messages import plain
from pages.shared.session import Ticks, choose, current

AUTOMATIC = "Find out"
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "mac-roman", "shift-jis", "gb18030")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar |"}
HEADERS: dict[bool, str] = {True: "in the first row", False: "there are none"}
DECIMALS = {".": "point, as in 1.5", ",": "comma, as in 1,5"}


def found(reading: Reading) -> None:
    """What the reader found out, in a line."""
    told = {
        "Sheet": reading.sheet and plain(reading.sheet),
        "Encoding": reading.encoding,
        "Separator": reading.delimiter and DELIMITERS.get(reading.delimiter, plain(reading.delimiter)),
        "Names of columns": None if reading.header is None else HEADERS[bool(reading.header)],
        "Decimal mark": reading.decimal and DECIMALS.get(reading.decimal),
    }
    st.caption(" · ".join(f"{name}: {value}" for name, value in told.items() if value))


def show(reading: Reading, sheets: Sequence[str]) -> None:
    """A form that reads the file again; what is left to be found out says what was found."""
    asked = current().reading
    with st.form("reading", border=False):
        left, right = st.columns(2)
        with left:
            if sheets:
                at = [*sheets, reading.sheet].index(reading.sheet) % len(sheets)
                st.selectbox("Sheet", sheets, index=at, key="reading-sheet")
            _choice("Encoding", "encoding", dict(zip(ENCODINGS, ENCODINGS, strict=True)), asked)
            _choice("Separator", "delimiter", DELIMITERS, asked)
        with right:
            _choice("Names of columns", "header", HEADERS, asked)
            _choice("Decimal mark", "decimal", DECIMALS, asked)
            st.number_input(
                "Lines above the table", 0, 1_000, value=asked.skip, placeholder=AUTOMATIC, key="reading-skip"
            )
        st.form_submit_button("Read again", on_click=_take)


def _choice(label: str, name: str, options: Mapping[Any, str], asked: Reading) -> None:
    said: dict[Any, str] = {None: AUTOMATIC, **options}
    values, now = list(said), getattr(asked, name)
    at = values.index(now) if now in values else 0
    st.selectbox(label, values, index=at, format_func=said.__getitem__, key=f"reading-{name}")


def _take() -> None:
    """Read with these choices; the columns may be others then, so the choice among them begins anew."""
    state, session = st.session_state, current()
    names = ("sheet", "encoding", "delimiter", "header", "decimal", "skip")
    choose(
        reading=Reading(session.reading.name, **{name: state.get(f"reading-{name}") for name in names}),
        preparation=replace(session.preparation, columns=None, transforms=()),
        ticks=Ticks(drawn=session.ticks.drawn + 1),
    )
