import streamlit as st

from core.analysis.groups.listing import with_dates
from core.analysis.new_rows import ColumnMatch
from core.numbers import count, figure, share
from core.share.export import labelled_frame
from pages.app import jobs
from pages.app.results import Analysis
from pages.app.session import choice, choose
from pages.app.uploads import taken_in
from pages.odd_rows import reviews
from pages.score.choices import OtherFileChoice
from pages.score.other_file import Arrived, arrived
from pages.ui import downloads, widgets
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals
from pages.ui.tables import looks, worded

DRIFT = {
    "column": st.column_config.TextColumn("Column"),
    "moved": st.column_config.CheckboxColumn("Has moved"),
    "mean_then": st.column_config.NumberColumn("Mean then", format="%.4g"),
    "mean_now": st.column_config.NumberColumn("Mean now", format="%.4g"),
    "shift": st.column_config.NumberColumn("Shift, in standard deviations", format="%.2f"),
    "sd_ratio": st.column_config.NumberColumn("Spread now over then", format="%.2f"),
    "ks": st.column_config.NumberColumn("Largest gap between the distributions (KS)", format="%.3f"),
    "beyond": st.column_config.NumberColumn("Outside the old range", format="percent"),
    "blank_then": st.column_config.NumberColumn("Blank then", format="percent"),
    "blank_now": st.column_config.NumberColumn("Blank now", format="percent"),
}
GROUPS = {
    "group": st.column_config.TextColumn("Group"),
    "then": st.column_config.NumberColumn("Share of the rows then", format="percent"),
    "now": st.column_config.NumberColumn("Share of the rows now", format="percent"),
}


def take_file() -> None:
    """Take in the file; an emptied uploader (it empties when pages are switched) changes nothing."""
    with refusals():
        upload = taken_in("other")
        if upload is not None:
            jobs.forget_refused()
            choose(OtherFileChoice(upload))


def show_columns(columns: ColumnMatch) -> None:
    """Which columns were matched, by name."""
    said = f"{count(len(columns.found), 'column')} matched by name. "
    if columns.extra:
        listed = ", ".join(plain(name, 40) for name in columns.extra[:12])
        said += f"Not used by the model: {listed}" + (" and more." if len(columns.extra) > 12 else ".")
    st.caption(said)


def show_odd(both: Arrived) -> None:
    """The new rows that look odd, with the reasons."""
    if both.found.odd.flagged.any():
        looks_like = looks(both.table) | reviews.LOOKS
        st.dataframe(both.odd, hide_index=True, placeholder="", column_config=looks_like)


def show_drift(analysis: Analysis, both: Arrived) -> None:
    """Whether the columns and the groups' shares are what they were."""
    found, scene = both.found, analysis.scene
    if scene is None:
        return
    st.subheader(plain(found.drift_sentence, 200), anchor=False)
    left, right = st.columns(2)
    for place, picture in zip((left, right), both.pictures(analysis, scene.slots), strict=True):
        draw(picture, place)
    with st.expander("Every column and group, as tables"):
        frame = with_dates(found.drift, analysis.rows.matrix.transform, ("mean_then", "mean_now"))
        st.dataframe(frame, hide_index=True, column_config=worded(DRIFT, frame), column_order=list(DRIFT))
        st.dataframe(found.groups, hide_index=True, column_config=GROUPS)


def show(analysis: Analysis, both: Arrived) -> None:
    """What the model says of the new rows, and whether they are like the ones it was fitted to."""
    found = both.found
    st.subheader(found.sentence, anchor=False)
    now, then = share(float(found.odd.flagged.mean())), share(found.flagged_then)
    st.markdown(
        f"That is {now} of the rows; among the rows that were fitted it was {then}. "
        f"The line is the one on the page Odd rows: a score of {figure(found.odd.threshold)}."
    )
    show_columns(found.columns)
    st.caption("Its numbers, dates and blanks are read as those of the first file were.")
    widgets.notes((*found.unlike_sentences, *(note.what for note in (*found.matrix.notes, *both.table.notes))))
    show_odd(both)
    show_drift(analysis, both)
    downloads.pair(
        f"{count(both.table.n_rows, 'new row')} with groups, scores and flags",
        "scored",
        both.table,
        lambda: labelled_frame(both.table, both.labelled),
        both.labelled.n_columns,
    )


st.title("Score another file", anchor=False)
analysis = widgets.need_data()
if analysis is not None:
    with refusals():
        if analysis.model.fit is not None and analysis.odd is not None:
            st.markdown("Bring rows of the same kind: the model stays as it is, and says of each new row what it is.")
            st.file_uploader(f"A table with the same columns: {widgets.FORMATS}", key="other", on_change=take_file)
            upload = choice(OtherFileChoice).upload
            if upload is not None:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(f"Scored here: **{plain(upload.name)}**", width="content")
                    st.button(
                        "Remove this file", key="away", type="tertiary", on_click=choose, args=(OtherFileChoice(),)
                    )
                both = arrived(analysis)
                if both is not None:
                    show(analysis, both)
