"""A picture as a Vega-Lite spec whose frames lie beside it, so that they can travel as Arrow instead of as text."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import altair as alt
import pandas as pd

from .marks import Chart

_WAY = "frames apart"
_altair = Lock()  # how it hands over data is one setting for all threads


def spec_of(chart: Chart, controls: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The spec, with its frames by their names under "datasets" and the signals of its controls.

    It is not checked against Vega-Lite's schema, which takes three times as long as the rest: tests check every
    picture.
    """
    frames: dict[str, pd.DataFrame] = {}
    names: dict[int, str] = {}

    def apart(frame: pd.DataFrame) -> dict[str, str]:
        name = names.setdefault(id(frame), f"frame {len(names)}")
        frames[name] = frame
        return {"name": name}

    with _altair:
        alt.data_transformers.register(_WAY, apart)
        with alt.data_transformers.enable(_WAY):
            spec: dict[str, Any] = chart.to_dict(validate=False)
    signals = {"params": [*spec.get("params", []), *controls]} if controls else {}
    return spec | signals | {"datasets": frames}
