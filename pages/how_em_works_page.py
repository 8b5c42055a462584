from collections.abc import Callable

import streamlit as st

from pages.lesson import em_steps, kmeans_or_mixture
from pages.shared.messages import refusals

# In the order of the lesson: what the address calls a figure, its name, and what draws it.
FIGURES: dict[str, tuple[str, Callable[[], None]]] = {
    "em": ("EM, step by step", em_steps.show),
    "kmeans-or-mixture": ("K-Means or mixture", kmeans_or_mixture.show),
}


def title_of(figure: str) -> str:
    return FIGURES[figure][0]


st.title("How EM works", anchor=False)
figure = st.segmented_control(
    "Figure",
    tuple(FIGURES),
    default=next(iter(FIGURES)),
    required=True,
    key="figure",
    format_func=title_of,
    bind="query-params",
    label_visibility="collapsed",
)
if figure is not None:
    with refusals():
        FIGURES[figure][1]()
