"""The zoo: many ways to prune, at the same densities, from the same networks, and what each of them cost."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scalinglab._checks import fail, one_of
from scalinglab._growing import Growing
from scalinglab._results import followed, mapped
from scalinglab.pruning.gradual import GradualPruning
from scalinglab.pruning.iterative import Pruning, density_path, iterative_pruning
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.modules import Modules
from scalinglab.pruning.scores import synflow_scores
from scalinglab.pruning.selection import kept_weights
from scalinglab.pruning.starts import AT_START, ROUNDS, SCOPES, magnitude_masks, prune_at_start
from scalinglab.training import Task, Training, train
from scalinglab.training.settings import DEFAULTS

#: Pruning a trained network once: the scopes of ``magnitude_masks``, then back to the start or on from where it is.
_AFTER = {f"after, {scope}": ("rewind", scope) for scope in SCOPES}
_AFTER |= {f"fine-tuned, {scope}": ("fine-tune", scope) for scope in SCOPES}
#: All that can be compared.
METHODS = (*AT_START, *_AFTER, "gradual", "iterative")
#: Passes over the data that a score takes, forward and back: GraSP has a gradient, and a gradient of it.
PASSES = {"snip": 1, "grasp": 2}
Snapshot = TypeVar("Snapshot", bound=Growing)
#: Gradual pruning begins and ends at these shares of the steps, and prunes so many times.
BEGIN, END, TIMES = 0.1, 0.7, 30


@dataclass(frozen=True, repr=False)
class Comparison(Growing):
    """Methods of pruning, as far as they have come; see ``compare_methods``.

    ``rows()`` has a record for each method, density and seed: ``method``, ``density``, ``kept``,
    ``effective_density``, ``seed``, ``accuracy`` and ``test_error`` (``None`` if the network diverged),
    ``search_steps`` (what finding the mask cost, in gradients of a batch), ``total_steps`` (with the final training),
    ``status`` ("alive" or "diverged") and ``warning``.

    Attributes
    ----------
    done, total : int
        Updates of networks, the search included.
    """

    @property
    def caption(self) -> str:
        """How many networks are finished, and how many were lost, in words."""
        lost = sum(row["status"] == "diverged" for row in self.found)
        dead = sum(bool(row["warning"]) for row in self.found)
        parts = [f"{len(self.found)} networks trained", f"{lost} diverged" * bool(lost)]
        return ", ".join(filter(None, [*parts, f"{dead} cut in two by their masks" * bool(dead)])) + "."


def compare_methods(
    task: Task,
    *,
    methods: Sequence[str],
    densities: Sequence[float],
    seed: Sequence[int] = tuple(range(5)),
    fraction: float = 0.2,
    rewind: int = 0,
    steps: int = 400,
    **settings: Any,
) -> Iterator[Comparison]:
    """Prune networks in many ways, and train what is left for as many steps as a dense network.

    All methods prune the same initial networks, one for each seed. "gradual" prunes while it trains. "after" prunes
    a trained network once, to each density, and takes it back to its initial weights; "fine-tuned" trains on from
    where it is. "iterative" goes through ``density_path(densities, fraction=fraction)``.

    Parameters
    ----------
    task : Task
        A classification by cross-entropy.
    methods : sequence of str
        Any of ``METHODS``, in the order in which they are trained.
    densities : sequence of float
    seed : sequence of int
    fraction : float
        Most that one round of "iterative" prunes.
    rewind : int
        The step that "iterative" and "after" go back to.
    steps : int
        Updates of each training.
    **settings
        Of ``train``, one for all networks: ``network``, ``width``, ``depth``, ``optimizer``, ``step_size`` and others.
        "synflow" needs a network without products of activations: no attention.

    Yields
    ------
    Comparison

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    names = checked_methods(task, methods, METHODS)
    wanted, path = checked_densities(densities, fraction)
    given = settings | {"seed": list(seed), "steps": steps}
    dense = path if "iterative" in names else path[:1]
    pruning = iterative_pruning(task, densities=dense, rewind=rewind, **given)
    zoo = _Zoo(Comparison, task, names, wanted, given)
    zoo.rewind = rewind
    return zoo.run(pruning)


