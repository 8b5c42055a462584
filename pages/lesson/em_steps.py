"""EM, step by step: a film that plays in the browser, and what happens inside a step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.charts.lessons.em_steps.film import controls, em_film
from core.charts.lessons.em_steps.traces import em_traces
from core.lessons import em_steps, ground, inside
from core.lessons.em_steps import Trajectory
from core.lessons.ground import Ground
from core.mixture.em.stopping import Outcome
from core.mixture.family import FAMILIES, family
from core.mixture.model import Mixture
from core.mixture.starts.start import KMeansPlusPlus, RandomRows, Start
from core.numbers import count, figure
from core.progress import Progress, Watch
from pages.app import jobs
from pages.app.store import kept, key
from pages.lesson import frame
from pages.lesson.rows import rows_choice
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals
from pages.ui.words import OWN_ROWS, family_label

WAYS: dict[str, Start] = {"Rows at random": RandomRows(), "Rows far apart": KMeansPlusPlus()}
PLACED, TRAP = "Means you place", "A trap"
STARTS = 12
TOLD = ("n", "family", "components", "seed")  # what the lines of Python say as it was chosen
SHARES = {
    "group": st.column_config.NumberColumn("Group"),
    "weight": st.column_config.NumberColumn("Weight", format="%.4f"),
    "density": st.column_config.NumberColumn("Density", format="%.4g"),
    "product": st.column_config.NumberColumn("Weight x density", format="%.4g"),
    "share": st.column_config.NumberColumn("Share", format="percent"),
}
OF_CATEGORIES = (
    "A column of categories takes part the same way: in the E-step a group's density is multiplied by the chance of "
    "the row's level in it, and in the M-step that chance becomes the share of the group's rows with the level, each "
    "counted by its share."
)
CODE = """import core
from core.lessons import em_steps

rows = core.toy("{toy}", rows={n}).points
family = core.family("{family}")
mixture = em_steps.start_of(core.{start}(), family, {components}, rows, seed={seed})
trace = []
for mixture, log_likelihood in core.iterate(family, mixture, rows):
    trace.append(log_likelihood)
    if len(trace) > 1 and em_steps.STOPPING.settled(trace[-2], trace[-1]):
        break
"""


@dataclass(frozen=True)
class Choice:
    """What is watched."""

    rows: str  # the key of a toy, or OWN_ROWS
    data: str  # the key of one's own rows; "" for a toy
    columns: tuple[str, str]
    n: int  # how many rows
    components: int
    family: str
    way: str
    seed: int
    means: tuple[tuple[float, float], ...] = ()  # in the units shown, where they are placed

    @property
    def key(self) -> str:
        """What the trajectory depends on, one's own rows first."""
        return key(self.data or "lesson", "em", replace(self, data=""))


def show() -> None:
    """The figure."""
    frame.guide(
        "Tick Play. Then choose another start number and play again: does EM always end in the same place?",
        "The E-step leaves the groups where they are and shares out the rows; the M-step leaves the shares as they are "
        "and moves the groups. Neither can lower the log-likelihood, so it only rises, and what it climbs may be a "
        "lesser hill: the start decides. Rows between groups keep mixed colours to the end.",
    )
    with refusals():
        chosen, here = choices()
        name = chosen.key
        trajectory = kept(name, lambda: em_steps.watched(family(chosen.family), start(chosen, here), here.rows))
        draw(em_film(trajectory, here), controls=controls(trajectory, here), key="film")
        if trajectory.outcome is Outcome.COLLAPSED:
            rescue(name, trajectory)
        inside_a_step(trajectory, here)
        several_starts(chosen, here)
    if chosen.rows != OWN_ROWS and chosen.way in WAYS:
        frame.same_in_python(code(chosen))


def choices() -> tuple[Choice, Ground]:
    """What the visitor chose to watch, and the rows for it."""
    first, second, third, fourth = st.columns([3, 3, 2, 4])
    here, data = rows_choice(first, "em")
    way = second.selectbox("Start from", [*WAYS, PLACED, TRAP], key="em-start", bind="query-params")
    components = third.number_input("Groups", 1, 8, 3, key="em-k", bind="query-params")
    names = [each.name for each in FAMILIES]
    name = fourth.selectbox(
        "Shape of the groups", names, names.index("VVV"), key="em-family", bind="query-params",
        format_func=lambda each: family_label(family(each)),
    )  # fmt: skip
    seed = 0
    if way in WAYS:
        seed = second.number_input("Start number", 0, 999, 0, key="em-seed", bind="query-params")
    means = placed_means(here, components) if way == PLACED else ()
    return Choice(here.name, data, here.columns, len(here.rows), components, name, way, seed, means), here


