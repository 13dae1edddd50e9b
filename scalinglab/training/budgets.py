"""What a training run costs, counted before it starts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from scalinglab._checks import fail
from scalinglab.training.arguments import checked_plan
from scalinglab.training.memory import PROBE
from scalinglab.training.plans import Plan
from scalinglab.training.settings import SETTINGS
from scalinglab.training.tasks.task import Task


@dataclass(frozen=True)
class Budget:
    """Exact counts of a training run.

    Parameters
    ----------
    networks : int
    parameters : tuple of int
        Weights and biases of each network.
    steps : int
        Updates of each network; those before ``start`` are not counted.
    multiply_adds : int
        Of all matrix products of all networks, each at its own width: three for each weight and example of a batch
        (forward, gradient of the weight, gradient of what came in; the first layer has a use for the last only above
        an embedding), and one for each weight and example of an evaluation (the test set, a validation set, and at
        most 256 training samples). Not counted: biases, activations, softmax, embeddings, the optimizer, a penalty,
        and the padding of networks narrower than the widest; weights behind a mask are counted as any other.
    """

    networks: int
    parameters: tuple[int, ...]
    steps: int
    multiply_adds: int

    def __str__(self) -> str:
        noun = "network" if self.networks == 1 else "networks"
        mantissa, exponent = f"{self.multiply_adds:.1e}".split("e")
        return f"{self.networks} {noun} x {self.steps} steps, {mantissa}e{int(exponent)} multiply-adds"


def budget(task: Task, **settings: Any) -> Budget:
    """Count what ``train`` would do with the same arguments, which are checked in the same way.

    Parameters
    ----------
    task : Task
    **settings
        Any keyword arguments of ``train``, with the same defaults.

    Raises
    ------
    ValueError
        If ``train`` would raise it.

    Examples
    --------
    >>> from scalinglab.training import budget, digits
    >>> print(budget(digits(), width=32, seed=range(5), steps=400))
    5 networks x 400 steps, 1.5e9 multiply-adds
    """
    for name in settings:
        if name not in SETTINGS:
            fail("settings", "be keyword arguments of train", name)
    plan = checked_plan(task, **settings)
    return Budget(
        networks=plan.networks,
        parameters=tuple(plan.parameters(network) for network in range(plan.networks)),
        steps=plan.steps - plan.start,
        multiply_adds=sum(_multiply_adds(plan, network) for network in range(plan.networks)),
    )


def _multiply_adds(plan: Plan, network: int) -> int:
    weights = [inputs * outputs for inputs, outputs in itertools.pairwise(plan.sizes(plan.width[network]))]
    # What came into the first layer has a gradient only where it was made by an embedding.
    unused = 0 if plan.table else weights[0]
    update = plan.batch_sizes[network] * (3 * sum(weights) - unused)
    held_out = len(plan.task.test_labels)
    if plan.task.validation_labels is not None:
        held_out += len(plan.task.validation_labels)
    evaluation = (held_out + min(plan.samples[network], PROBE)) * sum(weights)
    return (plan.steps - plan.start) * update + len(plan.evaluated) * evaluation
