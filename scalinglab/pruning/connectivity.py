"""Linear mode connectivity: does the error rise on the straight line between two trained networks? [Frankle2020]

Two copies of a network that is trained for a while share what was decided until then. If no barrier lies between their
ends, the order of the data decides nothing any more, and a mask found at the end fits the network of that step.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, non_negative_integer, one_of, positive_integer
from scalinglab._growing import Growing, Rows
from scalinglab._later import torch
from scalinglab._results import ReadOnly, records
from scalinglab.pruning.masks import Masks
from scalinglab.pruning.modules import Layers, Network, seen
from scalinglab.training import Task, Training, forward, train
from scalinglab.training.networks import ACTIVATIONS, Arrays

if TYPE_CHECKING:
    from torch import Tensor

#: Seeds of the two orders of data differ from the network's own, and from each other, by this.
ORDERS = 10_000
#: Values of a layer that are computed at once along a path: 4 MB. All points in one stack would take ten times that.
VALUES = 2**19


@dataclass(frozen=True)
class Path(ReadOnly):
    """The error along the straight line between two networks; see ``path_between``.

    Attributes
    ----------
    shares : array, shape (points,)
        How much of the second network there is, from 0 to 1.
    errors : array, shape (points,)
        Share of the examples that is misclassified.
    """

    shares: Array
    errors: Array

    @property
    def barrier(self) -> float:
        """The largest error on the way, less the mean of the two ends."""
        return float(self.errors.max() - (self.errors[0] + self.errors[-1]) / 2)

    def rows(self) -> list[dict[str, Any]]:
        """A record for each point: ``share``, ``error``."""
        return records({"share": self.shares, "error": self.errors})


def path_between(
    one: Layers, other: Layers, inputs: ArrayLike, labels: ArrayLike, *, points: int = 21, activation: str = "relu"
) -> Path:
    """Misclassified share of examples for networks whose weights and biases lie between those of two.

    Evaluated in float64, several points in one stack. Where several classes share the largest output, one is guessed.

    Parameters
    ----------
    one, other : sequence of (weight, bias), torch.nn.Module or Network
        Of the same shapes.
    inputs : array, shape (examples, inputs)
    labels : array of int, shape (examples,)
    points : int
        Evenly spaced, both ends included; at least 3.
    activation : {"relu", "tanh"}
        Of perceptrons.

    Raises
    ------
    ValueError
        If an argument is out of range or does not fit.
    """
    one, other = seen(one), seen(other)
    if positive_integer("points", points) < 3:
        fail("points", "be at least 3", points)
    one_of("activation", activation, tuple(ACTIVATIONS))
    shapes = [_shapes(layers) for layers in (one, other)]
    if (0,) in shapes[0][0]:
        fail("one", "be a network of inputs that are not codes", shapes[0][0])
    if shapes[0] != shapes[1]:
        fail("other", f"have the shapes of the first network, {shapes[0]}", shapes[1])
    classes, examples = np.asarray(labels), np.asarray(inputs, dtype=None if isinstance(one, Network) else np.float64)
    if classes.shape != examples.shape[:1] or classes.dtype.kind not in "iu":
        fail("labels", f"be {len(examples)} classes", classes)
    shares = np.linspace(0, 1, points)
    widest = len(examples) if isinstance(one, Network) else max(np.size(bias) for _, bias in one)
    at_once = max(1, VALUES // max(1, len(examples) * widest))

    def errors(part: Array) -> Array:
        with torch.no_grad():
            outputs = _outputs_between(one, other, part, torch.tensor(examples), activation).numpy()
        largest = outputs == outputs.max(-1, keepdims=True)
        right = largest[:, np.arange(len(classes)), classes] / largest.sum(-1)
        return 1 - right.mean(-1)

    parts = [errors(shares[start : start + at_once]) for start in range(0, points, at_once)]
    return Path(shares, np.concatenate(parts))


def _shapes(layers: Layers) -> list[Any]:
    """The shapes of all parameters, layer by layer or by name."""
    if isinstance(layers, Network):
        return [(name, array.shape) for name, array in layers.arrays.items()]
    return [(np.shape(weight), np.shape(bias)) for weight, bias in layers] or [()]


def _outputs_between(one: Layers, other: Layers, shares: Array, examples: Tensor, activation: str) -> Tensor:
    """Outputs (shares, examples, outputs) of networks between two."""
    if isinstance(one, Network):
        ways = {name: _between(array, other.arrays[name], shares).numpy() for name, array in one.arrays.items()}
        points = ({name: way[place] for name, way in ways.items()} for place in range(len(shares)))
        return torch.stack([one.having(arrays).outputs(examples)[1] for arrays in points])
    stack = [
        (_between(weight, new_weight, shares), _between(bias, new_bias, shares))
        for (weight, bias), (new_weight, new_bias) in zip(one, other, strict=True)
    ]
    return forward(stack, examples, activation)


def _between(one: ArrayLike, other: ArrayLike, shares: Array) -> torch.Tensor:
    first, last = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    weights = shares.reshape(-1, *(1,) * first.ndim)
    return torch.from_numpy((1 - weights) * first + weights * last)


@dataclass(frozen=True, repr=False)
class Branches(Growing):
    """Barriers between two copies of networks, spawn step by spawn step; see ``branch``.

    ``rows()`` has a record for each spawn step that is finished and each network: ``spawn``, ``seed``,
    ``train_barrier``, ``test_barrier``, ``train_error`` and ``test_error`` (means of the two ends), ``status``
    ("alive", or "diverged" with ``None`` for numbers).

    Attributes
    ----------
    done, total : int
        Updates of a stack: of the common beginning, and of the copies from each spawn step on.
    points : tuple of dict
        The paths: ``spawn``, ``seed``, ``of`` ("train" or "test"), ``share``, ``error``.
    """

    points: Rows = field(default=())

    @property
    def caption(self) -> str:
        """Mean barrier on the training set at each finished spawn step, in points; lost networks."""
        if not self.found:
            return ""
        alive = [row for row in self.found if row["status"] == "alive"]
        by_step = itertools.groupby(alive, key=lambda row: row["spawn"])
        means = {step: 100 * np.mean([row["train_barrier"] for row in rows]) for step, rows in by_step}
        said = ", ".join(f"{mean:.1f} from step {step}" for step, mean in means.items())
        said = f"Mean barrier on the training set, in points: {said}." if means else ""
        lost = len(self.found) - len(alive)
        parts = [said, f"{lost} of {len(self.found)} pairs diverged." * bool(lost)]
        return " ".join(filter(None, parts))


def branch(
    task: Task,
    *,
    spawns: Sequence[int] = (0, 20, 100, 300),
    seed: int | Sequence[int] = 0,
    masks: Masks | None = None,
    points: int = 21,
    steps: int = 400,
    **settings: Any,
) -> Iterator[Branches]:
    """Train networks to a spawn step, go on from there with two orders of the data, and look at what lies between.

    Parameters
    ----------
    task : Task
        A classification of inputs that are not codes.
    spawns : sequence of int
        Steps at which the copies part, ascending; at 0 they share their initial weights alone.
    seed : int or sequence of int
        One network for each.
    masks : Masks, optional
        Of all networks, from the start.
    points : int
        Along each path.
    steps : int
        At which all copies end.
    **settings
        Of ``train``, such as ``network``, but for ``initial``, ``start``, ``samples``, ``resample``, ``labels`` and
        ``masses``. An optimizer starts anew where the copies part, as ``train(start=...)`` says.

    Yields
    ------
    Branches
        After each step.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    if task.loss != "cross_entropy" or task.vocabulary:
        fail("task", "be a classification of inputs that are not codes", task)
    parting = [non_negative_integer("spawns", step) for step in spawns]
    if not parting or any(below >= above for below, above in itertools.pairwise(parting)):
        fail("spawns", "be at least one step, ascending", spawns)
    if parting[-1] >= positive_integer("steps", steps):
        fail("spawns", f"stay below {steps}, the number of steps", parting[-1])
    for name in ("initial", "start", "samples", "resample", "labels", "masses", "scaling", "evaluations"):
        if name in settings:
            fail("settings", f"not hold {name}", settings[name])
    if positive_integer("points", points) < 3:
        fail("points", "be at least 3", points)
    seeds = [seed] if isinstance(seed, int | np.integer) else list(seed)
    given: dict[str, Any] = settings | {"steps": steps, "evaluations": 2, "masks": masks}
    trunk = train(task, seed=seeds, **given)  # which checks the settings
    return _Branching(task, parting, seeds, points, given).run(trunk)


