"""Solutions for chapter 12, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def changes(masses: list[float], gradients: list[float], step_size: float) -> NDArray[np.float64]:
    """What one step of gradient descent adds to one number of each neuron, by the 1/c rule."""
    return -step_size * np.array(gradients) / np.array(masses)


def compressed_loss(size: int, alpha: float, scale: float, share: float, factor: float) -> float:
    """The loss of ``size`` objects that were compressed by ``size = factor * d^share``, if all d lose scale d^-alpha."""
    return scale * (size / factor) ** (-alpha / share)


SOLUTIONS = {"12-update": changes, "12-law": compressed_loss}
