"""The one training loop of the package: a generator that yields after every step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scalinglab._checks import fail
from scalinglab.training.batches import Batches
from scalinglab.training.losses import cross_entropy, mistakes
from scalinglab.training.networks import ACTIVATIONS, Buffers, Stack, backward, draw, propagate
from scalinglab.training.optimizers import make_optimizer, step_sizes
from scalinglab.training.plans import PROBE, Plan, checked_plan
from scalinglab.training.progress import Record, Training
from scalinglab.training.tasks import Task

__all__ = ["BOUND", "finish", "train"]

#: A network whose loss exceeds this (or is not a number) has diverged.
BOUND = 1e3


def train(
    task: Task,
    *,
    width: int | Sequence[int] | NDArray[np.integer] = 64,
    depth: int = 1,
    activation: str = "relu",
    optimizer: str = "sgd",
    step_size: float | Sequence[float] | NDArray[np.floating] = 0.2,
    momentum: float = 0.9,
    betas: tuple[float, float] = (0.9, 0.999),
    weight_decay: float = 0.0,
    batch_size: int = 64,
    steps: int = 400,
    seed: int | Sequence[int] | NDArray[np.integer] = 0,
    samples: int | Sequence[int] | NDArray[np.integer] | None = None,
    dtype: str = "float32",
    device: str | torch.device = "cpu",
    evaluations: int = 100,
) -> Iterator[Training]:
    """Train a stack of multilayer perceptrons by batched products, and show every step.

    ``width``, ``step_size``, ``seed`` and ``samples`` are each a number or a sequence. Sequences share one length,
    the number of networks; numbers count for all of them. A network depends on its own settings alone, neither on
    its place nor (beyond rounding) on its company: its initial weights and the order of its data come from two
    streams of its own seed.

    Parameters
    ----------
    task : Task
    width : int or sequence of int
        Units in each hidden layer.
    depth : int
        Hidden layers.
    activation : {"relu", "tanh"}
    optimizer : {"sgd", "momentum", "adam", "adamw"}
        The rules of ``torch.optim``, with eps = 1e-8 for both Adams.
    step_size : float or sequence of float
        0.2 suits SGD on the digits; momentum wants about 0.05, Adam about 0.003.
    momentum : float
        From 0 to below 1; read by "momentum".
    betas : pair of float
        From 0 to below 1; read by "adam" and "adamw".
    weight_decay : float
        Of all weights and biases: added to the gradient, except in "adamw", where it is decoupled.
    batch_size : int
        Batches are cut from permutations in a row, across the ends of epochs. A network with no more samples than
        that takes all of them in each step.
    steps : int
        Updates.
    seed : int or sequence of int
    samples : int or sequence of int, optional
        How many training samples each network sees, the first ones of the task; all if left out.
    dtype : {"float32", "float64"}
    device : str or torch.device
    evaluations : int
        About how many steps are evaluated: half of them evenly spaced, half on a log scale, with the first and last.

    Yields
    ------
    Training
        Before the first step, and after each. Close the iterator to stop.

    Raises
    ------
    ValueError
        At the call, if an argument is wrong or the stack does not fit into half the free memory.

    Examples
    --------
    >>> from scalinglab.training import digits, finish, train
    >>> run = finish(train(digits(300), width=16, seed=[0, 1], steps=60))
    >>> run
    Training(step 60 of 60, 2 networks, 0 diverged)
    >>> bool((run.test_error[:, -1] < run.test_error[:, 0]).all())
    True
    """
    plan = checked_plan(
        task,
        width=width,
        depth=depth,
        activation=activation,
        optimizer=optimizer,
        step_size=step_size,
        momentum=momentum,
        betas=betas,
        weight_decay=weight_decay,
        batch_size=batch_size,
        steps=steps,
        seed=seed,
        samples=samples,
        dtype=dtype,
        device=device,
        evaluations=evaluations,
    )
    return _run(plan)


def finish(training: Iterable[Training]) -> Training:
    """Run to the end, and return the last snapshot.

    Parameters
    ----------
    training : iterable of Training
        What ``train`` returned, from the start or from wherever it is.

    Raises
    ------
    ValueError
        If nothing is left to run.
    """
    if not isinstance(training, Iterable):
        fail("training", "be what train returned", training)
    last = None
    for last in training:
        if not isinstance(last, Training):
            fail("training", "be what train returned", training)
    if last is None:
        fail("training", "have at least one step left", training)
    return last


def _run(plan: Plan) -> Iterator[Training]:
    """Set up, then alternate evaluation, yield and update."""
    run = _Run(plan)
    schedule = iter(plan.schedule.tolist())
    due = next(schedule)
    for step in range(plan.steps + 1):
        if step == due:
            run.evaluate()
            due = next(schedule, None)
        yield run.record.snapshot()
        if step < plan.steps:
            run.update()


class _Run:
    """The working memory of one run."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.activation = plan, ACTIVATIONS[plan.activation]
        self.stack = Stack(plan.sizes(max(plan.width)), plan.networks, plan.dtype, plan.device)
        for network, (width, seed) in enumerate(zip(plan.width, plan.seed, strict=True)):
            self.stack.put(network, draw(plan.sizes(width), seed, plan.activation))
        self.gradients = self.stack.like()
        self.optimizer = make_optimizer(
            plan.optimizer,
            self.stack,
            self.gradients,
            step_sizes(self.stack, plan.step_size),
            momentum=plan.momentum,
            betas=plan.betas,
            decay=plan.weight_decay,
        )
        self.batches = Batches(plan)
        self.buffers = Buffers(self.stack, self.batches.inputs.shape[1])
        probe = [min(samples, PROBE) for samples in plan.samples]
        self.train_set = _Examples(self.stack, plan.task.train_inputs, plan.task.train_labels, probe)
        tests = [len(plan.task.test_labels)] * plan.networks
        self.test_set = _Examples(self.stack, plan.task.test_inputs, plan.task.test_labels, tests)
        self.record = Record(plan, self.stack)

    def update(self) -> None:
        """One batch forward and back, a look at the losses, one update."""
        batches, buffers = self.batches, self.buffers
        batches.advance()
        inputs = batches.inputs.mT
        outputs = propagate(self.stack, inputs, buffers, self.activation)
        losses = cross_entropy(outputs, batches.labels, batches.weights, buffers.gradients[-1])
        backward(self.stack, self.gradients, inputs, buffers, self.activation)
        # The maximum of anything and nan is nan, and no comparison with nan is true.
        if not float(losses.max()) <= BOUND:
            self.freeze(losses)
        self.record.step += 1
        self.optimizer.step()

    def evaluate(self) -> None:
        """Measure all networks on the test set and on their training probes."""
        test_loss, test_error = self.test_set.measure(self.stack, self.activation)
        train_loss, _ = self.train_set.measure(self.stack, self.activation)
        worse = torch.maximum(test_loss, train_loss)
        if not float(worse.max()) <= BOUND:
            self.freeze(worse)
        self.record.add(
            train_loss=_to_numpy(train_loss), test_loss=_to_numpy(test_loss), test_error=_to_numpy(test_error)
        )

    def freeze(self, losses: Tensor) -> None:
        """Put networks with a bad loss aside; zeros take their place, which have no gradient as their weight is zero.

        So nothing is left in the stack that could overflow, and the others compute what they would have anyway.
        """
        for network in np.flatnonzero(~(_to_numpy(losses) <= BOUND)).tolist():
            if self.record.diverged_at[network] < 0:
                self.record.diverge(network)
            self.batches.weights[network] = 0
            for part in (self.stack, self.gradients):
                part.clear(network)
            self.optimizer.forget(network)


