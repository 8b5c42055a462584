"""The anomaly score: its landscape and a line in it, and why units and the number of columns matter."""

from __future__ import annotations

import streamlit as st

from core.charts.lessons.anomaly_score import score_landscape, usual_by_columns
from core.lessons.anomaly_score import Landscape, landscape, rescaled, usual_scores
from core.lessons.ground import Ground
from core.numbers import count, figure, share
from pages.app.store import kept, key
from pages.lesson import frame
from pages.lesson.rows import rows_choice
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals
from pages.ui.words import OWN_ROWS

RATES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
FACTORS = (0.01, 0.1, 1, 10, 100, 1_000)


def show() -> None:
    """The figure."""
    frame.guide(
        "Move the line until as many rows lie beyond it as you would look through. Then measure x in another unit.",
        "The score is minus the log of the density: high where rows are rare. Its zero means nothing and depends on "
        "units and on the number of columns. What does not is the chance that a usual row scores as high, so a line is "
        "drawn by that.",
    )
    with refusals():
        left, middle, right = st.columns([3, 2, 4])
        here, data = rows_choice(left, "score", first=4)
        components = middle.number_input("Groups", 1, 8, 3, key="score-k", bind="query-params")
        rate = right.select_slider(
            "Share of usual rows beyond the line", RATES, 0.01, key="score-rate", format_func=in_percent,
            bind="query-params",
        )  # fmt: skip
        name = key(data or "lesson", "landscape", here.name, here.columns, len(here.rows), components)
        found = kept(name, lambda: landscape(here.shown, components))
        show_landscape(found, rate, here)
        show_units(name, found, rate, here)
        show_columns()
        if here.name != OWN_ROWS:
            frame.same_in_python(code(here.name, len(here.rows), components, rate))


def show_landscape(found: Landscape, rate: float, here: Ground) -> None:
    """The rows over the regions, and the formula for the oddest of them."""
    odd = found.flagged_at(rate)
    draw(score_landscape(found, odd, rate, here))
    oddest = int(odd.level.argmax())
    x, y = (frame.number(value, 4) for value in found.rows[oddest].tolist())
    score = frame.number(float(odd.score[oddest]), 4)
    mixture = r"-\log \sum_k \pi_k\, \mathcal{N}(x \mid \mu_k, \Sigma_k)"
    frame.formula(
        rf"\begin{{aligned}} & -\log p({x}, {y}) \\ = {{}} & {mixture} = {score} \end{{aligned}}",
        f"The oddest row, {oddest + 1}. Usual rows score as high with a chance of {odd.p_value[oddest]:.2g}.",
    )


def show_units(name: str, found: Landscape, rate: float, here: Ground) -> None:
    """What another unit of x does to the score, and to distances."""
    st.subheader("Why units matter", anchor=False)
    x = plain(here.columns[0], 30)
    factor = st.select_slider(
        f"Multiply {x} by", FACTORS, 100, key="score-factor", format_func=figure, bind="query-params"
    )
    odd = found.flagged_at(rate)
    said = kept(key(name, "unit", rate, factor), lambda: rescaled(found, odd, factor))
    st.markdown(
        f"Every score changes by {figure(said.shift)}, the log of {figure(factor)}, and **{said.still_odd} of the "
        f"{count(said.odd, 'odd row')} stay the oddest**: a covariance takes the unit with it. "
        f"Of as many rows farthest from their K-Means centre, {said.nearest_kept} still are: "
        "a distance lets the column with the largest numbers decide."
    )


def show_columns() -> None:
    """What is usual by the number of columns."""
    st.subheader("Why the number of columns matters", anchor=False)
    cut = st.slider("A fixed score", 1.0, 100.0, 10.0, 1.0, key="score-cut", bind="query-params")
    draw(usual_by_columns(kept(key("lesson", "usual"), usual_scores), cut))


def in_percent(rate: float) -> str:
    """A share that may be less than 1 %."""
    return share(rate) if rate >= 0.01 else f"{100 * rate:g} %"


def code(rows: str, n: int, components: int, rate: float) -> str:
    """The lines that score a toy and draw the line."""
    return f"""import core

rows = core.toy("{rows}", rows={n}).points
fit = core.fit(rows, core.Plan(family=core.family("VVV"), components={components}))
policy = core.ExpectedFalseAlarms({rate} * len(rows))
odd = core.anomalies(fit, rows, policy, scoring=core.InSample())

print(odd.threshold, odd.flagged.sum(), odd.score.max())
"""
