"""Measuring all networks of a stack on examples that stay the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scalinglab._later import torch
from scalinglab.training.batches import drawn_samples, label_rows, shares
from scalinglab.training.losses import MISTAKES
from scalinglab.training.memory import PROBE, slice_lengths
from scalinglab.training.networks.making import AnyStack, make_passes
from scalinglab.training.plans import Plan

if TYPE_CHECKING:
    from torch import Tensor


def held_out(plan: Plan, stack: AnyStack) -> dict[str, Examples]:
    """The sets that all networks share, by name: "test" and, if the task has one, "validation"."""
    found = {}
    for name in ("test", "validation"):
        inputs, labels = (getattr(plan.task, f"{name}_{part}") for part in ("inputs", "labels"))
        if inputs is not None:
            rows = torch.tensor(inputs, dtype=plan.input_dtype, device=plan.device)[None]
            found[name] = Examples(plan, stack, rows, label_rows(plan, labels)[None], [len(inputs)] * plan.networks)
    return found


def probe(plan: Plan, stack: AnyStack) -> Examples:
    """The first training samples of each network."""
    counts = [min(samples, PROBE) for samples in plan.samples]
    most, task = max(counts), plan.task
    rows = np.tile(np.arange(most), (plan.networks if plan.resample else 1, 1))
    for network, count in enumerate(counts):
        if (drawn := drawn_samples(plan, network)) is not None:
            rows[network, :count] = drawn[:PROBE]
    inputs = torch.tensor(task.train_inputs[rows], dtype=plan.input_dtype, device=plan.device)
    if plan.labels is None:
        labels = label_rows(plan, task.train_labels[rows.ravel()]).view(len(rows), most, -1)
    else:
        each = [plan.labels[network][row] for network, row in enumerate(np.broadcast_to(rows, (plan.networks, most)))]
        labels = label_rows(plan, np.concatenate(each)).view(plan.networks, most, -1)
    weighted = [shares(plan, count) for count in counts] if task.train_weights is not None else None
    return Examples(plan, stack, inputs, labels, counts, weighted=weighted)


class Examples:
    """Examples in slices of nearly equal length; inputs and labels are of the networks, or shared by all.

    Parameters
    ----------
    plan : Plan
    stack : AnyStack
    inputs : Tensor, shape (networks or 1, examples, inputs)
    labels : Tensor, shape (networks or 1, examples, 1 or outputs)
    counts : list of int
        How many of the examples each network is measured on.
    weighted : list of array, optional
        What each of them counts for; all alike if left out.
    """

    def __init__(
        self,
        plan: Plan,
        stack: AnyStack,
        inputs: Tensor,
        labels: Tensor,
        counts: list[int],
        *,
        weighted: list[NDArray[np.float64]] | None = None,
    ) -> None:
        most, networks = max(counts), plan.networks
        # One row for all where they are alike: for a large test set and many networks, each its own would be gigabytes.
        weights = np.zeros((networks if len(set(counts)) > 1 else 1, most, 1))
        for network, count in enumerate(counts[: len(weights)]):
            weights[network, :count, 0] = 1 / count if weighted is None else weighted[network]
        columns = [
            inputs.expand(networks, -1, -1),
            labels.expand(networks, -1, -1),
            torch.tensor(weights).to(stack.flat).expand(networks, -1, -1),
        ]
        parts = zip(*(part.tensor_split(math.ceil(most / PROBE), dim=1) for part in columns), strict=True)
        self.slices = [(rows, labels.mT, weights.mT) for rows, labels, weights in parts]
        self.passes = make_passes(plan, stack, slice_lengths(most), back=False)
        self.mistakes, self.chance_loss = MISTAKES.get(plan.task.loss), plan.task.chance_loss

    def measure(self, stack: AnyStack) -> tuple[Tensor, Tensor]:
        """Mean loss and error of each network; the error of a regression is the loss in units of chance."""
        loss, error = stack.flat.new_zeros(stack.networks), stack.flat.new_zeros(stack.networks)
        for rows, labels, weights in self.slices:
            outputs = self.passes.outputs(stack, rows)
            if self.mistakes is not None:
                error += self.mistakes(outputs, labels, weights)
            loss += self.passes.losses(outputs, labels, weights)
        return loss, loss / self.chance_loss if self.mistakes is None else error
