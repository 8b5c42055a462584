"""Returning: what a visitor comes back to after the page was loaded anew or closed, and what they let others see.

Streamlit forgets a session with its connection. So the choices of each browser, which are one frozen value, are kept
for a while under a key that the browser alone has, in a cookie that never stands in an address. Equal results are found
again in the store; the file lies on the disk as before. A link to an analysis has a key of its own, which its owner
makes and can take back. Nothing of this outlives the process.
"""

from __future__ import annotations

import os
import secrets
import time
from asyncio import Future
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit import runtime

from pages.app.choices import DataChoice
from pages.app.session import Part, Session, begin_from, change, choice, choose, current
from pages.score.choices import OtherFileChoice

# Keys in Streamlit's session state: this tab's key, one that it may take, one that it has and that leads nowhere, and
# whether a link led nowhere.
OWN, SPARE, UNKNOWN, ENDED = "own", "spare", "unknown", "ended"
FRAME = "/~/+/"  # where the Community Cloud has the app within its own page
COOKIE = "mixture-explorer"
LINK = "analysis"  # the name of a link's key in its address
SETTING, SHARING = "MIXTURE_EXPLORER_KEEPS_MINUTES", "MIXTURE_EXPLORER_SHARES_HOURS"  # in the server's environment
MINUTES, HOURS = 60.0, 24.0  # how long choices are kept after the last visit, and how long a link leads somewhere
MOST_KEPT = 200  # analyses, the ones not seen for longest going first
MOST_BYTES = 1_000_000_000  # of their files

# A cookie is of all tabs and there before a page is drawn; what the session storage has is of one tab.
_write = st.components.v2.component(
    "returning",
    js="""
export default function ({ data, setStateValue }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${data.key}; Path=${data.path}; Max-Age=${data.seconds}; SameSite=Strict${secure}`;
  const own = sessionStorage.getItem(data.name);
  if (own === data.key) return;
  if (own && own !== data.unknown) setStateValue("tab", own);
  else if (!own && data.spare) setStateValue("tab", data.spare);
  else sessionStorage.setItem(data.name, data.key);
}
""",
)


@dataclass(frozen=True)
class Kept:
    """A session's choices, and until when they are kept."""

    session: Session
    until: float


class Shelf:
    """Sessions under keys that cannot be guessed, each for a time."""

    def __init__(self, seconds: float) -> None:
        """An empty shelf that keeps each session so long; nothing at all where that is 0."""
        self.seconds = seconds
        self.name = f"{COOKIE}-{secrets.token_hex(4)}"  # servers of one host have their cookies together
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def put(self, session: Session, key: str | None = None) -> str:
        """Keep a session for its time from now on; its key."""
        key = key or secrets.token_urlsafe(32)
        if self.seconds > 0:
            with self._lock:
                self._kept[key] = Kept(session, time.monotonic() + self.seconds)
                self._kept.move_to_end(key)
                self._make_room()
        return key

    def find(self, key: str | None) -> Session | None:
        """The session of a key; None where it has none, or its time is over."""
        self.clear_out()
        with self._lock:
            kept = self._kept.get(key) if key else None
        return None if kept is None else kept.session

    def forget(self, key: str | None) -> None:
        """Keep the session of a key no longer."""
        with self._lock:
            self._kept.pop(key or "", None)

    def clear_out(self) -> None:
        """Let go of what has been kept for its time."""
        now = time.monotonic()
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.until <= now]:
                del self._kept[key]

    def _make_room(self) -> None:
        while len(self._kept) > 1 and (len(self._kept) > MOST_KEPT or self._bytes() > MOST_BYTES):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        """What the files take, each counted once."""
        uploads = {kept.session[DataChoice].upload for kept in self._kept.values()}
        return sum(each.bytes for each in uploads if each is not None)


@st.cache_resource(show_spinner=False)
def own() -> Shelf:
    """What the browsers of the process come back to."""
    return Shelf(60 * _setting(SETTING, MINUTES))


@st.cache_resource(show_spinner=False)
def shared() -> Shelf:
    """What links of the process lead to."""
    return Shelf(3_600 * _setting(SHARING, HOURS))


