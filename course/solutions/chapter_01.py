"""Solutions for chapter 01, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math

import numpy as np
from torch import nn


def exponent(sizes: np.ndarray, errors: np.ndarray) -> float:
    """The exponent of ``error = amplitude * size**-exponent``: a line through the logarithms, its slope's sign turned."""
    slope, _intercept = np.polyfit(np.log(sizes), np.log(errors), 1)
    return -slope


def mean_and_error(errors: np.ndarray) -> tuple[float, float]:
    """The mean over seeds and the standard error of this mean."""
    return errors.mean(), errors.std(ddof=1) / math.sqrt(len(errors))


def samples_needed(target: float, amplitude: float, exponent: float, offset: float) -> float:
    """The samples with which ``amplitude * n**-exponent + offset`` comes down to ``target``; infinity if none do."""
    if target <= offset:
        return math.inf
    return math.ceil((amplitude / (target - offset)) ** (1 / exponent))


def foretell(sizes: list[float], errors: list[float], size: float) -> float:
    """The error at ``size`` by the law with an offset that goes through three errors."""
    first, middle, last = errors
    offset = (first * last - middle**2) / (first + last - 2 * middle)
    alpha = math.log((first - offset) / (middle - offset)) / math.log(sizes[1] / sizes[0])
    return offset + (last - offset) * (size / sizes[2]) ** -alpha


def ring(width: int, inputs: int, outputs: int) -> nn.Module:
    """A convolution of 5 neighbours around a ring, a ReLU, the mean over the positions, and a linear layer."""
    patterns = nn.Conv1d(1, width, kernel_size=5, padding="same", padding_mode="circular")
    mean = nn.Sequential(nn.AdaptiveAvgPool1d(output_size=1), nn.Flatten())
    return nn.Sequential(nn.Unflatten(1, (1, inputs)), patterns, nn.ReLU(), mean, nn.Linear(width, outputs))


SOLUTIONS = {
    "01-exponent": exponent,
    "01-standard-error": mean_and_error,
    "01-offset": samples_needed,
    "01-ring": ring,
    "01-three": foretell,
}
