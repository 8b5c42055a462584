from collections.abc import Callable

import streamlit as st

from pages.lesson import anomaly_score, em_steps, kmeans_or_mixture, mixture, one_gaussian
from pages.lesson import criteria as bic
from pages.ui.messages import refusals
from pages.ui.words import EM_FIGURE

# In the order of the lesson, by the names under which the page and its address know them.
FIGURES: dict[str, Callable[[], None]] = {
    "One Gaussian": one_gaussian.show,
    "A mixture": mixture.show,
    EM_FIGURE: em_steps.show,
    "K-Means or mixture": kmeans_or_mixture.show,
    "Anomaly score": anomaly_score.show,
    "BIC and AIC": bic.show,
}

st.title("How EM works", anchor=False)
figure = st.segmented_control(
    "Figure",
    tuple(FIGURES),
    default=EM_FIGURE,
    required=True,
    key="figure",
    bind="query-params",
    label_visibility="collapsed",
)
if figure is not None:
    with refusals():
        FIGURES[figure]()
