"""The sidebar: the current analysis, on every page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.prepare import Preparation, Shape
from core.data.samples import sample
from core.numbers import count, figure
from pages.app import beginning, jobs, returning
from pages.app.choices import DataChoice, ModelChoice
from pages.app.session import choice, redo, steps, undo
from pages.ui.messages import plain
from pages.ui.words import FAMILY_WORDS

SHOWN = 6  # names of columns that are listed
TRANSFORMED = {Shape.LOG: "Logarithms of", Shape.YEO_JOHNSON: "Tails evened out of"}


def show() -> None:
    """Data set, rows, columns and model, as far as they are known; nothing here waits or computes."""
    with st.sidebar:
        data, known = choice(DataChoice), beginning.known()
        if not data.is_there:
            st.caption("No data yet.")
            return
        st.markdown(f"**{plain(_name(data), 40)}**")
        if known.matrix is not None:
            _rows_and_columns(len(known.matrix.values), (*known.matrix.features, *known.matrix.categories))
        if known.matrix is not None and known.preparation is not None:
            _form(known.preparation)
        if known.fit is not None and known.grouping is not None:
            how = "found automatically" if choice(ModelChoice) == ModelChoice() else "your choice"
            family, grouping = known.fit.family.name, known.grouping
            st.markdown(f"**{count(grouping.groups, 'group')}**, {how}")
            of = f" of {grouping.components} components" if grouping.merges else ""
            shape = f"Gaussian mixture{of}, {family}: {FAMILY_WORDS[family]}"
            st.caption(shape if known.fit.mixture.features else f"Latent classes{of}: chances of each answer")
        search = jobs.running(jobs.Lane.BACKGROUND)
        if search is not None:
            st.caption(f"{search.title}: {jobs.in_words(search)}.")
        _ways_back()
        _share()
        forget = {"on_click": returning.forget, "type": "tertiary", "help": _kept_for()}
        st.button("Forget this analysis", key="forget-analysis", **forget)


def tell_of_an_ended_link() -> None:
    """That the visitor's link leads nowhere any more, on whichever page it led to."""
    if returning.link_has_ended():
        st.warning(
            "This link has ended: its owner ended it, its time is over, or the server has started anew since. "
            "Ask whoever sent it for a new one."
        )


def _ways_back() -> None:
    """The last choice taken back, or made again."""
    known = steps()
    with st.container(horizontal=True):
        undoing, redoing = ":material/undo:", ":material/redo:"
        st.button("Undo", key="undo", icon=undoing, on_click=undo, disabled=not known.before, type="tertiary")
        st.button("Redo", key="redo", icon=redoing, on_click=redo, disabled=not known.after, type="tertiary")


def _share() -> None:
    """A link to the analysis, made and ended here."""
    hours = returning.shared().seconds / 3_600
    if returning.is_guest():
        st.caption("You see this by a link, as a copy: what you choose changes nothing for its owner.")
    if not hours or returning.is_guest():
        return
    with st.popover("Share", icon=":material/link:"):
        st.markdown(
            f"Whoever has the link sees this analysis as it is now, your data included, for {figure(hours)} hours, "
            "until you end it or use other data, or until the server starts anew."
        )
        address = returning.link()
        if address is None:
            st.button("Make a link", key="make-link", on_click=returning.make_link)
            return
        st.code(address, language=None)
        with st.container(horizontal=True):
            st.button("Link to it as it is now", key="link-anew", on_click=returning.make_link)
            st.button("End the link", key="end-link", on_click=returning.end_link)


def _kept_for() -> str:
    minutes = returning.own().seconds / 60
    if not minutes:
        return "Your file and your choices go from the server now."
    return (
        f"Your file and your choices stay on the server for {figure(minutes)} minutes after you leave, for this "
        "browser alone. This removes them now, and ends links to them."
    )


def _name(data: DataChoice) -> str:
    return data.upload.name if data.upload is not None else sample(str(data.sample)).title


def _form(preparation: Preparation) -> None:
    """What was done to rows and columns before the fit."""
    for shape, what in TRANSFORMED.items():
        names = [plain(name, 28) for name, own in preparation.transforms if own is shape]
        if names:
            st.caption(f"{what} {', '.join(names[:SHOWN])}{_more(names)}")
    if preparation.heaps:
        blank = [f"{figure(value)} in {plain(name, 28)}" for name, value in preparation.heaps]
        st.caption(f"Blank: {', '.join(blank[:SHOWN])}{_more(blank)}")
    if not preparation.repeats:
        st.caption("Each different row counts once")
    if preparation.weight is not None:
        st.caption(f"Row counts come from {plain(preparation.weight, 28)}")


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""


def _rows_and_columns(rows: int, names: tuple[str, ...]) -> None:
    listed = ", ".join(plain(name, 28) for name in names[:SHOWN])
    st.caption(f"{count(rows, 'row')} × {count(len(names), 'column')}: {listed}{_more(names)}")
