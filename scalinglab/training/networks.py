"""A stack of multilayer perceptrons: how their parameters lie in memory, and the passes forward and back.

All networks of a stack have the same depth, and each product below multiplies all of them at once. A layer computes
``f(weight @ inputs + bias)``; examples are columns, because a softmax over ten rows of many columns is fast where one
over many rows of ten columns is not. Narrower networks are padded to the widest with units whose weights and biases
are zero. Since f(0) = 0 for both activations, such a unit puts out zero, gets a gradient of exactly zero, and stays so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scalinglab._checks import fail

__all__ = ["ACTIVATIONS", "Activation", "Buffers", "Stack", "backward", "draw", "forward", "propagate", "stack_size"]

#: Blocks of parameters take up multiples of this many numbers. The flat vector has no remainder then that a loop over
#: vector registers would finish one by one, with other roundings: the last network would depend on its place.
ALIGNMENT = 16
WEIGHTS = 0


@dataclass(frozen=True)
class Activation:
    """One nonlinearity f with f(0) = 0, its derivative, and the variance that keeps signals alive through depth.

    Parameters
    ----------
    function : callable
        Plain and differentiable.
    apply : callable
        The same in place.
    pull : callable
        Multiplies a gradient in place by f', which both functions can read off their own output.
    gain : float
        Initial weights have the variance ``gain / fan_in``.
    """

    function: Callable[[Tensor], Tensor]
    apply: Callable[[Tensor], Tensor]
    pull: Callable[[Tensor, Tensor], Any]
    gain: float


def _pull_relu(gradient: Tensor, output: Tensor) -> None:
    torch.ops.aten.threshold_backward.grad_input(gradient, output, 0, grad_input=gradient)


def _pull_tanh(gradient: Tensor, output: Tensor) -> None:
    torch.ops.aten.tanh_backward.grad_input(gradient, output, grad_input=gradient)


ACTIVATIONS = {
    "relu": Activation(torch.relu, torch.relu_, _pull_relu, 2.0),  # [He2015] eq. (10)
    "tanh": Activation(torch.tanh, torch.tanh_, _pull_tanh, 1.0),  # slope 1 at 0, so no factor
}


class Stack:
    """One flat tensor that holds a number for each parameter of each network, and its views by layer.

    The layout is layer by layer: all first weights, all first biases, all second weights and so on. So every view is
    contiguous, as batched products demand of what they write to, and an optimizer sees a single vector.

    Parameters
    ----------
    sizes : tuple of int
        Units from the inputs to the outputs, hidden layers as wide as the widest network.
    networks : int
        Height of the stack.

    Attributes
    ----------
    flat : Tensor, shape (numbers,)
    layers : list of (weight, bias)
        Of the shapes (networks, outputs, inputs) and (networks, outputs), as in ``torch.nn.Linear``.
    """

    def __init__(self, sizes: Sequence[int], networks: int, dtype: torch.dtype, device: torch.device) -> None:
        self.sizes, self.networks = tuple(sizes), networks
        self.flat = torch.zeros(_parameter_numbers(sizes, networks), dtype=dtype, device=device)
        self.layers: list[tuple[Tensor, Tensor]] = []
        start = 0
        for inputs, outputs in itertools.pairwise(sizes):
            views = []
            for shape in ((networks, outputs, inputs), (networks, outputs)):
                numbers = networks * outputs * (inputs if len(shape) == 3 else 1)
                views.append(self.flat[start : start + numbers].view(shape))
                start += _aligned(numbers)
            self.layers.append((views[0], views[1]))

    def like(self) -> Stack:
        """Return another stack of the same layout, filled with zeros."""
        return Stack(self.sizes, self.networks, self.flat.dtype, self.flat.device)

    def clear(self, network: int) -> None:
        """Set all numbers of one network to zero."""
        for weight, bias in self.layers:
            weight[network] = 0
            bias[network] = 0

    def put(self, network: int, arrays: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> None:
        """Write the weights and biases of one network, which may be narrower than the stack."""
        for (weight, bias), (new_weight, new_bias) in zip(self.layers, arrays, strict=True):
            outputs, inputs = new_weight.shape
            weight[network, :outputs, :inputs] = torch.from_numpy(new_weight)
            bias[network, :outputs] = torch.from_numpy(new_bias)

    def take(self, network: int, sizes: Sequence[int]) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
        """Copy the weights and biases of one network out, without the padding; the one way from networks to arrays."""
        return tuple(
            (_copy(weight[network, :outputs, :inputs]), _copy(bias[network, :outputs]))
            for (weight, bias), (inputs, outputs) in zip(self.layers, itertools.pairwise(sizes), strict=True)
        )


class Buffers:
    """Room for one pass of so many examples: the outputs of each layer, and the gradients with respect to them."""

    def __init__(self, stack: Stack, columns: int) -> None:
        def room() -> list[Tensor]:
            return [stack.flat.new_empty((stack.networks, outputs, columns)) for outputs in stack.sizes[1:]]

        self.outputs, self.gradients = room(), room()


def draw(
    sizes: Sequence[int], seed: int, activation: str
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
    """Initial weights and biases of one network: normal, variance gain / fan_in [He2015], and zero.

    Drawn in float64 from a stream of the seed's own, so that they depend on nothing else.
    """
    generator = np.random.default_rng(np.random.SeedSequence((seed, WEIGHTS)))
    gain = ACTIVATIONS[activation].gain
    return tuple(
        (generator.standard_normal((outputs, inputs)) * np.sqrt(gain / inputs), np.zeros(outputs))
        for inputs, outputs in itertools.pairwise(sizes)
    )


def forward(layers: Sequence[tuple[Tensor, Tensor]], inputs: Tensor, activation: str = "relu") -> Tensor:
    """Outputs of one network or of a stack, by plain differentiable operations.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        Of the shapes (..., outputs, inputs) and (..., outputs).
    inputs : Tensor, shape (..., examples, inputs)
    activation : {"relu", "tanh"}

    Returns
    -------
    Tensor, shape (..., examples, outputs)
        Before any softmax.

    Raises
    ------
    ValueError
        If there is no layer, an unknown activation, or a layer that does not fit what comes in.
    """
    if activation not in tuple(ACTIVATIONS):
        fail("activation", "be one of " + ", ".join(ACTIVATIONS), activation)
    if not len(layers):
        fail("layers", "hold at least one (weight, bias)", layers)
    for number, (weight, bias) in enumerate(layers):
        if inputs.shape[-1] != weight.shape[-1]:
            fail("inputs", f"have {weight.shape[-1]} columns at layer {number}", tuple(inputs.shape))
        inputs = inputs @ weight.mT + bias.unsqueeze(-2)
        if number < len(layers) - 1:
            inputs = ACTIVATIONS[activation].function(inputs)
    return inputs


def propagate(stack: Stack, inputs: Tensor, buffers: Buffers, activation: Activation) -> Tensor:
    """Fill the buffers' outputs from inputs of the shape (networks, inputs, examples), and return the last ones."""
    last = len(stack.layers) - 1
    for number, ((weight, bias), outputs) in enumerate(zip(stack.layers, buffers.outputs, strict=True)):
        torch.baddbmm(bias.unsqueeze(2), weight, inputs, out=outputs)
        inputs = outputs if number == last else activation.apply(outputs)
    return inputs