@dataclass(frozen=True)
class LinksChoice(Part):
    """The keys of links that the visitor made to this analysis; they go with it."""

    after, is_step = (DataChoice,), False
    keys: tuple[str, ...] = ()


def come_back() -> None:
    """Take up what this browser was at, or what its link leads to; and keep what it is at, for the next time.

    The cookie's key may be of another tab. A tab that has a key of its own then says so and is given its own session,
    and one that has none takes the spare key for its copy of the other's.
    """
    state, shelf = st.session_state, own()
    if OWN not in state:
        known = _cookie()
        found = shelf.find(known)
        fresh = secrets.token_urlsafe(32)
        state[OWN], state[SPARE] = (fresh, None) if found is None else (known, fresh)
        _begin(found)
    shelf.put(current(), state[OWN])
    if shelf.seconds > 0:
        path = f"/{st.get_option('server.baseUrlPath').strip('/')}"
        data = {"name": shelf.name, "key": state[OWN], "path": path, "seconds": shelf.seconds}
        asked = {"spare": state[SPARE], "unknown": state.get(UNKNOWN)}
        _write(key="returning", data=data | asked, on_tab_change=_take_key_of_tab)


def _take_key_of_tab() -> None:
    """Take up the session of the tab's own key; or its copy of another tab's under the key that it was offered."""
    state, shelf = st.session_state, own()
    told = state["returning"].get("tab")
    found = shelf.find(told) if isinstance(told, str) else None
    if told == state[SPARE] is not None:
        state[OWN], state[SPARE] = told, None
    elif found is not None:
        state[OWN], state[SPARE] = told, None
        begin_from(found)
    else:
        state[UNKNOWN] = told


def _begin(own_session: Session | None) -> None:
    """Begin with what a link leads to, if there is one, or else with a session of this browser."""
    linked = st.query_params.get(LINK)
    if linked is not None:
        del st.query_params[LINK]
        found = shared().find(linked)
        st.session_state[ENDED] = found is None
        own_session = found or own_session
    if own_session is not None:
        begin_from(own_session)


def link_has_ended() -> bool:
    """Whether the visitor came by a link that leads nowhere any more."""
    return bool(st.session_state.get(ENDED, False))


def link() -> str | None:
    """The address that shows this analysis to whoever has it; None where there is none, or no longer."""
    keys = [key for key in choice(LinksChoice).keys if shared().find(key) is not None]
    if not keys:
        return None
    here = urlsplit(st.context.url or "")
    path = here.path.replace(FRAME, "/")
    return urlunsplit((here.scheme, here.netloc, path, urlencode({LINK: keys[-1]}), ""))


def make_link() -> None:
    """Let others see the analysis as it is now, data included."""
    as_it_is = current().steps
    change(LinksChoice, keys=(*choice(LinksChoice).keys, shared().put(as_it_is)))


def end_links() -> None:
    """Let no link lead to this analysis any more."""
    for key in choice(LinksChoice).keys:
        shared().forget(key)
    choose(LinksChoice())


def forget() -> None:
    """Keep nothing of this analysis, in no session and behind no link; its file goes."""
    end_links()
    uploads = [data.upload for data in (choice(DataChoice), choice(OtherFileChoice)) if data.upload is not None]
    choose(DataChoice(brought=choice(DataChoice).brought + 1))
    own().forget(st.session_state.get(OWN))
    for each in uploads:
        each.close()


def clear_out_later() -> None:
    """Have the shelves looked through once more when the time of whoever left now is over, also if nobody comes."""
    if not runtime.exists():
        return
    stopped = runtime.get_instance().stopped
    if isinstance(stopped, Future):
        loop = stopped.get_loop()
        for shelf in (own(), shared()):
            loop.call_soon_threadsafe(loop.call_later, shelf.seconds + 1, shelf.clear_out)


def _cookie() -> str | None:
    """The key that the browser has brought."""
    found = st.context.cookies.get(own().name)
    return found if isinstance(found, str) else None


def _setting(name: str, otherwise: float) -> float:
    """A number of the server's environment, 0 or more."""
    try:
        return max(0.0, float(os.environ.get(name, otherwise)))
    except ValueError:
        return otherwise
