"""Drawing: the one way in which pictures reach the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.charts.marks import Chart
from core.charts.spec import spec_of


def draw(
    chart: Chart, place: DeltaGenerator | None = None, controls: Sequence[dict[str, Any]] = (), **settings: Any
) -> None:
    """A picture, in a place or where the page has come to; settings are those of st.vega_lite_chart."""
    (st if place is None else place).vega_lite_chart(spec=spec_of(chart, controls), **settings)
