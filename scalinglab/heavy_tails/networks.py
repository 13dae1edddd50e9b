"""Small networks over a grid of step sizes and batch sizes, with the tails and the compressibility of their layers.

They are trained by ``scalinglab.training``, stacked; this is the one file of this family that needs torch. What is
measured of a run beside its weights: how much of its accuracy pruning leaves, and what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import fail, positive, positive_integer
from scalinglab._growing import Growing, growing_at_the_end
from scalinglab._later import torch
from scalinglab.heavy_tails.averages import Averages
from scalinglab.heavy_tails.compressibility import PRUNINGS, kept_nodes, prune
from scalinglab.heavy_tails.dependence import column_dependence
from scalinglab.heavy_tails.layers import MEASURED, columns_of, layer_statistics, name_of, network_outcome, read_layers
from scalinglab.heavy_tails.runs import MARK, DependenceRuns, LayerRuns
from scalinglab.training import Measure, Task, Training, forward, train

Layers = Sequence[tuple[ArrayLike, ArrayLike]]
#: On the way, a network has died where it has fewer right training answers than so many times those of guessing.
LEARNING = 1.5
#: What a training measures of a network, and a record keeps.
LOSSES = ("train_loss", "test_loss", "test_error")
#: Densities at which pruned networks are tested.
DENSITIES = (0.2, 0.1, 0.05)


def pruned_accuracy(
    layers: Layers,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    density: float = 1.0,
    method: str = "magnitude",
    activation: str = "relu",
) -> float:
    """Share of right answers of a network that is pruned to one density; biases are kept but for those of nodes.

    Magnitude and singular values prune every layer. Nodes are hidden units: of each hidden layer those whose incoming
    weights have the largest norm are kept, and the others put out nothing. Inputs and outputs are never nodes.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        As ``Training.arrays`` gives them.
    inputs : array, shape (examples, inputs)
    labels : array of int, shape (examples,)
    density : float
        The share kept; at 1 nothing is pruned.
    method : {"magnitude", "node", "singular values"}
    activation : {"relu", "tanh"}

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or a layer is all zeros.
    """
    if method == "node":
        pruned = [kept_nodes(weight, bias, density) for weight, bias in layers[:-1]] + list(layers[-1:])
    else:
        pruned = [(prune(weight, density, method=method), bias) for weight, bias in layers]
    tensors = [(_tensor(weight), _tensor(bias)) for weight, bias in pruned]
    with torch.no_grad():
        outputs = forward(tensors, _tensor(inputs), activation)
    return _accuracy(outputs, labels)


def _accuracy(outputs: torch.Tensor, labels: ArrayLike) -> float:
    return float((outputs.argmax(-1).numpy() == np.asarray(labels)).mean())


def run_statistics(task: Task, training: Training, network: int) -> dict[str, Any]:
    """Measure one network of a training: its layers, what pruning leaves of it, and its outcome, in one flat record.

    Layers of a network that is no perceptron are its ``Training.weights``, each as a matrix with a row for each output
    or channel; what pruning leaves of its accuracy is not measured.

    Parameters
    ----------
    task : Task
        A classification, on all of whose samples the network was trained.
    training : Training
    network : int
        Its place in the stack.

    Returns
    -------
    dict
        ``outcome``, ``train_accuracy``, ``train_loss``, ``test_loss``, ``test_error``; for each layer what
        ``layer_statistics`` measures, as ``characteristic_1``, ``hill_1`` and so on; test accuracies after pruning, as
        ``magnitude_at_0.1``. Of a run that diverged there are no numbers but None.

    Raises
    ------
    ValueError
        If the task is no classification.
    """
    _check_classification(task)
    losses = {name: float(getattr(training, name)[network, -1]) for name in LOSSES}
    layers = training.arrays(network)
    if not isinstance(layers, dict):
        return _measured(task, layers, losses)
    matrices = [(weight.reshape(len(weight), -1), ()) for weight in training.weights(network)]
    return _measured(task, matrices, losses, training.module(network))


def _measured(task: Task, layers: Layers, losses: dict[str, float], module: Any = None) -> dict[str, Any]:
    """The record of one network; of one that is a module, too, the weights are in ``layers``."""
    prunings = PRUNINGS if module is None else ()
    if not np.isfinite(losses["train_loss"]):
        columns = columns_of(len(layers), prunings, DENSITIES)
        return dict.fromkeys(("outcome", "train_accuracy", *LOSSES, *columns)) | {"outcome": "diverged"}
    if module is None:
        accuracy = pruned_accuracy(layers, task.train_inputs, task.train_labels)
    else:
        accuracy = _accuracy(module.double()(_tensor(task.train_inputs)), task.train_labels)
    outcome = network_outcome(losses["train_loss"], accuracy)
    found: dict[str, Any] = {"outcome": outcome, "train_accuracy": accuracy} | losses
    for row in layer_statistics(layers):
        found |= {f"{name}_{row['layer']}": row[name] for name in MEASURED}
    for method in prunings:
        for density in DENSITIES:
            kept = pruned_accuracy(layers, task.test_inputs, task.test_labels, density=density, method=method)
            found[name_of(method, density)] = kept
    return {name: None if value != value else value for name, value in found.items()}  # noqa: PLR0124


def measure_layers(task: Task, **settings: Any) -> Iterator[Growing]:
    """Train networks, and measure each with ``run_statistics`` in the end.

    Parameters
    ----------
    task : Task
        A classification.
    **settings
        Of ``scalinglab.training.train``.

    Yields
    ------
    Growing
        Its rows, which come at the end, say of which ``network`` they are.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    _check_classification(task)
    return growing_at_the_end(train(task, **settings), partial(_statistics, task))


