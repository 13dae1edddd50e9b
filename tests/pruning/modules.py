"""Modules of several kinds, and what they compute written out."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from scalinglab.training import weight_names


class Residual(nn.Module):
    """A residual path, a norm, and activations in place."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(6, 4), nn.LayerNorm(4)
        self.inner, self.last = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, inputs):
        found = torch.relu_(self.first(inputs))
        found = found + torch.tanh(self.inner(self.norm(found)))
        return self.last(found)


class Attention(nn.Module):
    """Three pieces of two numbers, without norms; a causal mask if asked for."""

    def __init__(self, *, causal: bool = False) -> None:
        super().__init__()
        self.pieces, self.attend = nn.Linear(2, 3, bias=False), nn.Linear(3, 9, bias=False)
        self.mix, self.last = nn.Linear(3, 3, bias=False), nn.Linear(3, 2, bias=False)
        self.causal = causal

    def forward(self, inputs):
        pieces = self.pieces(inputs.unflatten(1, (3, 2)))
        query, key, value = self.attend(pieces).chunk(3, -1)
        scores = query @ key.mT
        if self.causal:
            scores = scores.masked_fill(torch.ones(3, 3).triu(1).bool(), -torch.inf)
        return self.last(self.mix(scores.softmax(-1) @ value).tanh()[:, 0 if self.causal else -1])


class Pooled(nn.Module):
    """Two dimensions, maxima over windows and over all, a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.gate, self.last = nn.Conv2d(1, 3, 3), nn.Linear(3, 3), nn.Linear(3, 2)

    def forward(self, inputs):
        found = self.convolution(inputs.view(-1, 1, 6, 6)).relu()
        found = nn.functional.max_pool2d(found, 2).amax((2, 3))
        return self.last(found * torch.sigmoid(self.gate(found)))


class Gated(nn.Module):
    """What a product needs, and what it does without: gates that are open anyway, factors near one."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.gate, self.scale = (nn.Linear(4, 3, bias=False) for _ in range(3))
        self.plain, self.last = nn.Linear(4, 3, bias=False), nn.Linear(3, 2, bias=False)

    def forward(self, inputs):
        open_anyway = torch.sigmoid(self.gate(inputs)) * 2
        near_one = 1 + self.scale(inputs) / 2
        return self.last(self.first(inputs).tanh() * open_anyway * near_one * self.plain(inputs))


class Heads(nn.Module):
    """PyTorch's own attention, which is one operation."""

    def __init__(self) -> None:
        super().__init__()
        self.heads, self.last = nn.MultiheadAttention(4, 2, batch_first=True), nn.Linear(4, 2)

    def forward(self, inputs):
        pieces = inputs.unflatten(1, (3, 4))
        return self.last(self.heads(pieces, pieces, pieces, need_weights=False)[0].sum(1))


class Codes(nn.Module):
    """An embedding, channels first, a convolution over codes."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.convolution, self.last = nn.Embedding(5, 3), nn.Conv1d(3, 4, 2), nn.Linear(4, 5)

    def forward(self, inputs):
        return self.last(self.convolution(self.embedding(inputs).mT).tanh().mean(2))


def convolution(seed=0, *, channels=3, outputs=4, inputs=12):
    """Weights of two strided convolutions and a last layer on so many numbers, and their module."""
    torch.manual_seed(seed)
    first = nn.Conv1d(1, channels, 5, stride=2, padding=2)
    second, places = nn.Conv1d(channels, channels, 3, stride=2, padding=1), (inputs + 3) // 4
    last = nn.Linear(channels * places, outputs)
    layers = [nn.Unflatten(1, (1, inputs)), first, nn.ReLU(), second, nn.Tanh(), nn.Flatten(), last]
    return nn.Sequential(*layers).double()


def written_out(weights, biases, inputs, activations=(torch.relu, torch.tanh)):
    """The outputs of ``convolution``, as sums over windows that are picked one by one."""
    found = inputs[:, None, :]
    for weight, bias, activation in zip(weights[:2], biases[:2], activations, strict=True):
        kernel = weight.shape[2]
        padded = torch.nn.functional.pad(found, (kernel // 2, kernel // 2))
        places = range(0, padded.shape[2] - kernel + 1, 2)
        sums = [torch.einsum("nck,ock->no", padded[:, :, place : place + kernel], weight) for place in places]
        found = activation(torch.stack(sums, 2) + bias[:, None])
    return found.reshape(len(inputs), -1) @ weights[2].T + biases[2]


def parts(module):
    """Weights and biases of a module, apart."""
    named = dict(module.named_parameters())
    names = weight_names(module)
    return [named[name].detach() for name in names], [named[n].detach() for n in named if n not in names]


def without_constants(module, seed=0):
    """The module in float64 with weights drawn anew and zeros for biases: whatever it does comes from its inputs."""
    generator, names = np.random.default_rng(seed), weight_names(module)
    module.double()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name in names or "embedding" in name:
                parameter.copy_(torch.tensor(generator.standard_normal(parameter.shape)))
            else:
                parameter.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
    return module
