"""A stack of multilayer perceptrons: how their parameters lie in memory, and how they are drawn.

All networks of a stack have the same depth. A layer computes ``f(weight @ inputs + bias)``. Narrower networks are
padded to the widest with units whose weights and biases are zero. Since f(0) = 0 for both activations, such a unit
puts out zero, gets a gradient of exactly zero, and stays so. Where inputs are codes (characters), an embedding comes
before the first layer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._later import torch

if TYPE_CHECKING:
    from torch import Tensor

#: Blocks of parameters take up multiples of this many numbers. The flat vector has no remainder then that a loop over
#: vector registers would finish one by one, with other roundings: the last network would depend on its place.
ALIGNMENT = 16
WEIGHTS = 0
#: The weights and biases of one network, a pair for each layer.
Arrays = tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
#: For each network, which weights there are: a table of truth values for each tensor of weights.
Masks = tuple[tuple[NDArray[np.bool_], ...], ...]


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
    "relu": Activation(lambda sums: sums.relu(), lambda sums: sums.relu_(), _pull_relu, 2.0),  # [He2015] eq. (10)
    "tanh": Activation(lambda sums: sums.tanh(), lambda sums: sums.tanh_(), _pull_tanh, 1.0),  # slope 1 at 0: no factor
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
    table : (int, int), optional
        Codes and numbers for each code of an embedding that comes before the first layer.
    widths : tuple of int, optional
        Hidden units of each network; as many as the stack has if left out.

    Attributes
    ----------
    flat : Tensor, shape (numbers,)
    layers : list of (weight, bias)
        Of the shapes (networks, outputs, inputs) and (networks, outputs), as in ``torch.nn.Linear``.
    turned : list of (weight, bias)
        The same numbers as products need them, (networks, inputs, outputs) and (networks, outputs, 1).
    embedding : Tensor of shape (networks, codes, numbers), or None
    """

    def __init__(
        self,
        sizes: Sequence[int],
        networks: int,
        dtype: torch.dtype,
        device: torch.device,
        *,
        table: tuple[int, int] | None = None,
        widths: Sequence[int] | None = None,
    ) -> None:
        self.sizes, self.networks, self.table, self.widths = tuple(sizes), networks, table, widths
        self.flat = torch.zeros(stack_size(sizes, networks, table), dtype=dtype, device=device)
        blocks = self._blocks(self.flat)
        self.embedding: Tensor | None = blocks.pop() if table else None
        self.layers: list[tuple[Tensor, Tensor]] = list(zip(blocks[::2], blocks[1::2], strict=True))
        self.turned = [(weight.mT, bias.unsqueeze(2)) for weight, bias in self.layers]

    def _blocks(self, flat: Tensor) -> list[Tensor]:
        """Views of a vector of this layout, in their order in memory."""
        found, start = [], 0
        for shape in _block_shapes(self.sizes, self.networks, self.table):
            found.append(flat[start : start + math.prod(shape)].view(shape))
            start += aligned(math.prod(shape))
        return found

    def like(self) -> Stack:
        """Return another stack of the same layout, filled with zeros."""
        device, own = self.flat.device, {"table": self.table, "widths": self.widths}
        return Stack(self.sizes, self.networks, self.flat.dtype, device, **own)

    def sizes_of(self, network: int) -> tuple[int, ...]:
        """Numbers of units from the inputs to the outputs of one network, without the padding."""
        if self.widths is None:
            return self.sizes
        return (self.sizes[0], *[self.widths[network]] * (len(self.sizes) - 2), self.sizes[-1])

    def over(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views by layer of another vector of the same layout, through which gradients flow; an embedding first."""
        blocks = self._blocks(flat)
        first = [(blocks.pop().mT, flat[:0])] if self.table else []
        return first + list(zip(blocks[::2], blocks[1::2], strict=True))

    def parts(self, flat: Tensor) -> list[tuple[Sequence[int], list[tuple[Tensor, Tensor]]]]:
        """The same, with the networks that they are of: all of them."""
        return [(range(self.networks), self.over(flat))]

    def clear(self, network: int) -> None:
        """Set all numbers of one network to zero."""
        if self.embedding is not None:
            self.embedding[network] = 0
        for weight, bias in self.layers:
            weight[network] = 0
            bias[network] = 0

    def put(self, network: int, arrays: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> None:
        """Write the weights and biases of one network, which may be narrower than the stack."""
        if self.embedding is not None:
            self.embedding[network] = torch.tensor(arrays[0][0].T)
            arrays = arrays[1:]
        for (weight, bias), (new_weight, new_bias) in zip(self.layers, arrays, strict=True):
            outputs, inputs = new_weight.shape
            weight[network, :outputs, :inputs] = torch.tensor(new_weight)
            bias[network, :outputs] = torch.tensor(new_bias)

    def take(self, network: int) -> Arrays:
        """Copy the weights and biases of one network out, without the padding; the one way from networks to arrays."""
        first = []
        if self.embedding is not None:
            first = [(copied(self.embedding[network].mT), copied(self.flat[:0]))]
        return *first, *(
            (copied(weight[network, :outputs, :inputs]), copied(bias[network, :outputs]))
            for (weight, bias), (inputs, outputs) in zip(self.layers, self._shapes(network), strict=True)
        )

    def spread(self, column: Tensor) -> Tensor:
        """A vector of this layout with the number of its network, of the shape (networks,), for each parameter."""
        spread = self.like()
        if spread.embedding is not None:
            spread.embedding.copy_(column[:, None, None].expand_as(spread.embedding))
        for weight, bias in spread.layers:
            weight.copy_(column[:, None, None].expand_as(weight))
            bias.copy_(column[:, None].expand_as(bias))
        return spread.flat

    def existing(self, masks: Masks | None) -> Tensor:
        """A vector of this layout: one for each parameter, zero for padding and for what the masks remove."""
        exists = self.like()
        if exists.embedding is not None:
            exists.embedding.fill_(1)
        sizes = [self.sizes_of(network) for network in range(self.networks)]
        for number, (weight, bias) in enumerate(exists.layers):
            # By NumPy, and copied at once: of hundreds of small networks, one by one takes as long as many steps.
            there, units = (np.zeros(part.shape, dtype=np.bool_) for part in (weight, bias))
            for network, mine in enumerate(sizes):
                inputs, outputs = mine[number : number + 2]
                units[network, :outputs] = True
                there[network, :outputs, :inputs] = True if masks is None else masks[network][number]
            weight.copy_(torch.from_numpy(there))
            bias.copy_(torch.from_numpy(units))
        return exists.flat

    def _shapes(self, network: int) -> Iterator[tuple[int, int]]:
        """What comes into each layer of a network, and what goes out."""
        return itertools.pairwise(self.sizes_of(network))


def draw(
    sizes: Sequence[int],
    seed: int,
    activation: str,
    scaling: str = "standard",
    table: tuple[int, int] | None = None,
    *,
    stream: int = WEIGHTS,
) -> Arrays:
    """Initial weights and biases of one network: normal, variance gain / fan_in [He2015], and zero.

    In mean-field scaling a unit's output is multiplied by its mass 1 / width on its way up. Weights between hidden
    layers are larger by the width, so that what arrives is as large as in the standard scaling; those of the last
    layer have the variance ``gain`` at all widths, so that the outputs begin near zero and units move by a
    distance that does not depend on the width. An embedding is standard normal.
    Drawn in float64 from a stream of the seed's own, so that they depend on nothing else.
    """
    generator = np.random.default_rng(np.random.SeedSequence((seed, stream)))
    gain, layers = ACTIVATIONS[activation].gain, []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        spread = np.sqrt(gain / inputs)
        if scaling == "mean-field" and number:
            spread *= np.sqrt(inputs) if number == len(sizes) - 2 else inputs
        layers.append((generator.standard_normal((outputs, inputs)) * spread, np.zeros(outputs)))
    if table:
        layers.insert(0, (generator.standard_normal(table).T, np.zeros(0)))
    return tuple(layers)


def forward(
    layers: Sequence[tuple[Tensor, Tensor]],
    inputs: Tensor,
    activation: str = "relu",
    masses: Sequence[Tensor] | None = None,
) -> Tensor:
    """Outputs of one network or of a stack, by plain differentiable operations.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        Of the shapes (..., outputs, inputs) and (..., outputs). A first layer without biases, (..., embedding,
        vocabulary) and (0,), is an embedding.
    inputs : Tensor, shape (..., examples, inputs)
        Whole numbers if an embedding comes first.
    activation : {"relu", "tanh"}
    masses : sequence of Tensor, shape (..., width), optional
        One for each hidden layer; 1 if left out.

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
    if not layers[0][1].numel():
        inputs, layers = _embedded(layers[0][0], inputs), layers[1:]
    if masses is not None and len(masses) != len(layers) - 1:
        fail("masses", f"be {len(layers) - 1}, one for each hidden layer", masses)
    for number, (weight, bias) in enumerate(layers):
        if inputs.shape[-1] != weight.shape[-1]:
            fail("inputs", f"have {weight.shape[-1]} columns at layer {number}", tuple(inputs.shape))
        inputs = inputs @ weight.mT + bias.unsqueeze(-2)
        if number < len(layers) - 1:
            inputs = ACTIVATIONS[activation].function(inputs)
            inputs = inputs if masses is None else inputs * masses[number].unsqueeze(-2)
    return inputs


def _embedded(weight: Tensor, codes: Tensor) -> Tensor:
    """Replace each code by its column of the weight (..., embedding, vocabulary), and join those of an example."""
    if weight.dim() == 2:
        return weight.mT[codes].flatten(-2)
    network = torch.arange(len(weight), device=weight.device)[:, None, None]
    return weight.mT[network, codes].flatten(-2)


def parameter_sizes(sizes: Sequence[int], table: tuple[int, int] | None = None) -> list[int]:
    """Weights and biases of one network, block by block."""
    return [math.prod(shape) for shape in _block_shapes(sizes, 1, table)]


def stack_size(sizes: Sequence[int], networks: int, table: tuple[int, int] | None = None) -> int:
    """Numbers in the flat vector of a stack, padding included."""
    return sum(aligned(math.prod(shape)) for shape in _block_shapes(sizes, networks, table))


def _block_shapes(sizes: Sequence[int], networks: int, table: tuple[int, int] | None) -> Iterator[tuple[int, ...]]:
    """Shapes of the blocks of a stack in their order in memory: weights and biases in turn, the embedding last."""
    for inputs, outputs in itertools.pairwise(sizes):
        yield networks, outputs, inputs
        yield networks, outputs
    if table:
        yield networks, *table


def aligned(numbers: int) -> int:
    """Numbers that a block of so many takes up."""
    return -(-numbers // ALIGNMENT) * ALIGNMENT


def copied(values: Tensor) -> NDArray[np.float64]:
    """A read-only copy in float64."""
    array = np.array(values.detach().cpu().numpy(), dtype=np.float64)
    array.setflags(write=False)
    return array