def backward(stack: Stack, gradients: Stack, inputs: Tensor, buffers: Buffers, activation: Activation) -> None:
    """Fill the gradients of all parameters, when the loss has filled the gradient of the last outputs.

    The inputs have the shape (networks, inputs, examples), as in ``propagate``.
    Of a layer ``z = W x + b`` with dz known: ``dW = dz x^T``, ``db`` is dz summed over examples, ``dx = W^T dz``.
    """
    for number in reversed(range(len(stack.layers))):
        below = inputs if number == 0 else buffers.outputs[number - 1]
        gradient = buffers.gradients[number]
        weight_gradient, bias_gradient = gradients.layers[number]
        torch.bmm(gradient, below.mT, out=weight_gradient)
        torch.sum(gradient, 2, out=bias_gradient)
        if number:
            torch.bmm(stack.layers[number][0].mT, gradient, out=buffers.gradients[number - 1])
            activation.pull(buffers.gradients[number - 1], below)


def stack_size(sizes: Sequence[int], networks: int, columns: int) -> int:
    """Most numbers that a run keeps: seven for each parameter, and the buffers of a batch and an evaluation."""
    return 7 * _parameter_numbers(sizes, networks) + 4 * networks * columns * sum(sizes)


def _parameter_numbers(sizes: Sequence[int], networks: int) -> int:
    return sum(
        _aligned(networks * outputs * inputs) + _aligned(networks * outputs)
        for inputs, outputs in itertools.pairwise(sizes)
    )


def _aligned(numbers: int) -> int:
    return -(-numbers // ALIGNMENT) * ALIGNMENT


def _copy(values: Tensor) -> NDArray[np.float64]:
    array = np.array(values.detach().cpu().numpy(), dtype=np.float64)
    array.setflags(write=False)
    return array
