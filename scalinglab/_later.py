"""What is loaded when it is first asked for: torch, parts of scipy, what a package keeps in one of its modules."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection
from types import ModuleType
from typing import TYPE_CHECKING, Any


class Later(ModuleType):
    """A module that is imported when one of its names is first asked for.

    It takes the place of the module's import: ``from scalinglab._later import torch`` for ``import torch``. A name
    that was found is kept, so that it is found next time as fast as in the module itself.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python and its tools ask of any object; they are no reason to load it
            raise AttributeError(f"module {self.__name__!r} has not been asked for {name!r}")
        found = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import torch
    import torch.optim.adam as torch_adam
    import torch.utils.flop_counter as torch_flops
    from scipy import linalg, optimize, spatial, special
else:
    #: It takes a second and 180 MB, and much of the course does without: nothing loads it before something trains.
    torch = Later("torch")
    #: The functions beneath its optimizers, which themselves load a compiler: another second, another 70 MB.
    torch_adam = Later("torch.optim.adam")
    #: What counts the products of a user's own module.
    torch_flops = Later("torch.utils.flop_counter")
    #: Half a second and 50 MB together, and a panel needs one of them at most to show.
    linalg, optimize = Later("scipy.linalg"), Later("scipy.optimize")
    spatial, special = Later("scipy.spatial"), Later("scipy.special")


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
