"""Returning: what a visitor comes back to after the page was loaded anew or closed, and what they let others see.

Streamlit forgets a session with its connection. So the choices of each tab, which are one frozen value, are kept for a
while under a key that the browser alone has, in a cookie and in the tab's own storage, and never in an address. Equal
results are found again in the store; the file lies on the disk as before. A link to an analysis has a key of its own,
which its owner makes and can take back. Nothing of this outlives the process.
"""

from __future__ import annotations

import os
import secrets
from asyncio import Future
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit import runtime

from pages.app.choices import DataChoice
from pages.app.session import Part, Session, begin_from, choice, choose, current
from pages.app.shelf import Files, Shelf
from pages.app.store import store
from pages.app.visits import session_id
from pages.score.choices import OtherFileChoice

# Keys in Streamlit's session state: this tab's key, one that it may take, whether it is to take its key unasked, one
# that it has and that leads nowhere, and whether a link led nowhere.
OWN, SPARE, FRESH, UNKNOWN, ENDED = "own", "spare", "fresh", "unknown", "ended"
FRAME = "/~/+/"  # where the Community Cloud has the app within its own page
COOKIE = f"mixture-explorer-{secrets.token_hex(4)}"  # servers of one host have their cookies together
LINK = "analysis"  # the name of a link's key in its address
SETTING, SHARING = "MIXTURE_EXPLORER_KEEPS_MINUTES", "MIXTURE_EXPLORER_SHARES_HOURS"  # in the server's environment
MINUTES, HOURS = 60.0, 24.0  # how long choices are kept after the last visit, and how long a link leads somewhere

# A cookie is of all tabs and there before a page is drawn; what the session storage has is of one tab.
_write = st.components.v2.component(
    "returning",
    js="""
export default function ({ data, setStateValue }) {
  if (data.own) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    const until = `; Path=${data.path}; Max-Age=${data.seconds}; SameSite=Strict${secure}`;
    document.cookie = `${data.name}=${data.key}${until}`;
  }
  const had = sessionStorage.getItem(data.name);
  if (had === data.key) return;
  if (had && had !== data.unknown && !data.fresh) setStateValue("tab", had);
  else if (!had && data.spare) setStateValue("tab", data.spare);
  else sessionStorage.setItem(data.name, data.key);
}
""",
)


@dataclass(frozen=True)
class LinksChoice(Part):
    """The link that the visitor made to an analysis of these data; there is none to others."""

    is_step = False
    data: DataChoice = field(default_factory=DataChoice)
    key: str | None = None


@dataclass(frozen=True)
class GuestChoice(Part):
    """The key of the link by which the visitor sees somebody else's analysis."""

    after, is_step = (DataChoice,), False
    key: str | None = None


@cache
def own() -> Shelf:
    """What the browsers of the process come back to."""
    return Shelf(60 * _setting(SETTING, MINUTES))


@cache
def shared() -> Shelf:
    """What links of the process lead to."""
    return Shelf(3_600 * _setting(SHARING, HOURS))


@cache
def files() -> Files:
    """The files of all visitors."""
    return Files(lambda: (own(), shared()))


def clear_out() -> None:
    """Let go of what has been kept for its time, files included."""
    own().clear_out()
    shared().clear_out()
    files().close_unheld()


def come_back() -> None:
    """Take up what this browser was at, or what its link leads to; and keep what it is at, for the next time.

    The cookie's key may be of another tab. A tab that has a key of its own then says so and is given its own session,
    and one that has none takes the spare key for its copy of the other's. Whoever comes by a link leaves both alone.
    """
    if OWN not in st.session_state:
        _begin()
    _end_what_is_over()
    state, shelf = st.session_state, own()
    kept = shelf.find(state[OWN]) if state[SPARE] is not None else None
    if kept is not None and kept.steps != current().steps:  # what another tab is at stays as it is
        state[OWN], state[SPARE], state[FRESH] = state[SPARE], None, True
    shelf.put(current(), state[OWN], session_id())
    files().hold(session_id(), current())
    if shelf.seconds > 0:
        path = f"/{st.get_option('server.baseUrlPath').strip('/')}"
        where = {"name": COOKIE, "key": state[OWN], "path": path, "seconds": shelf.seconds}
        asked = {"spare": state[SPARE], "fresh": state[FRESH], "unknown": state.get(UNKNOWN), "own": not is_guest()}
        _write(key="returning", data=where | asked, on_tab_change=_take_key_of_tab)


