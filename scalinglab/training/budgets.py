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

#: Powers of ten that have a word.
_UNITS = ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand"))


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
        and the padding of networks narrower than the widest; weights behind a mask are counted as any other. Of
        convolutions and attention all products of the module are counted, zeros beyond the ends too, and those of a
        last block that nothing reads, which a stack leaves out; of a module of your own those of matrices and
        convolutions, as PyTorch's own counter finds them.
    testing : int
        Those of them that the evaluations take; the others train.
    """

    networks: int
    parameters: tuple[int, ...]
    steps: int
    multiply_adds: int
    testing: int = 0

    def __str__(self) -> str:
        noun = "network" if self.networks == 1 else "networks"
        work = f"{_in_words(self.multiply_adds - self.testing)} multiply-adds to train"
        return f"{self.networks} {noun} x {self.steps} steps: {work}, {_in_words(self.testing)} to test"


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
    5 networks x 400 steps: 650 million multiply-adds to train, 850 million to test
    """
    for name in settings:
        if name not in SETTINGS:
            fail("settings", "be keyword arguments of train", name)
    plan = checked_plan(task, **settings)
    work = [_work(plan, network) for network in range(plan.networks)]
    training, testing = (sum(counts) for counts in zip(*work, strict=True))
    return Budget(
        networks=plan.networks,
        parameters=tuple(plan.parameters(network) for network in range(plan.networks)),
        steps=plan.steps - plan.start,
        multiply_adds=training + testing,
        testing=testing,
    )


def _work(plan: Plan, network: int) -> tuple[int, int]:
    """The multiply-adds that training a network takes, and those that evaluating it takes."""
    held_out = len(plan.task.test_labels)
    if plan.task.validation_labels is not None:
        held_out += len(plan.task.validation_labels)
    measured = held_out + min(plan.samples[network], PROBE)
    steps, evaluations = plan.steps - plan.start, len(plan.evaluated)
    if plan.network is not None:
        width, work = plan.width[network], plan.network.work
        update = work(width, plan.batch_sizes[network], back=True)
        return steps * update, evaluations * work(width, measured, back=False)
    weights = [inputs * outputs for inputs, outputs in itertools.pairwise(plan.sizes(plan.width[network]))]
    # What came into the first layer has a gradient only where it was made by an embedding.
    unused = 0 if plan.table else weights[0]
    update = plan.batch_sizes[network] * (3 * sum(weights) - unused)
    return steps * update, evaluations * measured * sum(weights)


def _in_words(count: int) -> str:
    """A count with two digits: "850 million"."""
    rounded = float(f"{count:.2g}")
    unit, word = next(((10**power, word) for power, word in _UNITS if rounded >= 10**power), (1, ""))
    return f"{rounded / unit:g} {word}".strip()
