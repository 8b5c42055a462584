"""The server as it faces the network: who may send it files, and how long what it gave out can be fetched."""

import re
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.e2e.conftest import started

TOKEN = "_streamlit_xsrf"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n\r\n--b--\r\n'


class Visit:
    """One session: what it is told, and what it asks for."""

    def __init__(self, socket):
        self._socket = socket
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        self._socket.send(asked.SerializeToString())
        self.session = self.hears("new_session").new_session.initialize.session_id

    def hears(self, kind):
        """The next message of a kind."""
        while True:
            heard = ForwardMsg.FromString(self._socket.recv(timeout=60))
            if heard.WhichOneof("type") == kind:
                return heard

    def link(self):
        """The address of the first download on the page."""
        while True:
            element = self.hears("delta").delta.new_element
            if element.WhichOneof("type") == "download_button":
                return element.download_button.url

    def place(self):
        """Where a file may be put."""
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.append("a.csv")
        asked.file_urls_request.session_id = self.session
        self._socket.send(asked.SerializeToString())
        return self.hears("file_urls_response").file_urls_response.file_urls[0].upload_url


@contextmanager
def visiting(address):
    """A visitor who leaves at the end of the block."""
    with connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"]) as socket:
        yield Visit(socket)


def status(address, body=None, method="GET", **headers):
    """The number with which a request is answered."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, named, method=method), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def put(address, **headers):
    return status(address, PART, "PUT", Content_Type="multipart/form-data; boundary=b", **headers)


def test_an_upload_without_the_token_is_refused(address):
    with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
        [token] = re.findall(rf"{TOKEN}=([^;]+)", answer.headers["Set-Cookie"])
    with visiting(address) as visit:
        place = address + visit.place()
        assert put(place) == 403
        assert put(place, Cookie=f"{TOKEN}={token}") == 403
        assert put(place, X_Xsrftoken=token) == 403
        assert put(place, Cookie=f"{TOKEN}={token}", X_Xsrftoken=other(token)) == 403
        assert put(place, Cookie=f"{TOKEN}={token}", X_Xsrftoken=token) == 204


def other(token):
    """Another token of the same form."""
    form, mask, masked, time = token.split("|")
    return "|".join((form, mask, masked[::-1], time))


PAGE = """
import uuid
import streamlit as st
st.download_button("rows", f"what one visitor sees, {uuid.uuid4()}", "rows.csv")
"""


@pytest.fixture
def forgetful(tmp_path):
    """A server with the app's settings whose sessions end soon after their visitors have left."""
    page = tmp_path / "page.py"
    page.write_text(PAGE)
    with started(page, {"server.disconnectedSessionTTL": 1}) as address:  # seconds, in the place of two minutes
        yield address


def test_what_a_session_could_download_is_gone_with_it(forgetful):
    with visiting(forgetful) as visit:
        link = forgetful + visit.link()
        assert status(link) == 200
    time.sleep(2.0)
    ends = time.monotonic() + 30
    while status(link) != 404 and time.monotonic() < ends:
        with visiting(forgetful) as visit:  # the server looks at who has left when others come and go
            visit.hears("script_finished")
    assert status(link) == 404
