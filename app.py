"""Mixture Explorer: the navigation over the pages; everything else lives in pages/ and core/."""

import streamlit as st

from pages.shared import sidebar
from pages.shared.warm import warm_up

st.set_page_config(page_title="Mixture Explorer", page_icon="🫧", layout="wide")
page = st.navigation(
    [
        st.Page("pages/data.py", title="Data", icon=":material/table_chart:", url_path="data", default=True),
        st.Page("pages/groups.py", title="Groups", icon=":material/bubble_chart:", url_path="groups"),
        st.Page(
            "pages/how_many.py", title="How many groups?", icon=":material/stacked_line_chart:", url_path="how-many"
        ),
        st.Page("pages/odd_rows.py", title="Odd rows", icon=":material/troubleshoot:", url_path="odd-rows"),
    ]
)
warm_up()
page.run()
sidebar.show()
