"""How uncertain the parameters of a robust fit are: of noise that is the same everywhere, and of noise that is not."""

from __future__ import annotations

import numpy as np

from scalinglab._checks import Array
from scalinglab.scaling_laws.robust import Problem

#: A point of whose deviation the fit leaves less than a tenth is counted as if it were a tenth.
LEVERAGE = 0.9


def curvature(deviations: Array, delta: float) -> Array:
    """How much each point adds to the curvature of the loss, shape (points,): 1 within delta, and 0 beyond.

    Where delta is far below the noise, few deviations lie within it. The share of points that do is then read from the
    density of deviations in a wider interval, which shrinks as points grow.
    """
    width = max(delta, 2.5 * float(np.median(np.abs(deviations))) * len(deviations) ** -0.2)
    return np.where(np.abs(deviations) <= width, delta / width, 0.0)


def covariance(problem: Problem, values: Array, *, even: bool) -> tuple[Array, Array]:
    """Covariance of the parameters, and by what factor the loss may rise for each, in units of ``t^2``.

    With psi the derivative of the loss, c the curvature at a point and J the derivatives of the deviations:

    - even noise: ``(sum psi^2 / freedom) / mean(c)^2 (J^T J)^-1``, as for any robust estimate of location
    - otherwise: ``H^-1 (J^T psi^2 J) H^-1`` with ``H = J^T c J``, so that points which scatter widely count as such.
      Each psi^2 is divided by the share of it that the fit leaves (the correction known as HC2).

    Parameters
    ----------
    problem : Problem
    values : array, shape (parameters,)
        The optimum.
    even : bool
        Whether deviations scatter alike at all points; a handful of points cannot tell.

    Returns
    -------
    covariance : array, shape (parameters, parameters)
        nan in rows of parameters without any influence, and everywhere if there are no spare points.
    rise : array, shape (parameters,)
        The loss rises by ``rise t^2`` where a parameter is t standard errors from its optimum.
    """
    deviations, jacobian = (array[0] for array in problem.jacobian(values[None]))
    points, count = jacobian.shape
    freedom, inverse = points - count, _inverse(jacobian.T @ jacobian)
    if freedom <= 0:
        return np.full_like(inverse, np.nan), np.full(count, np.nan)
    pull, curved = np.clip(deviations, -problem.delta, problem.delta), curvature(deviations, problem.delta)
    share = max(float(curved.mean()), problem.delta * 1e-6)
    found = (pull**2).sum() / freedom / share**2 * inverse
    if not even:
        seen = np.isfinite(np.diag(inverse))
        part, inner = jacobian[:, seen], inverse[np.ix_(seen, seen)]
        leverage = np.minimum(np.einsum("ni,ij,nj->n", part, inner, part), LEVERAGE)
        half = _curved(part, curved, share) @ (part * (pull / np.sqrt(1 - leverage))[:, None]).T
        found[np.ix_(seen, seen)] = half @ half.T
    with np.errstate(invalid="ignore"):
        return found, share * np.diag(found) / np.diag(inverse) / 2


def condition(jacobian: Array) -> float:
    """Ratio of the largest to the least singular value, columns of unit length; infinite for a column of zeros."""
    length = np.linalg.norm(jacobian, axis=0)
    return float(np.linalg.cond(jacobian / length)) if length.all() else np.inf


def _curved(jacobian: Array, curved: Array, share: float) -> Array:
    """Inverse of ``J^T c J``, or with the mean of c where the points that are curved do not span the parameters."""
    matrix, even = jacobian.T @ (curved[:, None] * jacobian), share * (jacobian.T @ jacobian)
    scale = np.sqrt(np.diag(even))
    if (
        np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0]
        < 0.1 * np.linalg.eigvalsh(even / np.outer(scale, scale))[0]
    ):
        matrix = even
    return _inverse(matrix)


def _inverse(matrix: Array) -> Array:
    """Inverse of a symmetric matrix; rows and columns without any influence get nan."""
    scale = np.sqrt(np.diag(matrix))
    seen = scale > 1e-12
    found = np.full(matrix.shape, np.nan)
    unit = np.outer(scale[seen], scale[seen])
    # A direction that nothing determines gets a large variance, where a pseudo-inverse would give it none.
    lengths, turns = np.linalg.eigh(matrix[np.ix_(seen, seen)] / unit)
    found[np.ix_(seen, seen)] = (turns / np.maximum(lengths, 1e-14)) @ turns.T / unit
    return found
