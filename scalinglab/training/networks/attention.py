"""Attention: short pieces of the inputs look at each other, as in [Vaswani2017] with the norms first."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from scalinglab._later import torch
from scalinglab.training.networks.families import BuiltIn
from scalinglab.training.networks.perceptrons import ACTIVATIONS

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Numbers of the input in a piece; a code is a piece of its own.
PIECE = 4
#: Hidden units of a block for each number of a piece.
HIDDEN = 2


class Attention(BuiltIn):
    """Networks of ``depth`` blocks whose pieces have ``width`` numbers each."""

    name = "attention"

    def build(self, width: int) -> nn.Module:
        """A module of this width."""
        own = {"depth": self.depth, "activation": self.activation, "codes": self.codes}
        return _modules()(width, self.inputs, self.outputs, **own)

    def spread(self, name: str, fan_in: int) -> float:
        """A layer below an activation as in [He2015] eq. (10), tables standard normal; all others keep a variance."""
        if name.startswith(("embedding", "positions")):
            return 1.0
        return ((ACTIVATIONS[self.activation].gain if "hidden" in name else 1.0) / fan_in) ** 0.5

    def products(self, width: int) -> tuple[int, int]:
        """Of the layers, and of queries with keys and shares with values."""
        embedding = self.codes[1] if self.codes else 0
        return attention_products(width, self.inputs, self.outputs, self.depth, embedding)


def attention_products(width: int, inputs: int, outputs: int, depth: int, embedding: int = 0) -> tuple[int, int]:
    """Multiply-adds of one example forward, and those of them whose inputs have no use for a gradient."""
    pieces, numbers = (inputs, embedding) if embedding else (-(-inputs // PIECE), PIECE)
    block = pieces * width * width * (3 + 1 + 2 * HIDDEN) + 2 * pieces * pieces * width
    first = pieces * numbers * width
    return first + depth * block + width * outputs, 0 if embedding else first


@cache
def _modules() -> type[nn.Module]:
    """The class, made when it is first asked for, as torch is loaded then."""
    nn = torch.nn

    class Block(nn.Module):
        """Pieces take over from each other what their keys promise, then each is changed by itself."""

        def __init__(self, width: int, activation: str) -> None:
            super().__init__()
            self.attention_norm, self.attend = nn.LayerNorm(width), nn.Linear(width, 3 * width)
            self.mix = nn.Linear(width, width)
            self.hidden_norm, self.hidden = nn.LayerNorm(width), nn.Linear(width, HIDDEN * width)
            self.out = nn.Linear(HIDDEN * width, width)
            self.activation, self.scale = activation, 1 / math.sqrt(width)

        def forward(self, pieces: Tensor) -> Tensor:
            query, key, value = self.attend(self.attention_norm(pieces)).chunk(3, -1)
            shares = (query @ key.mT * self.scale).softmax(-1)
            pieces = pieces + self.mix(shares @ value)
            hidden = ACTIVATIONS[self.activation].function(self.hidden(self.hidden_norm(pieces)))
            return pieces + self.out(hidden)

    class AttentionNetwork(nn.Module):
        """From (examples, inputs) to (examples, outputs), read off the mean over the pieces, or off the last code."""

        def __init__(
            self, width: int, inputs: int, outputs: int, *, depth: int, activation: str, codes: tuple[int, int] | None
        ) -> None:
            super().__init__()
            self.embedding = nn.Embedding(*codes) if codes else None
            count = inputs if codes else -(-inputs // PIECE)
            self.padding = 0 if codes else count * PIECE - inputs
            self.pieces = nn.Linear(codes[1] if codes else PIECE, width)
            self.positions = nn.Embedding(count, width)
            self.blocks = nn.ModuleList(Block(width, activation) for _ in range(depth))
            self.norm, self.last = nn.LayerNorm(width), nn.Linear(width, outputs)

        def forward(self, inputs: Tensor) -> Tensor:
            if self.embedding is None:
                cut = nn.functional.pad(inputs, (0, self.padding)).unflatten(1, (-1, PIECE))
            else:
                cut = self.embedding(inputs)
            pieces = self.pieces(cut) + self.positions.weight
            for block in self.blocks:
                pieces = block(pieces)
            return self.last(self.norm(pieces.mean(1) if self.embedding is None else pieces[:, -1]))

    return AttentionNetwork
