"""A mixture: weights that are shares of one, the density as a weighted sum, and points drawn component first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.charts.lessons.mixture import blend_curves, blend_plane, counts_in_words
from core.lessons.mixture import MOST, along_x, blend
from core.lessons.mixture import draw as draw_points
from core.mixture.model import Mixture
from core.numbers import figure
from pages.lesson import frame
from pages.ui.drawing import draw
from pages.ui.messages import refusals

REACH = 10.0
SHARES = (5, 3, 2, 2, 1)  # to begin with
DRAWN = (0, 1, 10, 100, 1_000)


def show() -> None:
    """The figure."""
    frame.guide(
        "Draw 10 points, then 1,000. How well do their counts follow the weights? Then move the components together.",
        "A mixture is drawn from in two steps: first a component by its weight, then a point of that component. Seen "
        "without its colours, a point does not say which component it came from; where curves overlap nobody can tell.",
    )
    with refusals():
        controls, picture = st.columns([2, 3], gap="large")
        with controls:
            shares = chosen_shares()
            apart = st.slider("How far apart", 0.0, 1.5, 1.0, 0.05, key="mix-apart", bind="query-params")
            spread = st.slider("How wide", 0.4, 2.0, 1.0, 0.05, key="mix-spread", bind="query-params")
            rows = st.select_slider("Points to draw", DRAWN, 100, key="mix-rows", bind="query-params")
            seed = st.number_input("Seed", 0, 999, key="mix-seed", bind="query-params")
            mixture, drawn = (made := blend(shares, apart, spread)), draw_points(made, rows, seed)
        with picture:
            flat = st.segmented_control(
                "Show", ("x alone", "x and y"), default="x alone", required=True, key="mix-show", bind="query-params"
            )
            at = st.slider("Look at x =", -REACH, REACH, -2.0, 0.1, key="mix-x", bind="query-params")
            if flat == "x and y":
                draw(blend_plane(mixture, drawn, at, REACH))
            else:
                draw(blend_curves(mixture, drawn, at, REACH))
                st.markdown(f"{counts_in_words(mixture, drawn)}.")
            sum_of_parts(mixture, at)
            frame.same_in_python(code(shares, apart, spread, at, rows, seed))


def chosen_shares() -> list[int]:
    """How much of each component there is; the weights are these over their sum."""
    K = st.number_input("Components", 1, MOST, 3, key="mix-k", bind="query-params")
    shares = [
        st.slider(f"Share of component {k + 1}", 0, 10, SHARES[k], key=f"mix-share-{k + 1}", bind="query-params")
        for k in range(K)
    ]
    if sum(shares):
        weights = ", ".join(figure(each / sum(shares), 3) for each in shares)
        st.caption(f"Weights: {weights}. Whatever the shares, they sum to 1.")
    return shares


def sum_of_parts(mixture: Mixture, at: float) -> None:
    """The weighted sum at a place, with its numbers."""
    found = along_x(mixture, at)
    terms = " + ".join(
        rf"{frame.number(weight)} \cdot {frame.number(density)}"
        for weight, density in zip(found.weights, found.densities, strict=True)
    )
    left = rf"& p({frame.number(at)}) = \sum_k \pi_k\, \mathcal{{N}}(x \mid \mu_k, \sigma_k^2)"
    frame.formula(rf"\begin{{aligned}} {left} \\ = {{}} & {terms} = {frame.number(found.total)} \end{{aligned}}")


def code(shares: Sequence[int], apart: float, spread: float, at: float, rows: int, seed: int) -> str:
    """The lines that make the mixture, sum its density at a place and draw the points."""
    return f"""import numpy as np
from core.lessons.mixture import blend

mixture = blend({list(shares)}, apart={apart}, spread={spread})
points, labels = mixture.sample_labelled({rows}, np.random.default_rng({seed}))

alone = mixture.marginal([0])
print(mixture.weights, mixture.weights.sum(), np.exp(alone.log_density(np.array([[{at}]])))[0])
print(np.bincount(labels, minlength=mixture.components))
"""
