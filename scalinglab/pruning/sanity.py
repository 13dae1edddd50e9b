"""Does the mask matter? Networks with the masks that methods found, with shuffled and inverted ones, and other weights.

The controls are those of [Frankle2021]. Everything else is the same: the task, the number of weights that are kept,
the order of the data, the number of steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scalinglab._checks import fail, positive_integer
from scalinglab._growing import Growing
from scalinglab.pruning.comparison import METHODS, Bench, checked_densities, checked_methods
from scalinglab.pruning.controls import inverted_scores, reinitialized, shuffled_masks
from scalinglab.pruning.iterative import Pruning, iterative_pruning
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.scores import grasp_scores, lamp_scores, magnitude_scores, snip_scores
from scalinglab.pruning.selection import keep_largest, kept_weights
from scalinglab.pruning.starts import AT_START, magnitude_masks, prune_at_start
from scalinglab.training import Task

#: What is done to a mask: nothing, other masks of as many weights in each layer, other weights, the worst weights.
CONTROLS = ("as found", "shuffled", "other weights", "inverted")
#: Methods that rank by one score of one network, which can be turned around.
INVERTIBLE = {"magnitude": magnitude_scores, "lamp": lamp_scores, "snip": snip_scores, "grasp": grasp_scores}
INVERTIBLE |= {"after, global": magnitude_scores, "after, lamp": lamp_scores}
#: What can be checked: methods that go back to the initial weights.
CHECKED = tuple(method for method in METHODS if method in (*AT_START, "iterative") or method.startswith("after"))


@dataclass(frozen=True, repr=False)
class Controls(Growing):
    """Accuracies with masks and with their controls, as far as they have come; see ``compare_controls``.

    ``rows()`` has a record for each method, density, control and seed: ``method``, ``density``, ``control``, ``kept``,
    ``effective_density``, ``seed``, ``accuracy`` and ``test_error`` (``None`` if the network diverged), ``status``
    ("alive" or "diverged") and ``warning``.

    Attributes
    ----------
    done, total : int
        Updates of networks.
    """

    @property
    def caption(self) -> str:
        """How many networks were trained, and how many were lost, in words."""
        lost = sum(row["status"] == "diverged" for row in self.found)
        return f"{len(self.found)} networks trained" + (f", {lost} diverged." if lost else ".")


def compare_controls(
    task: Task,
    *,
    methods: Sequence[str],
    densities: Sequence[float],
    seed: Sequence[int] = tuple(range(4)),
    fraction: float = 0.2,
    steps: int = 400,
    **settings: Any,
) -> Iterator[Controls]:
    """Train each method's masks as they were found, shuffled, with other initial weights, and with inverted scores.

    Parameters
    ----------
    task : Task
        A classification by cross-entropy.
    methods : sequence of str
        Those of ``METHODS`` that train from initial weights: all but "gradual" and those that are "fine-tuned".
        Inverted are those that rank once by one score over all layers: "magnitude", "lamp", "snip", "grasp",
        "after, global" and "after, lamp".
    densities : sequence of float
    seed : sequence of int
    fraction : float
        Most that one round of "iterative" prunes.
    steps : int
        Updates of each training.
    **settings
        Of ``train``, one for all networks, in the standard scaling; ``network`` is one of them.

    Yields
    ------
    Controls

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    names = checked_methods(task, methods, CHECKED)
    if settings.get("scaling", "standard") != "standard":
        fail("scaling", "be standard", settings["scaling"])
    wanted, path = checked_densities(densities, fraction)
    given = settings | {"seed": list(seed), "steps": positive_integer("steps", steps)}
    pruning = iterative_pruning(task, densities=path if "iterative" in names else path[:1], **given)
    checks = _Checks(Controls, task, names, wanted, given)
    checks.path = path
    return checks.run(pruning)


class _Checks(Bench[Controls]):
    """The working memory of one comparison; ``path`` are the densities that iterative pruning goes through."""

    path: list[float]

    def run(self, pruning: Iterator[Pruning]) -> Iterator[Controls]:
        """Each method, and before it as much of the search as it needs: nothing, the dense networks, all rounds."""
        self.last = next(pruning)
        self.start = self.dense = self.last.rewound
        needs = {method: self.need(method, self.last.total) for method in self.methods}
        places = sum(len(self.controls(method)) for method in self.methods) * len(self.densities)
        self.total = len(self.seeds) * (max(needs.values()) + self.steps * places)
        yield self.snapshot()
        for method, need in needs.items():
            while self.last.done < need:
                self.last = next(pruning)
                if self.last.done == self.steps:
                    self.dense = self.last.trained
                yield self.snapshot()
            yield from self.controlled(method)

    def need(self, method: str, rounds: int) -> int:
        """Updates of the search that a method's masks take."""
        return rounds if method == "iterative" else self.steps * method.startswith("after")

    def controls(self, method: str) -> tuple[str, ...]:
        """The controls that a method has."""
        return CONTROLS if method in INVERTIBLE else CONTROLS[:3]

    def controlled(self, method: str) -> Iterator[Controls]:
        """One method under all its controls, at all densities, in one stack."""
        seeds = range(len(self.seeds))
        places = [(d, control, n) for d in self.densities for control in self.controls(method) for n in seeds]
        masks = [self.mask(method, density, control, network) for density, control, network in places]
        weights = [self.weights(control, network) for _, control, network in places]
        run = yield from self.train([network for *_, network in places], initial=weights, masks=masks)
        for place, (density, control, network) in enumerate(places):
            about = {"method": method, "density": density, "control": control}
            self.rows.append(about | self.measured(run, place, network, masks[place]))
        yield self.snapshot()

    def weights(self, control: str, network: int) -> Any:
        if control != "other weights":
            return self.start[network]
        layers = self.layers(self.start[network], network)
        return reinitialized(layers, self.seeds[network], activation=self.data["activation"])

    def mask(self, method: str, density: float, control: str, network: int) -> Masks:
        if control == "shuffled":
            return shuffled_masks(self.mask(method, density, "as found", network), self.seeds[network])
        arrays = self.dense[network] if method.startswith("after") else self.start[network]
        layers = self.layers(arrays, network)
        kept = kept_weights(density, self.start_size)
        if control == "inverted":
            more = self.data if method in ("snip", "grasp") else {}
            return keep_largest(inverted_scores(INVERTIBLE[method](layers, **more)), kept, network=layers)
        if method == "iterative":
            # A network that diverged on the way has no later masks.
            rounds = self.last.masks[network]
            return rounds[min(self.path.index(density), len(rounds) - 1)]
        if method.startswith("after"):
            return magnitude_masks(layers, kept, scope=method.removeprefix("after, "))
        return prune_at_start(layers, density, method, seed=self.seeds[network], **self.data)

    @property
    def start_size(self) -> int:
        return sum(weight.size for weight in weights_of(self.layers(self.start[0], 0)))

    def snapshot(self, more: int = 0) -> Controls:
        """Freeze the present, the search included."""
        return super().snapshot(len(self.seeds) * self.last.done + more)
