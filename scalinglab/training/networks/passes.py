"""The passes of a stack forward and back, by batched products in buffers that are made once, as are all views of them:
of a small network, a view takes a tenth of the time of a product.

Each product multiplies all networks at once. Examples are columns, because a softmax over ten rows of many columns is
fast where one over many rows of ten columns is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from scalinglab._later import torch
from scalinglab.training.networks.perceptrons import Activation, Stack

if TYPE_CHECKING:
    from torch import Tensor


class Buffers:
    """Room for one pass of so many examples: the outputs of each layer, and the gradients with respect to them.

    Without a way back, there is room for the gradients with respect to the last outputs alone.
    """

    def __init__(self, stack: Stack, columns: int, *, back: bool = True) -> None:
        def room(sizes: Sequence[int]) -> list[Tensor]:
            return [stack.flat.new_empty((stack.networks, outputs, columns)) for outputs in sizes]

        self.outputs, self.gradients = room(stack.sizes[1:]), room(stack.sizes[1:] if back else stack.sizes[-1:])
        self.turned = [outputs.mT for outputs in self.outputs]


def embed(stack: Stack, inputs: Tensor) -> Tensor:
    """Turn a batch of the shape (networks, examples, inputs) into columns (networks, numbers, examples).

    Where there is an embedding, the inputs are codes, and each becomes its numbers of the network's own table.
    """
    if stack.embedding is None:
        return inputs.mT
    rows = stack.embedding.view(-1, stack.embedding.shape[2])
    found = rows.index_select(0, _places(stack, inputs))
    return found.view(*inputs.shape[:2], -1).mT


def propagate(stack: Stack, inputs: Tensor, buffers: Buffers, activation: Activation) -> Tensor:
    """Fill the buffers' outputs from inputs of the shape (networks, inputs, examples), and return the last ones."""
    last = len(stack.layers) - 1
    for number, outputs in enumerate(buffers.outputs):
        torch.baddbmm(stack.turned[number][1], stack.layers[number][0], inputs, out=outputs)
        inputs = outputs if number == last else activation.apply(outputs)
    return inputs


def backward(stack: Stack, gradients: Stack, inputs: Tensor, buffers: Buffers, activation: Activation) -> None:
    """Fill the gradients of all parameters, when the loss has filled the gradient of the last outputs.

    The inputs have the shape (networks, inputs, examples), as in ``propagate``.
    Of a layer ``z = W x + b`` with dz known: ``dW = dz x^T``, ``db`` is dz summed over examples, ``dx = W^T dz``.
    """
    for number in reversed(range(len(stack.layers))):
        gradient = buffers.gradients[number]
        weight_gradient, bias_gradient = gradients.layers[number]
        torch.bmm(gradient, buffers.turned[number - 1] if number else inputs.mT, out=weight_gradient)
        torch.sum(gradient, 2, out=bias_gradient)
        if number:
            torch.bmm(stack.turned[number][0], gradient, out=buffers.gradients[number - 1])
            activation.pull(buffers.gradients[number - 1], buffers.outputs[number - 1])


def pull_embedding(stack: Stack, gradients: Stack, inputs: Tensor, buffers: Buffers) -> None:
    """Fill the gradient of the embedding: each code sums what came back to its places in the batch."""
    if stack.embedding is None or gradients.embedding is None:
        return
    codes, numbers = stack.embedding.shape[1:]
    below = torch.bmm(buffers.gradients[0].mT, stack.layers[0][0])
    found = torch.ops.aten.embedding_dense_backward(
        below.view(-1, numbers), _places(stack, inputs), stack.networks * codes, -1, False
    )
    gradients.embedding.copy_(found.view_as(gradients.embedding))


def _places(stack: Stack, inputs: Tensor) -> Tensor:
    """Rows of the codes of a batch in the tables of all networks, one below the other."""
    assert stack.embedding is not None
    offsets = torch.arange(stack.networks, device=inputs.device) * stack.embedding.shape[1]
    return (inputs + offsets[:, None, None]).reshape(-1)


class Passes:
    """What runs a stack of perceptrons, in buffers for each number of examples that it is to run on.

    Parameters
    ----------
    stack : Stack
    activation : Activation
    loss : callable
        One of ``LOSSES``.
    lengths : collection of int
        Examples of a pass.
    back : bool
        Whether there is room for gradients.
    """

    def __init__(
        self, stack: Stack, activation: Activation, loss: Callable[..., Tensor], lengths: Collection[int], *, back: bool
    ) -> None:
        self.activation, self.loss = activation, loss
        self.buffers = {length: Buffers(stack, length, back=back) for length in lengths}

    def outputs(self, stack: Stack, rows: Tensor) -> Tensor:
        """Outputs (networks, outputs, examples) from inputs (networks, examples, inputs); they stay in the buffers."""
        return propagate(stack, embed(stack, rows), self.buffers[rows.shape[1]], self.activation)

    def losses(self, outputs: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """The loss of each network."""
        return self.loss(outputs, labels, weights, self.buffers[outputs.shape[2]].gradients[-1])

    def pull(self, stack: Stack, gradients: Stack, rows: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """One batch forward and back: the losses, and in place the gradients of all parameters."""
        buffers, inputs = self.buffers[rows.shape[1]], embed(stack, rows)
        outputs = propagate(stack, inputs, buffers, self.activation)
        losses = self.loss(outputs, labels, weights, buffers.gradients[-1])
        backward(stack, gradients, inputs, buffers, self.activation)
        pull_embedding(stack, gradients, rows, buffers)
        return losses
