"""Three convolutions in one dimension, each over half as many positions as the one before, and a last layer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scalinglab._later import torch
from scalinglab.training.networks.families import BuiltIn, Counts, embedded, empty_table
from scalinglab.training.networks.perceptrons import ACTIVATIONS, Activation

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Positions that a unit of each convolution sees, and how far apart the units are, as in [Greydanus2020].
KERNELS, STRIDE = (5, 3, 3), 2


class Convolutions(BuiltIn):
    """Networks of three strided convolutions of ``width`` channels, and a layer from all of the last to the outputs."""

    name = "a convolution"
    lacks = MappingProxyType({"depth": "which has three layers"})

    def build(self, width: int) -> nn.Module:
        """A module of this width."""
        return _module()(width, self.inputs, self.outputs, activation=self.activation, codes=self.codes)

    def spread(self, name: str, fan_in: int) -> float:
        """[He2015] eq. (10); an embedding is standard normal."""
        return 1.0 if name.startswith("embedding") else (ACTIVATIONS[self.activation].gain / fan_in) ** 0.5

    def counts(self, width: int) -> Counts:
        """Of the convolutions (zeros beyond the ends count as numbers) and of the last layer."""
        return convolution_counts(width, self.inputs, self.outputs, self.codes[1] if self.codes else 0)

    def stacked(self, width: int, parameters: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Batched products for all networks at once. Examples are columns, so that what is moved lies together."""
        if self.codes:
            found = embedded(parameters["embedding.weight"], inputs).permute(0, 3, 2, 1)
        else:
            found = inputs.mT.unsqueeze(1)
        first, *others = (kernel // 2 for kernel in KERNELS)
        hidden = torch.nn.functional.pad(found, (0, 0, first, first))
        for number, ends in enumerate((*others, 0)):
            weight, bias = (parameters[f"convolutions.{number}.{part}"] for part in ("weight", "bias"))
            hidden = _layer().apply(hidden, weight, bias, (ACTIVATIONS[self.activation], ends))
        return torch.baddbmm(parameters["last.bias"].unsqueeze(2), parameters["last.weight"], hidden.flatten(1, 2))


def convolution_counts(width: int, inputs: int, outputs: int, embedding: int = 0) -> Counts:
    """Counts of one network, from numbers alone; an embedding of zero is none."""
    _, *places = lengths(inputs)
    kernels = [below * kernel * width for below, kernel in zip(_channels(width, embedding), KERNELS, strict=True)]
    products = [kernel * count for kernel, count in zip(kernels, places, strict=True)]
    last = places[-1] * width * outputs
    return Counts(sum(kernels) + last, sum(products) + last, 0 if embedding else products[0])


def _channels(width: int, embedding: int) -> list[int]:
    """What comes into each convolution: numbers of each code, or one number; then what the one before puts out."""
    return [embedding or 1, *[width] * (len(KERNELS) - 1)]


def lengths(inputs: int) -> list[int]:
    """Positions of the inputs, and of what each convolution puts out: half of them, rounded up."""
    found = [inputs]
    for _ in KERNELS:
        found.append(-(-found[-1] // STRIDE))
    return found


@cache
def _layer() -> type[torch.autograd.Function]:
    """A convolution of many networks with its activation; the class is made when it is first asked for."""

    class Layer(torch.autograd.Function):
        """From (networks, channels, places, examples) to the same, with zeros at both ends of the places in both."""

        @staticmethod
        def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, made: tuple[Activation, int]) -> Tensor:
            """The windows are copied side by side, so that one product for each network does all places."""
            activation, ends = made
            networks, channels, places, examples = inputs.shape
            units, kernel = weight.shape[1], weight.shape[3]
            count = (places - kernel) // STRIDE + 1
            inputs = inputs.contiguous()
            steps = inputs.stride()
            shape, strides = (networks, channels, kernel, count, examples), (*steps[:3], STRIDE * steps[2], 1)
            windows = inputs.as_strided(shape, strides).reshape(networks, channels * kernel, count * examples)
            sums = torch.baddbmm(bias.unsqueeze(2), weight.flatten(2), windows).view(networks, units, count, examples)
            outputs = activation.apply(sums)
            ctx.save_for_backward(windows, weight, outputs)
            ctx.given = inputs.shape, activation, ends, count
            return torch.nn.functional.pad(outputs, (0, 0, ends, ends)) if ends else outputs

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Any:
            """The windows' gradients are added up where the windows were."""
            windows, weight, outputs = ctx.saved_tensors
            (networks, channels, places, examples), activation, ends, count = ctx.given
            kernel = weight.shape[3]
            # A copy, as what autograd hands on is not ours to write to.
            sums = gradients[0].narrow(2, ends, count).clone(memory_format=torch.contiguous_format)
            activation.pull(sums, outputs)
            sums = sums.flatten(2)
            of_weight = torch.bmm(sums, windows.mT).view_as(weight)
            if not ctx.needs_input_grad[0]:
                return None, of_weight, sums.sum(2), None
            of_windows = torch.bmm(weight.flatten(2).mT, sums).view(networks, channels, kernel, count, examples)
            of_inputs = sums.new_zeros((networks, channels, places, examples))
            for place in range(kernel):
                of_inputs[:, :, place : place + STRIDE * count : STRIDE].add_(of_windows[:, :, place])
            return of_inputs, of_weight, sums.sum(2), None

    return Layer


@cache
def _module() -> type[nn.Module]:
    """The class, made when it is first asked for, as torch is loaded then."""
    nn = torch.nn

    class Convolution(nn.Module):
        """From (examples, inputs) to (examples, outputs); codes become channels, numbers are one channel."""

        def __init__(
            self, width: int, inputs: int, outputs: int, *, activation: str, codes: tuple[int, int] | None
        ) -> None:
            super().__init__()
            self.embedding = empty_table(*codes) if codes else None
            channels = _channels(width, codes[1] if codes else 0)
            self.convolutions = nn.ModuleList(
                nn.Conv1d(below, width, kernel, stride=STRIDE, padding=kernel // 2)
                for below, kernel in zip(channels, KERNELS, strict=True)
            )
            self.last = nn.Linear(width * lengths(inputs)[-1], outputs)
            self.activation = activation

        def forward(self, inputs: Tensor) -> Tensor:
            hidden = inputs.unsqueeze(1) if self.embedding is None else self.embedding(inputs).mT
            for convolution in self.convolutions:
                hidden = ACTIVATIONS[self.activation].function(convolution(hidden))
            return self.last(hidden.flatten(1))

    return Convolution
