"""Patterns that deviations should not show: noise that grows along a size, and neighbours that are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._later import special
from scalinglab.scaling_laws.covariance import spanned

#: A pattern is told when it is further from chance than this many standard deviations.
VISIBLE = 2.5
#: Fewer points show no pattern.
LEAST = 8


def patterns(deviations: Array, jacobian: Array, sizes: Mapping[str, Array]) -> list[str]:
    """A sentence for each pattern that is visible.

    Each is a ratio ``r^T W r / r^T r`` of deviations r; were the noise even and independent, its mean and variance
    would follow from W and from what the fit takes out of the noise (as in the test of Durbin and Watson).

    Parameters
    ----------
    deviations : array, shape (points,)
    jacobian : array, shape (points, parameters)
        Their derivatives by the parameters.
    sizes : mapping of str to array, shape (points,)
        Logarithms.
    """
    points = len(deviations)
    if points < LEAST or points - jacobian.shape[1] < LEAST // 2 or np.abs(deviations).max() < 1e-7:
        return []
    # Ranks in the place of sizes, so that outliers are no pattern.
    ranks = np.argsort(np.argsort(np.abs(deviations)))
    scores = np.sign(deviations) * special.ndtri((points + ranks + 0.5) / (2 * points))
    basis = spanned(jacobian)
    said = []
    for name, logs in sizes.items():
        weights = logs - logs.mean()
        grows = _distance(scores, basis, lambda columns, by=weights[:, None]: by * columns, float(weights @ weights))
        if abs(grows) > VISIBLE:
            said.append(
                f"Deviations {'grow' if grows > 0 else 'shrink'} with {name}: the noise is uneven. "
                "Intervals of noise='uneven', or of a bootstrap of pairs, allow for it."
            )
    if any(_distance(scores, basis, *near) > VISIBLE for near in _neighbours(sizes)):
        said.append(
            "Neighbouring deviations are alike, as along one learning curve: the runs are not independent (or the law "
            "bends where they do not), and the intervals are too narrow."
        )
    return said


def _distance(scores: Array, basis: Array, weigh: Callable[[Array], Array], square: float) -> float:
    """How many standard deviations a ratio is from its mean; of W, the product with columns and the sum of squares.

    With M the projection off the basis, mean and variance follow from the traces of MW and of its square; W's own trace
    is 0.
    """
    freedom, weighed = len(scores) - basis.shape[1], weigh(basis)
    inner = basis.T @ weighed
    first, second = -np.trace(inner), square - 2 * (weighed**2).sum() + (inner**2).sum()
    variance = 2 * (freedom * second - first**2) / (freedom**2 * (freedom + 2))
    ratio = float(scores @ weigh(scores[:, None])[:, 0]) / float(scores @ scores)
    return float((ratio - first / freedom) / np.sqrt(variance)) if variance > 0 else 0.0


def _neighbours(sizes: Mapping[str, Array]) -> list[tuple[Callable[[Array], Array], float]]:
    """For each size, a sum over points that follow each other along it while all other sizes stay."""
    found = []
    for name, logs in sizes.items():
        others = [other for key, other in sizes.items() if key != name]
        order = np.lexsort([logs, *others])
        same = [np.diff(other[order]) == 0 for other in others]
        pairs = np.flatnonzero(np.all(same, axis=0)) if others else np.arange(len(order) - 1)
        first, second = order[pairs], order[pairs + 1]

        def weigh(columns: Array, first: NDArray[np.intp] = first, second: NDArray[np.intp] = second) -> Array:
            total = np.zeros_like(columns)
            np.add.at(total, first, columns[second] / 2)
            np.add.at(total, second, columns[first] / 2)
            return total

        if 2 * len(pairs) >= LEAST:
            found.append((weigh, len(pairs) / 2))
    return found
