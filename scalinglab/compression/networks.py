"""Several networks trained side by side on the same batches: do those that say the same also learn the same?

The one file of this family that needs torch.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail, in_range, positive, positive_integer
from scalinglab._growing import Growing
from scalinglab._results import read_only
from scalinglab.compression.boost import METHODS, Boost, Point, grown
from scalinglab.compression.neurons import WeightedNetwork, compress_network, mean_field_network
from scalinglab.training import Experiment, Task, Training, finish, train

OURS = ("width", "depth", "initial", "masses", "scaling", "embedding")
#: Networks of one width that are trained in one stack: more would need more memory, and save no time.
AT_ONCE = 10


@dataclass(frozen=True, eq=False, repr=False)
class Together:
    """Several networks after the same step.

    Attributes
    ----------
    runs : dict of str to (Training, int)
        By the names that the networks were given: the stack in which a network is trained, and its place there.
    masses : dict of str to array
        Of the neurons, which training does not change.
    """

    runs: dict[str, tuple[Training, int]]
    masses: dict[str, Array]

    @property
    def done(self) -> int:
        """Updates made so far."""
        return self._any.step

    @property
    def total(self) -> int:
        """Updates in all."""
        return self._any.steps

    @property
    def evaluated(self) -> NDArray[np.int64]:
        """Steps that were evaluated so far, shape (evaluations,)."""
        return self._any.evaluated

    @property
    def _any(self) -> Training:
        return next(iter(self.runs.values()))[0]

    @property
    def caption(self) -> str:
        """Which networks have diverged, in words; empty if none."""
        diverged = [name for name, (run, place) in self.runs.items() if run.diverged_at[place] >= 0]
        return f"Diverged: {', '.join(diverged)}." if diverged else ""

    def losses(self) -> dict[str, Array]:
        """Test loss of each network, (evaluations,); nan after a divergence."""
        return {name: run.test_loss[place] for name, (run, place) in self.runs.items()}

    def gaps(self) -> dict[str, Array]:
        """For each network but the first, ``|loss - loss of the first| / first loss of the first``, (evaluations,).

        Of test losses; nan after a divergence.
        """
        losses = self.losses()
        whole = losses.pop(next(iter(losses)))
        return {name: np.abs(loss - whole) / whole[0] for name, loss in losses.items()}

    def network(self, name: str) -> WeightedNetwork:
        """A network as it is now, with its masses.

        Raises
        ------
        ValueError
            If there is none of this name.
        RuntimeError
            If the training has gone on since.
        """
        if name not in self.runs:
            fail("name", "be one of " + ", ".join(self.runs), name)
        run, place = self.runs[name]
        return _network(run.arrays(place), self.masses[name])

    def rows(self) -> list[dict[str, Any]]:
        """Return the records of ``Training.rows``, with each ``network`` by name and its ``gap``, 0 for the first."""
        gaps, none, rows = self.gaps(), np.zeros(len(self.evaluated)), []
        found = {id(run): run.rows() for run, _ in self.runs.values()}
        for name, (run, place) in self.runs.items():
            mine = (row for row in found[id(run)] if row["network"] == place)
            for row, gap in zip(mine, gaps.get(name, none).tolist(), strict=False):
                rows.append(row | {"network": name, "gap": gap})
        return rows

    def __repr__(self) -> str:
        return f"Together(step {self.done} of {self.total}: {', '.join(self.runs)})"


def _network(layers: Sequence[tuple[Array, Array]], masses: Array) -> WeightedNetwork:
    first, second = layers
    return WeightedNetwork((first, second), masses.copy())


def train_together(
    networks: Mapping[str, WeightedNetwork], task: Task, *, seed: int = 0, **settings: Any
) -> Iterator[Together]:
    """Train networks on the same batches, all with the same training loop, and show every step.

    Parameters
    ----------
    networks : mapping of str to WeightedNetwork
        The first is the one that the others are compared with.
    task : Task
    seed : int
        Orders the batches, for all networks alike.
    **settings
        Of ``train``; ``mass_rule=False`` leaves out the division by the masses. The dtype is float64 if left out.

    Yields
    ------
    Together
        Before the first step, and after each.

    Raises
    ------
    ValueError
        At the call, if there is no network, or something does not fit.
    """
    if not isinstance(networks, Mapping) or not networks:
        fail("networks", "be weighted networks by name", networks)
    for name, network in networks.items():
        if not isinstance(name, str) or not isinstance(network, WeightedNetwork):
            fail("networks", "be weighted networks by name", {name: network})
    for name in OURS:
        if name in settings:
            fail("settings", f"leave {name} to the networks", settings[name])
    wanted: dict[str, Any] = {"activation": "tanh", "dtype": "float64", "seed": seed} | settings
    stacks = _stacks(networks)
    runs = [_trained([networks[name] for name in stack], task, wanted) for stack in stacks]
    place = {name: (number, place) for number, stack in enumerate(stacks) for place, name in enumerate(stack)}
    masses = {name: network.masses for name, network in networks.items()}
    return (
        Together({name: (steps[place[name][0]], place[name][1]) for name in networks}, masses)
        for steps in zip(*runs, strict=True)
    )


def _stacks(networks: Mapping[str, WeightedNetwork]) -> list[list[str]]:
    """Names of networks that are trained in one stack: those of nearly one width, as narrow ones are padded there."""
    stacks: list[list[str]] = []
    for name in sorted(networks, key=lambda name: -networks[name].width):
        if stacks and networks[name].width >= networks[stacks[-1][0]].width / 2:
            stacks[-1].append(name)
        else:
            stacks.append([name])
    return stacks


def _trained(networks: list[WeightedNetwork], task: Task, settings: Mapping[str, Any]) -> Iterator[Training]:
    """One stack of networks, with their masses."""
    given: dict[str, Any] = {"width": [network.width for network in networks]}
    given |= {"initial": [network.layers for network in networks], "masses": [[network.masses] for network in networks]}
    return train(task, **given, **settings)


def boosting_width(
    task: Task,
    widths: Sequence[int],
    *,
    share: float = 0.5,
    factor: float = 12.0,
    order: int = 4,
    seeds: int = 12,
    spread: float = 0.5,
    **settings: Any,
) -> Iterator[Boost]:
    """Train mean-field networks of several widths, and what is left of them; yield a ``Boost`` after each width.

    The risk is the part of the error that a finite width causes: how far the outputs of networks that differ only in
    their random start are from their mean after training, mean squares over the test inputs. It falls like 1 / width.

    Parameters
    ----------
    task : Task
        A regression.
    widths : sequence of int
    share, factor, order
        Networks of width N are compressed to at most ``factor * N^share`` neurons, keeping moments up to the order.
    seeds : int
        Networks of each width, at least 2.
    spread : float
        See ``mean_field_network``.
    **settings
        Of ``train``. Left out, they are: 30 steps of gradient descent with the step size 0.5 on all samples at once.
        (Much later, all networks have learned the task, and hardly differ.)

    Raises
    ------
    ValueError
        At the call, if an argument is out of range; at the first step, if something does not fit the training.
    """
    if not isinstance(task, Task) or task.classes is not None:
        fail("task", "be a regression", task)
    if positive_integer("seeds", seeds) < 2:
        fail("seeds", "be at least 2", seeds)
    in_range("share", share, 0, 1)
    positive("factor", factor)
    counts = [positive_integer("widths", width) for width in widths]
    wanted = {"activation": "tanh", "evaluations": 2, "optimizer": "sgd", "step_size": 0.5, "steps": 30}
    wanted |= {"batch_size": task.samples} | settings

    def risks(width: int) -> Point:
        whole = _drawn(task, width, seeds, spread)
        few = [compress_network(network, round(factor * width**share), order) for network in whole]
        kept = max(network.width for network in few)
        some = [compress_network(start, kept, choose="random", seed=seed) for seed, start in enumerate(whole)]
        measured = _spread_of_all(task, width, seeds, spread, _Settings(wanted))
        parts = [measured if kept >= width else _spread(networks, task, wanted) for networks in (some, few)]
        return width, kept, dict(zip(METHODS, (measured, *parts), strict=True))

    return grown(map(risks, counts))


def sine(samples: int = 64, frequency: float = 2.0) -> Task:
    """``sin(frequency x)`` at equally spaced x from -1 to 1, where it is tested too."""
    inputs = np.linspace(-1, 1, positive_integer("samples", samples))[:, None]
    labels = np.sin(positive("frequency", frequency) * inputs[:, 0])
    return Task("sine", inputs, labels, inputs, labels, classes=None)


def spread_in_width(task: Task, *, widths: Sequence[int], device: str = "cpu", **settings: Any) -> Iterator[Growing]:
    """What ``boosting_width`` measures, with a row for each network; ``Boost.of`` makes of them what it yields.

    Parameters
    ----------
    task, widths, **settings
        As ``boosting_width`` takes them.
    device : str
        Where the networks are trained.

    Raises
    ------
    ValueError
        As ``boosting_width`` does.
    """
    total = len(widths)
    for done, found in enumerate(boosting_width(task, widths, device=device, **settings), start=1):
        yield Growing(tuple(found.seeds()) if done == total else (), done, total)


#: By the names that a table's file has for them; for ``scalinglab.training.sweep``.
MEASURES = {"width_spread": Experiment("width_spread", spread_in_width, ("widths",), make_task=sine)}


class _Settings(dict[str, Any]):
    """Settings that a cache can be keyed by: two are the same if they are written alike."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


