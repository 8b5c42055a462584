"""What the wheel gives in an environment without this checkout: README's example, and the app by its command."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from importlib import import_module
from pathlib import Path

PATIENCE = 60.0  # seconds until the app answers


def example(readme):
    """README's example with the installed package's name."""
    code = re.search(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)[1]
    import mixture_explorer

    assert "site-packages" in mixture_explorer.__file__, mixture_explorer.__file__
    exec(compile(re.sub(r"\bimport core\b", "import mixture_explorer as core", code), str(readme), "exec"), {})


def pages():
    """Every page of the installed app runs, and no class of the engine is there twice."""
    from streamlit.testing.v1 import AppTest

    start = import_module("mixture_explorer.__main__")
    sys.meta_path.insert(0, start.Alias())
    app = Path(start.__file__).parent / "app"
    sys.path.insert(0, str(app))
    first = AppTest.from_file(str(app / "app.py"), default_timeout=PATIENCE).run()
    for page in sorted((app / "pages").glob("*_page.py")):
        shown = first.switch_page(f"pages/{page.name}").run()
        assert not shown.exception, (page.name, shown.exception)
        assert shown.main.children, f"{page.name} shows nothing"
    assert import_module("core.mixture.model").Mixture is import_module("mixture_explorer").Mixture


def commands():
    """Both ways to start the app end in a server that answers."""
    for way in ([str(Path(sys.executable).with_name("mixture-explorer"))], [sys.executable, "-m", "mixture_explorer"]):
        port = free_port()
        server = subprocess.Popen([*way, "--server.headless=true", f"--server.port={port}"])
        try:
            assert answers(server, port), way
        finally:
            server.terminate()
            server.wait()


def in_a_pipe():
    """The command answers a table from a pipe, and scores another by what it saved, without the app."""
    command = str(Path(sys.executable).with_name("mixture-explorer"))
    rows = "\n".join(["a,b", *(f"{k % 7 + 40 * (k % 2)},{k % 11 + 30 * (k % 2)}" for k in range(200))])
    saved = subprocess.run(
        [command, "answer", "-", "--recipe", "-"], input=rows, capture_output=True, text=True, check=True
    )
    assert "2 groups" in saved.stderr, saved.stderr
    Path("recipe.json").write_text(saved.stdout)
    scored = [sys.executable, "-m", "mixture_explorer", "score", "recipe.json", "-"]
    told = subprocess.run(scored, input=rows, capture_output=True, text=True, check=True).stdout
    assert len(told.splitlines()) == 201, told[:500]


def free_port():
    """A port that nobody listens at."""
    with closing(socket.socket()) as one:
        one.bind(("localhost", 0))
        return one.getsockname()[1]


def answers(server, port):
    """Whether the app is healthy before patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5) as reply:
                return reply.read() == b"ok"
        except OSError:
            time.sleep(0.5)
    return False


if __name__ == "__main__":
    example(Path(sys.argv[1]))
    in_a_pipe()
    if "--app" in sys.argv:
        pages()
        commands()
