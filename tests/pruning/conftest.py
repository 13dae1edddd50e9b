"""Networks and data that all tests of pruning share."""

from __future__ import annotations

import itertools

import numpy as np
import pytest


@pytest.fixture
def network():
    """An untrained network 7-9-6-4 with biases, whose weights are all different."""
    return drawn(0)


def drawn(seed, sizes=(7, 9, 6, 4)):
    generator = np.random.default_rng(seed)
    return tuple(
        (generator.standard_normal((outputs, inputs)) / np.sqrt(inputs), 0.1 * generator.standard_normal(outputs))
        for inputs, outputs in itertools.pairwise(sizes)
    )


@pytest.fixture
def data():
    """Inputs and labels of four classes for it."""
    generator = np.random.default_rng(1)
    return generator.standard_normal((30, 7)), generator.integers(0, 4, 30)
