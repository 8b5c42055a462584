"""What the wheel gives in an environment without this checkout: README's example, and the app by its command."""

import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8765
PATIENCE = 60.0  # seconds until the app answers


def example(readme):
    """README's example with the installed package's name."""
    code = re.search(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)[1]
    import mixture_explorer

    assert "site-packages" in mixture_explorer.__file__, mixture_explorer.__file__
    exec(compile(re.sub(r"\bimport core\b", "import mixture_explorer as core", code), str(readme), "exec"), {})


def app():
    """The app answers, and both ways to start it are one."""
    command = [str(Path(sys.executable).with_name("mixture-explorer"))]
    options = ["--server.headless=true", f"--server.port={PORT}"]
    for way in (command, [sys.executable, "-m", "mixture_explorer"]):
        server = subprocess.Popen([*way, *options])
        try:
            assert answers(server), way
        finally:
            server.terminate()
            server.wait()


def answers(server):
    """Whether the app is healthy before patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{PORT}/_stcore/health", timeout=5) as reply:
                return reply.read() == b"ok"
        except OSError:
            time.sleep(0.5)
    return False


if __name__ == "__main__":
    example(Path(sys.argv[1]))
    if "--app" in sys.argv:
        app()
