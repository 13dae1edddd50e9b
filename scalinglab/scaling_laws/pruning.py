"""Fits of the error of pruned networks: one network, or networks of many shapes through the invariant."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, positive, same_length
from scalinglab.scaling_laws._arguments import densities, different, enough, errors, numbers
from scalinglab.scaling_laws.fits import Meaning
from scalinglab.scaling_laws.pruned_laws import FACTORS, PrunedJointLaw, PrunedLaw
from scalinglab.scaling_laws.regions import ThreeRegions, bounds, starts
from scalinglab.scaling_laws.robust import DELTA, Problem
from scalinglab.scaling_laws.solving import NOISE, Law, solve

NAMES = ("high_plateau", "exponent", "transition")
STARTS = 12


def fit_pruned(
    density: ArrayLike,
    error: ArrayLike,
    *,
    unpruned: float,
    highest: float = 1.0,
    delta: float = DELTA,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
    noise: str = NOISE[0],
) -> PrunedLaw:
    """Fit the three regions of one network's error as it is pruned, robustly, in deviations of its logarithm.

    Parameters
    ----------
    density : array, shape (points,)
        Share of the weights that are left, above 0 and at most 1.
    error : array, shape (points,)
        Positive, and at most ``highest``.
    unpruned : float
        The error before pruning, which is measured, not fitted.
    highest : float
        The high plateau is searched up to here: 1, as no error rate is above it; for another loss, that of guessing.
    delta, bootstrap, seed, resampling, noise
        As in ``fit_power_law``.

    Returns
    -------
    PrunedLaw
        A plateau that the densities do not reach is among its ``undetermined`` parameters, and so is the exponent if
        the power law is too short to be seen.

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, or there are fewer than three densities.
    ConvergenceError
        If the fit does not converge; ``partial`` is the law that it reached.

    Examples
    --------
    >>> density = 0.8 ** np.arange(30)
    >>> error = 0.05 * ((density**2 + 0.01**2 * 18**2) / (density**2 + 0.01**2)) ** 0.5
    >>> law = fit_pruned(density, error, unpruned=0.05)
    >>> round(law.high_plateau, 3), round(law.exponent, 3), round(law.transition, 4)
    (0.9, 1.0, 0.01)
    """
    logs = np.log(densities("density", density).ravel())
    targets = errors("error", error)
    same_length(density=logs, error=targets)
    before = np.full_like(logs, positive("unpruned", unpruned))
    form = ThreeRegions(logs, np.log(before), np.empty((0, len(logs))))
    meaning = Meaning(NAMES, (True, False, True), np.eye(3), np.ones(3))
    options = {"bootstrap": bootstrap, "seed": seed, "resampling": resampling, "noise": noise}
    return _solved(PrunedLaw, form, targets, meaning, highest=highest, delta=delta, unpruned=float(unpruned), **options)


def fit_pruned_joint(
    density: ArrayLike,
    error: ArrayLike,
    *,
    unpruned: ArrayLike,
    width: ArrayLike | None = None,
    depth: ArrayLike | None = None,
    highest: float = 1.0,
    delta: float = DELTA,
    bootstrap: int = 0,
    seed: int = 0,
    resampling: str = "pairs",
    noise: str = NOISE[0],
) -> PrunedJointLaw:
    """Fit one law to networks of many shapes, through the invariant ``m* = l^phi w^psi d``.

    Parameters
    ----------
    density : array, shape (points,)
        Share of the weights that are left, above 0 and at most 1.
    error : array, shape (points,)
        Positive, and at most ``highest``.
    unpruned : array, shape (points,), or float
        The error of each network before pruning: how data and shape act on the low plateau, measured.
    width, depth : array, shape (points,), optional
        Of each network; positive. What is not given is left out of the invariant; at least one is needed.
    highest, delta, bootstrap, seed, resampling, noise
        As in ``fit_pruned``. Pairs draw points, not networks: errors that the densities of one network share are not
        in the standard errors.

    Returns
    -------
    PrunedJointLaw

    Raises
    ------
    ValueError
        If lengths differ, a value is out of range, no factor is given or one has a single value, or there are fewer
        points than parameters.
    ConvergenceError
        If the fit does not converge; ``partial`` is the law that it reached.
    """
    logs = np.log(densities("density", density).ravel())
    targets = errors("error", error)
    same_length(density=logs, error=targets)
    before = numbers("unpruned", unpruned).ravel()
    before = np.broadcast_to(before, logs.shape) if len(before) == 1 else before
    given = {name: value for name, value in (("depth", depth), ("width", width)) if value is not None}
    if not given:
        fail("width", "be given, or depth, as the invariant joins networks of different shapes", None)
    sizes = {name: numbers(name, value).ravel() for name, value in given.items()}
    same_length(density=logs, unpruned=before, **sizes)
    for name, size in sizes.items():
        different(name, size, 2)
    stacked = np.log(np.stack(list(sizes.values())))
    units = stacked.mean(axis=1)  # the transition at this shape hardly correlates with the exponents
    # log p = log p' + phi log l' + psi log w', where the primes are units.
    turn = np.eye(3 + len(units))
    turn[2, 3:] = units
    names = (*NAMES, *(FACTORS[name] for name in sizes))
    meaning = Meaning(names, (True, False, True) + (False,) * len(units), turn, np.ones(len(turn)))
    form = ThreeRegions(logs, np.log(before), stacked - units[:, None])
    options = {"bootstrap": bootstrap, "seed": seed, "resampling": resampling, "noise": noise}
    options |= {"factors": tuple(sizes), "_units": units}
    return _solved(PrunedJointLaw, form, targets, meaning, highest=highest, delta=delta, **options)


def _solved(
    law: type[Law],
    form: ThreeRegions,
    targets: Array,
    meaning: Meaning,
    *,
    highest: float,
    delta: float,
    **options: Any,
) -> Law:
    """The checks that both fits share, and the search."""
    enough("error", targets, len(meaning.names))
    different("density", np.exp(form.densities), 3)
    if targets.max() > positive("highest", highest):
        fail("error", f"be at most highest = {highest:g}", float(targets.max()))
    if np.exp(form.unpruned.max()) >= highest:
        fail("unpruned", f"be below highest = {highest:g}", float(np.exp(form.unpruned.max())))
    problem = Problem(form, np.log(targets), *bounds(form, highest), delta=positive("delta", delta))
    return solve(law, problem, starts(problem, form, STARTS), meaning, sizes={"density": form.densities}, **options)
