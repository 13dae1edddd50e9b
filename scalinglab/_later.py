"""Names of a package that are loaded when they are first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection
from typing import Any


def later(package: str, module: str, names: Collection[str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package one of whose modules needs torch: torch takes seconds, the rest does without.

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
