"""Tables of pruning: iterative pruning over a grid of networks, stack by stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scalinglab._checks import fail, fraction, positive_integer
from scalinglab.pruning.iterative import iterative_pruning
from scalinglab.training.sweeps.chunks import STACKED, chunks_of
from scalinglab.training.sweeps.grids import runs_of
from scalinglab.training.tasks.catalogue import build_task

__all__ = ["pruning_rounds", "split_grid"]

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
