import streamlit as st

from core.analysis.answer.words import in_words
from core.charts.groups.first_picture import first_picture
from core.charts.scene import Scene
from core.data.table import Table
from core.errors import CoreError
from core.numbers import count
from pages.app import beginning, sharing
from pages.app import results as derived
from pages.app.choices import DataChoice, ModelChoice, ReadingChoice
from pages.app.results import Analysis
from pages.app.session import choice, choose, current
from pages.data import column_choice, reading_form
from pages.data.example import the_example
from pages.ui import downloads, widgets
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals, refuse
from pages.ui.tables import looks

ROOM = 480  # pixels that the answer will take, kept free until it is there
SHOWN = 200  # rows of the preview
GROUNDS = 6  # sentences on what the answer rests on; the rest is a click away


def show_empty() -> None:
    """Nothing yet: what this is for, and two ways to begin."""
    st.title("What is in your data?", anchor=False)
    st.markdown("Bring a table, and see at once which groups it holds, how sure they are, and which rows stand out.")
    widgets.uploader("Upload a table")
    widgets.opener()
    widgets.samples()
    example = the_example()
    if example is not None:
        st.subheader("What an answer looks like", anchor=False)
        draw(first_picture(example))
        st.caption("The groups that were found in the eruptions of Old Faithful, one of the samples.")


def show_unreadable() -> None:
    """The refusal stands above: read the file in another way, or begin with another table."""
    if choice(DataChoice).upload is not None:
        with st.expander("Read the file in another way"):
            reading_form.show(choice(ReadingChoice).reading, ())
    widgets.uploader("Upload another table")
    widgets.samples()


def show_answer(analysis: Analysis) -> None:
    """What was found, one picture, and the way on."""
    scene = analysis.scene
    if scene is None or scene.odd is None:
        st.space(ROOM)
        return
    st.subheader(in_words(scene.groups, scene.largest, scene.odd), anchor=False)
    if analysis.model.choice.model is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("This is the model that you chose.", width="content")
            st.button("Back to the automatic answer", key="automatic", on_click=choose, args=(ModelChoice(),))
    widgets.merging_note(analysis)
    widgets.warnings(scene.fit)
    widgets.notes(sharing.differences(analysis))
    picture, ways = st.columns([7, 3], gap="large")
    draw(first_picture(scene), picture)
    with ways:
        show_ways(scene)
        downloads.handed_on(analysis)
    grounds = (*grounds_of(analysis), *(note.what for note in analysis.rows.matrix.notes))
    widgets.notes(grounds[:GROUNDS])
    widgets.apart_note(analysis, scene)
    if len(grounds) > GROUNDS:
        with st.expander(f"{len(grounds) - GROUNDS:,} more that it rests on"):
            widgets.notes(grounds[GROUNDS:])
    if analysis.model.choice.model is None:
        with st.expander("How this was found"):
            st.markdown(analysis.rows.first.method)


def grounds_of(analysis: Analysis) -> tuple[str, ...]:
    """What the answer rests on; which components make up a group is said beside the way to change it."""
    first = analysis.rows.first
    if not analysis.model.is_automatic:
        return () if first.proposal is None else first.proposal.grounds
    return tuple(each for each in first.grounds if each != first.merging.sentence)


def show_ways(scene: Scene) -> None:
    """Three pages to go on to, each with the question it answers."""
    number = count(scene.groups, "group")
    ways = (
        (
            "pages/groups_page.py",
            "What are they like?",
            "What sets each apart, and where K-Means differs.",
        ),
        ("pages/how_many_page.py", f"Why {number}?", "How other models compare, and what speaks for this one."),
        (
            "pages/odd_rows_page.py",
            "Which rows are odd?",
            "The rows that the model finds unlikely, to look through.",
        ),
    )
    for page, question, what in ways:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(page, label=f"**{question}**", icon=":material/arrow_forward:", icon_position="right")
            st.caption(what)


def show_table(table: Table) -> None:
    """What was read, with every decision of the reader open to change, and the first rows."""
    st.subheader("What we read", anchor=False)
    size = f"{count(table.n_rows, 'row')} and {count(len(table.columns), 'column')}"
    st.markdown(f"**{plain(table.name)}** has {size}.")
    reading_form.told(table.notes)
    if choice(DataChoice).upload is not None:
        reading_form.found(table.reading)
        with st.expander("Read the file in another way"):
            reading_form.show(table.reading, table.sheets)
    widgets.row_name_choice(table)
    st.dataframe(table.frame.head(SHOWN), height=284, hide_index=True, column_config=looks(table))
    if table.n_rows > SHOWN:
        st.caption(f"The first {SHOWN} of {table.n_rows:,} rows.")


def show_data() -> None:
    """The answer first, then what it rests on."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("What is in your data?", anchor=False, width="content")
        corner = st.container(width="content")
    try:
        table = beginning.table(current())
    except CoreError as refusal:
        refuse(refusal)
        show_unreadable()
        return
    with corner.popover("Use another table", icon=":material/upload_file:"):
        widgets.uploader("Upload a table")
        widgets.opener()
        widgets.sample_list()
    if table is None:
        return
    with st.container(), refusals():  # so that what follows keeps its place, and stays open, while an answer is found
        analysis = derived.analysis()
        if analysis is None:
            st.space(ROOM)
        else:
            show_answer(analysis)
    column_choice.show(table)
    show_table(table)


if choice(DataChoice).is_there:
    show_data()
else:
    show_empty()
