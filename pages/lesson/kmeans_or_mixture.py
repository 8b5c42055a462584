"""K-Means against the mixture: both on shapes whose groups are known, told by the adjusted Rand index."""

from __future__ import annotations

import streamlit as st

from core.charts.lessons.kmeans_or_mixture import contest_pair
from core.lessons.kmeans_or_mixture import Contest, contest
from core.lessons.toys import TOYS
from pages.app.store import kept, key
from pages.lesson import frame
from pages.ui.drawing import draw

SHAPES = tuple(shape for shape in TOYS if shape != "five")
ROWS = (100, 300, 500, 1_000, 2_000)
TRY = {
    "round": (
        "Is the mixture's freedom worth anything where groups are round and of one width?",
        "It buys nothing: both draw the same borders.",
    ),
    "elongated": (
        "Which way do K-Means' borders run?",
        "Half-way between centres, so that they cut long groups in pieces; ellipses lie along them.",
    ),
    "spread": (
        "Where does K-Means put the border between a narrow and a wide group?",
        "Half-way, although the wide group reaches further; the mixture lets the narrow one keep to itself.",
    ),
    "size": (
        "Can one large group keep its points beside two small ones?",
        "K-Means would rather split the large one: many short distances outweigh a few long ones.",
    ),
    "overlapping": (
        "Which points could be of either group?",
        "Nothing can tell them apart, and both lose some; the mixture at least says how sure it is.",
    ),
    "crescents": (
        "Can straight or elliptic borders follow a bow? Then look for 4 or 6 groups.",
        "Not with two groups: neither is made for bows. With more, ellipses line up along each bow.",
    ),
    "ring": (
        "Can a group lie around another? Then look for 6 groups.",
        "Not with two: both cut the ring. With more, pieces of the ring lie around the blob, which is then found.",
    ),
}


def show() -> None:
    """The figure and its controls."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shape = st.selectbox(
            "Shape of the groups", SHAPES, key="km-shape", format_func=_title, bind="query-params", width=240
        )
        rows = st.selectbox("Points", ROWS, index=2, key="km-rows", bind="query-params", width=120)
        groups = st.number_input(
            "Groups to look for", 1, 8, _true(shape), key=f"km-{shape}-groups", bind="query-params", width=160
        )
        seed = st.number_input("Seed", 0, 999, key="km-seed", bind="query-params", width=120)
    frame.guide(*TRY[shape])
    found = kept(key("contest", shape, rows, groups, seed), lambda: contest(shape, rows, groups, seed))
    st.subheader(f"{found.sentence}.", anchor=False)
    for chart, place in zip(contest_pair(found), st.columns(2), strict=True):
        draw(chart, place)
    _formulas(found)
    frame.same_in_python(code(shape, rows, groups, seed))


def code(shape: str, rows: int, groups: int, seed: int) -> str:
    """The lines that compute both indices."""
    return f"""import core
from sklearn.metrics import adjusted_rand_score

toy = core.toy("{shape}", rows={rows}, seed={seed})
parts = core.k_means(toy.points, components={groups}, seed={seed})
fit = core.fit(toy.points, core.Plan(family=core.family("VVV"), components={groups}, seed={seed}))
likeliest = fit.mixture.responsibilities(toy.points).argmax(axis=1)

print(adjusted_rand_score(toy.labels, parts.labels))  # K-Means
print(adjusted_rand_score(toy.labels, likeliest))  # the mixture
"""


def _formulas(found: Contest) -> None:
    left, right = st.columns(2)
    with left:
        total = frame.number(found.partition.inertia, 4)
        said = "K-Means makes the squared distances to the nearest centre small: every direction counts alike."
        frame.formula(rf"\sum_i \min_k \lVert x_i - m_k \rVert^2 = {total}", said)
    with right:
        total = frame.number(found.fit.log_likelihood, 5)
        said = "The mixture makes the rows likely: each group has a weight and a covariance of its own."
        frame.formula(rf"\sum_i \log \sum_k \pi_k\, \mathcal{{N}}(x_i \mid \mu_k, \Sigma_k) = {total}", said)


def _title(shape: str) -> str:
    return TOYS[shape].title


def _true(shape: str) -> int:
    """The number of groups that a set is drawn from."""
    return 2 if shape in ("crescents", "ring") else 3
