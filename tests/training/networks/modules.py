"""Independent modules: the two of the package written once more with other parts of PyTorch, and a user's own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import nn

from scalinglab.training import Task


class PlainConvolution(nn.Module):
    """Three convolutions of 40 numbers, or of embedded codes."""

    def __init__(self, width, inputs, outputs, vocabulary=None, embedding=0):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding) if vocabulary else None
        channels = (embedding if vocabulary else 1, width, width)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(below, width, kernel, stride=2, padding=kernel // 2)
            for below, kernel in zip(channels, (5, 3, 3), strict=True)
        )
        self.last = nn.Linear(width * (-(-inputs // 8)), outputs)

    def forward(self, inputs):
        hidden = inputs[:, None] if self.embedding is None else self.embedding(inputs).transpose(1, 2)
        for convolution in self.convolutions:
            hidden = torch.relu(convolution(hidden))
        return self.last(hidden.flatten(1))


class PlainAttention(nn.Module):
    """A block of attention with ``nn.MultiheadAttention``, whose parameters have other names."""

    NAMES: ClassVar = {"attend.": "attention.in_proj_", "mix.": "attention.out_proj.", "blocks.0.": ""}

    def __init__(self, width, inputs, outputs, vocabulary=None, embedding=0):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding) if vocabulary else None
        self.pieces = nn.Linear(embedding if vocabulary else 4, width)
        self.positions = nn.Embedding(inputs if vocabulary else -(-inputs // 4), width)
        self.attention_norm, self.hidden_norm, self.norm = (nn.LayerNorm(width) for _ in range(3))
        self.attention = nn.MultiheadAttention(width, 1, bias=False, batch_first=True)
        self.hidden, self.out = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.last = nn.Linear(width, outputs)

    def forward(self, inputs):
        if self.embedding is None:
            lacking = -inputs.shape[1] % 4
            pieces = torch.cat((inputs, inputs.new_zeros(len(inputs), lacking)), 1).view(len(inputs), -1, 4)
        else:
            pieces = self.embedding(inputs)
        pieces = self.pieces(pieces) + self.positions.weight
        normed = self.attention_norm(pieces)
        pieces = pieces + self.attention(normed, normed, normed, need_weights=False)[0]
        pieces = pieces + self.out(torch.relu(self.hidden(self.hidden_norm(pieces))))
        return self.last(self.norm(pieces.mean(1) if self.embedding is None else pieces[:, -1]))


class Residual(nn.Module):
    """A user's own module: a residual path, layer normalisation, a parameter that is one number, a constant buffer."""

    def __init__(self, width, inputs, outputs):
        super().__init__()
        self.into, self.norm = nn.Linear(inputs, width), nn.LayerNorm(width)
        self.within, self.last = nn.Linear(width, width), nn.Linear(width, outputs)
        self.gain = nn.Parameter(torch.tensor(1.0))
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, inputs):
        hidden = torch.tanh(self.into(inputs))
        return self.last(hidden + self.scale * self.gain * torch.nn.functional.gelu(self.within(self.norm(hidden))))


def load(module, arrays):
    """Write parameters by their names in the package."""
    for ours, theirs in getattr(module, "NAMES", {}).items():
        arrays = {name.replace(ours, theirs): array for name, array in arrays.items()}
    own = dict(module.named_parameters())
    assert set(own) == set(arrays)
    with torch.no_grad():
        for name, array in arrays.items():
            own[name].copy_(torch.tensor(array))
    return {name: own[name] for name in arrays}


def bumps(samples=120, inputs=40, classes=5):
    """A task that all of them learn: a bump at a place that tells the class, in noise."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, classes, 2 * samples)
    table = 0.3 * generator.normal(size=(2 * samples, inputs))
    table[np.arange(2 * samples), labels * (inputs // classes) + 2] += 2
    return Task("bumps", table[:samples], labels[:samples], table[samples:], labels[samples:], classes)
