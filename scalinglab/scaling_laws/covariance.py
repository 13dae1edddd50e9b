"""How uncertain the parameters of a robust fit are: of even noise, of uneven noise, and by refits to resampled data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab._later import special
from scalinglab.scaling_laws.robust import Problem, minimize

RESAMPLING = ("pairs", "residuals")
#: Confidence of the intervals.
LEVEL = 0.95
#: A point of whose deviation the fit leaves less than a tenth is counted as if it were a tenth.
LEVERAGE = 0.9
#: No error is known to more digits than this.
ROUNDING = 1e-8
#: Points that are curved span the parameters if they have this share of the curvature in every direction.
SPANNED = 0.1
#: Eigenvalues, of columns of unit length, that rounding cannot tell from 0.
NULL = 1e-13


def curvature(deviations: Array, delta: float) -> Array:
    """How much each point adds to the curvature of the loss, shape (points,): 1 within delta, and 0 beyond.

    Where delta is far below the noise, few deviations lie within it. The share of points that do is then read from the
    density of deviations in a wider interval, which shrinks as points grow.
    """
    width = max(delta, 2.5 * float(np.median(np.abs(deviations))) * len(deviations) ** -0.2)
    return np.where(np.abs(deviations) <= width, delta / width, 0.0)


def covariance(problem: Problem, values: Array, rows: Array, *, even: bool) -> tuple[Array, float, Array]:
    """Covariance of the parameters, by what the loss rises with them, and how well the covariance is known itself.

    With psi the derivative of the loss, c the curvature at a point and J the derivatives of the deviations:

    - even noise: ``(sum psi^2 / freedom) / mean(c)^2 (J^T J)^-1``, as for any robust estimate of location
    - otherwise: ``H^-1 (J^T psi^2 J) H^-1`` with ``H = J^T c J``, so that points which scatter widely count as such.
      Each psi^2 is divided by the share of its point that the fit leaves (the correction known as HC2). A few points
      can happen to scatter little where it matters: in no direction is it less than that of even noise (the advice of
      Angrist and Pischke, Mostly Harmless Econometrics, section 8.1).

    Parameters
    ----------
    problem : Problem
    values : array, shape (parameters,)
        The optimum.
    rows : array, shape (any, parameters)
        Combinations of parameters whose standard errors are asked for.
    even : bool
        Whether deviations scatter alike at all points.

    Returns
    -------
    covariance : array, shape (parameters, parameters)
        Large along what nothing determines; nan everywhere if there are no spare points.
    scale : float
        The loss rises by ``scale t^2 variance / (J^T J)^-1``, on the diagonal, where a parameter is t standard errors
        from its optimum.
    wider : array, shape (any,)
        By what factor the standard error of each combination is to be widened: of uneven noise, its variance is known
        as well as the few points let it that the combination rests on (Bell and McCaffrey, 2002).
    """
    deviations, jacobian = (array[0] for array in problem.jacobian(values[None]))
    points, count = jacobian.shape
    freedom, (root, back, weak) = points - count, _root(jacobian.T @ jacobian)
    inverse = root @ root.T
    if freedom <= 0:
        return np.full_like(inverse, np.nan), np.nan, np.ones(len(rows))
    pull, curved = np.clip(deviations, -problem.delta, problem.delta), curvature(deviations, problem.delta)
    share = max(float(curved.mean()), problem.delta * 1e-6)
    noise = max(float((pull**2).sum()) / freedom, (ROUNDING * share) ** 2) / share**2
    if even:
        return noise * inverse, share / 2, np.ones(len(rows))
    leverage = np.minimum(np.einsum("ni,ij,nj->n", jacobian, inverse, jacobian), LEVERAGE)
    weighted = jacobian * np.maximum(np.abs(pull) / np.sqrt(1 - leverage), ROUNDING * share)[:, None]
    half = back @ _curved(jacobian, curved, share) @ weighted.T
    # Where nothing acts on the errors, nothing pulls either: deviations cannot tell how uncertain that is.
    # In these coordinates, even noise gives ``noise`` in every direction.
    lengths, turns = np.linalg.eigh(half @ half.T + noise * np.diag(weak.astype(float)))
    half = root @ turns * np.sqrt(np.maximum(lengths, noise))
    # What nothing determines rests on no point: its large variance would weigh the rounding of zeros.
    basis, firm = spanned(jacobian), root[:, ~weak]
    square = (rows @ firm @ (jacobian @ firm).T) ** 2 / (1 - leverage)
    taken = (basis**2).sum(axis=1)
    crossed = np.einsum("in,na,nb->iab", square, basis, basis)
    both = square**2 @ (1 - 2 * taken) + (crossed**2).sum(axis=(1, 2))
    known = np.clip((square @ (1 - taken)) ** 2 / np.maximum(both, 1e-300), 1.0, freedom)
    wider = special.stdtrit(known, (1 + LEVEL) / 2) / special.stdtrit(freedom, (1 + LEVEL) / 2)
    return half @ half.T, share / 2, wider


def resample(problem: Problem, values: Array, *, count: int, seed: int, resampling: str) -> Array:
    """Optima of resampled data, shape (converged, parameters), each found from the optimum of the data themselves.

    Parameters
    ----------
    problem : Problem
    values : array, shape (parameters,)
        The optimum.
    count : int
        How many data sets are drawn.
    seed : int
    resampling : {"pairs", "residuals"}
        Draw points with their sizes, or draw deviations and put them on the fitted law at the sizes that are there.
        Deviations are widened by ``sqrt(points / (points - parameters))``, as a fit leaves less than the noise.
    """
    if not count:
        return np.empty((0, len(values)))
    generator, points = np.random.default_rng(seed), problem.targets.shape[-1]
    if resampling == "pairs":
        weights = generator.multinomial(points, np.full(points, 1 / points), size=count).astype(np.float64)
        problem = replace(problem, weights=weights)
    else:
        logs = problem.form.log_error(values[None])[0]
        left = (logs - problem.targets) * np.sqrt(points / max(points - len(values), 1))
        problem = replace(problem, targets=logs - generator.choice(left - left.mean(), size=(count, points)))
    found = minimize(problem, np.tile(values, (count, 1)))
    return found.values[found.converged]


def spanned(jacobian: Array) -> Array:
    """Directions in which a fit takes out deviations, of unit length and at right angles, shape (points, any)."""
    unit = jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-150)
    basis, lengths, _ = np.linalg.svd(unit, full_matrices=False)
    return basis[:, lengths**2 > NULL]


def condition(jacobian: Array) -> float:
    """Ratio of the largest to the least singular value, columns of unit length; infinite for a column of zeros."""
    length = np.linalg.norm(jacobian, axis=0)
    return float(np.linalg.cond(jacobian / length)) if length.all() else np.inf


def _curved(jacobian: Array, curved: Array, share: float) -> Array:
    """Inverse of ``J^T c J``, or with the mean of c where the points that are curved do not span the parameters.

    They do not if the matrix has less than a tenth of what the mean gives in a direction that the points determine. In
    one that none determines, there is only rounding to compare.
    """
    matrix, even = jacobian.T @ (curved[:, None] * jacobian), share * (jacobian.T @ jacobian)
    root, _, weak = _root(even)
    firm = root[:, ~weak]
    least = np.linalg.eigvalsh(firm.T @ matrix @ firm)[:1]
    return inverted(even if (least < SPANNED).any() else matrix)


def inverted(matrix: Array) -> Array:
    """Inverse of a symmetric matrix; large where nothing determines it."""
    root = _root(matrix)[0]
    return root @ root.T


def _root(matrix: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """R with ``R R^T`` the inverse of a symmetric matrix, the inverse of R, and which of its columns are open."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scale = np.maximum(scale, max(1e-9 * float(scale.max()), 1e-150))
    lengths, turns = np.linalg.eigh(matrix / np.outer(scale, scale))
    # A pseudo-inverse would give no variance to a direction that nothing determines.
    weak, lengths = lengths < NULL, np.sqrt(np.maximum(lengths, NULL))
    return turns / lengths / scale[:, None], (turns * lengths).T * scale, weak
