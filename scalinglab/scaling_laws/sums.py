"""Sums of power laws under an envelope, in logarithms: the form that one size, two sizes and compute share.

e     = A x^-alpha + B y^-beta + ... + c
error = e / sqrt(1 + (e / chance)^2)        [Rosenfeld2019], with its scale absorbed in A, B and c
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalinglab._checks import Array
from scalinglab._later import optimize
from scalinglab.scaling_laws.fits import Meaning
from scalinglab.scaling_laws.robust import Problem, best_and_spread

#: Exponents that are searched; a fit that ends at the upper bound has found no power law.
EXPONENTS = (0.0, 8.0)
#: A term below this share of the smallest error, or an e above the inverse multiple of the largest, has no influence.
NOTHING = 1e-9


@dataclass(frozen=True)
class PowerSum:
    """The form at some points; parameters are (log A, alpha, log B, beta, ..., c).

    Attributes
    ----------
    logs : array, shape (terms, points)
        Logarithms of sizes, each in the unit at which its amplitude is searched.
    offset : bool
        Whether the last parameter is c; without it, c is 0.
    chance : float or None
    unit : float
        Logarithm of the error that amplitudes and the offset are searched in; so no error is too small or too large.
    """

    logs: Array
    offset: bool
    chance: float | None
    unit: float = 0.0

    def _terms(self, values: Array) -> tuple[Array, Array]:
        """Terms, shape (batch, terms, points), and their sum with the offset, shape (batch, points)."""
        pairs = values[:, : 2 * len(self.logs)].reshape(len(values), -1, 2, 1)
        terms = np.exp(np.minimum(pairs[:, :, 0] - pairs[:, :, 1] * self.logs, 150))  # its square is a number too
        total = terms.sum(axis=1)
        return terms, total + values[:, -1:] if self.offset else total

    def square(self, total: Array) -> Array:
        """Of the ratio of e to chance."""
        return np.zeros_like(total) if self.chance is None else (total / (self.chance / np.exp(self.unit))) ** 2

    def log_error(self, values: Array) -> Array:
        """Logarithm of the error, shape (batch, points)."""
        total = self._terms(values)[1]
        return self.unit + np.log(total) - np.log1p(self.square(total)) / 2

    def slopes(self, values: Array) -> tuple[Array, Array]:
        """The same, and its derivatives, shape (batch, points, parameters)."""
        terms, total = self._terms(values)
        square = self.square(total)
        logs, below = self.unit + np.log(total) - np.log1p(square) / 2, 1 / total / (1 + square)
        slopes = np.empty((*total.shape, values.shape[1]))
        for index, log in enumerate(self.logs):
            share = terms[:, index] * below
            slopes[..., 2 * index], slopes[..., 2 * index + 1] = share, -log * share
        if self.offset:
            slopes[..., -1] = below
        return logs, slopes


def bare(targets: Array, form: PowerSum) -> Array:
    """The e that belongs to the logarithm of an error, in its unit: the law without its envelope."""
    gap = 0.0 if form.chance is None else np.exp(2 * (targets - np.log(form.chance)))
    return np.exp(targets - form.unit) / np.sqrt(1 - gap)


def bounds(targets: Array, form: PowerSum) -> tuple[Array, Array]:
    """Lowest and highest values that are searched."""
    found, terms, offset = bare(targets, form), len(form.logs), form.offset
    amplitudes = np.log(NOTHING * found.min()), np.log(found.max() / NOTHING)
    columns = [amplitudes, EXPONENTS] * terms + [(0.0, float(found.max()))] * offset
    return np.array([low for low, _ in columns]), np.array([high for _, high in columns])


def meaning(units: Array, names: tuple[str, ...], *, offset: bool, unit: float = 0.0) -> Meaning:
    """From amplitudes at a unit of size to amplitudes at size 1: ``log A = log A' + alpha log unit``; in error 1."""
    count = 2 * len(units) + offset
    turn = np.eye(count)
    for index, size in enumerate(units):
        turn[2 * index, 2 * index + 1] = size
    logarithmic, scale = (True, False) * len(units) + (False,) * offset, np.ones(count)
    scale[np.flatnonzero(logarithmic)] = scale[2 * len(units) :] = np.exp(unit)
    return Meaning(names[:count], logarithmic, turn, scale)


def starts(problem: Problem, form: PowerSum, grid: Sequence[float], count: int) -> Array:
    """Where to search from: on a grid of exponents, amplitudes and offset are a linear problem (variable projection).

    ``e = error / sqrt(1 - (error / chance)^2)`` is linear in them. Which exponents are best is judged by the errors
    themselves, as e near chance is mostly noise.
    """
    found = bare(problem.targets, form)
    # A relative deviation of e is larger than that of its error, by the slope of the envelope.
    weights = 1 / (1 + form.square(found))
    exponents = np.array(list(itertools.product(grid, repeat=len(form.logs))))
    return best_and_spread(problem, _points(form, exponents, found, weights), count)


def _points(form: PowerSum, exponents: Array, found: Array, weights: Array) -> Array:
    """Parameters with such exponents, shape (any, terms), by non-negative least squares on relative deviations of e."""
    columns = np.exp(-exponents[:, :, None] * form.logs)
    if form.offset:
        columns = np.concatenate([columns, np.ones((len(columns), 1, len(found)))], axis=1)
    solved = np.array([optimize.nnls(one.T, weights)[0] for one in columns / found * weights])
    # A term that the linear problem drops starts small, but not at nothing: from there no slope leads back.
    amplitudes = np.log(np.maximum(solved[:, : exponents.shape[1]], 1e-3 * found.min()))
    pairs = np.stack([amplitudes, exponents], axis=2).reshape(len(solved), -1)
    return np.hstack([pairs, solved[:, -1:]]) if form.offset else pairs
