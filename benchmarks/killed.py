"""Killed: a server that ends in the middle of its visitors' work, and what is left of it."""

import contextlib
import re
import signal
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks import app
from benchmarks.measuring import measured
from benchmarks.nursery import gone
from benchmarks.visitor import is_for_tables

TOKEN = "_streamlit_xsrf"
LONGEST = 8.0  # seconds between an upload and the kill
ENDS = 5.0  # seconds that what a server had started has to end


def server_rows(count):
    """Servers that are killed with a file being read or fitted, and started again."""
    begun = left = files = again = 0
    rng = np.random.default_rng(0)
    for turn in range(count):
        with tempfile.TemporaryDirectory() as folder:
            server, address = app.serve(folder)
            begun += visited(address, table(rng), LONGEST * turn / count, server)
            started = children_of(server.pid)
            server.send_signal(signal.SIGKILL)
            server.wait()
            left += sum(not gone(each, ENDS) for each in started)
            files += len(list(Path(folder).iterdir()))
            server, address = app.serve(folder)
            again += answers(address)
            server.terminate()
            server.wait(timeout=60)
    yield measured("servers killed with an upload under way", begun, f"{count}", begun == count)
    yield measured("processes left of them", left, "0", not left)
    yield measured("files left of them", files, "0", not files)
    yield measured("servers that answer when started again", again, f"{count}", again == count)


def table(rng):
    """10,000 x 8 with groups, as CSV."""
    rows = rng.normal(size=(10_000, 8)) + 4 * rng.integers(0, 3, size=(10_000, 1))
    names = ",".join(f"c{j}" for j in range(8))
    return "\n".join([names, *(",".join(f"{cell:.4f}" for cell in row) for row in rows)]).encode()


def visited(address, content, seconds, server):
    """Whether a visitor's file came to the server, which is then at work on it for some seconds."""
    with connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], max_size=None) as line:
        line.send(asking().SerializeToString())
        session = heard(line, "new_session").new_session.initialize.session_id
        widget = uploader(line)
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.file_names.append("table.csv")
        asked.file_urls_request.session_id = session
        line.send(asked.SerializeToString())
        urls = heard(line, "file_urls_response").file_urls_response.file_urls[0]
        put(address, urls.upload_url, content)
        again = asking()
        state = again.rerun_script.widget_states.widgets.add(id=widget)
        state.file_uploader_state_value.uploaded_file_info.add(
            name="table.csv", size=len(content), file_id=urls.file_id, file_urls=urls
        )
        line.send(again.SerializeToString())
        heard(line, "new_session")
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with contextlib.suppress(TimeoutError):
                line.recv(timeout=max(0.0, ends - time.monotonic()))
        return server.poll() is None


def asking():
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    return asked


def heard(line, kind):
    """The next message of a kind."""
    while True:
        message = ForwardMsg.FromString(line.recv(timeout=300))
        if message.WhichOneof("type") == kind:
            return message


def uploader(line):
    """The name of the uploader of tables, once the page has run to its end."""
    found = ""
    while True:
        message = ForwardMsg.FromString(line.recv(timeout=300))
        if message.WhichOneof("type") == "delta":
            shown = message.delta.new_element.file_uploader.id
            found = shown if is_for_tables(shown) else found
        if message.WhichOneof("type") == "script_finished" and found:
            return found


def put(address, url, content):
    """Send a file with the token that the server has given."""
    with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
        [token] = re.findall(rf"{TOKEN}=([^;]+)", answer.headers["Set-Cookie"])
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="table.csv"\r\n\r\n'
    headers = {"Cookie": f"{TOKEN}={token}", "X-Xsrftoken": token, "Content-Type": "multipart/form-data; boundary=b"}
    request = urllib.request.Request(address + url, head + content + b"\r\n--b--\r\n", headers, method="PUT")
    urllib.request.urlopen(request).close()


def children_of(process):
    """The processes that a process has started, and those that they have."""
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {child for child, parent in parents.items() if parent == process}
    return found.union(*(children_of(child) for child in found))


def answers(address):
    """Whether a server says that it is well, and draws its page for a visitor."""
    try:
        with connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"]) as line:
            line.send(asking().SerializeToString())
            return bool(uploader(line))
    except (OSError, TimeoutError, ConnectionClosed, urllib.error.URLError):
        return False
