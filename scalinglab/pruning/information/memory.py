"""What masked networks memorise: noise in the labels, by masks that were made from it or from other noise."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import fail, positive, positive_integer
from scalinglab._growing import Growing
from scalinglab.pruning.information.enumeration import checked_seeds, means
from scalinglab.pruning.information.lipschitz import steepness
from scalinglab.pruning.information.noise import coins, outputs_of, shares_right, stacked
from scalinglab.pruning.information.trials import DATA_FREE, METHODS, Trials, beyond, checked_methods, shown
from scalinglab.pruning.masks import Masks
from scalinglab.training import Task

#: What follows the name of a method whose masks are made from other labels than those that are learned.
OTHER = ", other labels"
#: All weights, for comparison.
DENSE = "dense"
#: Two hidden layers, as in the paper; labels are learned well within these steps.
SETTINGS: dict[str, Any] = {"width": 32, "depth": 2, "steps": 600, "step_size": 0.005, "batch_size": 32}
#: Rows of coins of a seed: those that are learned, and others.
OWN, ELSE = 0, 1


@dataclass(frozen=True)
class PairedGain:
    """By how much masks from the same labels are better than masks from others, seed by seed.

    Attributes
    ----------
    differences : tuple of float
        Of each seed.
    """

    differences: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean difference."""
        return float(np.mean(self.differences))

    @property
    def standard_error(self) -> float:
        """Of the mean; nan of a single seed."""
        if len(self.differences) < 2:
            return math.nan
        return float(np.std(self.differences, ddof=1)) / math.sqrt(len(self.differences))

    @property
    def positive(self) -> int:
        """Seeds with a difference above zero."""
        return sum(difference > 0 for difference in self.differences)


@dataclass(frozen=True, repr=False)
class Memorisation(Growing):
    """What masked networks memorise, method by method; see ``memorisation``.

    ``rows()`` has a record for each method, number of weights and seed: ``method``, ``kept``, ``seed``, ``right``
    (share of the training labels whose sign is met), ``loss`` (of training), ``correlation`` (of the outputs with the
    noise in the labels), ``steepness`` (as the function of that name), ``effective`` (kept weights on a path) and
    ``updates`` (of training that the search for the mask took).

    Attributes
    ----------
    done, total : int
        Updates of training.
    """

    def means(self) -> list[dict[str, Any]]:
        """The records, averaged over the seeds."""
        return means(self.rows(), by=("method", "kept"))

    def gain(self, method: str = "iterative", *, column: str = "right", kept: int | None = None) -> PairedGain:
        """A column for masks from the same labels less that for masks from other labels, over the seeds so far.

        Parameters
        ----------
        method : str
            Which ran as it is, and with ``", other labels"``.
        column : str
        kept : int, optional
            The first number of weights if left out.

        Raises
        ------
        ValueError
            If no seed has both.
        """
        found = [row for row in self.found if row["kept"] == (self.found[0]["kept"] if kept is None else kept)]
        same, other = (
            {row["seed"]: row[column] for row in found if row["method"] == name} for name in (method, method + OTHER)
        )
        both = [seed for seed in same if seed in other]
        if not both:
            fail("method", f"have rows with and without {OTHER!r}", method)
        return PairedGain(tuple(same[seed] - other[seed] for seed in both))


def memorisation(
    task: Task,
    *,
    kept: int | Sequence[int] = 60,
    methods: Sequence[str] = ("iterative", "iterative" + OTHER),
    seeds: Sequence[int] = range(12),
    clean: ArrayLike | None = None,
    noise: float = 1.0,
    scope: str = "erk",
    fraction: float = 0.3,
    at_once: int = 6,
    **settings: Any,
) -> Iterator[Memorisation]:
    """Train masks on noise in labels: masks that were made from it, from other noise, or from none.

    A method whose name ends in ``", other labels"`` gets other noise for its search than for the training that follows.
    With the same start, the same numbers of weights in each layer and the same algorithm, the two differ only in
    the information about the labels that the mask carries. So the pair is a clean test of what that is worth.

    Parameters
    ----------
    task : Task
        Its inputs are used. Two classes: the labels are coins. A regression with one output: ``clean`` plus noise.
    kept : int or sequence of int
        Weights of each mask.
    methods : sequence of str
        As in ``label_masks``, each with or without ``", other labels"``; or ``"dense"``, all weights.
    seeds : sequence of int
        Each draws an untrained network, its labels and the other labels.
    clean : array, shape (samples,), optional
        In a regression: what the labels would be without noise; zero if left out.
    noise : float
        In a regression: the noise is this, plus or minus.
    scope : {"global", "layer", "erk", "lamp"}
        Of methods that train. "erk" gives all of them the same number of weights in each layer.
    fraction : float
        How much iterative pruning removes in a round, at most.
    at_once : int
        Seeds that are trained side by side, before their rows are shown.
    **settings
        Of ``train``: width 32, 2 hidden layers, 600 steps of Adam at 0.005, batches of 32 unless said otherwise.

    Yields
    ------
    Memorisation
        After each update of training; rows come by numbers of weights, some seeds at a time, method by method.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    RuntimeError
        If a network diverged.
    """
    counts = [kept] if not isinstance(kept, Sequence) else list(kept)
    if not counts:
        fail("kept", "be a number of weights, or several", kept)
    given = {"scope": scope, "fraction": fraction} | SETTINGS | settings
    trials = [Trials(task, count, **given) for count in counts]
    names = checked_methods(methods, (*METHODS, DENSE, *(name + OTHER for name in METHODS if name not in DATA_FREE)))
    drawn = checked_seeds(list(seeds) if isinstance(seeds, range) else seeds)
    if task.outputs != 1:
        fail("task", "have one output", task)
    labels = {seed: tuple(_labels(task, clean, noise, seed, row) for row in (OWN, ELSE)) for seed in drawn}
    size = positive_integer("at_once", at_once)
    parts = [drawn[first : first + size] for first in range(0, len(drawn), size)]
    return _memorised(trials, names, parts, labels)


