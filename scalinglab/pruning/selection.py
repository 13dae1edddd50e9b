"""From scores to masks: keep the largest, exactly as many as asked, and never what was pruned before.

A threshold would keep one too many or too few where scores are equal. Here the number that is kept is an integer, and
of equal scores those with the lower place are kept, layer after layer and row after row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import array, fail, non_negative_integer, number
from scalinglab.pruning.masks import Masks
from scalinglab.pruning.modules import wiring_of

Scores = Sequence[NDArray[np.float64]]


def kept_weights(density: float, size: int) -> int:
    """How many of ``size`` weights a density keeps: the nearest whole number, and at least 1.

    Raises
    ------
    ValueError
        If the density is not above 0 and at most 1.
    """
    if not 0 < number("density", density) <= 1:
        fail("density", "be above 0 and at most 1", density)
    return max(1, round(float(density) * size))


def keep_largest(
    scores: Sequence[Any], kept: int | Sequence[int], *, within: Masks | None = None, network: Any = None
) -> Masks:
    """Keep the weights of the largest scores.

    Parameters
    ----------
    scores : sequence of array, shape (outputs, inputs)
        A number for each weight, which may be infinite; of any shape of two or more dimensions if there is a network.
    kept : int or sequence of int
        How many weights are kept, of the network or of each layer.
    within : Masks, optional
        Earlier masks: what they removed stays removed, whatever its score.
    network : torch.nn.Module or Network, optional
        As of ``Masks``; that of the earlier masks if left out.

    Returns
    -------
    Masks
        With exactly ``kept`` weights.

    Raises
    ------
    ValueError
        If a score is nan, or if fewer weights than ``kept`` are there to choose from.

    Examples
    --------
    >>> keep_largest([[[3.0, 1.0], [1.0, 2.0]]], 3).layers[0].tolist()
    [[True, True], [False, True]]
    """
    wiring = wiring_of(network) if within is None or network is not None else within.wiring
    arrays = [_scores(layer, place, kernels=wiring is not None) for place, layer in enumerate(scores, start=1)]
    if not arrays:
        fail("scores", "hold at least one layer", scores)
    allowed = Masks.full([each.shape for each in arrays], wiring) if within is None else within
    if allowed.shapes != tuple(each.shape for each in arrays):
        fail("within", f"have the shapes of the scores, {tuple(each.shape for each in arrays)}", allowed.shapes)
    if isinstance(kept, Sequence) or (isinstance(kept, np.ndarray) and kept.ndim):
        if len(kept) != len(arrays):
            fail("kept", f"be a number for each of the {len(arrays)} layers", kept)
        chosen = [_largest(a.ravel(), m.ravel(), k) for a, m, k in zip(arrays, allowed, kept, strict=True)]
        return Masks((flat.reshape(each.shape) for flat, each in zip(chosen, arrays, strict=True)), wiring)
    flat = _largest(np.concatenate([each.ravel() for each in arrays]), allowed.flat, kept)
    ends = np.cumsum([each.size for each in arrays])[:-1]
    return Masks((part.reshape(each.shape) for part, each in zip(np.split(flat, ends), arrays, strict=True)), wiring)


def _largest(scores: NDArray[np.float64], allowed: NDArray[np.bool_], kept: Any) -> NDArray[np.bool_]:
    """Mark the largest of a vector, with the lower places first where scores are equal."""
    count = non_negative_integer("kept", kept)
    if count > np.count_nonzero(allowed):
        fail("kept", f"not exceed the {np.count_nonzero(allowed)} weights that are left", kept)
    if not count:
        return np.zeros(len(scores), dtype=np.bool_)
    places = np.flatnonzero(allowed)
    values = scores[places]
    threshold = np.partition(values, len(values) - count)[len(values) - count]
    above = values > threshold
    equal = np.flatnonzero(values == threshold)[: count - np.count_nonzero(above)]
    above[equal] = True
    chosen = np.zeros(len(scores), dtype=np.bool_)
    chosen[places[above]] = True
    return chosen


def _scores(value: Any, layer: int, *, kernels: bool) -> NDArray[np.float64]:
    words, shape = f"be numbers in layer {layer}", f"hold a matrix in layer {layer}"
    found = array("scores", value, axes=() if kernels else 2, shape=shape, words=words, finite=False)
    if np.isnan(found).any():
        fail("scores", words, f"{np.count_nonzero(np.isnan(found))} that are nan")
    return found