class _Examples:
    """Examples on which all networks are measured, in slices of nearly equal length."""

    def __init__(self, stack: Stack, inputs: NDArray[Any], labels: NDArray[Any], counts: list[int]) -> None:
        most, pieces = max(counts), math.ceil(max(counts) / PROBE)
        flat, networks = stack.flat, stack.networks
        weights = np.zeros((networks, 1, most))
        for network, count in enumerate(counts):
            weights[network, 0, :count] = 1 / count
        columns = [
            torch.tensor(inputs[:most].T).to(flat).expand(networks, -1, -1),
            torch.tensor(labels[:most], device=flat.device).expand(networks, 1, -1),
            torch.tensor(weights).to(flat),
        ]
        self.slices = list(zip(*(part.tensor_split(pieces, dim=2) for part in columns), strict=True))
        self.buffers = {size: Buffers(stack, size) for size in {part[1].shape[2] for part in self.slices}}

    def measure(self, stack: Stack, activation: Any) -> tuple[Tensor, Tensor]:
        """Mean loss and error of each network."""
        loss, error = stack.flat.new_zeros(stack.networks), stack.flat.new_zeros(stack.networks)
        for inputs, labels, weights in self.slices:
            buffers = self.buffers[labels.shape[2]]
            outputs = propagate(stack, inputs, buffers, activation)
            loss += cross_entropy(outputs, labels, weights, buffers.gradients[-1])
            error += mistakes(outputs, labels, weights)
        return loss, error


def _to_numpy(values: Tensor) -> NDArray[np.float64]:
    return values.cpu().numpy().astype(np.float64)
