"""Comparisons of pruning as tables: what a grid with ``measure = "pruning"`` or ``measure = "controls"`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scalinglab._checks import fail
from scalinglab._growing import Growing
from scalinglab.pruning.comparison import compare_methods
from scalinglab.pruning.sanity import compare_controls
from scalinglab.training.tasks.catalogue import build_task

__all__ = ["control_sweep", "pruning_sweep"]

Grid = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def pruning_sweep(grid: Grid) -> Iterator[list[dict[str, Any]]]:
    """The rows of ``compare_methods`` for each mapping of a grid: its arguments, and the ``task`` as a recipe.

    Parameters
    ----------
    grid : mapping or sequence of mappings
        Each is one comparison; the rows say at which ``rewind`` step.

    Yields
    ------
    list of dict
        The rows so far, whenever there are more.

    Raises
    ------
    ValueError
        At the call, if the grid is wrong.
    """
    return _rows(_started(compare_methods, grid), ("rewind",))


def control_sweep(grid: Grid) -> Iterator[list[dict[str, Any]]]:
    """The rows of ``compare_controls`` for each mapping of a grid.

    Parameters
    ----------
    grid : mapping or sequence of mappings

    Yields
    ------
    list of dict
        The rows so far, whenever there are more.

    Raises
    ------
    ValueError
        At the call, if the grid is wrong.
    """
    return _rows(_started(compare_controls, grid), ())


Started = list[tuple[dict[str, Any], Iterator[Growing]]]


def _started(compare: Callable[..., Iterator[Growing]], grid: Grid) -> Started:
    """All comparisons of a grid, none of them begun: that checks their arguments."""
    found = []
    for part in [grid] if isinstance(grid, Mapping) else list(grid):
        if not isinstance(part, Mapping) or "task" not in part:
            fail("grid", "hold mappings that name a task", part)
        arguments = {name: value for name, value in part.items() if name != "task"}
        try:
            found.append((arguments, compare(build_task(part["task"]), **arguments)))
        except TypeError as error:
            raise ValueError(f"grid must hold the arguments of {compare.__name__}: {error}") from None
    if not found:
        fail("grid", "hold at least one mapping", grid)
    return found


def _rows(started: Started, names: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for arguments, comparison in started:
        about, before, count = {name: arguments.get(name, 0) for name in names}, len(rows), 0
        for state in comparison:
            if len(state.found) > count:
                count = len(state.found)
                rows = rows[:before] + [about | row for row in state.rows()]
                yield rows
