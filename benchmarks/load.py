"""Twenty visitors at once, and one large file: memory of the server and all its children, waiting, and what is left."""

import asyncio
import io
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field

import numpy as np

from benchmarks import app
from benchmarks.measuring import measured
from benchmarks.processes import Peak, census
from benchmarks.visitor import Visitor

VISITORS, BROWSERS = 20, 2
LOOKS = 2.0  # seconds that a visitor looks at a page
REST = 60.0  # seconds after the last has left
ANSWER = "rows? looks? odd"
# A page that the server has not begun with yet looks as if it were at rest.
TITLE = "() => document.querySelector('h1')?.innerText"


@dataclass
class Walk:
    """What one visitor went through."""

    first: float = float("nan")  # seconds from the upload to the first answer
    waits: list = field(default_factory=list)  # seconds for each page after that
    errors: list = field(default_factory=list)


def rows(full=False):
    yield from twenty(600.0 if full else 120.0)
    yield from large(1_000_000 if full else 200_000)


def twenty(seconds):
    """Twenty sessions of their own tables, two of them in browsers."""
    with tempfile.TemporaryDirectory() as folder:
        # Who leaves leaves nothing: else files stay for an hour, for whoever comes back.
        server, address = app.serve(folder, {"MIXTURE_EXPLORER_KEEPS_MINUTES": "0"})
        try:
            asyncio.run(some(address, 6))
            before = census(server.pid, folder)
            with Peak(server.pid, folder) as peak:
                walks = asyncio.run(together(address, seconds))
            time.sleep(REST)
            after = census(server.pid, folder)
        finally:
            server.terminate()
            server.wait(timeout=20)
    yield from report(walks, peak, before, after)


def report(walks, peak, before, after):
    """The figures of twenty visitors."""
    firsts = [each.first for each in walks]
    totals = [statistics.fmean(each.waits) for each in walks if each.waits]
    pages = [len(each.waits) for each in walks]
    errors = [error for each in walks for error in each.errors]
    yield measured("errors", len(errors), "0", not errors)
    for error in errors[:5]:
        print(error)
    yield measured("most memory, MB", f"{peak.most:.0f}", "1200", peak.most <= 1200)
    yield of_median("first answer", firsts)
    yield of_median("a page, mean of a session", totals)
    yield measured("pages a session", f"{min(pages)} to {max(pages)}", "", True)
    yield measured("at rest, MB", f"{after.megabytes:.0f} (server {after.own:.0f})", "400", after.megabytes <= 400)
    yield measured("files left", after.files, "0", not after.files)
    yield measured("children left", after.children, f"{before.children}", after.children <= before.children)
    yield measured("threads left", after.threads, f"{before.threads}", after.threads <= before.threads)


def of_median(what, seconds):
    """A wait: its median, and the longest as a multiple of it."""
    median, most = statistics.median(seconds), max(seconds)
    figure = f"{median:.1f} s, longest {most:.1f} s ({most / median:.1f}x)"
    return measured(what, figure, "4x", most <= 4 * median)


async def some(address, visitors=1):
    """A few visitors, so that everything is compiled and the server's pools of threads have their size."""

    async def one():
        async with Visitor(address) as visitor:
            await visitor.upload(table(2_000, 8, seed=99))
            await visitor.shows(ANSWER)

    await asyncio.gather(*(one() for _ in range(visitors)))


async def together(address, seconds):
    """The walks of all who come at the same time."""
    browsers = BROWSERS if shutil.which("chromium") else 0
    tasks = [walk(address, table(10_000, 8, seed), seconds) for seed in range(VISITORS - browsers)]
    if not browsers:
        return await asyncio.gather(*tasks)
    from playwright.async_api import async_playwright

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"), args=app.FLAGS)
        tasks += [walk_in_browser(browser, address, table(10_000, 8, 100 + k), seconds) for k in range(browsers)]
        walks = await asyncio.gather(*tasks)
        await browser.close()
    return walks


async def walk(address, content, seconds):
    """Upload, wait for the answer, and go from page to page until the time is up."""
    found, end = Walk(), time.monotonic() + seconds
    try:
        async with Visitor(address) as visitor:
            begun = time.perf_counter()
            await visitor.upload(content)
            await visitor.shows(ANSWER)
            found.first = time.perf_counter() - begun
            while not visitor.errors and (time.monotonic() < end or len(found.waits) < len(visitor.pages)):
                await asyncio.sleep(LOOKS)
                page = visitor.pages[(len(found.waits) + 1) % len(visitor.pages)]
                found.waits.append(await visitor.go(page))
            found.errors += visitor.errors
    except (OSError, TimeoutError) as fault:
        found.errors.append(repr(fault))
    return found


async def walk_in_browser(browser, address, content, seconds):
    """The same in a real browser."""
    from playwright.async_api import Error

    found, end = Walk(), time.monotonic() + seconds
    page = await browser.new_page()
    page.on("crash", lambda _: found.errors.append("the browser's page has crashed"))
    page.set_default_timeout(app.LONG * 5)
    try:
        await page.goto(address)
        await page.wait_for_function(app.QUIET)
        begun = time.perf_counter()
        file = {"name": "table.csv", "mimeType": "text/csv", "buffer": content}
        await page.locator("input[type=file]").first.set_input_files(file)
        await page.get_by_role("heading", name=app.ANSWER).wait_for()
        found.first = time.perf_counter() - begun
        links = await page.locator("[data-testid=stSidebarNavLink]").count()
        while time.monotonic() < end or len(found.waits) < links:
            await asyncio.sleep(LOOKS)
            begun = time.perf_counter()
            link = page.locator("[data-testid=stSidebarNavLink]").nth((len(found.waits) + 1) % links)
            title = await page.evaluate(TITLE)
            await link.evaluate("e => e.click()")
            await page.wait_for_function(f"before => ({TITLE})() !== before", arg=title)
            await page.wait_for_function(app.QUIET)
            found.waits.append(time.perf_counter() - begun)
            wrong = await page.locator("[data-testid=stException],[data-testid=stAlertContentError]").all_inner_texts()
            found.errors += wrong
    except Error as fault:
        found.errors.append(str(fault))
    await page.close()
    return found


def large(rows):
    """One large file, to its first answer."""
    with tempfile.TemporaryDirectory() as folder:
        server, address = app.serve(folder, maxUploadSize=400)
        try:
            asyncio.run(some(address))
            with Peak(server.pid, folder) as peak:
                seconds, errors = asyncio.run(first_answer(address, table(rows, 10, seed=1)))
        finally:
            server.terminate()
            server.wait(timeout=20)
    for error in errors:
        print(error)
    took = "no answer" if errors else f"{peak.most:.0f}, after {seconds:.1f} s"
    yield measured(f"most memory, {rows:,} x 10, MB", took, "1200", not errors and peak.most <= 1200)


async def first_answer(address, content):
    """Seconds to the first answer, and what went wrong."""
    async with Visitor(address) as visitor:
        begun = time.perf_counter()
        await visitor.upload(content)
        await visitor.shows(ANSWER)
        return time.perf_counter() - begun, visitor.errors


def table(n, d, seed):
    """Three groups, as CSV."""
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(n, d)) + rng.normal(0, 3, (3, d))[rng.integers(0, 3, n)]
    text = io.StringIO()
    np.savetxt(text, data, delimiter=",", header=",".join(f"measure_{j}" for j in range(d)), comments="", fmt="%.5f")
    return text.getvalue().encode()