def _statistics(task: Task, run: Training) -> Iterator[dict[str, Any]]:
    return ({"network": network} | run_statistics(task, run, network) for network in range(run.networks))


def measure_averages(task: Task, *, until: float = 2e-4, last: int = 1000, **settings: Any) -> Iterator[Growing]:
    """Train networks to one loss, and measure averages of the iterates that follow, as [Barsbey2021] does.

    Parameters
    ----------
    task : Task
        A classification.
    until : float
        Training loss; each network gets to it at its own step.
    last : int
        Steps that follow; every tenth is averaged.
    **settings
        Of ``scalinglab.training.train``. The loss is looked at about every 50 steps.

    Yields
    ------
    Growing
        Its rows, which come at the end, are those of ``measure_layers``, of the averages; a network that did not get
        to the loss in time is "unfinished", without numbers.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    _check_classification(task)
    _check_perceptrons(settings)
    bounds = {"until": positive("until", until), "last": positive_integer("last", last)}
    looks = positive_integer("steps", settings.get("steps", 1)) // 25
    given: dict[str, Any] = settings | {"evaluations": max(2, looks)}
    averages = Averages(train(task, **given), **bounds)
    return growing_at_the_end(averages, partial(_averaged, task, averages.found))


def _averaged(task: Task, found: Mapping[int, Layers], run: Training) -> Iterator[dict[str, Any]]:
    for network in range(run.networks):
        outcome = "diverged" if run.diverged_at[network] >= 0 else "unfinished"
        row = _measured(task, run.arrays(network), dict.fromkeys(LOSSES, np.nan)) | {"outcome": outcome}
        if network in found:
            row = _measured(task, found[network], _losses(task, found[network]))
        yield {"network": network} | row


def _losses(task: Task, layers: Layers) -> dict[str, float]:
    """Losses and error of a network that no training has evaluated."""
    found, tensors = {}, [(_tensor(weight), _tensor(bias)) for weight, bias in layers]
    parts = {"train": (task.train_inputs, task.train_labels), "test": (task.test_inputs, task.test_labels)}
    for of, (inputs, labels) in parts.items():
        outputs, classes = forward(tensors, _tensor(inputs)), torch.tensor(labels)
        found[f"{of}_loss"] = float(torch.nn.functional.cross_entropy(outputs, classes))
        found[f"{of}_error"] = float((outputs.argmax(-1) != classes).double().mean())
    return {name: found[name] for name in LOSSES}


#: By the names that a table's file has for them; for ``scalinglab.training.sweep``. In the second version of "layers"
#: nodes are hidden units.
MEASURES = {
    "layers": Measure("layers", measure_layers, version=2),
    "averages": Measure("averages", measure_averages, ("until", "last")),
}


def train_layers(
    task: Task, *, step_sizes: Sequence[float], looks: int = 6, seed: int = 0, **settings: Any
) -> Iterator[LayerRuns]:
    """Train networks that differ in their step sizes, and measure the tails of their layers on the way.

    Parameters
    ----------
    task : Task
        A classification.
    step_sizes : sequence of float
        One network for each, all from the same initial weights.
    looks : int
        About how many times the weights are measured, the end included.
    seed : int
    **settings
        Of ``scalinglab.training.train``: ``width``, ``depth``, ``batch_size``, ``steps``.

    Yields
    ------
    LayerRuns

    Raises
    ------
    ValueError
        At the call, if an argument is wrong.
    """
    sizes, times = [positive("step_sizes", size) for size in step_sizes], positive_integer("looks", looks)
    if not sizes:
        fail("step_sizes", "hold at least one number", step_sizes)
    _check_classification(task)
    _check_perceptrons(settings)
    given = settings | {"step_size": sizes, "seed": [seed] * len(sizes), "evaluations": 2}
    return _looking(train(task, **given), task, sizes, times)


def _looking(training: Iterator[Training], task: Task, sizes: Sequence[float], looks: int) -> Iterator[LayerRuns]:
    for run in training:
        due = np.linspace(0, run.steps, looks + 1).round().astype(int)[1:]
        if run.step in due:
            found = [row for network in range(len(sizes)) for row in _look(run, task, network, sizes[network])]
            yield LayerRuns(tuple(found), run.step, run.steps)


def _look(run: Training, task: Task, network: int, size: float) -> list[dict[str, Any]]:
    """The rows of one network now: of each layer, or one that says that it is lost."""
    layers, about = run.arrays(network), {"network": network, "step_size": size}
    empty = {"layer": "", "characteristic": None, "hill": None, "prunable": None, "mark": MARK}
    if run.diverged_at[network] >= 0:
        return [about | empty | {"status": "diverged"}]
    if pruned_accuracy(layers, task.train_inputs, task.train_labels) < LEARNING / (task.classes or 1):
        return [about | empty | {"status": "died"}]
    return [about | row | {"mark": None, "status": "alive"} for row in read_layers(layers)]


def dependence_over_widths(
    task: Task, *, widths: Sequence[int], runs: int = 24, **settings: Any
) -> Iterator[DependenceRuns]:
    """Measure whether hidden units become independent as a layer grows, as mean-field theory says [Debortoli2020].

    Parameters
    ----------
    task : Task
    widths : sequence of int
        Each at least 2; they are trained in turn.
    runs : int
        Networks of each width, which differ in their seeds alone; at least 4.
    **settings
        Of ``scalinglab.training.train``: ``step_size``, ``batch_size``, ``steps``, ``scaling``. Networks have one
        hidden layer, whose units are the columns: the first weights, transposed.

    Yields
    ------
    DependenceRuns
        After each step; a width at which fewer than 4 networks are left has no row.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    """
    sizes = [positive_integer("widths", width) for width in widths]
    if not sizes or min(sizes) < 2:
        fail("widths", "hold numbers of at least 2", widths)
    if positive_integer("runs", runs) < 4:
        fail("runs", "be at least 4", runs)
    _check_perceptrons(settings)
    given = settings | {"depth": 1, "seed": range(runs), "evaluations": 2}
    started = [train(task, width=width, **given) for width in sizes]  # which checks the settings
    return _widening(started, sizes)


def _widening(started: Sequence[Iterator[Training]], widths: Sequence[int]) -> Iterator[DependenceRuns]:
    found: tuple[dict[str, Any], ...] = ()
    for done, (training, width) in enumerate(zip(started, widths, strict=True)):
        run = next(training)
        for run in training:
            yield DependenceRuns(found, done * run.steps + run.step, len(widths) * run.steps)
        alive = np.flatnonzero(run.diverged_at < 0).tolist()
        if len(alive) >= 4:
            layers = np.stack([run.arrays(network)[0][0].T for network in alive])
            about = {"width": width, "train_loss": float(run.train_loss[alive, -1].mean())}
            found += tuple(about | row for row in column_dependence(layers).rows())
        yield DependenceRuns(found, (done + 1) * run.steps, len(widths) * run.steps)


def _check_classification(task: Task) -> None:
    if task.loss != "cross_entropy" or task.vocabulary:
        fail("task", "be a classification" + " of inputs that are not codes" * bool(task.vocabulary), task)


def _check_perceptrons(settings: Mapping[str, Any]) -> None:
    if settings.get("network", "perceptron") != "perceptron":
        fail("network", "be perceptron here", settings["network"])


def _tensor(values: ArrayLike) -> torch.Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float64)
