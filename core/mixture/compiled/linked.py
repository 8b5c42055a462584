"""Functions that only compiled code calls: LLVM works on them where they end up, inside the function that Python calls.

Numba by itself optimises each function and makes machine code of it, then does so again with every caller that it is
linked into, up to the outermost one: by far the most of the time that compiling took.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder


class _Nowhere:
    """What takes the address of a function's environment, which compiled code without Python objects never asks for."""

    def set_env(self, name: str, environment: Any) -> None:
        """Forget it: there is no machine code yet that could hold it."""


class Linked(JITCodeLibrary):
    """Code without machine code of its own."""

    @property
    def codegen(self) -> Any:
        """Where Numba puts the environment."""
        return _Nowhere()

    def get_pointer_to_function(self, name: str) -> int:
        """None: Python does not call it."""
        self._ensure_finalized()
        return 0

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True


class LinkedCompiler(CompilerBase):
    """Numba's own steps, into such code."""

    def define_pipelines(self) -> list[Any]:
        """The usual one."""
        self.state.library = Linked(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]
