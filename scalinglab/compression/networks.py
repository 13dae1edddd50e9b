"""Several networks trained side by side on the same batches: do those that say the same also learn the same?

The one file of this family that needs torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab.compression.neurons import WeightedNetwork
from scalinglab.training import Task, Training, train

__all__ = ["Together", "train_together"]

Array = NDArray[np.float64]
OURS = ("width", "depth", "initial", "masses", "scaling", "embedding")


@dataclass(frozen=True, eq=False, repr=False)
class Together:
    """Several networks after the same step.

    Attributes
    ----------
    runs : dict of str to Training
        By the names that the networks were given.
    masses : dict of str to array
        Of the neurons, which training does not change.
    """

    runs: dict[str, Training]
    masses: dict[str, Array]

    @property
    def done(self) -> int:
        """Updates made so far."""
        return next(iter(self.runs.values())).step

    @property
    def total(self) -> int:
        """Updates in all."""
        return next(iter(self.runs.values())).steps

    @property
    def caption(self) -> str:
        """Which networks have diverged, in words; empty if none."""
        diverged = [name for name, run in self.runs.items() if run.diverged_at[0] >= 0]
        return f"Diverged: {', '.join(diverged)}." if diverged else ""

    def gaps(self) -> dict[str, Array]:
        """For each network but the first, ``|loss - loss of the first| / first loss of the first``, (evaluations,).

        Of test losses; nan after a divergence.
        """
        first, *others = self.runs
        loss = self.runs[first].test_loss[0]
        return {name: np.abs(self.runs[name].test_loss[0] - loss) / loss[0] for name in others}

    def network(self, name: str) -> WeightedNetwork:
        """A network as it is now, with its masses.

        Raises
        ------
        ValueError
            If there is none of this name.
        RuntimeError
            If the training has gone on since.
        """
        if name not in self.runs:
            fail("name", "be one of " + ", ".join(self.runs), name)
        return WeightedNetwork(self.runs[name].arrays(0), self.masses[name].copy())

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each network and evaluation: ``network``, and those of ``Training.rows``; a ``gap``."""
        gaps = self.gaps()
        rows = []
        for name, run in self.runs.items():
            for row, gap in zip(run.rows(), gaps.get(name, np.zeros(len(run.evaluated))).tolist(), strict=False):
                rows.append({"network": name} | row | {"gap": gap})
        return rows

    def __repr__(self) -> str:
        return f"Together(step {self.done} of {self.total}: {', '.join(self.runs)})"


def train_together(
    networks: Mapping[str, WeightedNetwork], task: Task, *, seed: int = 0, **settings: Any
) -> Iterator[Together]:
    """Train networks on the same batches, each by the one training loop, and show every step.

    Parameters
    ----------
    networks : mapping of str to WeightedNetwork
        The first is the one that the others are compared with.
    task : Task
    seed : int
        Orders the batches, for all networks alike.
    **settings
        Of ``train``; ``mass_rule=False`` leaves out the division by the masses. The dtype is float64 if left out.

    Yields
    ------
    Together
        Before the first step, and after each.

    Raises
    ------
    ValueError
        At the call, if there is no network, or something does not fit.
    """
    if not isinstance(networks, Mapping) or not networks:
        fail("networks", "be weighted networks by name", networks)
    for name, network in networks.items():
        if not isinstance(name, str) or not isinstance(network, WeightedNetwork):
            fail("networks", "be weighted networks by name", {name: network})
    for name in OURS:
        if name in settings:
            fail("settings", f"leave {name} to the networks", settings[name])
    wanted: dict[str, Any] = {"activation": "tanh", "dtype": "float64", "seed": seed} | settings
    runs = {
        name: train(task, width=network.width, initial=network.layers, masses=[network.masses], **wanted)
        for name, network in networks.items()
    }
    masses = {name: network.masses for name, network in networks.items()}
    return (Together(dict(zip(runs, steps, strict=True)), masses) for steps in zip(*runs.values(), strict=True))
