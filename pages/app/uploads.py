"""Uploads: a file that has arrived goes to disk, and Streamlit's own copy of it out of memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import ReadError
from pages.app.spool import Spool, gone


@dataclass(frozen=True)
class Upload:
    """A file that the visitor brought, spooled to a file without a name that goes when nothing refers to it.

    Make one with `Upload.spool`; the session that holds it is the only way to its bytes. Without a name it cannot be
    found, swept away by others or left behind: the system frees it with the process, however that ends.
    """

    name: str  # for display only, never used as a path
    sha256: str
    bytes: int
    _spool: Spool = field(repr=False, compare=False)

    @classmethod
    def spool(cls, name: str, content: bytes) -> Upload:
        """Write the bytes to the disk. Raises CoreError where they cannot be written."""
        return cls(name, hashlib.sha256(content).hexdigest(), len(content), Spool(content))

    @property
    def close(self) -> Callable[[], object]:
        """Gives the bytes up, whoever still refers to the upload; it does not itself refer to it."""
        return self._spool.close

    @property
    def is_there(self) -> bool:
        """Whether nobody has given its bytes up."""
        return self._spool.close.alive

    def content(self) -> bytes:
        """The bytes. Raises CoreError where they are no longer what was written."""
        content = self._spool.content()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise gone()
        return content


def taken_in(uploader: str) -> Upload | None:
    """The file that was dropped on an uploader, now on disk until nobody refers to it.

    None where there is none: an uploader is emptied when pages are switched, and when its file was taken in. Streamlit
    keeps the bytes as long as the uploader is shown, and once more in its value; both are let go here. The browser goes
    on showing the file's name. Raises CoreError where the file cannot be written.
    """
    file = st.session_state.get(uploader)
    if not isinstance(file, UploadedFile):
        return None
    try:
        return Upload.spool(file.name, file.getvalue())
    finally:
        _forget(file)


def text_taken_in(uploader: str, most: int) -> str | None:
    """The text of at most so many bytes that was dropped on an uploader; None where there is none.

    Raises ReadError for what is longer, or no text.
    """
    file = st.session_state.get(uploader)
    if not isinstance(file, UploadedFile):
        return None
    try:
        if file.size > most:
            raise _no_text(f"It is larger than {most // 1_000_000} MB.")
        return file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_text("It is no text.") from None
    finally:
        _forget(file)


def _no_text(why: str) -> ReadError:
    return ReadError("This is no saved analysis.", why, "Choose the JSON file that “Save analysis” gave you.")


def _forget(file: UploadedFile) -> None:
    """Empty Streamlit's copies."""
    file.truncate(0)
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
