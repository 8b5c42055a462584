"""Uploads: a file that has arrived goes to disk, and Streamlit's own copy of it out of memory."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.app.session import Upload
from pages.app.visits import session_id, visits


def taken_in(uploader: str) -> Upload | None:
    """The file that was dropped on an uploader, now on disk until nobody refers to it or its session has left.

    None where there is none: an uploader is emptied when pages are switched, and when its file was taken in. Streamlit
    keeps the bytes as long as the uploader is shown, and once more in its value; both are let go here. The browser goes
    on showing the file's name. Raises CoreError where the file cannot be written.
    """
    file = st.session_state.get(uploader)
    if not isinstance(file, UploadedFile):
        return None
    try:
        upload = Upload.spool(file.name, file.getvalue())
    finally:
        _forget(file)
    visits().bequeath(session_id(), upload.close)
    return upload


def _forget(file: UploadedFile) -> None:
    """Empty Streamlit's copies."""
    file.truncate(0)
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
