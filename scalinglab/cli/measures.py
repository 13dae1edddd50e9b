"""What a table can hold beside the errors of its runs: a name for the TOML file, and the function that measures it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["MEASURES", "measure_of", "plain_grid"]

Rows = list[dict[str, Any]]
#: Module and function: from a grid to its rows so far, again and again.
MEASURES = {
    "layers": ("scalinglab.heavy_tails", "layer_sweep"),
    "rounds": ("scalinglab.pruning", "pruning_rounds"),
}
#: Keys of a grid that are not for ``train``, but for what is measured.
OWN = ("pruning",)


def measure_of(name: str) -> Callable[[Any], Iterator[Rows]]:
    """The function behind a name."""
    module, function = MEASURES[name]
    return getattr(importlib.import_module(module), function)


def plain_grid(grid: Any) -> Any:
    """A grid without the keys that are for what is measured."""
    if isinstance(grid, Mapping):
        return {name: value for name, value in grid.items() if name not in OWN}
    return [plain_grid(one) for one in grid] if isinstance(grid, Sequence) and not isinstance(grid, str) else grid
