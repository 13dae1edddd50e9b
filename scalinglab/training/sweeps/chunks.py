"""Chunks: runs that stack are cut into pieces that take seconds; a piece is the unit of work and of resuming.

The cut depends on the grid (and on the kind of device) alone, neither on the executor, nor on what a store holds, nor
on the machine. So a sweep that is resumed, or computed elsewhere, trains the same stacks.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scalinglab.training.sweeps.grids import Run

__all__ = ["STACKED", "Chunk", "chunks_of"]

#: What may differ within a stack without any padding.
STACKED = ("seed", "step_size", "samples")
#: Most parameters of a chunk. On one thread 64-64-10 is fastest at 50 to 130 networks, 64-256-256-10 at 4 to 8: what is
#: taller leaves the cache.
PARAMETERS = 2**18
#: Most runs of a chunk: where 64-16-10 is fastest.
RUNS = 128
#: Most multiply-adds of a chunk: a few seconds on one thread.
MULTIPLY_ADDS = 5 * 10**10
#: A GPU wants this many times more.
GPU = 32
#: Inputs and outputs of tasks that are far from the digits' 64 and 10. They need not be exact: they only say where
#: to cut, and must not take the data themselves, which may lie on the workers alone.
SHAPES = {"mnist": (784, 10), "cifar10": (3072, 10), "text": (0, 100)}


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some runs that are trained as one stack.

    Attributes
    ----------
    name : str
        The hash of its runs' keys.
    places : tuple of int
        Where its runs stand in the grid.
    work : int
        About how many multiply-adds each of its runs takes.
    """

    name: str
    places: tuple[int, ...]
    work: int


def chunks_of(runs: Sequence[Run], *, device: str = "cpu") -> list[Chunk]:
    """Cut all runs of a grid into chunks, in the order of their first runs."""
    stacks: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        stacks.setdefault(_stack(run), []).append(place)
    factor = 1 if device == "cpu" else GPU
    chunks = []
    for places in stacks.values():
        parameters, work = _size(runs[places[0]])
        most = factor * min(RUNS, PARAMETERS // parameters, MULTIPLY_ADDS // work)
        for start in range(0, len(places), max(1, most)):
            some = tuple(places[start : start + max(1, most)])
            keys = "".join(runs[place].key for place in some)
            chunks.append(Chunk(hashlib.sha256(keys.encode()).hexdigest(), some, work))
    return sorted(chunks, key=lambda chunk: chunk.places[0])


def _stack(run: Run) -> str:
    """What runs of one stack share: the task, the size of a batch, and all that may not differ within a stack."""
    shared = {name: value for name, value in run.settings.items() if name not in STACKED}
    return json.dumps([run.recipe, shared, _batch(run.settings)], sort_keys=True)


def _batch(settings: dict[str, Any]) -> int:
    """Examples in a batch: all that the network sees, if these are fewer than asked."""
    return min(settings["batch_size"], settings["samples"] or settings["batch_size"])


def _size(run: Run) -> tuple[int, int]:
    """About how many parameters a run has, and how many multiply-adds it takes; both at least 1."""
    inputs, outputs = SHAPES.get(run.recipe["name"], (64, 10))
    # Some tasks say how many inputs they have, and each character of a text is a few.
    inputs = run.recipe.get("inputs", inputs) or run.recipe.get("context", 1) * run.settings["embedding"]
    width, depth = run.settings["width"], run.settings["depth"]
    parameters = sum(a * b for a, b in itertools.pairwise((inputs, *[width] * depth, outputs)))
    work = 3 * parameters * max(_batch(run.settings), 1) * run.settings["steps"]
    return max(parameters, 1), max(work, 1)
