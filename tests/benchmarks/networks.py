"""Stacked convolutions and attention against a plain PyTorch loop over the same networks with a fused Adam."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from scalinglab.training import Task, finish, train
from tests.benchmarks.compare import compare
from tests.benchmarks.training import evaluate

NETWORKS, WIDTH, BATCH, STEPS = 16, 16, 64, 100


class Convolution(nn.Module):
    """Three strided convolutions as one writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, WIDTH, 5, stride=2, padding=2)
        self.second = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.third = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.last = nn.Linear(5 * WIDTH, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        """From (examples, 40) to (examples, 10)."""
        hidden = self.second(self.first(inputs.unsqueeze(1)).relu()).relu()
        return self.last(self.third(hidden).relu().flatten(1))


class Attention(nn.Module):
    """One block as one writes it, with PyTorch's own attention."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces, self.positions = nn.Linear(4, WIDTH), nn.Parameter(torch.randn(10, WIDTH))
        self.attention_norm, self.attend, self.mix = (
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, 3 * WIDTH, bias=False),
            nn.Linear(WIDTH, WIDTH, bias=False),
        )
        self.hidden_norm, self.hidden, self.out = (
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, 2 * WIDTH),
            nn.Linear(2 * WIDTH, WIDTH),
        )
        self.norm, self.last = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        """From (examples, 40) to (examples, 10)."""
        pieces = self.pieces(inputs.unflatten(1, (10, 4))) + self.positions
        query, key, value = self.attend(self.attention_norm(pieces)).chunk(3, -1)
        pieces = pieces + self.mix(self.heard(query, key, value))
        pieces = pieces + self.out(self.hidden(self.hidden_norm(pieces)).relu())
        return self.last(self.norm(pieces.mean(1)))

    def heard(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """What pieces take over from each other: by products, which are faster for so few pieces."""
        return (query @ key.mT / WIDTH**0.5).softmax(-1) @ value


class Fused(Attention):
    """The same by PyTorch's fused attention."""

    def heard(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """What pieces take over from each other."""
        return nn.functional.scaled_dot_product_attention(query, key, value)


@dataclass(frozen=True)
class Pair:
    """A word of ``train``, and the module that stands for it in a plain loop."""

    network: str
    module: type[nn.Module]

    def __str__(self) -> str:
        return f"{NETWORKS} x {self.network} of {WIDTH} ({self.module.__name__}), batch {BATCH}, {STEPS} steps"


PAIRS = (Pair("convolution", Convolution), Pair("attention", Attention), Pair("attention", Fused))


def noise() -> Task:
    """As large as the signals that such networks are for."""
    generator = np.random.default_rng(0)

    def part(samples: int) -> tuple[np.ndarray, np.ndarray]:
        return generator.normal(size=(samples, 40)).astype(np.float32), generator.integers(0, 10, samples)

    return Task("noise", *part(2000), *part(500), 10)


def ours(task: Task, pair: Pair) -> None:
    """One stack."""
    settings = {"width": WIDTH, "batch_size": BATCH, "steps": STEPS, "seed": range(NETWORKS), "evaluations": 2}
    finish(train(task, network=pair.network, optimizer="adam", step_size=1e-3, **settings))


def theirs(task: Task, pair: Pair) -> None:
    """One network after the other."""
    inputs, labels = torch.tensor(task.train_inputs), torch.tensor(task.train_labels)
    test = torch.tensor(task.test_inputs), torch.tensor(task.test_labels)
    for seed in range(NETWORKS):
        torch.manual_seed(seed)
        network = pair.module()
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        evaluate(network, *test, inputs[:256], labels[:256])
        for _ in range(STEPS):
            batch = torch.randint(len(labels), (BATCH,))
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        evaluate(network, *test, inputs[:256], labels[:256])


def run() -> None:
    """Print a line for each pair, on one thread and on two."""
    before, task = torch.get_num_threads(), noise()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for pair in PAIRS:
            contestants = partial(ours, task, pair), partial(theirs, task, pair)
            print(compare(str(pair), *contestants, threads=threads, rounds=5), flush=True)
    torch.set_num_threads(before)
