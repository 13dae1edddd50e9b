"""Averages of iterates from a loss on: the networks that [Barsbey2021] measures, in the place of last iterates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from scalinglab._checks import Array

Layers = tuple[tuple[Array, Array], ...]


class Averages:
    """Follows a training, and averages each network from the evaluation on at which its loss is below a bound.

    Parameters
    ----------
    snapshots : iterator
        Of ``train``, at each step.
    until : float
        Training loss.
    last : int
        Steps over which iterates are averaged.
    every : int
        Steps between two of these iterates.

    Attributes
    ----------
    found : dict of int to layers
        The average of each network that is finished.
    """

    def __init__(self, snapshots: Iterator[Any], *, until: float, last: int, every: int = 10) -> None:
        self.snapshots, self.until, self.last, self.every = snapshots, until, last, every
        self.begun: dict[int, int] = {}
        self.sums: dict[int, list[tuple[Array, Array]]] = {}
        self.found: dict[int, Layers] = {}

    def __iter__(self) -> Iterator[Any]:
        """The snapshots, up to that at which every network is finished or has diverged."""
        for run in self.snapshots:
            if run.evaluated[-1:] == run.step:
                below = np.flatnonzero((run.train_loss[:, -1] < self.until) & (run.diverged_at < 0))
                self.begun = dict.fromkeys(below.tolist(), int(run.step)) | self.begun
            for network, begin in self.begun.items():
                if network not in self.found and run.step > begin and (run.step - begin) % self.every == 0:
                    self._add(network, run, done=run.step - begin >= self.last)
            yield run
            if all(network in self.found or run.diverged_at[network] >= 0 for network in range(run.networks)):
                return

    def _add(self, network: int, run: Any, *, done: bool) -> None:
        sums, times = self.sums.get(network), -(-self.last // self.every)
        added = [] if sums is None else sums
        for place, (weight, bias) in enumerate(run.arrays(network)):
            if sums is None:
                added.append((weight / times, bias / times))
            else:
                added[place] = (added[place][0] + weight / times, added[place][1] + bias / times)
        self.sums[network] = added
        if done:
            self.found[network] = tuple(self.sums.pop(network))
