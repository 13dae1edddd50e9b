"""What the weights of trained layers are like: tail indices of both kinds, and the errors of three prunings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail
from scalinglab.heavy_tails._arguments import density as checked_density
from scalinglab.heavy_tails._arguments import matrix, points
from scalinglab.heavy_tails.compressibility import best_k_error, node_error, prunable_fraction, singular_value_error
from scalinglab.heavy_tails.estimators import LEAST, tail_index

#: A run is fitted at a training loss below this, and has died with fewer right training answers than that.
FITTED, ALIVE = 5e-3, 0.9
#: Of ``layer_statistics``, what a record of a run keeps.
MEASURED = ("characteristic", "block", "hill", "kurtosis", "prunable", "magnitude", "node", "singular")


def network_outcome(train_loss: float, train_accuracy: float) -> str:
    """Say what became of a run: ``"fitted"``, ``"unfinished"``, ``"died"`` or ``"diverged"``.

    Networks of rectified units seldom overflow at too large a step: they die, and answer the same to everything.

    Parameters
    ----------
    train_loss : float
        At the end; nan if the run diverged.
    train_accuracy : float
    """
    if not np.isfinite(train_loss):
        return "diverged"
    if train_accuracy < ALIVE:
        return "died"
    return "fitted" if train_loss < FITTED else "unfinished"


def layer_statistics(
    layers: Sequence[tuple[ArrayLike, ArrayLike]], *, density: float = 0.1, error: float = 0.1, share: float = 0.01
) -> list[dict[str, Any]]:
    """Measure the weights of each layer of one network.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        As ``Training.arrays`` gives them: weights of the shape (outputs, inputs). Biases are not looked at.
    density : float
        Share kept by the three prunings.
    error : float
        Relative error at which the prunable fraction is taken.
    share : float
        Of the weights, that Hill's estimate uses.

    Returns
    -------
    list of dict
        A record for each layer: ``layer`` (from 1), ``weights`` (how many); ``characteristic``, ``block`` (of weights
        minus their median, as in [Barsbey2021]) and ``hill``, tail indices of all weights, nan where a method cannot
        read them; ``kurtosis`` (3 for normal weights); ``prunable``; ``magnitude``, ``node``, ``singular``, relative
        errors at that density. Nodes are hidden units: rows of a weight, and columns of the last one, whose rows are
        the outputs. (A network of one layer has none, and columns are counted.)

    Raises
    ------
    ValueError
        If there is no layer, or the weights of one are not a finite matrix of at least 40 numbers.
    """
    if not len(layers):
        fail("layers", "hold at least one (weight, bias)", layers)
    checked_density("density", density)
    rows = []
    for number, (weight, _) in enumerate(layers, start=1):
        values = matrix("layers", weight)
        flat = points("layers", values.ravel(), LEAST)
        centred = flat - flat.mean()
        rows.append(
            {
                "layer": number,
                "weights": flat.size,
                "characteristic": index_or_nan(flat, "characteristic"),
                "block": index_or_nan(flat - np.median(flat), "block"),
                "hill": index_or_nan(flat, "hill", share=share),
                "kurtosis": float((centred**4).mean() / (centred**2).mean() ** 2),
                "prunable": prunable_fraction(flat, error),
                "magnitude": float(best_k_error(flat, density)),
                "node": float(node_error(values if number == len(layers) else values.T, density)),
                "singular": float(singular_value_error(values, density)),
            }
        )
    return rows


def index_or_nan(weights: Array, method: str, *, share: float = 0.01) -> float:
    """A tail index, or nan where the method cannot read the weights: a dead layer should not end a sweep."""
    try:
        return tail_index(weights, method=method, share=share).alpha
    except ValueError:
        return math.nan


def read_layers(layers: Sequence[tuple[Array, Array]]) -> list[dict[str, Any]]:
    """The few numbers that are shown of each layer while it trains: two tail indices, and what is prunable."""
    rows = []
    for number, (weight, _) in enumerate(layers, start=1):
        read = {method: index_or_nan(weight.ravel(), method) for method in ("characteristic", "hill")}
        rows.append(read | {"layer": f"layer {number}", "prunable": prunable_fraction(weight, 0.1)})
    return rows


def columns_of(layers: int, prunings: Sequence[str], densities: Sequence[float]) -> list[str]:
    """Names of all numbers in the record of a run: of each layer, and of each pruning at each density."""
    found = [f"{name}_{number}" for number in range(1, layers + 1) for name in MEASURED]
    return found + [name_of(method, density) for method in prunings for density in densities]


def name_of(method: str, density: float) -> str:
    """The name of the accuracy that a pruning to a density leaves."""
    return f"{method.split(maxsplit=1)[0]}_at_{density:g}"
