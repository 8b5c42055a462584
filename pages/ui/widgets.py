"""Widgets that several pages show."""

from __future__ import annotations

import streamlit as st

from core.analysis.groups.listing import apart, apart_in_words
from core.analysis.selection.objections import objections_to
from core.charts.scene import Scene
from core.data.samples import SAMPLES
from core.data.table import Table
from core.errors import CoreError
from core.mixture.em.stopping import Outcome
from core.mixture.family import FAMILIES
from core.mixture.fit import Fit
from core.numbers import count
from pages.app import beginning
from pages.app import results as derived
from pages.app.choices import AxesChoice, DataChoice, Model, ModelChoice, RowNameChoice, SearchChoice, begin
from pages.app.opening import MOST_BYTES, WaitingChoice, open_saved, take_up
from pages.app.results import Analysis
from pages.app.session import Part, change, choice, choose, current
from pages.app.uploads import taken_in, text_taken_in
from pages.ui.messages import plain, refusals, refuse
from pages.ui.words import EM_FIGURE, OWN_ROWS, family_label

MOST_COMPONENTS = 12
ABREAST = 3  # cards of samples
FORMATS = "CSV, TSV, TXT, XLSX, XLS, XLSB, ODS, Parquet, Arrow, JSON records or SQLite, up to 50 MB"


def need_data() -> Analysis | None:
    """The analysis; else, in its place: what is missing and the ways to it, the progress, or the refusal."""
    if not choice(DataChoice).is_there:
        st.markdown("There is no data yet. Upload a table, or begin with one of the samples.")
        st.page_link("pages/data_page.py", label="Upload a table", icon=":material/upload_file:")
        samples()
        return None
    try:
        return derived.analysis()
    except CoreError as refusal:
        refuse(refusal)
        st.page_link("pages/data_page.py", label="Go to the data", icon=":material/table_chart:")
        return None


def uploader(label: str) -> None:
    """Where a file is dropped."""
    st.file_uploader(f"{label}: {FORMATS}", key="upload", on_change=_take_upload)


def opener() -> None:
    """Where a saved analysis is opened; which file it waits for, if it does."""
    waiting = choice(WaitingChoice).saved
    with st.expander("Open a saved analysis", expanded=waiting is not None):
        if waiting is not None:
            data = waiting.recipe.data
            size = f"{count(data.rows, 'row')} and {count(data.columns, 'column')}"
            st.info(
                f"This analysis was saved of “{plain(data.name)}” with {size}. Upload that file above; another file "
                "with the same columns is seen in the same way, fitted anew."
            )
        st.file_uploader("An analysis that was saved here (JSON)", key="saved", on_change=_take_saved)


def samples() -> None:
    """Cards of the samples, each with one click to begin."""
    st.subheader("Begin with a sample", anchor=False)
    for at in range(0, len(SAMPLES), ABREAST):
        for column, each in zip(st.columns(ABREAST), SAMPLES[at : at + ABREAST], strict=False):
            with column.container(border=True, height="stretch", vertical_alignment="distribute", gap="xsmall"):
                st.markdown(f"**{each.title}**  \n{each.sentence}")
                st.button(
                    f"Use {each.title}",
                    key=f"sample-{each.key}",
                    on_click=_take_sample,
                    args=(each.key,),
                    type="tertiary",
                    icon=":material/arrow_forward:",
                )


def sample_list() -> None:
    """The samples again, where there is less room."""
    st.caption("Or begin with a sample:")
    with st.container(horizontal=True, gap="small"):
        for each in SAMPLES:
            st.button(each.title, key=f"begin-{each.key}", on_click=_take_sample, args=(each.key,), help=each.sentence)


def model_choice(analysis: Analysis) -> None:
    """The number and shape of the current model's components, for every page."""
    fitted = analysis.model.fit
    if fitted is None:
        return
    st.session_state["model-components"], st.session_state["model-family"] = fitted.components, fitted.family
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Number of components",
            1,
            max(MOST_COMPONENTS, fitted.components),
            key="model-components",
            on_change=_take_model,
            args=(len(analysis.rows.matrix.features),),
            width=160,
        )
        st.selectbox(
            "Shape of the components",
            FAMILIES,
            key="model-family",
            format_func=family_label,
            on_change=_take_model,
            args=(len(analysis.rows.matrix.features),),
            disabled=not analysis.rows.matrix.features,  # without numbers there are no shapes
            width=300,
        )
        st.button(
            "Back to the automatic answer",
            key="model-automatic",
            on_click=choose,
            args=(ModelChoice(),),
            disabled=analysis.model.choice.model is None,
        )
    warnings(fitted)


