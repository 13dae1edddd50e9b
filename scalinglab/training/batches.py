"""The order of the data: one stream of permutations for each network, cut into batches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scalinglab._later import torch
from scalinglab.training.plans import Plan

BATCHES, SUBSETS = 1, 2
#: Indices that are drawn ahead, about 2 MB of them.
AHEAD = 2**18


class Order:
    """Batches of indices from permutations in a row; a batch may begin in one epoch and end in the next.

    Parameters
    ----------
    seed : int
        Draws the permutations, from a stream that initial weights do not touch: networks with one seed and as many
        samples see the same batches, whatever their width.
    samples : int
    batch : int
        Examples in a batch; if it equals ``samples``, all batches are ``0, 1, 2 ...``.
    chances : array, shape (samples,), optional
        Where examples have weights: each of a batch is drawn by itself, with these chances.
    """

    def __init__(self, seed: int, samples: int, batch: int, chances: NDArray[np.float64] | None = None) -> None:
        self.chances = chances
        self.generator = np.random.default_rng(np.random.SeedSequence((seed, BATCHES)))
        self.samples, self.batch = samples, batch
        self.left: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def take(self, batches: int) -> NDArray[np.int64]:
        """Return the next batches, as an array of the shape (batches, batch)."""
        if self.batch == self.samples:
            return np.tile(np.arange(self.samples), (batches, 1))
        if self.chances is not None:
            return self.generator.choice(self.samples, size=(batches, self.batch), p=self.chances)
        wanted = batches * self.batch
        epochs = -(-(wanted - len(self.left)) // self.samples)
        drawn = [self.generator.permutation(self.samples) for _ in range(epochs)]
        indices = np.concatenate((self.left, *drawn))
        self.left = indices[wanted:]
        return indices[:wanted].reshape(batches, self.batch)

    def skip(self, batches: int) -> None:
        """Pass over so many batches, in pieces that fit into memory."""
        while batches and self.batch < self.samples:
            some = min(batches, max(1, AHEAD // self.batch))
            self.take(some)
            batches -= some


def drawn_samples(plan: Plan, network: int) -> NDArray[np.int64] | None:
    """Which samples of the task a network is trained on, in order; ``None`` stands for the first ones."""
    if not plan.resample:
        return None
    generator = np.random.default_rng(np.random.SeedSequence((plan.seed[network], SUBSETS)))
    # A copy, which does not keep the numbers of all samples in memory.
    return generator.permutation(plan.task.samples)[: plan.samples[network]].copy()


def shares(plan: Plan, samples: int) -> NDArray[np.float64]:
    """What each of the first samples counts for; they add up to 1."""
    weights = plan.task.train_weights
    return np.full(samples, 1 / samples) if weights is None else weights[:samples] / weights[:samples].sum()


def label_rows(plan: Plan, labels: NDArray[np.generic]) -> torch.Tensor:
    """Labels on the device, a row for each sample: one class, or a number for each output."""
    if plan.task.classes is not None:
        return torch.tensor(labels, device=plan.device)[:, None]
    return torch.tensor(labels, dtype=plan.dtype, device=plan.device)


class Batches:
    """The current batch of every network, in buffers that are filled anew by each ``advance``.

    Attributes
    ----------
    inputs : Tensor, shape (networks, examples, inputs)
        Whole numbers where the task's inputs are codes.
    labels : Tensor, shape (networks, 1, examples) of int64, or (networks, outputs, examples)
    weights : Tensor, shape (networks, 1, examples)
        1 / batch, or the example's share of all weights where a batch is all of them; zero where a network has fewer
        samples than others have in a batch.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, most = plan, max(plan.batch_sizes)
        self.all_inputs = torch.tensor(plan.task.train_inputs, dtype=plan.input_dtype, device=plan.device)
        # Networks with labels of their own have a block of rows each.
        labels = plan.task.train_labels if plan.labels is None else plan.labels.reshape(-1, *plan.labels.shape[2:])
        self.all_labels = label_rows(plan, labels)
        self.offsets: torch.Tensor | None = None
        if plan.labels is not None:
            self.offsets = torch.arange(plan.networks, device=plan.device).repeat_interleave(most) * plan.task.samples
        self.inputs = self.all_inputs.new_empty((plan.networks, most, plan.task.inputs))
        self._rows = self.all_labels.new_empty((plan.networks, most, self.all_labels.shape[1]))
        self.labels = self._rows.mT
        # Where each example goes, row by row. One number is fetched in a third of the time of a row with one number.
        self._from_to = [(self.all_inputs, self.inputs.flatten(0, 1)), (self.all_labels, self._rows.flatten(0, 1))]
        if self.all_labels.shape[1] == 1:
            self._from_to[1] = self.all_labels.view(-1), self._rows.view(-1)
        self.weights = torch.zeros((plan.networks, 1, most), dtype=plan.dtype, device=plan.device)
        for network, size in enumerate(plan.batch_sizes):
            whole = size == plan.samples[network]
            self.weights[network, 0, :size] = torch.from_numpy(shares(plan, size)) if whole else 1 / size
        weighted = plan.task.train_weights is not None
        self.orders = {
            key: Order(*key, shares(plan, key[1]) if weighted else None)
            for key in zip(plan.seed, plan.samples, plan.batch_sizes, strict=True)
        }  # networks that see the same batches share one
        for order in self.orders.values():
            order.skip(plan.start)
        self.drawn = [drawn_samples(plan, network) for network in range(plan.networks)]
        self.whole = plan.batch_sizes == plan.samples
        self.indices: list[torch.Tensor] = []

    def advance(self) -> None:
        """Fetch the next batch of every network; full batches stay as they are."""
        if not self.indices:
            self.indices = self._draw()
        elif self.whole:
            return
        index = self.indices[-1] if self.whole else self.indices.pop()
        (inputs, rows), (labels, their_rows) = self._from_to
        torch.index_select(inputs, 0, index, out=rows)
        torch.index_select(labels, 0, index if self.offsets is None else index + self.offsets, out=their_rows)

    def _draw(self) -> list[torch.Tensor]:
        """Indices of the next batches of all networks, the last one first."""
        plan, (networks, most, _) = self.plan, self.inputs.shape
        ahead = 1 if self.whole else max(1, min(plan.steps, AHEAD // (networks * most)))
        drawn = {key: order.take(ahead) for key, order in self.orders.items()}
        indices = np.zeros((ahead, networks, most), dtype=np.int64)
        for network, key in enumerate(zip(plan.seed, plan.samples, plan.batch_sizes, strict=True)):
            mine = self.drawn[network]
            indices[:, network, : key[2]] = drawn[key] if mine is None else mine[drawn[key]]
        return list(torch.from_numpy(indices.reshape(ahead, -1)).to(plan.device).flip(0))
