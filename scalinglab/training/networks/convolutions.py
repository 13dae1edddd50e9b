"""Three convolutions in one dimension, each over half as many positions as the one before, and a last layer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from scalinglab._later import torch
from scalinglab.training.networks.families import BuiltIn
from scalinglab.training.networks.perceptrons import ACTIVATIONS

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Positions that a unit of each convolution sees, and how far apart the units are, as in [Greydanus2020].
KERNELS, STRIDE = (5, 3, 3), 2


class Convolutions(BuiltIn):
    """Networks of three strided convolutions of ``width`` channels, and a layer from all of the last to the outputs."""

    name = "a convolution, which has three layers"
    lacks = ("depth",)

    def build(self, width: int) -> nn.Module:
        """A module of this width."""
        return _module()(width, self.inputs, self.outputs, activation=self.activation, codes=self.codes)

    def spread(self, name: str, fan_in: int) -> float:
        """[He2015] eq. (10); an embedding is standard normal."""
        return 1.0 if name.startswith("embedding") else (ACTIVATIONS[self.activation].gain / fan_in) ** 0.5

    def products(self, width: int) -> tuple[int, int]:
        """Of the convolutions (zeros beyond the ends count as numbers) and of the last layer."""
        return convolution_products(width, self.inputs, self.outputs, self.codes[1] if self.codes else 0)


def convolution_products(width: int, inputs: int, outputs: int, embedding: int = 0) -> tuple[int, int]:
    """Multiply-adds of one example forward, and those of them whose inputs have no use for a gradient."""
    channels, places = [embedding or 1, *[width] * len(KERNELS)], lengths(inputs)
    each = [places[n + 1] * channels[n] * kernel * width for n, kernel in enumerate(KERNELS)]
    return sum(each) + places[-1] * width * outputs, 0 if embedding else each[0]


def lengths(inputs: int) -> list[int]:
    """Positions of the inputs, and of what each convolution puts out: half of them, rounded up."""
    found = [inputs]
    for _ in KERNELS:
        found.append(-(-found[-1] // STRIDE))
    return found


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
            self.embedding = nn.Embedding(*codes) if codes else None
            channels = [codes[1] if codes else 1, *[width] * len(KERNELS)]
            self.convolutions = nn.ModuleList(
                nn.Conv1d(below, width, kernel, stride=STRIDE, padding=kernel // 2)
                for below, kernel in zip(channels, KERNELS, strict=False)
            )
            self.last = nn.Linear(width * lengths(inputs)[-1], outputs)
            self.activation = activation

        def forward(self, inputs: Tensor) -> Tensor:
            hidden = inputs.unsqueeze(1) if self.embedding is None else self.embedding(inputs).mT
            for convolution in self.convolutions:
                hidden = ACTIVATIONS[self.activation].function(convolution(hidden))
            return self.last(hidden.flatten(1))

    return Convolution
