"""Stacked training against a plain PyTorch loop over the same networks with a fused Adam."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from scalinglab.training import Task, digits, finish, train
from tests.benchmarks.compare import compare


@dataclass(frozen=True)
class Shape:
    """What is trained; both contestants evaluate every network before and after, on the same images."""

    networks: int
    width: int
    depth: int
    batch_size: int
    steps: int

    def __str__(self) -> str:
        layers = "-".join(map(str, (64, *[self.width] * self.depth, 10)))
        return f"{self.networks} networks {layers}, batch {self.batch_size}, {self.steps} steps"


SHAPES = (Shape(32, 64, 1, 64, 100), Shape(256, 16, 1, 32, 50), Shape(32, 256, 2, 64, 50))


def ours(task: Task, shape: Shape) -> None:
    """One stack."""
    settings = {"width": shape.width, "depth": shape.depth, "batch_size": shape.batch_size, "steps": shape.steps}
    finish(train(task, optimizer="adam", step_size=1e-3, seed=range(shape.networks), evaluations=2, **settings))


def theirs(task: Task, shape: Shape) -> None:
    """One network after the other."""
    inputs, labels = torch.tensor(task.train_inputs, dtype=torch.float32), torch.tensor(task.train_labels)
    test = torch.tensor(task.test_inputs, dtype=torch.float32), torch.tensor(task.test_labels)
    sizes = [inputs.shape[1], *[shape.width] * shape.depth]
    for seed in range(shape.networks):
        torch.manual_seed(seed)
        hidden = [part for a, b in itertools.pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
        network = nn.Sequential(*hidden, nn.Linear(shape.width, task.classes))
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        evaluate(network, *test, inputs[:256], labels[:256])
        for _ in range(shape.steps):
            batch = torch.randint(len(labels), (shape.batch_size,))
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
            optimizer.step()
        evaluate(network, *test, inputs[:256], labels[:256])


@torch.no_grad()
def evaluate(network: nn.Module, test_inputs: Tensor, test_labels: Tensor, inputs: Tensor, labels: Tensor) -> None:
    """Test loss, test error, training loss."""
    outputs = network(test_inputs)
    nn.functional.cross_entropy(outputs, test_labels).item()
    (outputs.argmax(1) != test_labels).float().mean().item()
    nn.functional.cross_entropy(network(inputs), labels).item()


def run() -> None:
    """Print a line for each shape, on one thread and on two."""
    before, task = torch.get_num_threads(), digits()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for shape in SHAPES:
            contestants = partial(ours, task, shape), partial(theirs, task, shape)
            print(compare(str(shape), *contestants, threads=threads, rounds=5), flush=True)
    torch.set_num_threads(before)