def merging_note(analysis: Analysis) -> None:
    """That components make up fewer groups, with the way to see them apart; or what was chosen, with the way back."""
    model, merged = analysis.model, analysis.model.choice.merged
    found, grouping = model.merging, model.grouping
    if found is None or grouping is None or (merged is None and not grouping.merges):
        return
    own = count(found.components, "component")
    with st.container(horizontal=True, vertical_alignment="center"):
        if merged is None:
            st.markdown(found.sentence, width="content")
            apart = {"kind": ModelChoice, "merged": found.components}
            st.button(f"Show the {own} apart", key="apart", on_click=change, kwargs=apart, type="tertiary")
            return
        said = f"make up {count(grouping.groups, 'group')}" if grouping.merges else "are shown as groups"
        st.markdown(f"By your choice the {own} {said}.", width="content")
        back = {"kind": ModelChoice, "merged": None}
        st.button("Join those with no gap between them", key="unmerge", on_click=change, kwargs=back, type="tertiary")


def apart_note(analysis: Analysis, scene: Scene) -> None:
    """Which rows took no part in shaping the groups."""
    said = apart_in_words(scene.names_of(apart(analysis.rows.first.settled.took_part)))
    if said:
        st.caption(plain(said, 300))


def warnings(fitted: Fit) -> None:
    """Why a model is not to be trusted, if there is a reason."""
    reasons = [each.value for each in objections_to(fitted)]
    reasons += [fitted.outcome.value] if fitted.outcome is Outcome.ITERATION_LIMIT else []
    if reasons:
        st.warning("Do not rely on this model. " + " ".join(reasons), icon=":material/warning:")


def axes_choice(analysis: Analysis, shown: tuple[int, int]) -> tuple[int, int]:
    """The two columns that pictures show, as positions; shown is what they are without a choice."""
    names = analysis.rows.matrix.features
    if len(names) < 3:
        return shown
    chosen = analysis.rows.session[AxesChoice].axes or (names[shown[0]], names[shown[1]])
    st.session_state["axis-x"], st.session_state["axis-y"] = chosen
    with st.container(horizontal=True):
        st.selectbox("Across", names, key="axis-x", on_change=_take_axes, args=chosen, width=240)
        st.selectbox("Up", names, key="axis-y", on_change=_take_axes, args=chosen, width=240)
    return names.index(chosen[0]), names.index(chosen[1])


def lesson_link(analysis: Analysis, columns: tuple[int, int], fitted: Fit) -> None:
    """The way to see EM find groups such as these, on the two columns that are shown."""
    x, y = (analysis.rows.matrix.features[column] for column in columns)
    st.page_link(
        "pages/how_em_works_page.py",
        label="See how this was found",
        icon=":material/school:",
        query_params={
            "figure": EM_FIGURE,
            "em-rows": OWN_ROWS,
            "em-x": x,
            "em-y": y,
            "em-k": str(fitted.components),
            "em-family": family_label(fitted.family),
        },
    )


def row_name_choice(table: Table) -> None:
    """What rows are called in pictures; a column of the file, or their number."""
    st.session_state["row-name"] = beginning.row_name(current(), table) or ""
    names = ["", *(each.name for each in table.columns)]
    st.selectbox(
        "Name rows by",
        names,
        key="row-name",
        format_func=lambda name: name or "its number",
        on_change=lambda: choose(RowNameChoice(st.session_state["row-name"])),
        width=300,
    )


def offer(said: str, label: str, key: str, take: Part, icon: str | None = None) -> None:
    """What could be worked out, with the click that asks for it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(said, width="stretch")
        st.button(label, key=key, icon=icon, on_click=choose, args=(take,))


def notes(texts: tuple[str, ...]) -> None:
    """Sentences in a list."""
    if texts:
        st.markdown("\n".join(f"- {plain(text, 300)}" for text in texts))


def _take_sample(name: str) -> None:
    begin(sample=name)


def _take_upload() -> None:
    """Take in the file; an emptied uploader (it empties when pages are switched) changes nothing."""
    with refusals():
        upload = taken_in("upload")
        if upload is None:
            return
        waiting = choice(WaitingChoice).saved
        if waiting is None:
            begin(upload=upload)
        else:
            take_up(waiting, upload=upload)


def _take_saved() -> None:
    with refusals():
        text = text_taken_in("saved", MOST_BYTES)
        if text is not None:
            open_saved(text)


def _take_model(features: int) -> None:
    """The model that was named: as a search has found it, where one was asked for that has looked at it."""
    family, components = st.session_state["model-family"], int(st.session_state["model-components"])
    search = choice(SearchChoice).search
    known = search is not None and (family, components) in search.cells(features)
    choose(ModelChoice(Model(family, components, search if known else None)))


def _take_axes(*before: str) -> None:
    """A column against itself shows nothing: choosing the other axis's column swaps the two."""
    across, up = st.session_state["axis-x"], st.session_state["axis-y"]
    choose(AxesChoice((across, up) if across != up else (before[1], before[0])))
