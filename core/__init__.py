"""Gaussian mixtures, EM and what an analyst does with them, without any user interface.

The one file that knows all parts is __init__.pyi beside this one. Names are loaded when they are first used, so that a
process that needs only one part, such as the reader's child, does not pay for the others.
"""

import lazy_loader

from .version import __version__ as __version__

EARLIER = {"doubt": "classify", "Doubt": "Classification"}  # spellings that scripts may still use
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """A public name when it is first used, under its present spelling or an earlier one."""
    return _load(EARLIER.get(name, name))
