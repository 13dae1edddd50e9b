"""What an algorithm has learned along an eigenvector after some time.

With eigenvalue x of the features' covariance on the training set, the weights along its eigenvector are ``g(x) c``, for
c the covariance of features and labels. Trained to the end, ``g = 1 / (x + ridge)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._errors import DivergenceError
from scalinglab.random_features.paths import Rule

__all__ = ["descended", "flowed"]

Array = NDArray[np.float64]
#: The error that is left is below the smallest float from here on.
FORGOTTEN = 750.0


def flowed(x: Array, *, times: Array, ridge: float) -> Array:
    """Of gradient flow at times that may be infinite, shape (times, eigenvalues), for positive x."""
    total = x + ridge
    return -np.expm1(-np.minimum(np.outer(times, total), FORGOTTEN)) / total


def descended(x: Array, *, steps: Array, rule: Rule) -> Array:
    """Of gradient descent with momentum, shape (steps, eigenvalues), for positive x.

    The error along an eigenvector follows ``p_{n+1} = (1 + m - h x) p_n - m p_{n-1}``, from 1 and ``1 - h x``.

    Raises
    ------
    DivergenceError
        If an eigenvalue is too large for the step size; ``rate`` is the growth of the weights' logarithm in a step.
    """
    total = x + rule.ridge
    if rule.step_size >= rule.bound(float(x.max())):
        grows = float(np.abs(_roots(np.array([total.max()]), rule)).max())
        raise DivergenceError(
            f"a draw has the eigenvalue {x.max():.4g}, for which the step size {rule.step_size:g} is too large; "
            f"below {rule.bound(float(x.max())):.4g} it would converge",
            rate=float(np.log(grows)),
        )
    larger, smaller = _roots(total, rule)
    first = 1 - rule.step_size * total
    powers = [root ** steps[:, None] for root in (larger, smaller)]
    left = ((first - smaller) * powers[0] - (first - larger) * powers[1]) / (larger - smaller)
    return (1 - left.real) / total


def _roots(total: Array, rule: Rule) -> NDArray[Any]:
    """Both roots of ``z^2 - (1 + m - h x) z + m``, shape (2, eigenvalues), kept apart where they would be equal."""
    middle = 1 + rule.momentum - rule.step_size * total
    root = np.sqrt(middle**2 - 4 * rule.momentum + 0j)
    root = np.where(np.abs(root) < 1e-8, 1e-8, root)
    return np.stack([middle + root, middle - root]) / 2
