"""Right answers for chapter 11 written in another way than the solutions: a check must take them too."""

from itertools import combinations_with_replacement, count


def moments(dimension, order):
    return sum(1 for _ in combinations_with_replacement(range(dimension + 1), order))


def step(weights, direction):
    t = min(w / v for w, v in zip(weights, direction, strict=True) if v > 0)
    return [w - t * v for w, v in zip(weights, direction, strict=True)]


def order_needed(pole, error):
    grown = pole + (pole**2 - 1) ** 0.5
    return next(k for k in count() if error * (pole**2 - 1) * grown**k >= 2)


SECOND_ANSWERS = {"11-moments": moments, "11-step": step, "11-order": order_needed}