Labels = dict[int, tuple[tuple[NDArray[Any], NDArray[np.float64]], ...]]


def _memorised(
    trials: list[Trials], methods: tuple[str, ...], parts: list[list[int]], labels: Labels
) -> Iterator[Memorisation]:
    rows: list[dict[str, Any]] = []
    # A method with the same and with other labels is one stack.
    together: dict[str, list[str]] = {}
    for method in methods:
        together.setdefault(method.removesuffix(OTHER), []).append(method)
    updates = {(one.kept, name): one.updates(name) + one.steps for one in trials for name in together}
    total, done = sum(updates.values()) * len(parts), 0
    for one in trials:
        for seeds in parts:
            for name, variants in together.items():
                now = Memorisation(tuple(rows), done, total)
                rows += yield from shown(_learned(one, name, variants, seeds, labels), now)
                done += updates[one.kept, name]
                yield Memorisation(tuple(rows), done, total)


def _learned(
    trials: Trials, name: str, variants: list[str], seeds: list[int], labels: Labels
) -> Generator[int, None, list[dict[str, Any]]]:
    """Masks of one method for some seeds, trained: yields updates, returns rows."""
    runs = [(method, seed) for method in variants for seed in seeds]
    each, before = [seed for _, seed in runs], trials.updates(name)
    own = np.stack([labels[seed][0][0] for seed in each])
    if name == DENSE:
        masks: Sequence[Masks] = [trials.full] * len(runs)
    else:
        shown_to = np.stack([labels[seed][int(method.endswith(OTHER))][0] for method, seed in runs])
        masks = yield from trials.search(name, shown_to, each)
    run = yield from beyond(trials.learn(masks, own, each), before)
    layers, inputs = stacked(run), trials.task.train_inputs
    outputs, steep = outputs_of(layers, inputs), steepness(layers, inputs)
    right = shares_right(run, inputs, own[..., 0] if own.ndim == 3 else own)
    return [
        {
            "method": method,
            "kept": trials.kept,
            "seed": seed,
            "right": float(right[place]),
            "loss": _loss(trials.task, outputs[place], own[place]),
            "correlation": _correlation(outputs[place], labels[seed][0][1]),
            "steepness": float(steep[place]),
            "effective": masks[place].effective.kept,
            "updates": before,
        }
        for place, (method, seed) in enumerate(runs)
    ]


def _labels(task: Task, clean: Any, noise: float, seed: int, row: int) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Labels of a seed, and the noise in them, from a row of its coins."""
    flips = coins(2, task.samples, seed)[row]
    signs = 2.0 * flips - 1
    if task.classes is not None:
        if clean is not None:
            fail("clean", "be left out, as the labels of a classification are noise alone", clean)
        return flips, signs
    level = positive("noise", noise)
    base = np.zeros(task.samples) if clean is None else np.asarray(clean, dtype=np.float64).reshape(-1)
    if base.shape != (task.samples,):
        fail("clean", f"be {task.samples} numbers, one for each example", base.shape)
    return (base + level * signs)[:, None], level * signs


def _loss(task: Task, outputs: NDArray[np.float64], labels: NDArray[Any]) -> float:
    """Mean training loss of one network, over all examples."""
    if task.classes is None:
        return float(np.square(outputs - labels[:, 0]).mean())
    return float(np.logaddexp(0, (1 - 2 * labels) * outputs).mean())


def _correlation(outputs: NDArray[np.float64], noise: NDArray[np.float64]) -> float:
    """Correlation of outputs with noise; zero if the outputs are a constant."""
    if outputs.std() == 0 or noise.std() == 0:
        return 0.0
    return float(np.corrcoef(outputs, noise)[0, 1])
