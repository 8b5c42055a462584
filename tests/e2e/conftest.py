"""The app in a real browser: one server and one Chromium for all browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which("chromium")
    if found is None:
        mend = "no chromium: apt-get update && apt-get install -y chromium"
        if os.environ.get("CI"):
            pytest.fail(mend)
        pytest.skip(mend)
    return found


@pytest.fixture(scope="session")
def address():
    """Where the app answers."""
    with started("app.py") as where:
        yield where


@contextmanager
def started(script, settings=None):
    """Where a server with the app's settings, and others, answers that runs a script; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        **(settings or {}),
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("the app did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, address):
    """A fresh visitor on the first page, with a list of what went wrong in the browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.faults = []
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: page.faults.append(sent.url) if leaves(sent.url, address) else None)
    page.goto(address)
    yield page
    context.close()


def leaves(url, address):
    """Whether a request goes anywhere but to the app."""
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
