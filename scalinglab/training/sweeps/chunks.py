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

from scalinglab.training.memory import PROBE
from scalinglab.training.networks.attention import attention_counts
from scalinglab.training.networks.convolutions import convolution_counts
from scalinglab.training.sweeps.grids import Run

#: What may differ within a stack without any padding.
STACKED = ("seed", "step_size", "samples")
#: Most parameters of a chunk. On one thread 64-64-10 is fastest at 50 to 130 networks, 64-256-256-10 at 4 to 8: what is
#: taller leaves the cache.
PARAMETERS = 2**18
#: Most runs of a chunk: where 64-16-10 is fastest.
RUNS = 128
#: Most multiply-adds of a chunk: a few seconds on one thread.
MULTIPLY_ADDS = 5 * 10**10
#: Networks other than perceptrons may take this many times more in a chunk: five of width 32 that are trained for long
#: would else be alone, and take 1.7 times as long.
LONGER = 4
#: Multiply-adds that an experiment is taken to have; nobody knows how many.
EXPERIMENT = 10**9
#: A GPU wants this many times more.
GPU = 32
#: Inputs, outputs and examples that are held out. They need not be exact: they only say where to cut, and must not take
#: the data themselves, which may lie on the workers alone. Some tasks say in their recipes how many they have.
SHAPES = {"digits": (64, 10, 597), "teacher_student": (8, 1, 2048), "text": (96, 98, 8192)}
SHAPES |= {"signals": (40, 10, 2000), "mnist": (784, 10, 10_000), "cifar10": (3072, 10, 10_000)}
#: How many held-out sets a task has, if more than one: text and signals are validated, too.
HELD_OUT = {"text": 2, "signals": 2}


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
        most = factor * min(RUNS, PARAMETERS // parameters, _most_multiply_adds(runs[places[0]]) // work)
        for start in range(0, len(places), max(1, most)):
            some = tuple(places[start : start + max(1, most)])
            keys = "".join(runs[place].key for place in some)
            chunks.append(Chunk(hashlib.sha256(keys.encode()).hexdigest(), some, work))
    return sorted(chunks, key=lambda chunk: chunk.places[0])


def stacked_settings(runs: Sequence[Run]) -> dict[str, Any]:
    """The arguments of ``train`` for a stack of these runs; none of experiments."""
    if not runs[0].settings:
        return {}
    stacked = {name: [run.settings[name] for run in runs] for name in STACKED}
    if stacked["samples"][0] is None:
        del stacked["samples"]
    return runs[0].settings | stacked


def _stack(run: Run) -> str:
    """What runs of one stack share: the task, the size of a batch, and all that may not differ within a stack."""
    if not run.settings:  # an experiment, which is alone
        return run.key
    shared = {name: value for name, value in run.settings.items() if name not in STACKED}
    return json.dumps([run.recipe, shared, _batch(run.settings), run.options], sort_keys=True)


def _batch(settings: dict[str, Any]) -> int:
    """Examples in a batch: all that the network sees, if these are fewer than asked."""
    return min(settings["batch_size"], settings["samples"] or settings["batch_size"])


def _most_multiply_adds(run: Run) -> int:
    return MULTIPLY_ADDS * (1 if run.settings.get("network", "perceptron") == "perceptron" else LONGER)


def _size(run: Run) -> tuple[int, int]:
    """About how many parameters a run has, and how many multiply-adds it takes; both at least 1."""
    recipe, settings = run.recipe, run.settings
    if not settings:
        return 1, EXPERIMENT
    inputs, outputs, held_out = SHAPES[recipe["name"]]
    inputs, held_out = recipe.get("inputs", inputs), recipe.get("test_samples", held_out)
    parameters, products = _counts(settings, recipe.get("context", inputs), outputs, "context" in recipe)
    evaluated = held_out * HELD_OUT.get(recipe["name"], 1) + min(settings["samples"], PROBE)
    evaluations = min(settings["evaluations"], settings["steps"] + 1)
    work = products * (3 * _batch(settings) * settings["steps"] + evaluations * evaluated)
    return max(parameters, 1), max(work, 1)


def _counts(settings: dict[str, Any], inputs: int, outputs: int, codes: bool) -> tuple[int, int]:
    """About how many numbers of a run are at hand in a step, in units of parameters, and its multiply-adds an example.

    Those of a perceptron are its weights. Of other networks, which go over many places with the same weights, it is
    what comes into each product; an eighth of it counts, as 16 to 32 networks of width 16 are fastest at batch 64.
    """
    width, embedding = settings["width"], settings["embedding"] * codes
    if settings["network"] == "perceptron":
        sizes = (inputs * (embedding or 1), *[width] * settings["depth"], outputs)
        weights = sum(a * b for a, b in itertools.pairwise(sizes))
        return weights, weights
    if settings["network"] == "convolution":
        counts = convolution_counts(width, inputs, outputs, embedding)
    else:
        counts = attention_counts(width, inputs, outputs, settings["depth"], embedding)
    return max(counts.weights, _batch(settings) * counts.products // max(width, 1) // 8), counts.products
