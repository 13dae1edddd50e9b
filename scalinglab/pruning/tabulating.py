"""Tables of pruning: iterative pruning over a grid of networks, stack by stack, and comparisons of methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scalinglab._checks import fail, fraction, positive_integer
from scalinglab._growing import Growing
from scalinglab.pruning.comparison import compare_methods
from scalinglab.pruning.iterative import iterative_pruning
from scalinglab.pruning.sanity import compare_controls
from scalinglab.training.sweeps.chunks import STACKED, chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.tasks.catalogue import build_task

__all__ = ["control_comparisons", "pruning_comparisons", "pruning_rounds", "split_grid"]

Grid = Mapping[str, Any] | Sequence[Mapping[str, Any]]
#: What ``pruning`` may hold: how the densities fall, and options of ``iterative_pruning``.
OPTIONS = ("rounds", "fraction", "rewind", "after", "scope")
#: Of a round, what a record keeps beside the configuration of its run.
MEASURED = ("round", "density", "kept", "effective_density", "train_loss", "test_loss", "test_error", "status")


def split_grid(grid: Grid) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Part each mapping of a grid into what ``scalinglab.training.sweep`` takes, and its ``pruning``.

    Raises
    ------
    ValueError
        If there is no such grid, or a mapping has no ``pruning``.
    """
    grids = [grid] if isinstance(grid, Mapping) else grid
    if not isinstance(grids, Sequence) or isinstance(grids, str) or not all(isinstance(one, Mapping) for one in grids):
        fail("grid", "be a mapping from names to values, or a list of these", grid)
    parts = []
    for one in grids:
        plain = {name: value for name, value in one.items() if name != "pruning"}
        pruning = one.get("pruning")
        if not isinstance(pruning, Mapping) or set(pruning) - set(OPTIONS):
            fail("pruning", "be a mapping with some of " + ", ".join(OPTIONS), pruning)
        parts.append((plain, dict(pruning)))
    return parts


def pruning_rounds(grid: Grid) -> Iterator[list[dict[str, Any]]]:
    """Prune every network of a grid in rounds, each of which keeps the same share of what is left.

    Parameters
    ----------
    grid : mapping or sequence of mappings
        As ``scalinglab.training.sweep`` takes it, with one more key: ``pruning``, a mapping with ``rounds`` (10 if
        left out; the dense network is the first), the ``fraction`` of the weights that a round prunes (0.2), and
        ``rewind``, ``after`` and ``scope`` as ``iterative_pruning`` takes them.

    Yields
    ------
    list of dict
        The rows so far: the configuration of a run, then one of its rounds, as ``Pruning.rows`` tells it.

    Raises
    ------
    ValueError
        If the grid is wrong.
    """
    rows: list[dict[str, Any]] = []
    for plain, options in split_grid(grid):
        pruning: dict[str, Any] = dict(options)
        runs = runs_of(plain)
        rounds = positive_integer("rounds", pruning.pop("rounds", 10))
        left = 1 - fraction("fraction", pruning.pop("fraction", 0.2))
        densities = [left**number for number in range(rounds)]
        for chunk in chunks_of(runs):
            some = [runs[place] for place in chunk.places]
            shared = {name: value for name, value in some[0].settings.items() if name != "evaluations"}
            settings: dict[str, Any] = shared | {name: [run.settings[name] for run in some] for name in STACKED}
            *_, last = iterative_pruning(build_task(some[0].recipe), densities=densities, **pruning, **settings)
            for row in last.rows():
                rows.append(some[row["network"]].row | {name: row[name] for name in MEASURED})
            yield list(rows)


def pruning_comparisons(grid: Grid) -> Iterator[list[dict[str, Any]]]:
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


def control_comparisons(grid: Grid) -> Iterator[list[dict[str, Any]]]:
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