def checked_methods(task: Task, methods: Sequence[str], known: Sequence[str]) -> list[str]:
    """The methods that a comparison was asked for, each once, if they are known and the task is one for them."""
    if task.loss != "cross_entropy":
        fail("task", "be a classification by cross-entropy", task)
    if isinstance(methods, str) or not len(methods):
        fail("methods", "hold at least one", methods)
    return list(dict.fromkeys(one_of("methods", method, known) for method in methods))


def checked_densities(densities: Sequence[float], fraction: float) -> tuple[list[float], list[float]]:
    """The densities that were asked for, falling, and those that iterative pruning goes through."""
    path = density_path(densities, fraction=fraction)
    if not len(densities):
        fail("densities", "hold at least one", densities)
    return sorted({float(density) for density in densities}, reverse=True), path


class Bench(Generic[Snapshot]):
    """The working memory of one comparison: rows, and updates of networks, so far.

    Parameters
    ----------
    result : type
        What ``snapshot`` returns.
    settings : dict
        Of ``train``, one for all networks, with a list of seeds and the number of steps.
    """

    def __init__(
        self,
        result: type[Snapshot],
        task: Task,
        methods: list[str],
        densities: list[float],
        settings: dict[str, Any],
    ) -> None:
        self.result, self.task, self.methods, self.densities = result, task, methods, densities
        self.settings, self.seeds, self.steps = settings, settings["seed"], settings["steps"]
        self.rows: list[dict[str, Any]] = []
        self.done, self.total = 0, 0
        self.modules = Modules(task, settings)
        if "synflow" in methods and settings.get("network", "perceptron") != "perceptron":
            # Not every network has a flow: this is said before the first of them is trained.
            synflow_scores(self.modules.network(self.width(0)))

    def width(self, network: int) -> int:
        """Of one of the networks."""
        width = self.settings.get("width", DEFAULTS["width"])
        return width[network] if hasattr(width, "__len__") else width

    def layers(self, arrays: Any, network: int) -> Any:
        """One of the networks with some parameters, as functions that prune take it."""
        return self.modules.layers(arrays, self.width(network))

    @property
    def data(self) -> dict[str, Any]:
        """What scores that look at data are given."""
        given = {"inputs": self.task.train_inputs, "labels": self.task.train_labels}
        return given | {"activation": self.settings.get("activation", "relu")}

    def train(self, networks: Sequence[int], *, start: int = 0, **mine: Any) -> Generator[Snapshot, None, Training]:
        """Train a stack of networks, each with the seed of one of those that are compared; book their updates."""
        seeds = [self.seeds[network] for network in networks]
        given = self.settings | mine | {"seed": seeds, "start": start, "evaluations": 2}
        each = len(networks)
        run = yield from mapped(
            followed(train(self.task, **given)), lambda run: self.snapshot(each * (run.step - start))
        )
        self.done += each * (self.steps - start)
        return run

    def measured(self, run: Training, place: int, network: int, masks: Masks) -> dict[str, Any]:
        """What a row says of a network that was trained with masks."""
        dead = run.diverged_at[place] >= 0
        error = None if dead else float(run.test_error[place, -1])
        return {
            "kept": masks.kept,
            "effective_density": masks.effective_density,
            "seed": self.seeds[network],
            "accuracy": None if error is None else 1 - error,
            "test_error": error,
            "status": "diverged" if dead else "alive",
            "warning": masks.warning,
        }

    def snapshot(self, more: int = 0) -> Snapshot:
        """Freeze the present, with so many updates more than are booked."""
        return self.result(tuple(self.rows), self.done + more, self.total)