def _begin() -> None:
    """Begin with what a link leads to, if there is one, or else with a session of this browser."""
    state, linked, known, fresh = st.session_state, st.query_params.get(LINK), _cookie(), secrets.token_urlsafe(32)
    state[OWN], state[SPARE], state[FRESH] = fresh, None, False
    if linked is not None:
        del st.query_params[LINK]
        found = shared().find(linked)
        state[ENDED] = found is None
        if found is not None:
            state[FRESH] = True
            begin_from(found.chosen(GuestChoice(linked)))
            return
    found = own().find(known)
    if found is not None:
        state[OWN], state[SPARE] = known, fresh
        begin_from(found)


def _take_key_of_tab() -> None:
    """Take up the session of the tab's own key; or its copy of another tab's under the key that it was offered."""
    state = st.session_state
    told = state["returning"].get("tab")
    found = own().find(told) if isinstance(told, str) else None
    if found is not None:
        state[OWN], state[SPARE] = told, None
        begin_from(found)
        return
    if state[SPARE] is not None:
        state[OWN], state[SPARE] = state[SPARE], None
    state[UNKNOWN] = told


def _end_what_is_over() -> None:
    """Begin anew where a link has ended by which this was seen, or where the file was forgotten in another tab.

    A link to other data than these ends, since nobody would think of it any more.
    """
    guest, links, data = choice(GuestChoice).key, choice(LinksChoice), choice(DataChoice)
    if links.key is not None and links.data != data:
        end_link()
    over = guest is not None and shared().find(guest) is None
    if over or (data.upload is not None and not data.upload.is_there):
        st.session_state[ENDED] = over
        begin_from(Session())


def is_guest() -> bool:
    """Whether the visitor sees somebody else's analysis."""
    return choice(GuestChoice).key is not None


def link_has_ended() -> bool:
    """Whether the visitor came by a link that leads nowhere any more, and has brought nothing since."""
    return bool(st.session_state.get(ENDED, False)) and not choice(DataChoice).is_there


def link() -> str | None:
    """The address that shows this analysis to whoever has it; None where there is none, or no longer."""
    key = choice(LinksChoice).key
    if shared().find(key) is None:
        return None
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, here.path.replace(FRAME, "/"), urlencode({LINK: key}), ""))


def make_link() -> None:
    """Let others see the analysis as it is now, data included, in the place of an earlier link to it."""
    shared().forget(choice(LinksChoice).key)
    choose(LinksChoice(choice(DataChoice), shared().put(current().steps)))
    _clear_out_later(shared())


def end_link() -> None:
    """Let no link lead to this analysis any more."""
    shared().forget(choice(LinksChoice).key)
    choose(LinksChoice())


def forget() -> None:
    """Keep nothing of this analysis: in no tab, behind no link; its file goes. A guest forgets only what they see."""
    own().forget(st.session_state.get(OWN))
    if not is_guest():
        end_link()
        upload, other = choice(DataChoice).upload, choice(OtherFileChoice).upload
        for each in (upload, other):
            if each is not None:
                own().forget_all_of(each)
                shared().forget_all_of(each)
                each.close()
    store().release(session_id())
    choose(DataChoice(brought=choice(DataChoice).brought + 1))


def left(visitor: str) -> None:
    """Count the time from now on of whoever has left, and look at what is over when it is, also if nobody comes."""
    own().part(visitor)
    files().let_go(visitor)
    _clear_out_later(own())


def _clear_out_later(shelf: Shelf) -> None:
    """Look through the shelves when the time of what is put on one now is over."""
    if not runtime.exists():
        return
    stopped = runtime.get_instance().stopped
    if isinstance(stopped, Future):
        loop = stopped.get_loop()
        loop.call_soon_threadsafe(loop.call_later, shelf.seconds + 1, clear_out)


def _cookie() -> str | None:
    """The key that the browser has brought."""
    found = st.context.cookies.get(COOKIE)
    return found if isinstance(found, str) else None


def _setting(name: str, otherwise: float) -> float:
    """A number of the server's environment, 0 or more."""
    try:
        return max(0.0, float(os.environ.get(name, otherwise)))
    except ValueError:
        return otherwise
