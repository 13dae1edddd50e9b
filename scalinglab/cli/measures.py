"""What a table can hold beside the errors of its runs: a name for the TOML file, and the function that measures it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

__all__ = ["EXPERIMENTS", "MEASURES", "configured", "measure_of", "plain_grid"]

Rows = list[dict[str, Any]]
#: Module and function: from a grid to its rows so far, again and again.
MEASURES = {
    "layers": ("scalinglab.heavy_tails", "layer_sweep"),
    "rounds": ("scalinglab.pruning", "pruning_rounds"),
    "pruning": ("scalinglab.pruning", "pruning_comparisons"),
    "controls": ("scalinglab.pruning", "control_comparisons"),
}
#: Those whose grids hold the arguments of a comparison, and no runs; and the columns that say what is compared.
COMPARISONS = ("pruning", "controls")
COMPARED = {"method", "density", "control", "rewind", "seed"}
#: Experiments of ``scalinglab.pruning`` on labels that are coin flips, with tasks of their own.
EXPERIMENTS = ("drawn_information", "mask_events", "mask_information", "memorisation")
#: Keys of a grid that are not for ``train``, but for what is measured.
OWN = ("pruning",)


def measure_of(name: str) -> Callable[[Any], Iterator[Rows]]:
    """The function behind a name."""
    if name in EXPERIMENTS:
        return partial(_experiments, name)
    module, function = MEASURES[name]
    return getattr(importlib.import_module(module), function)


def _experiments(name: str, grid: Any) -> Iterator[Rows]:
    """One experiment after the other: the keys of each are its arguments, those of its task are of ``coin_flips``."""
    pruning = importlib.import_module("scalinglab.pruning")
    finished: Rows = []
    for given in [grid] if isinstance(grid, Mapping) else grid:
        arguments, rows = dict(given), []
        try:
            task = pruning.coin_flips(**arguments.pop("task", {}))
            experiment = getattr(pruning, name)(task, **arguments)
        except TypeError as error:
            raise ValueError(f"file must hold the arguments of {name}, and a task of coin_flips: {error}") from None
        for result in experiment:
            if len(found := result.rows()) > len(rows):
                rows = found
                yield finished + rows
        finished += rows


def plain_grid(grid: Any) -> Any:
    """A grid without the keys that are for what is measured."""
    if isinstance(grid, Mapping):
        return {name: value for name, value in grid.items() if name not in OWN}
    return [plain_grid(one) for one in grid] if isinstance(grid, Sequence) and not isinstance(grid, str) else grid


def configured(measure: str, grid: Any) -> set[str]:
    """Columns that say which run a row is of: they stand in a table as they are, and results are rounded."""
    from scalinglab.training.sweeps.grids import runs_of

    if measure in EXPERIMENTS:
        return set()
    if measure in COMPARISONS:
        return COMPARED
    return {name for run in runs_of(plain_grid(grid)) for name in run.row}
