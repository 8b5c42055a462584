"""A visitor without a browser: one session that speaks Streamlit's websocket, as its frontend does."""

import asyncio
import re
import time
import urllib.request
from contextlib import suppress

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

XSRF = "_streamlit_xsrf"
BOUNDARY = "a-boundary-between-parts"
PATIENCE = 900.0  # seconds after which a page that does not come to rest is an error


def is_for_tables(widget):
    """Whether a widget is the uploader of tables, by its name: other uploaders stand beside it."""
    return widget.endswith("-upload")


class Visitor:
    """What one session sees of the app: the elements of its page, whether it rests, and what went wrong."""

    def __init__(self, address):
        self._address = address
        self._elements = {}  # by path: the run that drew it, its fragment, and the element
        self._timers = {}  # of the fragments that ask to be run again and again
        self._pages, self._page = {}, ""
        self._uploads = {}  # what the uploaders on the page hold
        self._urls = asyncio.Queue()
        self._changed = asyncio.Condition()
        self._finished, self._running, self._runs = False, False, 0
        self.errors = []

    async def __aenter__(self):
        self._socket = await websockets.connect(
            self._address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
            ping_timeout=None,
        )
        self._listening = asyncio.create_task(self._listen())
        await self._rerun()
        await self.rests()
        return self

    async def __aexit__(self, *_):
        for timer in self._timers.values():
            timer.cancel()
        self._listening.cancel()
        await self._socket.close()

    @property
    def pages(self):
        """Addresses of the pages."""
        return tuple(self._pages)

    async def upload(self, content, name="table.csv"):
        """Drop a table on its uploader, as the browser does: ask for an address, put the bytes there, say so."""
        ask = BackMsg()
        ask.file_urls_request.request_id = name
        ask.file_urls_request.file_names.append(name)
        ask.file_urls_request.session_id = self._session
        await self._socket.send(ask.SerializeToString())
        urls = await self._urls.get()
        await asyncio.to_thread(put, self._address, urls.upload_url, name, content)
        found = [e.file_uploader.id for _, _, e in self._elements.values() if e.WhichOneof("type") == "file_uploader"]
        [uploader] = filter(is_for_tables, found)
        self._uploads = {uploader: (name, len(content), urls)}
        await self._rerun()

    async def go(self, page):
        """Another page, until it rests; the seconds that it took."""
        begun, self._page, self._uploads = time.perf_counter(), self._pages[page], {}
        await self._rerun()
        await self.rests()
        return time.perf_counter() - begun

    async def rests(self):
        """Wait until the page has run to its end and no work is under way on it."""
        await self._until(lambda: self._finished and not self._running and not self._timers)

    async def shows(self, words):
        """Wait until a heading says something."""
        await self._until(lambda: any(re.search(words, each) for each in self.headings))

    @property
    def headings(self):
        """What stands in headings."""
        return [e.heading.body for _, _, e in self._elements.values() if e.WhichOneof("type") == "heading"]

    async def _until(self, condition):
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: condition() or self.errors), PATIENCE)

    async def _rerun(self, fragment=""):
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self._page
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.is_auto_rerun = bool(fragment)
        for widget, (name, size, urls) in self._uploads.items():
            state = asked.rerun_script.widget_states.widgets.add()
            state.id = widget
            state.file_uploader_state_value.uploaded_file_info.add(
                name=name, size=size, file_id=urls.file_id, file_urls=urls
            )
        if not fragment:
            self._finished = False
        with suppress(websockets.ConnectionClosed):
            await self._socket.send(asked.SerializeToString())

    async def _again(self, fragment, seconds):
        while True:
            await asyncio.sleep(seconds)
            await self._rerun(fragment)

    async def _listen(self):
        try:
            async for message in self._socket:
                heard = ForwardMsg.FromString(message)
                kind = heard.WhichOneof("type")
                async with self._changed:
                    getattr(self, f"_hear_{kind}", lambda _: None)(heard)
                    self._changed.notify_all()
        except websockets.ConnectionClosed as closed:
            self.errors.append(f"the connection was closed: {closed}")
            async with self._changed:
                self._changed.notify_all()

    def _hear_new_session(self, heard):
        self._session = heard.new_session.initialize.session_id
        self._run = heard.metadata.run.script_run_id
        self._fragments = set(heard.metadata.run.fragment_ids)
        if not self._fragments:
            self._page = heard.new_session.page_script_hash
            self._finished = False
            self._stop_timers()

    def _hear_navigation(self, heard):
        self._pages = {page.url_pathname or "data": page.page_script_hash for page in heard.navigation.app_pages}

    def _hear_session_status_changed(self, heard):
        self._running = heard.session_status_changed.script_is_running

    def _hear_auto_rerun(self, heard):
        asked = heard.auto_rerun
        if asked.fragment_id not in self._timers:
            again = self._again(asked.fragment_id, asked.interval)
            self._timers[asked.fragment_id] = asyncio.create_task(again)

    def _hear_stop_auto_rerun(self, heard):
        timer = self._timers.pop(heard.stop_auto_rerun.fragment_id, None)
        if timer is not None:
            timer.cancel()

    def _hear_file_urls_response(self, heard):
        self._urls.put_nowait(heard.file_urls_response.file_urls[0])

    def _hear_delta(self, heard):
        path, delta = tuple(heard.metadata.delta_path), heard.delta
        if delta.WhichOneof("type") == "new_element":
            self._elements[path] = self._run, delta.fragment_id, delta.new_element
            self._judge(delta.new_element)
        else:
            self._elements.pop(path, None)

    def _hear_script_finished(self, heard):
        status = heard.script_finished
        if status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._finished = True
            self._keep(lambda run, _: run == self._run)
        elif status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self._keep(lambda run, fragment: run == self._run or fragment not in self._fragments)
        elif status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("a page could not be run")

    def _keep(self, fresh):
        """Drop what a run did not draw again."""
        self._elements = {path: each for path, each in self._elements.items() if fresh(each[0], each[1])}

    def _judge(self, element):
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            self.errors.append(element.exception.message or element.alert.body)

    def _stop_timers(self):
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}


def put(address, url, name, content):
    """Send a file with the token that the app has given."""
    with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
        [token] = re.findall(rf"{XSRF}=([^;]+)", answer.headers.get("Set-Cookie") or "")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = f"{head}Content-Type: text/csv\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {
        "Cookie": f"{XSRF}={token}",
        "X-Xsrftoken": token,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    with urllib.request.urlopen(urllib.request.Request(address + url, body, headers, method="PUT")):
        pass
