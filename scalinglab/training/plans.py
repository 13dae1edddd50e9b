"""A training plan: what ``train`` was asked for, checked, in canonical types, with an entry for each network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._later import torch
from scalinglab.training.networks.families import Family, Named
from scalinglab.training.networks.perceptrons import Arrays, Masks, parameter_sizes
from scalinglab.training.tasks.task import Task


@dataclass(frozen=True, eq=False)
class Plan:
    """What ``train`` was asked for, in canonical types; tuples have one entry for each network."""

    task: Task
    network: Family | None  # none for perceptrons
    width: tuple[int, ...]
    step_size: tuple[float, ...]
    seed: tuple[int, ...]
    samples: tuple[int, ...]
    depth: int
    activation: str
    optimizer: str
    momentum: float
    betas: tuple[float, float]
    weight_decay: float
    batch_size: int
    steps: int
    start: int
    scaling: str
    schedule: str
    resample: bool
    embedding: int
    labels: NDArray[Any] | None
    initial: tuple[Arrays | Named, ...] | None
    masks: Masks | None
    remask: Callable[..., Any] | None
    masses: tuple[tuple[NDArray[np.float64], ...], ...] | None
    mass_rule: bool
    penalty: Callable[..., torch.Tensor] | None
    evaluated: NDArray[np.int64]
    dtype: torch.dtype
    device: torch.device

    @property
    def networks(self) -> int:
        """Height of the stack."""
        return len(self.width)

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Examples in a batch of each network: all it has, if these are fewer than asked."""
        return tuple(min(self.batch_size, samples) for samples in self.samples)

    def sizes(self, width: int) -> tuple[int, ...]:
        """Numbers of units from the inputs to the outputs of a perceptron of this width."""
        return (self.task.inputs * (self.embedding or 1), *[width] * self.depth, self.task.outputs)

    @property
    def table(self) -> tuple[int, int] | None:
        """Codes and numbers for each of the embedding, if the task's inputs are codes."""
        return (self.task.vocabulary, self.embedding) if self.task.vocabulary else None

    @property
    def input_dtype(self) -> torch.dtype:
        """Inputs are whole numbers if they are codes."""
        return torch.int64 if self.task.vocabulary else self.dtype

    def parameters(self, network: int) -> int:
        """Weights and biases of one network."""
        if self.network is not None:
            return self.network.parameters(self.width[network])
        return sum(parameter_sizes(self.sizes(self.width[network]), self.table))


def evaluation_steps(steps: int, evaluations: int, *, start: int = 0) -> NDArray[np.int64]:
    """Steps at which networks are evaluated: half of them evenly spaced, half evenly on a log scale from the start.

    Always the first and the last; never more than ``max(evaluations, 2)``, and fewer where both halves agree.
    """
    if start:
        return start + evaluation_steps(steps - start, evaluations)
    if evaluations > steps:
        return np.arange(steps + 1)
    even = np.linspace(0, steps, max(evaluations - evaluations // 2, 2))
    early = np.geomspace(1, steps, max(evaluations - len(even), 0))
    return np.unique(np.rint(np.concatenate((even, early))).astype(np.int64))
