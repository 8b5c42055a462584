"""Warming up: what the first visitor would otherwise have to wait for, and resting when the last has left."""

from __future__ import annotations

import gc
from threading import Thread

import streamlit as st
from altair.utils import schemapi

import core
from core.mixture import compiled
from pages.app import jobs, memory, returning
from pages.app.reader import readers
from pages.app.store import store
from pages.app.visits import close, visits
from pages.data import example


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Get ready what the first fit needs, and say what goes when a visitor has left; once in a process."""
    memory.keep_little()
    visits().at_parting(store().release)
    visits().at_parting(jobs.end_those_of)
    visits().at_parting(jobs.turns().forget)
    visits().at_parting(close)
    visits().at_parting(returning.left)
    schemapi.disable_debug_mode()  # which checks every part of every picture; tests do
    Thread(target=_get_ready, name="warm up", daemon=True).start()


def rest() -> None:
    """Keep nothing for visitors when none is there."""
    readers().rest()
    memory.clear_out()


def _get_ready() -> None:
    """Compile, make the example, load all of core, and take what is there then out of Python's search for garbage.

    While anybody is there it is searched every few seconds, which takes a tenth of a second where all the libraries are
    looked through.
    """
    compiled.warm_up()
    example.make_example()
    for name in core.__all__:
        getattr(core, name)
    gc.collect()
    gc.freeze()
