"""Solutions for chapter 12, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq


def changes(masses: list[float], gradients: list[float], step_size: float) -> NDArray[np.float64]:
    """What one step of gradient descent adds to one number of each neuron, by the 1/c rule."""
    return -step_size * np.array(gradients) / np.array(masses)


def compressed_loss(size: int, alpha: float, scale: float, share: float, factor: float) -> float:
    """The loss of ``size`` objects that were compressed by ``size = factor * d^share``, if all d lose scale d^-alpha."""
    return scale * (size / factor) ** (-alpha / share)


def gain(budget: float, prices: tuple[float, float], law: tuple[float, float, float]) -> float:
    """By what factor compression lowers the loss, when all that is compressed is paid for."""
    (training, compressing), (alpha, share, factor) = prices, law

    def overdrawn(count: float) -> float:
        return compressing * count + training * factor * count**share - budget

    return (brentq(overdrawn, 0.0, budget / compressing, xtol=1e-10) * training / budget) ** alpha


SOLUTIONS = {
    "12-update": changes,
    "12-law": compressed_loss,
    "12-gift": gain,
}
