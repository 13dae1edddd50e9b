"""How steep a network is: the largest gradient that is found, which bounds its Lipschitz constant from below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import array, fail, non_negative_integer
from scalinglab._later import torch
from scalinglab.training import forward

#: Points between examples, for each example.
BETWEEN = 4


def steepness(
    layers: Sequence[tuple[ArrayLike, ArrayLike]],
    inputs: ArrayLike,
    *,
    between: int = BETWEEN,
    activation: str = "relu",
    seed: int = 0,
) -> NDArray[np.float64]:
    """The largest length of the gradient of the output, at the examples and at points between them.

    It is a lower bound on the Lipschitz constant: the steepest place may be one that was not looked at.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        Of the shapes (..., outputs, inputs) and (..., outputs), with one output; many networks at once if there are
        leading axes.
    inputs : array, shape (examples, inputs)
    between : int
        For each example, so many points at random places of the lines to other examples.
    activation : {"relu", "tanh"}
    seed : int
        Draws these points.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If there is more than one output, or an argument is out of range.

    Examples
    --------
    >>> float(steepness([([[3.0, 4.0]], [0.0])], [[1.0, 0.0]]))
    5.0
    """
    table = array("inputs", inputs, axes=2, shape="have the shape (examples, inputs)", finite=False)
    generator = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), 44)))
    points = [table]
    for _ in range(non_negative_integer("between", between)):
        share = generator.random((len(table), 1))
        points.append(table * share + table[generator.permutation(len(table))] * (1 - share))
    network = [tuple(torch.tensor(np.asarray(part, dtype=np.float64)) for part in pair) for pair in layers]
    leading = network[0][0].shape[:-2]
    places = torch.tensor(np.concatenate(points)).expand(*leading, -1, -1).clone().requires_grad_()
    outputs = forward([(weight, bias) for weight, bias in network], places, activation)
    if outputs.shape[-1] != 1:
        fail("layers", "have one output", outputs.shape[-1])
    (gradients,) = torch.autograd.grad(outputs.sum(), places)
    return gradients.norm(dim=-1).amax(-1).numpy()
