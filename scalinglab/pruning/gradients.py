"""Losses of networks and their gradients, part by part where a network is a module: what SNIP and GraSP are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, one_of
from scalinglab._later import torch
from scalinglab.pruning.masks import Masks, prunable, weights_of
from scalinglab.pruning.modules import Layers, Network
from scalinglab.training import forward

if TYPE_CHECKING:
    from torch import Tensor

#: Mean losses of each network, of outputs (..., examples, outputs) and labels (..., examples).
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": lambda outputs, labels: -outputs.log_softmax(-1).gather(-1, labels[..., None]).mean((-1, -2)),
    "logistic": lambda outputs, labels: torch.nn.functional.softplus((1 - 2 * labels) * outputs[..., 0]).mean(-1),
    "squared": lambda outputs, labels: (outputs - labels).square().mean((-1, -2)),
}
#: Examples that a module is given at once.
BATCH = 512


def batches(layers: Layers, inputs: ArrayLike, labels: ArrayLike) -> list[tuple[float, ArrayLike, ArrayLike]]:
    """Examples in parts that a module has room for, each with its share; all at once of perceptrons."""
    if not isinstance(layers, Network):
        return [(1.0, inputs, labels)]
    rows, answers = np.asarray(inputs), np.asarray(labels)
    if answers.shape[:1] != rows.shape[:1]:
        fail("labels", f"be {len(rows)}, one for each example", answers.shape)
    parts = [slice(start, start + BATCH) for start in range(0, len(rows), BATCH)]
    return [(len(rows[part]) / len(rows), rows[part], answers[part]) for part in parts]


def mean_loss(
    layers: Layers,
    share: float,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    activation: str,
    masks: Masks | None,
    loss: str,
    temperature: float = 1.0,
) -> tuple[list[Tensor], Tensor]:
    """Weights that gradients are taken of, and the mean losses of all networks, added up, times a share."""
    weights, outputs = _outputs(layers, inputs, activation, masks)
    return weights, _losses(outputs / temperature, labels, loss).sum() * share


def curvature(mean: Tensor, weights: list[Tensor], whole: list[Tensor] | None) -> tuple[Tensor, ...]:
    """The Hessian of a loss times a gradient: that of all examples, or its own."""
    # Biases are no part of it: they are never pruned.
    gradients = torch.autograd.grad(mean, weights, create_graph=True)
    others = [gradient.detach() for gradient in gradients] if whole is None else whole
    products = [(gradient * other).sum() for gradient, other in zip(gradients, others, strict=True)]
    return torch.autograd.grad(torch.stack(products).sum(), weights)


def added(found: Iterable[tuple[list[Tensor], tuple[Tensor, ...]]]) -> tuple[list[Tensor], list[Tensor]]:
    """Weights, and the sums of what was found for them in each part."""
    parts = iter(found)
    weights, first = next(parts)
    sums = list(first)
    for _, each in parts:
        sums = [total + one for total, one in zip(sums, each, strict=True)]
    return weights, sums


def _outputs(layers: Layers, inputs: ArrayLike, activation: str, masks: Masks | None) -> tuple[list[Tensor], Tensor]:
    """Weights that gradients are taken of, and the outputs of each network."""
    if isinstance(layers, Network):
        return (layers if masks is None else layers.masked(masks)).outputs(inputs)
    found = weights_of(layers)
    arrays = found if masks is None else [weight * mask for weight, mask in zip(found, masks, strict=True)]
    biases = [np.asarray(bias, dtype=np.float64) for _, bias in prunable(layers)]
    parameters = [torch.tensor(part, requires_grad=True) for pair in zip(arrays, biases, strict=True) for part in pair]
    network = list(zip(parameters[::2], parameters[1::2], strict=True))
    examples = inputs if len(network) == len(layers) else _embedded(layers[0][0], inputs)
    return parameters[::2], forward(network, torch.tensor(np.asarray(examples, dtype=np.float64)), activation)


def _embedded(table: ArrayLike, codes: ArrayLike) -> Array:
    """Codes (..., examples, inputs) by an embedding (..., numbers, codes): (..., examples, inputs * numbers)."""
    rows, places = np.asarray(table, dtype=np.float64).swapaxes(-1, -2), np.asarray(codes)
    if places.dtype.kind not in "iu":
        fail("inputs", "be codes, whole numbers, where an embedding comes first", places)
    chosen = places.reshape(*(1,) * (rows.ndim - places.ndim), *places.shape[:-2], -1, 1)
    found = np.take_along_axis(rows, chosen, -2)
    return found.reshape(*found.shape[:-2], places.shape[-2], -1)


def _losses(outputs: Tensor, labels: ArrayLike, loss: str) -> Tensor:
    """The mean loss of each network."""
    measured = LOSSES[one_of("loss", loss, tuple(LOSSES))]
    if loss == "squared":
        return measured(outputs, torch.tensor(np.asarray(labels, dtype=np.float64)))
    answers = torch.tensor(np.asarray(labels, dtype=np.int64))
    if answers.shape[-1:] != outputs.shape[-2:-1]:
        fail("labels", f"be {outputs.shape[-2]}, one for each example", tuple(answers.shape))
    return measured(outputs, answers.expand(outputs.shape[:-1]))
