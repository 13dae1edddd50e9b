"""A GPU trains the same networks as the processor, in every way of training; runs where there is one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.training import digits, finish, train

NETWORKS = range(4)
SIZES = (64, 12, 12, 10)


def masks(seed: int) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [generator.random((outputs, inputs)) < 0.4 for inputs, outputs in itertools.pairwise(SIZES)]


WAYS = {
    **{optimizer: {"optimizer": optimizer} for optimizer in ("sgd", "momentum", "adam", "adamw")},
    "masks": {"masks": [masks(seed) for seed in NETWORKS]},
    "masks that come later": {"masks": lambda state: [masks(n) for n in NETWORKS] if state.step == 30 else None},
    "widths": {"width": [4, 8, 12, 16]},
    "samples": {"samples": [50, 100, 200, 400]},
    "drawn anew": {"samples": 200, "resample": True},
    "penalty": {"penalty": lambda layers: sum((weight**2).flatten(1).sum(1) for weight, _ in layers) * 1e-3},
    "rewound": {"start": 20},
}


class Residual(nn.Module):
    """A user's own module."""

    def __init__(self, width, inputs, outputs):
        super().__init__()
        self.into, self.norm, self.last = nn.Linear(inputs, width), nn.LayerNorm(width), nn.Linear(width, outputs)
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, inputs):
        hidden = torch.tanh(self.into(inputs))
        return self.last(hidden + self.scale * self.norm(hidden))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("network", ["convolution", "attention", Residual])
def test_a_gpu_trains_the_same_modules(network):
    settings = {"network": network, "width": [6, 9, 6], "seed": range(3), "steps": 30, "step_size": 0.02}
    here, there = (finish(train(digits(400), dtype="float64", device=on, **settings)) for on in ("cpu", "cuda"))
    for place in range(3):
        for name, mine in here.arrays(place).items():
            np.testing.assert_allclose(there.arrays(place)[name], mine, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_the_same_networks():
    """In float64; 1e-12 leaves room for sums in another order over 60 steps (measured: 2e-15)."""
    for name, changes in WAYS.items():
        settings = {"width": 12, "depth": 2, "steps": 60, "step_size": 0.02, "seed": NETWORKS} | changes
        here, there = (finish(train(digits(400), dtype="float64", device=on, **settings)) for on in ("cpu", "cuda"))
        for network in NETWORKS:
            for mine, theirs in zip(here.arrays(network), there.arrays(network), strict=True):
                np.testing.assert_allclose(theirs[0], mine[0], rtol=0, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(there.test_loss, here.test_loss, rtol=0, atol=1e-12, err_msg=name)