def placed_means(here: Ground, components: int) -> tuple[tuple[float, float], ...]:
    """Means that the visitor types, in the units shown."""
    st.caption("Type where each group begins. Each row first goes to the nearest of them.")
    begin = ground.spread_out(here, components)
    frame_of = st.data_editor(begin, key=f"means-{here.name}-{here.columns}-{components}", hide_index=True)
    return tuple((float(x), float(y)) for x, y in frame_of.itertuples(index=False))


def start(chosen: Choice, here: Ground) -> Mixture:
    """Where EM begins."""
    each = family(chosen.family)
    if chosen.way == PLACED:
        return em_steps.start_at(each, here.of_shown(chosen.means), here.rows)
    if chosen.way == TRAP:
        return em_steps.trap(each, chosen.components, here.rows)
    return em_steps.start_of(WAYS[chosen.way], each, chosen.components, here.rows, chosen.seed)


def rescue(name: str, trajectory: Trajectory) -> None:
    """What became of a collapse, and what would have saved it."""
    found = kept(key(name, "rescued"), lambda: em_steps.rescued(trajectory))
    st.info(
        "A group that closes in on a few rows gains density without end, so the likelihood has no top there. "
        "Such an end is never taken for an answer. A weak prior on the groups' spread keeps them open: from the same "
        f"start it settles after {count(len(found.trace) - 1, 'pass', 'passes')} at a log-likelihood of "
        f"{figure(found.log_likelihood, 6)}.",
        icon=":material/healing:",
    )


def inside_a_step(trajectory: Trajectory, here: Ground) -> None:
    """The numbers of one E-step and one M-step."""
    st.subheader("Inside one step", anchor=False)
    left, right = st.columns(2)
    numbers = [each.number + 1 for each in trajectory.passes if each.after is not None]
    at = left.select_slider("Pass", numbers, key="em-pass") if len(numbers) > 1 else 1
    row = right.number_input("Row", 1, len(trajectory.rows), 1, key="em-row")
    here_now = next(each for each in trajectory.passes if each.number + 1 == at)
    shares = inside.row_shares(here_now, trajectory.rows, row - 1)
    with left:
        st.markdown(
            f"**E-step {at}**: each group's share of row {row} is its weight times its density there, over all."
        )
        st.dataframe(shares.frame, hide_index=True, column_config=SHARES)
    with right:
        st.markdown(f"**M-step {at}**: each group becomes the average of the rows, each counted by its share.")
        st.dataframe(
            inside.weighted_sums(here_now, trajectory, here), hide_index=True, column_config=sums_columns(here.columns)
        )
    st.caption(OF_CATEGORIES)
    with st.expander("The formulas with these numbers put in"):
        st.latex(shares.formula)
        st.latex(inside.m_step_formula(here_now, trajectory, here))


def several_starts(chosen: Choice, here: Ground) -> None:
    """The same from several starts at once."""
    st.subheader("Does it always end in the same place?", anchor=False)
    if not st.toggle(f"Let EM run from {STARTS} starts", key="em-several", bind="query-params"):
        return
    way = WAYS.get(chosen.way, RandomRows())
    each, K = family(chosen.family), chosen.components

    def work(watch: Watch) -> tuple[Trajectory, ...]:
        found = []
        for trajectory in em_steps.several(way, each, K, here.rows, range(STARTS)):
            found.append(trajectory)
            if not watch(Progress("starts", len(found), STARTS)):
                break
        return tuple(found)

    name = key(
        chosen.data or "lesson", "several", here.name, here.columns, chosen.n, K, chosen.family, type(way).__name__
    )
    trajectories = jobs.result(name, f"Running EM from {STARTS} starts", work)
    if trajectories:
        draw(em_traces(trajectories))


def sums_columns(columns: tuple[str, str]) -> dict[str, ColumnConfig]:
    """How the M-step's table is headed."""
    x, y = (plain(each, 30) for each in columns)
    return {
        "group": st.column_config.NumberColumn("Group"),
        "rows": st.column_config.NumberColumn("Sum of shares", format="%.2f"),
        "weight": st.column_config.NumberColumn("Weight", format="%.4f"),
        "mean_x": st.column_config.NumberColumn(f"Mean {x}", format="%.4g"),
        "mean_y": st.column_config.NumberColumn(f"Mean {y}", format="%.4g"),
        "sd_x": st.column_config.NumberColumn(f"Spread {x}", format="%.4g"),
        "sd_y": st.column_config.NumberColumn(f"Spread {y}", format="%.4g"),
    }


def code(chosen: Choice) -> str:
    """The lines that compute what is shown of a toy."""
    way = type(WAYS[chosen.way]).__name__
    return CODE.format(
        start=way, toy=chosen.rows, n=chosen.n, family=chosen.family, components=chosen.components, seed=chosen.seed
    )
