"""The app on the screen: from an upload to the first answer, and from a control to the next picture, in a browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-quic",
]
QUIET = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const busy = '[data-stale=true],[data-testid=stProgress]';
    return app && app.dataset.testScriptState === 'notRunning' && !document.querySelector(busy);
}"""
BUSY = "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'notRunning'"
ANSWER = re.compile("rows? looks? odd")
LONG = 180_000


def rows(full=False):
    if shutil.which("chromium") is None:
        print("no chromium: apt-get update && apt-get install -y chromium")
        return
    from playwright.sync_api import sync_playwright

    server, address = serve()
    try:
        with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            first_answer(browser, address, table(folder, 500, seed=99))  # warms the app up
            seconds = [first_answer(browser, address, table(folder, 10_000, seed))[0] for seed in range(3)]
            yield row("upload to first answer, 10,000 x 8 CSV", np.median(seconds), 3.0)
            _, page = first_answer(browser, address, table(folder, 10_000, seed=7))
            for path, names in CONTROLS.items():
                seconds = [control(page, path, name) for name in names * 2]
                yield row(f"a control that changes no model, {path}", np.median(seconds), 0.5)
            yield frames(browser, address)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


CONTROLS = {  # by page, in an order in which each is a change
    "how-many": ("AIC", "BIC"),
    "odd-rows": ("By share of the rows", "By number of rows", "By false alarms"),
}


def table(folder, n, seed):
    """Three groups in eight columns, as CSV."""
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(n, 8)) + rng.normal(0, 3, (3, 8))[rng.integers(0, 3, n)]
    path = Path(folder, f"table-{n}-{seed}.csv")
    np.savetxt(path, data, delimiter=",", header=",".join(f"measure_{j}" for j in range(8)), comments="", fmt="%.5f")
    return path


def first_answer(browser, address, path):
    """Seconds from the upload until the answer stands and its chart is there, and the page."""
    page = browser.new_page()
    page.goto(address)
    page.locator("input[type=file]").first.wait_for(state="attached", timeout=LONG)
    page.wait_for_function(QUIET, timeout=LONG)
    page.wait_for_timeout(1_500)
    begun = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("heading", name=ANSWER).wait_for(timeout=LONG)
    page.locator("[data-testid=stVegaLiteChart] .marks").first.wait_for(timeout=LONG)
    return time.perf_counter() - begun, page


def control(page, path, name):
    """Seconds from a click on one of several choices until the page rests with it."""
    if path not in page.url:
        page.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']").evaluate("e => e.click()")
        page.get_by_text(name, exact=True).first.wait_for(timeout=LONG)
        page.wait_for_function(QUIET, timeout=LONG)
        page.wait_for_timeout(3_000)
    begun = time.perf_counter()
    page.get_by_text(name, exact=True).first.click()
    page.wait_for_function(BUSY, timeout=5_000)
    page.wait_for_function(QUIET, timeout=LONG)
    return time.perf_counter() - begun


PLAYED = """async () => {
    const [box] = document.querySelectorAll('.vega-bindings input[type=checkbox]');
    const [slider] = document.querySelectorAll('.vega-bindings input[type=range]');
    let last = slider.value, seen = 0, begun = performance.now();
    box.click();
    while (slider.value !== slider.max && performance.now() - begun < 5000) {
        await new Promise(done => requestAnimationFrame(done));
        if (slider.value !== last) { last = slider.value; seen += 1; }
    }
    return 1000 * seen / (performance.now() - begun);
}"""


def frames(browser, address):
    """How many stages of EM a second are painted while it plays."""
    page = browser.new_page()
    page.goto(f"{address}/how-em-works?em-rows=Elongated&em-n=2000&em-k=5")
    page.locator(".vega-bindings input[type=range]").wait_for(timeout=LONG)
    page.wait_for_function(QUIET, timeout=LONG)
    page.wait_for_timeout(2_000)
    painted = page.evaluate(PLAYED)
    kept = "yes" if painted >= 5 else "no"
    what = "EM played on 2,000 points, K=5, frames a second (at least)"
    return {"what": what, "seconds": f"{painted:.1f}", "at most": "5.0", "kept": kept}


def serve(folder=None, environment=None, **options):
    """The app in a process of its own; its temporary files go to the folder, its server has the options."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"} | options
    given = [each for name, value in options.items() for each in (f"--server.{name}", str(value))]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *given]
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")} | (environment or {})
    if folder is not None:
        environment["TMPDIR"] = folder
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return server, address
        except OSError:
            time.sleep(0.5)
    server.terminate()
    raise SystemExit("the app did not start")


def row(what, seconds, most):
    return {
        "what": what,
        "seconds": f"{seconds:.2f}",
        "at most": f"{most:.1f}",
        "kept": "yes" if seconds <= most else "no",
    }
