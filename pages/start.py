"""The command mixture-explorer: it starts the app that was installed with the engine, or works without one."""

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path


class Alias(MetaPathFinder, Loader):
    """Makes `core`, as the app calls the engine, a name of the installed modules too, so that no class exists twice."""

    def find_spec(self, name, path=None, target=None):
        """What imports core and its parts."""
        return ModuleSpec(name, self) if name == "core" or name.startswith("core.") else None

    def create_module(self, spec):
        """The installed module of this name."""
        module = import_module(__package__ + spec.name.removeprefix("core"))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        """It runs already; what Python has just written over its own description is put back."""
        module.__spec__ = module.__spec__.loader_state


COMMANDS = {"answer", "replay", "score", "-h", "--help", "--version"}


def main():
    """Carry a command out, or start the app; further arguments are Streamlit's then."""
    if COMMANDS.intersection(sys.argv[1:2]):
        sys.exit(import_module(f"{__package__}.share.command").run(sys.argv[1:]))
    try:
        from streamlit.web import cli
    except ModuleNotFoundError:
        sys.exit('The app needs Streamlit and Altair. Install them with: pip install "mixture-explorer[app]"')
    sys.meta_path.insert(0, Alias())
    sys.argv = ["streamlit", "run", str(Path(__file__).parent / "app" / "app.py"), *sys.argv[1:]]
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
