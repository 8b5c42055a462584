import streamlit as st

st.title("How many groups are there?", anchor=False)
