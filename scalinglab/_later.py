"""What is loaded when it is first asked for: torch, parts of scipy, nbformat, what a package keeps in one module."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

#: Grammars of addresses, which an extra of jsonschema compiles.
_GRAMMAR = "rfc3987_syntax"


class Later(ModuleType):
    """A module that is imported when one of its names is first asked for.

    It takes the place of the module's import: ``from scalinglab._later import torch`` for ``import torch``. A name
    that was found is kept, so that it is found next time as fast as in the module itself.

    Parameters
    ----------
    name : str
    before : callable
        Called before it is imported.
    """

    def __init__(self, name: str, before: Callable[[], None] = lambda: None) -> None:
        super().__init__(name)
        self._before = before

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python and its tools ask of any object; they are no reason to load it
            raise AttributeError(f"module {self.__name__!r} has not been asked for {name!r}")
        self._before()
        found = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, found)
        return found


def quick_jsonschema() -> None:
    """Load jsonschema without a grammar that takes longer than the rest of nbformat; called before nbformat is loaded.

    jsonschema loads ``rfc3987_syntax``, if that is installed, for one format of many: addresses with letters beyond
    ASCII. It compiles 38 grammars when it is loaded. Here they wait until such an address is looked at.
    """
    if _GRAMMAR in sys.modules or "jsonschema" in sys.modules or importlib.util.find_spec(_GRAMMAR) is None:
        return
    stand_in: Any = ModuleType(_GRAMMAR)
    stand_in.is_valid_syntax = lambda *asked: importlib.import_module(_GRAMMAR).is_valid_syntax(*asked)
    sys.modules[_GRAMMAR] = stand_in
    try:
        with suppress(ImportError):
            importlib.import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMAR]  # whoever else loads it gets it


if TYPE_CHECKING:
    import nbformat
    import torch
    import torch.optim.adam as torch_adam
    import torch.utils._python_dispatch as torch_dispatch
    import torch.utils.flop_counter as torch_flops
    from scipy import linalg, optimize, spatial, special
else:
    #: It takes a second and 180 MB, and much of the course does without: nothing loads it before something trains.
    torch = Later("torch")
    #: The functions beneath its optimizers, which themselves load a compiler: another second, another 70 MB.
    torch_adam = Later("torch.optim.adam")
    #: What counts the products of a user's own module.
    torch_flops = Later("torch.utils.flop_counter")
    #: Where its operations can be seen one by one; it comes with torch, but pyright does not know.
    torch_dispatch = Later("torch.utils._python_dispatch")
    #: Half a second and 50 MB together, and a panel needs one of them at most to show.
    linalg, optimize = Later("scipy.linalg"), Later("scipy.optimize")
    spatial, special = Later("scipy.spatial"), Later("scipy.special")
    #: A fifth of a second; with the grammars of its jsonschema, nearly two.
    nbformat = Later("nbformat", before=quick_jsonschema)


def later(package: str, module: str, names: Collection[str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package one of whose modules needs ``training``: the rest does without.

    Parameters
    ----------
    package, module : str
        ``__name__``, and the module's name in it.
    names : collection of str
        Those that are to be found in the module.
    """

    def load(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{module}"), name)

    return load
