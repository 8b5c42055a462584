"""Warming up: what the first visitor would otherwise have to wait for."""

from __future__ import annotations

import gc
from threading import Thread

import streamlit as st
from altair.utils import schemapi

import core
from core.mixture import kernels
from pages.shared import example
from pages.shared.reader import readers


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Start a reader for the first file, and get ready what the first fit needs; once in a process."""
    readers()
    schemapi.disable_debug_mode()  # which checks every part of every picture; tests do
    Thread(target=_get_ready, name="warm up", daemon=True).start()


def _get_ready() -> None:
    """Compile, make the example, load all of core, and take what is there then out of Python's search for garbage.

    Streamlit looks for garbage after every run of a page, which takes a tenth of a second where all the libraries are
    looked through.
    """
    kernels.warm_up()
    example.make_example()
    for name in core.__all__:
        getattr(core, name)
    gc.collect()
    gc.freeze()
