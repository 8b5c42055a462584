"""Frame: what every figure of the lesson has beside its picture."""

from __future__ import annotations

import streamlit as st


def guide(try_this: str, notice: str) -> None:
    """One question to play with, and what to notice when doing so; both are Markdown of the page's own."""
    with st.container(border=True):
        st.markdown(f"**Try this.** {try_this}  \n**What to notice.** {notice}")


def formula(latex: str, said: str = "") -> None:
    """A formula with the present numbers put in, and what it says in words."""
    st.latex(latex)
    if said:
        st.caption(said)


def number(value: float, digits: int = 3) -> str:
    """A number inside a formula, with so many significant digits and no exponent letter."""
    text = f"{value:.{digits}g}"
    mantissa, _, power = text.partition("e")
    return f"{mantissa} \\times 10^{{{int(power)}}}" if power else mantissa


def same_in_python(code: str) -> None:
    """The lines that compute what is shown."""
    with st.expander("The same in Python"):
        st.code(code, language="python")