class _Zoo(Bench[Comparison]):
    """The working memory of one comparison; ``rewind`` is the step that methods go back to."""

    rewind = 0

    def run(self, pruning: Iterator[Pruning]) -> Iterator[Comparison]:
        """The dense networks first, then each method; the rounds of iterative pruning go on when it is their turn."""
        dense = start = next(pruning)
        searching = len({"iterative", *_AFTER} & set(self.methods)) > 0
        rounds = start.total if "iterative" in self.methods else searching * self.steps
        singles = sum(self.steps - self._begin(method) for method in self.methods if method != "iterative")
        self.total = len(self.seeds) * (rounds + len(self.densities) * singles)
        yield self.snapshot()
        if searching:
            for dense in pruning:
                yield self.snapshot(len(self.seeds) * dense.done)
                if dense.done == self.steps:
                    break
            self.done += len(self.seeds) * self.steps
        for method in self.methods:
            yield from self._iterative(pruning, dense) if method == "iterative" else self._single(method, start, dense)

    def _begin(self, method: str) -> int:
        """The step at which the trainings of a method begin."""
        return self.rewind if method in _AFTER else 0

    def _iterative(self, pruning: Iterator[Pruning], dense: Pruning) -> Iterator[Comparison]:
        last = dense
        for last in pruning:
            yield self.snapshot(len(self.seeds) * (last.done - self.steps))
        found = {(row["density"], row["network"]): row for row in last.rows()}
        for density, network in [(density, n) for density in self.densities for n in range(len(self.seeds))]:
            # A network that diverged in an earlier round has its last row there.
            earlier = [row for (_, other), row in found.items() if other == network]
            row = found.get((density, network), earlier[-1] | {"density": density})
            names = ("density", "kept", "effective_density", "seed", "test_error", "status", "warning")
            accuracy = None if row["test_error"] is None else 1 - row["test_error"]
            mine = {"method": "iterative"} | {name: row[name] for name in names} | {"accuracy": accuracy}
            self.rows.append(mine | _cost(row["steps"] - self.steps, row["steps"]))
        self.done += len(self.seeds) * (last.total - self.steps)
        yield self.snapshot()

    def _single(self, method: str, start: Pruning, dense: Pruning) -> Iterator[Comparison]:
        """One method that takes one training for each density, all of them in one stack."""
        places = [(density, network) for density in self.densities for network in range(len(self.seeds))]
        initial, begin = [start.rewound[network] for _, network in places], self._begin(method)
        if method in _AFTER:
            after, scope = _AFTER[method]
            masks = [self._magnitude(self.layers(dense.trained[n], n), density, scope) for density, n in places]
            initial = [(dense.rewound if after == "rewind" else dense.trained)[n] for _, n in places]
        elif method == "gradual":
            ends = max(1, math.floor(END * self.steps)), math.floor(BEGIN * self.steps)
            every = max(1, (ends[0] - ends[1]) // TIMES)
            masks = GradualPruning(density=[d for d, _ in places], begin=ends[1], end=ends[0], every=every)
        else:
            masks = [
                prune_at_start(
                    self.layers(initial[place], network), density, method, seed=self.seeds[network], **self.data
                )
                for place, (density, network) in enumerate(places)
            ]
        run = yield from self.train([network for _, network in places], start=begin, initial=initial, masks=masks)
        cost = self.steps if method in _AFTER else self._search(method)
        for place, (density, network) in enumerate(places):
            mine = masks[place] if isinstance(masks, list) else self._left(run, place, network)
            about = {"method": method, "density": density} | self.measured(run, place, network, mine)
            self.rows.append(about | _cost(cost, cost + self.steps - begin))
        yield self.snapshot()

    @staticmethod
    def _magnitude(layers: Any, density: float, scope: str) -> Masks:
        size = sum(weight.size for weight in weights_of(layers))
        return magnitude_masks(layers, kept_weights(density, size), scope=scope)

    def _left(self, run: Training, place: int, network: int) -> Masks:
        """What a training that prunes on its way has left."""
        return Masks((weight != 0 for weight in run.weights(place)), self.layers(run.arrays(place), network))

    def _search(self, method: str) -> int:
        """What finding masks at the start costs, in gradients of a batch."""
        batch = min(self.settings.get("batch_size", 64), self.task.samples)
        search = PASSES.get(method, 0) * math.ceil(self.task.samples / batch)
        # Each round of SynFlow is the gradient of one example.
        return search + (math.ceil(ROUNDS / batch) if method == "synflow" else 0)


def _cost(search: int, total: int) -> dict[str, Any]:
    return {"search_steps": search, "total_steps": total}
