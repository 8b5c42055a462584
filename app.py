"""Mixture Explorer: the navigation over the pages; everything else lives in pages/ and core/."""

import streamlit as st

from pages.app import returning
from pages.app.reader import readers
from pages.app.startup import rest, warm_up
from pages.app.visits import welcome
from pages.ui import sidebar

# No file is called what its address is: to the first visitor after a start, Streamlit would serve it without this one.
PAGES = [
    st.Page("pages/data_page.py", title="Data", icon=":material/table_chart:", url_path="data", default=True),
    st.Page("pages/groups_page.py", title="Groups", icon=":material/bubble_chart:", url_path="groups"),
    st.Page("pages/how_many_page.py", title="How many groups?", icon=":material/show_chart:", url_path="how-many"),
    st.Page("pages/odd_rows_page.py", title="Odd rows", icon=":material/troubleshoot:", url_path="odd-rows"),
    st.Page("pages/density_page.py", title="Density and samples", icon=":material/area_chart:", url_path="density"),
    st.Page("pages/score_page.py", title="Score another file", icon=":material/rule:", url_path="score"),
    st.Page("pages/how_em_works_page.py", title="How EM works", icon=":material/school:", url_path="how-em-works"),
]

st.set_page_config(page_title="Mixture Explorer", page_icon="🫧", layout="wide")
page = st.navigation(PAGES)
warm_up()
readers().get_ready()
welcome(rest)
returning.come_back()
sidebar.tell_of_an_ended_link()
page.run()
sidebar.show()