class _Branching:
    """The working memory of one ``branch``."""

    def __init__(self, task: Task, spawns: list[int], seeds: list[int], points: int, given: dict[str, Any]) -> None:
        self.task, self.spawns, self.seeds, self.points, self.given = task, spawns, seeds, points, given
        self.total = spawns[-1] + sum(given["steps"] - step for step in spawns)
        self.done = 0
        self.rows: list[dict[str, Any]] = []
        self.paths: list[dict[str, Any]] = []

    def run(self, trunk: Iterator[Training]) -> Iterator[Branches]:
        """The common beginning up to each spawn step, and then the two copies to the end."""
        common = next(trunk)
        yield self.snapshot()
        for spawn in self.spawns:
            while common.step < spawn:
                common, self.done = next(trunk), self.done + 1
                yield self.snapshot()
            beginnings = [common.arrays(network) for network in range(len(self.seeds))]
            for copies in itertools.islice(self.copies(beginnings, spawn), 1, None):
                self.done += 1
                if copies.step == copies.steps:
                    self.measure(copies, spawn, common.diverged_at >= 0)
                yield self.snapshot()

    def copies(self, beginnings: list[Arrays], spawn: int) -> Iterator[Training]:
        """Two copies of each network, side by side, that differ in the order of the data alone."""
        initial = [layers for layers in beginnings for _ in range(2)]
        orders = [seed + ORDERS * copy for seed in self.seeds for copy in (1, 2)]
        return train(self.task, initial=initial, start=spawn, seed=orders, **self.given)

    def measure(self, ended: Training, spawn: int, lost: NDArray[np.bool_]) -> None:
        """Write the rows of one spawn step."""
        for place, seed in enumerate(self.seeds):
            about = {"spawn": spawn, "seed": seed}
            if lost[place] or (ended.diverged_at[2 * place : 2 * place + 2] >= 0).any():
                self.rows.append(about | dict.fromkeys(MEASURED) | {"status": "diverged"})
                continue
            found: dict[str, Any] = {}
            one, other = _ended(ended, 2 * place), _ended(ended, 2 * place + 1)
            for of, (inputs, labels) in self.examples().items():
                path = path_between(one, other, inputs, labels, points=self.points, activation=self.activation)
                self.paths += [about | {"of": of} | row for row in path.rows()]
                found |= {f"{of}_barrier": path.barrier, f"{of}_error": float(path.errors[[0, -1]].mean())}
            self.rows.append(about | found | {"status": "alive"})

    def examples(self) -> dict[str, tuple[ArrayLike, ArrayLike]]:
        """What errors are measured on."""
        task = self.task
        return {"train": (task.train_inputs, task.train_labels), "test": (task.test_inputs, task.test_labels)}

    @property
    def activation(self) -> str:
        return self.given.get("activation", "relu")

    def snapshot(self) -> Branches:
        """Freeze the present."""
        return Branches(tuple(self.rows), self.done, self.total, tuple(self.paths))


def _ended(run: Training, network: int) -> Layers:
    """What a network has become, as ``path_between`` takes it."""
    arrays = run.arrays(network)
    return run.module(network) if isinstance(arrays, dict) else arrays


#: What a row holds of a pair that is alive.
MEASURED = ("train_barrier", "train_error", "test_barrier", "test_error")
