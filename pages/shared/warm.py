"""Warming up: what the first visitor would otherwise have to wait for."""

from __future__ import annotations

from threading import Thread

import streamlit as st

from core.mixture import kernels
from pages.shared.reader import readers


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Start a reader for the first file, and compile what the first fit needs; once in a process."""
    readers()
    Thread(target=kernels.warm_up, name="warm up", daemon=True).start()
