"""Masks for labels: what every method of pruning makes of them, for many labelings and networks at once.

The experiments on information share this: a network is drawn by a seed, a method looks at it and at labels (or does
not), and the mask that it leaves is trained from the same start on labels, its own or others.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, one_of, positive_integer
from scalinglab._growing import Growing
from scalinglab._results import followed, mapped
from scalinglab.pruning.gradual import GradualPruning
from scalinglab.pruning.information.noise import stacked
from scalinglab.pruning.iterative import density_path, iterative_pruning
from scalinglab.pruning.masks import Masks, prunable
from scalinglab.pruning.scores import grasp_scores, snip_scores
from scalinglab.pruning.selection import keep_largest
from scalinglab.pruning.starts import SCOPES, magnitude_masks, prune_at_start
from scalinglab.training import Task, Training, train

#: Methods that use no labels: their masks carry no information about them.
DATA_FREE = ("random", "magnitude", "synflow")
#: From untrained networks, then from trained ones.
METHODS = (*DATA_FREE, "snip", "grasp", "after training", "gradual", "iterative")
#: Gradual pruning begins and ends at these shares of the steps, with so many prunings.
GRADUAL, PRUNINGS = (0.2, 0.8), 12
#: As the methods need them: small networks that memorise labels within these steps.
SETTINGS: dict[str, Any] = {"width": 6, "steps": 300, "optimizer": "adam", "step_size": 0.02}
Result = TypeVar("Result")
Snapshot = TypeVar("Snapshot", bound=Growing)


def label_masks(
    task: Task,
    labels: Any,
    method: str,
    kept: int,
    *,
    seed: int | Sequence[int] = 0,
    scope: str = "global",
    fraction: float = 0.3,
    **settings: Any,
) -> tuple[Masks, ...]:
    """The mask that a method of pruning finds for each of many labelings of the same examples.

    Parameters
    ----------
    task : Task
        Its inputs are used, with ``labels`` in the place of its own.
    labels : array, shape (networks, samples)
    method : str
        One of ``"random"``, ``"magnitude"``, ``"synflow"`` (which see no labels), ``"snip"``, ``"grasp"`` (at the
        start), ``"after training"`` (magnitude, in one step), ``"gradual"`` (while training), ``"iterative"`` (in
        rounds, back to the start).
    kept : int
        Weights of each mask.
    seed : int or sequence of int
        Draws the untrained network: one for all labelings, or one for each.
    scope : {"global", "layer", "erk", "lamp"}
        Which weights are compared by the last three methods, as in ``magnitude_masks``.
    fraction : float
        How much iterative pruning removes in a round, at most.
    **settings
        Of ``train``, for those who train: width 6, 300 steps of Adam at 0.02 unless said otherwise.

    Returns
    -------
    tuple of Masks
        One for each labeling; masks that are equal may be one object.

    Raises
    ------
    ValueError
        If an argument is out of range.
    RuntimeError
        If a network diverged: there is no mask for it.

    Examples
    --------
    >>> from scalinglab.pruning import all_labelings, coin_flips
    >>> masks = label_masks(coin_flips(3, 4), all_labelings(3), "snip", 6, width=4)
    >>> len(masks), len(set(masks)) > 1
    (8, True)
    """
    trials = Trials(task, kept, scope=scope, fraction=fraction, **settings)
    return _last(trials.search(method, labels, trials.seeds(seed, len(labels))))


class Trials:
    """One task, one number of weights and one way of training, for any method, labels and seeds."""

    @classmethod
    def of_two_classes(cls, task: Task, kept: int, **settings: Any) -> Trials:
        """The same, if the labels of the task are zeros and ones."""
        trials = cls(task, kept, **settings)
        if task.classes != 2:
            fail("task", "have two classes", task)
        return trials

    def __init__(self, task: Task, kept: int, *, scope: str = "global", fraction: float = 0.3, **settings: Any) -> None:
        for name in ("initial", "masks", "masses", "start", "labels", "seed", "evaluations"):
            if name in settings:
                fail("settings", f"not hold {name}", settings[name])
        if settings.get("network", "perceptron") != "perceptron":
            fail("network", "be perceptron, where masks are looked at for information", settings["network"])
        self.task, self.scope = task, one_of("scope", scope, SCOPES)
        self.settings = SETTINGS | settings
        layers = next(train(task, **self.settings)).arrays(0)  # which checks the settings
        self.full = Masks.full([weight.shape for weight, _ in prunable(layers)])
        self.size = self.full.size
        if positive_integer("kept", kept) > self.size:
            fail("kept", f"not exceed the {self.size} weights of the network", kept)
        self.kept, self.density = int(kept), kept / self.size
        self.path = density_path([self.density], fraction=fraction)

    @property
    def steps(self) -> int:
        """Updates of one training."""
        return self.settings["steps"]

    @staticmethod
    def seeds(seed: int | Sequence[int], networks: int) -> list[int]:
        """A seed for each network."""
        return [seed] * networks if isinstance(seed, int) else list(seed)

    def updates(self, method: str) -> int:
        """How many updates the search for a mask takes."""
        trainings = {"after training": 1, "gradual": 1, "iterative": len(self.path) - 1}
        return trainings.get(method, 0) * self.steps

    def search(self, method: str, labels: Any, seeds: list[int]) -> Generator[int, None, tuple[Masks, ...]]:
        """Find masks; yields the updates made so far, returns the masks."""
        given = {"labels": np.asarray(labels), "seed": seeds} | self.settings
        if one_of("method", method, METHODS) == "iterative":
            return (yield from self._in_rounds(given))
        if method in ("after training", "gradual"):
            masks = self._gradual() if method == "gradual" else None
            run = yield from _updates(train(self.task, **given, masks=masks, evaluations=2))
            networks = [run.arrays(network) for network in range(run.networks)]
            if method == "gradual":
                return tuple(Masks(weight != 0 for weight, _ in prunable(layers)) for layers in networks)
            return tuple(magnitude_masks(layers, self.kept, scope=self.scope) for layers in networks)
        return self._at_start(method, next(train(self.task, **given)), given["labels"], seeds)

    def learn(self, masks: Sequence[Masks], labels: Any, seeds: list[int]) -> Generator[int, None, Training]:
        """Train networks with masks from their own starts; yields the updates made so far, returns the run."""
        given = {"labels": np.asarray(labels), "seed": seeds, "masks": list(masks), "evaluations": 2} | self.settings
        return (yield from _updates(train(self.task, **given)))

    def _at_start(self, method: str, run: Training, labels: NDArray[Any], seeds: list[int]) -> tuple[Masks, ...]:
        """Masks of untrained networks."""
        if method in DATA_FREE:
            networks = {seed: run.arrays(place) for place, seed in reversed(list(enumerate(seeds)))}
            found = {s: prune_at_start(layers, self.density, method, seed=s) for s, layers in networks.items()}
            return tuple(found[seed] for seed in seeds)
        measure = snip_scores if method == "snip" else grasp_scores
        targets = labels[..., None] if self.task.classes is None and labels.ndim == 2 else labels
        kind = {"loss": self.task.loss, "activation": self.settings.get("activation", "relu")}
        scores = measure(stacked(run), self.task.train_inputs, targets, **kind)
        each = ([layer[network] for layer in scores] for network in range(run.networks))
        return tuple(keep_largest(mine, self.kept) for mine in each)

    def _gradual(self) -> GradualPruning:
        begin, end = (round(share * self.steps) for share in GRADUAL)
        every = max(1, (end - begin) // PRUNINGS)
        return GradualPruning(density=self.density, begin=begin, end=end, every=every, scope=self.scope)

    def _in_rounds(self, given: dict[str, Any]) -> Generator[int, None, tuple[Masks, ...]]:
        """Iterative pruning, up to the last pruning: the training that would follow it is not part of the search."""
        for pruning in iterative_pruning(self.task, densities=self.path, scope=self.scope, **given):
            if pruning.caption:
                raise RuntimeError(f"masks need networks that learn: {pruning.caption}")
            if len(pruning.masks[0]) == len(self.path):
                return tuple(masks[-1] for masks in pruning.masks)
            yield pruning.done
        raise AssertionError("iterative pruning ended before its last round")


def checked_methods(methods: Any, known: Sequence[str] = METHODS) -> tuple[str, ...]:
    """Names of methods, each once."""
    if isinstance(methods, str) or not hasattr(methods, "__len__") or not len(methods):
        fail("methods", "be a list of at least one method", methods)
    return tuple(dict.fromkeys(one_of("methods", method, known) for method in methods))


def _updates(trainings: Iterable[Training]) -> Generator[int, None, Training]:
    run = yield from mapped(followed(trainings), lambda run: run.done)
    if (run.diverged_at >= 0).any():
        raise RuntimeError(f"masks need networks that learn: {run.caption}")
    return run


def shown(work: Generator[int, None, Result], now: Snapshot) -> Generator[Snapshot, None, Result]:
    """Show how far some work is beyond a snapshot, and return what the work returns."""
    return mapped(work, lambda step: replace(now, done=now.done + step))


def beyond(work: Generator[int, None, Result], offset: int) -> Generator[int, None, Result]:
    """Yield how far some work is, counted from an offset, and return what the work returns."""
    return mapped(work, lambda step: offset + step)


def _last(work: Generator[Any, None, Result]) -> Result:
    """What some work returns, without a look at its progress."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
