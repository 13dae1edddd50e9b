"""Networks of one architecture at any width: as modules of PyTorch, one by one, and all of a stack at once."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scalinglab._later import torch
from scalinglab.training.networks.perceptrons import WEIGHTS

if TYPE_CHECKING:
    from torch import Tensor, nn

#: The parameters of one network by name, in the order of its module.
Named = dict[str, NDArray[np.float64]]
#: Examples by which the numbers that a pass keeps are counted.
COUNTED = 8


class Counts(NamedTuple):
    """Weights of a network without biases, norms and tables; multiply-adds of one example forward, and the ``first``.

    These are those of them whose inputs have no use for a gradient, as nothing that is learned lies below.
    """

    weights: int
    products: int
    first: int


class Family(ABC):
    """Networks of one architecture, from so many inputs to so many outputs, at any width.

    Parameters
    ----------
    inputs, outputs : int
    vocabulary : int or None
        If given, inputs are codes below it.
    dtype : torch.dtype
    device : torch.device
    """

    #: What a sentence calls it, and why it does not have some settings of perceptrons.
    name: str
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self, inputs: int, outputs: int, vocabulary: int | None, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.inputs, self.outputs, self.vocabulary = inputs, outputs, vocabulary
        self.dtype, self.device = dtype, device
        self._modules: dict[int, nn.Module] = {}
        self._shapes: dict[int, dict[str, tuple[int, ...]]] = {}
        self._weights: dict[int, tuple[str, ...]] = {}

    @abstractmethod
    def build(self, width: int) -> nn.Module:
        """A module of this width, with parameters as its constructor draws them."""

    @abstractmethod
    def draw(self, width: int, seed: int) -> Named:
        """Initial parameters, which depend on the width and the seed alone."""

    def module(self, width: int) -> nn.Module:
        """The module through which networks of this width run; its own parameters are not looked at."""
        if width not in self._modules:
            self._modules[width] = self.build(width).to(self.device, self.dtype)
        return self._modules[width]

    def fresh(self, width: int, seed: int) -> nn.Module:
        """A module of its own, whose parameters are to be written."""
        return self.build(width).to(self.device, self.dtype)

    def outline(self, width: int) -> nn.Module:
        """A module without numbers, to read shapes from: it takes no memory, however wide."""
        with torch.device("meta"):
            return self.build(width)

    def shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        """Shapes of all parameters by name."""
        if width not in self._shapes:
            named = self.outline(width).named_parameters()
            self._shapes[width] = {name: tuple(parameter.shape) for name, parameter in named}
        return self._shapes[width]

    def weights(self, width: int) -> tuple[str, ...]:
        """Names of the parameters that masks are for, in the order of the module."""
        if width not in self._weights:
            self._weights[width] = weight_names(self.outline(width))
        return self._weights[width]

    def parameters(self, width: int) -> int:
        """Numbers of one network."""
        return sum(map(math.prod, self.shapes(width).values()))

    @abstractmethod
    def work(self, width: int, examples: int, *, back: bool) -> int:
        """Multiply-adds of all matrix products of a pass of one network, forward or forward and back."""

    def stacked(self, width: int, parameters: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Outputs of networks of one width, differentiable.

        Parameters
        ----------
        width : int
        parameters : mapping of Tensor, shape (networks, ...)
        inputs : Tensor, shape (networks, examples, inputs)

        Returns
        -------
        Tensor, shape (networks, outputs, examples)
        """
        return self.mapped(width, parameters, inputs)

    def mapped(self, width: int, parameters: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The same through the module itself, by ``torch.func.vmap``: the way for any module."""
        module = self.module(width)
        buffers = dict(module.named_buffers())

        def one(own: dict[str, Tensor], rows: Tensor) -> Tensor:
            return torch.func.functional_call(module, (own, buffers), (rows,))

        return torch.func.vmap(one)(dict(parameters), inputs).mT

    def check(self, width: int, seed: int, rows: NDArray[np.generic]) -> None:  # noqa: B027 (a rule, not a must)
        """Run two networks on some inputs of the task, and refuse what cannot be trained; the package's own can."""

    @property
    def input_dtype(self) -> torch.dtype:
        """Inputs are whole numbers if they are codes."""
        return torch.int64 if self.vocabulary else self.dtype

    def kept(self, width: int) -> int:
        """Bytes that a pass keeps of one example on the way back, counted in a pass of one network."""
        shapes = self.shapes(width)
        leaves = {
            name: torch.zeros((1, *shape), dtype=self.dtype, device=self.device) for name, shape in shapes.items()
        }
        inputs = torch.zeros((1, COUNTED, self.inputs), dtype=self.input_dtype, device=self.device)
        own = {leaf.untyped_storage().data_ptr() for leaf in leaves.values()}
        found: dict[int, int] = {}

        def count(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                found[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            outputs = self.stacked(width, {name: leaf.requires_grad_() for name, leaf in leaves.items()}, inputs)
        return -(-(sum(found.values()) + outputs.nbytes) // COUNTED)


class BuiltIn(Family):
    """A family of the package: initial weights are drawn as those of perceptrons are."""

    def __init__(self, *given: object, activation: str, depth: int, embedding: int) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.activation, self.depth = activation, depth
        self.codes = (self.vocabulary, embedding) if self.vocabulary else None

    @abstractmethod
    def spread(self, name: str, fan_in: int) -> float:
        """Standard deviation of the initial weights of this name."""

    @abstractmethod
    def counts(self, width: int) -> Counts:
        """Of one network."""

    def work(self, width: int, examples: int, *, back: bool) -> int:
        """Each product forward has two of its size on the way back: for the weight, and for what came in."""
        counts = self.counts(width)
        return examples * (3 * counts.products - counts.first if back else counts.products)

    def draw(self, width: int, seed: int) -> Named:
        """Normal weights, from the same stream of the seed as those of a perceptron; biases zero, norms one."""
        generator = np.random.default_rng(np.random.SeedSequence((seed, WEIGHTS)))
        found = {}
        for name, shape in self.shapes(width).items():
            if len(shape) > 1:
                found[name] = generator.standard_normal(shape) * self.spread(name, math.prod(shape[1:]))
            else:
                found[name] = np.zeros(shape) if name.endswith("bias") else np.ones(shape)
        return found


def weight_names(module: nn.Module) -> tuple[str, ...]:
    """Names of the weights of a module that a mask can remove, in the module's order.

    These are its parameters of two or more dimensions, but for those of ``torch.nn.Embedding``; masks are never for
    biases, norms and tables of codes.
    """
    tables = [part.weight for part in module.modules() if isinstance(part, torch.nn.Embedding)]
    named = module.named_parameters()
    return tuple(name for name, one in named if one.dim() > 1 and not any(one is table for table in tables))


def empty_table(rows: int, numbers: int) -> nn.Embedding:
    """A table whose numbers are to be written later: to draw some, torch would load its compiler (a second, 70 MB)."""
    return torch.nn.Embedding.from_pretrained(torch.empty((rows, numbers)), freeze=False)


def embedded(tables: Tensor, codes: Tensor) -> Tensor:
    """Numbers of codes (networks, examples, places), of each network's own table (networks, codes, numbers)."""
    offsets = torch.arange(len(tables), device=codes.device)[:, None, None] * tables.shape[1]
    return torch.nn.functional.embedding(codes + offsets, tables.flatten(0, 1))
