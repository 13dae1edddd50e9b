"""Right answers for chapter 11 written in another way than the solutions: a check must take them too."""

from itertools import combinations_with_replacement, count

import numpy as np
from scipy.optimize import least_squares


def moments(dimension, order):
    return sum(1 for _ in combinations_with_replacement(range(dimension + 1), order))


def step(weights, direction):
    t = min(w / v for w, v in zip(weights, direction, strict=True) if v > 0)
    return [w - t * v for w, v in zip(weights, direction, strict=True)]


def order_needed(pole, error):
    grown = pole + (pole**2 - 1) ** 0.5
    return next(k for k in count() if error * (pole**2 - 1) * grown**k >= 2)


def fewer(points, count):
    orders = np.arange(2 * count)
    wanted = np.polynomial.legendre.legvander(np.array(points), 2 * count - 1).sum(0)
    starts = np.quantile(points, (np.arange(count) + 0.5) / count), np.full(count, len(points) / count)

    def off(x):
        return np.polynomial.legendre.legvander(x[:count], len(orders) - 1).T @ x[count:] - wanted

    found = least_squares(off, np.concatenate(starts), xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=2000).x
    order = np.argsort(found[:count])
    return [found[:count][order], found[count:][order]]


SECOND_ANSWERS = {
    "11-moments": moments,
    "11-step": step,
    "11-order": order_needed,
    "11-half": fewer,
}
