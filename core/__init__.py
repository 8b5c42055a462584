"""Gaussian mixtures, EM and what an analyst does with them, without any user interface.

The one file that knows all parts is __init__.pyi beside this one. Names are loaded when they are first used, so that a
process that needs only one part, such as the reader's child, does not pay for the others.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
