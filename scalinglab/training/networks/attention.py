"""Attention: short pieces of the inputs look at each other, as in [Vaswani2017] with the norms first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from scalinglab._later import torch
from scalinglab.training.networks.families import BuiltIn, Counts, embedded, empty_table
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

    def counts(self, width: int) -> Counts:
        """Of the layers, and of queries with keys and shares with values."""
        embedding = self.codes[1] if self.codes else 0
        return attention_counts(width, self.inputs, self.outputs, self.depth, embedding)

    def stacked(self, width: int, parameters: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Batched products for all networks at once, a row for each piece; only what is read off is computed."""
        if self.codes:
            cut = embedded(parameters["embedding.weight"], inputs)
        else:
            cut = torch.nn.functional.pad(inputs, (0, -inputs.shape[2] % PIECE)).unflatten(2, (-1, PIECE))
        pieces = _linear(parameters, "pieces", cut).add_(parameters["positions.weight"].unsqueeze(1))
        for number in range(self.depth):
            pieces = self._block(parameters, f"blocks.{number}", pieces, last=number == self.depth - 1)
        read = pieces[:, :, -1] if self.codes else pieces.mean(2)
        weight, bias = _layer(parameters, "last", "norm")
        assert bias is not None
        return torch.baddbmm(bias.unsqueeze(2), weight, _norm(read).mT)

    def _block(self, parameters: Mapping[str, Tensor], name: str, pieces: Tensor, *, last: bool) -> Tensor:
        """Pieces (networks, examples, pieces, width) after a block; of the last one on codes, the last piece alone."""
        networks, examples, count, width = pieces.shape
        asked = _linear(parameters, f"{name}.attend", _norm(pieces), f"{name}.attention_norm")
        query, key, value = asked.view(networks * examples, count, 3 * width).chunk(3, 2)
        if last and self.codes:
            query, pieces = query[:, -1:], pieces[:, :, -1:]
        # A column for each query: a softmax along rows of ten numbers takes four times as long as one along columns.
        shares = torch.bmm(key, query.mT).mul_(1 / math.sqrt(width)).softmax(1)
        heard = torch.bmm(shares.mT, value).view(pieces.shape)
        pieces = _linear(parameters, f"{name}.mix", heard, onto=pieces)
        hidden = _linear(parameters, f"{name}.hidden", _norm(pieces), f"{name}.hidden_norm")
        return _linear(parameters, f"{name}.out", ACTIVATIONS[self.activation].apply(hidden), onto=pieces)


def _norm(pieces: Tensor) -> Tensor:
    """Mean zero and variance one; a norm's own numbers are a part of the layer above it."""
    return torch.nn.functional.layer_norm(pieces, pieces.shape[-1:])


def _layer(parameters: Mapping[str, Tensor], layer: str, norm: str) -> tuple[Tensor, Tensor | None]:
    """Weights and biases of a layer; if it is above a norm, for what the norm puts out without its own numbers."""
    weight, bias = parameters[f"{layer}.weight"], parameters.get(f"{layer}.bias")
    if not norm:
        return weight, bias
    shift = torch.bmm(weight, parameters[f"{norm}.bias"].unsqueeze(2)).squeeze(2)
    return weight * parameters[f"{norm}.weight"].unsqueeze(1), shift if bias is None else bias + shift


def _linear(
    parameters: Mapping[str, Tensor], layer: str, pieces: Tensor, norm: str = "", onto: Tensor | None = None
) -> Tensor:
    """A layer of each network on all of its pieces (networks, examples, pieces, numbers), added onto others if any."""
    weight, bias = _layer(parameters, layer, norm)
    rows, bias = pieces.flatten(1, 2), None if bias is None else bias.unsqueeze(1)
    if onto is not None:
        found = torch.baddbmm(onto.flatten(1, 2), rows, weight.mT)
        found = found if bias is None else found.add_(bias)
    else:
        found = torch.bmm(rows, weight.mT) if bias is None else torch.baddbmm(bias, rows, weight.mT)
    return found.view(*pieces.shape[:3], -1)


def attention_counts(width: int, inputs: int, outputs: int, depth: int, embedding: int = 0) -> Counts:
    """Counts of one network, from numbers alone; an embedding of zero is none."""
    pieces, numbers = (inputs, embedding) if embedding else (-(-inputs // PIECE), PIECE)
    first, block, last = numbers * width, width * width * (3 + 1 + 2 * HIDDEN), width * outputs
    products = pieces * first + depth * (pieces * block + 2 * pieces * pieces * width) + last
    return Counts(first + depth * block + last, products, 0 if embedding else pieces * first)


@cache
def _modules() -> type[nn.Module]:
    """The class, made when it is first asked for, as torch is loaded then."""
    nn = torch.nn

    class Block(nn.Module):
        """Pieces take over from each other what their keys promise, then each is changed by itself."""

        def __init__(self, width: int, activation: str) -> None:
            super().__init__()
            # Without biases: one of the keys would change nothing, as all shares would be what they are.
            self.attention_norm, self.attend = nn.LayerNorm(width), nn.Linear(width, 3 * width, bias=False)
            self.mix = nn.Linear(width, width, bias=False)
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
            self.embedding = empty_table(*codes) if codes else None
            count = inputs if codes else -(-inputs // PIECE)
            self.padding = 0 if codes else count * PIECE - inputs
            self.pieces = nn.Linear(codes[1] if codes else PIECE, width)
            self.positions = empty_table(count, width)
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
