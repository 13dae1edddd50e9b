"""A weighted network as an ordinary one, its masses multiplied into the weights above."""

from __future__ import annotations

import numpy as np

from scalinglab.compression import WeightedNetwork


def absorbed(network: WeightedNetwork) -> tuple[tuple, tuple]:
    """Layers, and what the step size of each parameter of plain gradient descent is multiplied by to learn the same."""
    ((weight, bias), (above, last)), masses = network.layers, network.masses
    inverse = 1 / masses
    rates = (
        (np.repeat(inverse[:, None], weight.shape[1], 1), inverse),
        (np.repeat(masses[None], len(above), 0), np.ones_like(last)),
    )
    return ((weight, bias), (above * masses, last)), rates