def _drawn(task: Task, width: int, seeds: int, spread: float) -> list[WeightedNetwork]:
    """Networks that differ in their random start."""
    drawn = {"inputs": task.inputs, "outputs": task.outputs, "spread": spread}
    return [mean_field_network(width, seed=seed, **drawn) for seed in range(seeds)]


@functools.lru_cache(maxsize=32)
def _spread_of_all(task: Task, width: int, seeds: int, spread: float, settings: _Settings) -> Array:
    """``_spread`` of networks that are not compressed: the same at every share, and most of the work."""
    return read_only(_spread(_drawn(task, width, seeds, spread), task, settings))


def _spread(networks: list[WeightedNetwork], task: Task, settings: Mapping[str, Any]) -> Array:
    """Squared distances of the trained outputs from their mean over the networks, (networks,); nan if one diverged."""
    some = [networks[first : first + AT_ONCE] for first in range(0, len(networks), AT_ONCE)]
    outputs = np.concatenate([_trained_outputs(each, task, settings) for each in some])
    # Of as many as there are, the mean has a part of each in it.
    return ((outputs - outputs.mean(0)) ** 2).mean((1, 2)) * len(networks) / (len(networks) - 1)


def _trained_outputs(networks: list[WeightedNetwork], task: Task, settings: Mapping[str, Any]) -> Array:
    """What networks say of the test inputs once they are trained, (networks, examples, outputs)."""
    run = finish(_trained(networks, task, settings))
    trained = [_network(run.arrays(place), network.masses) for place, network in enumerate(networks)]
    return np.array([network.outputs(task.test_inputs, settings["activation"]) for network in trained])
