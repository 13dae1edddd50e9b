"""Right answers for chapter 10 written in another way than the solutions: a check must take them too."""

import math
from fractions import Fraction

import numpy as np
from scipy.optimize import brentq


def fewest(weights, error):
    energies = np.append(np.cumsum(np.sort(np.square(weights)))[::-1], 0)
    return int(np.argmax(np.sqrt(energies) <= error * np.linalg.norm(weights)))


def growth(alpha, factor):
    return math.exp(2 * alpha * math.log(factor) / (2 - alpha))


def samples(kept, weights, bits, gap):
    choices = Fraction(1)
    for number in range(kept):
        choices *= Fraction(weights - number, kept - number)
    return math.log(20 * int(choices) * (1 << (kept * bits))) / gap**2 / 2


def kept(error, layers):
    count, scale, index = np.array(layers).T

    def dropped(log):  # the squares of Pareto weights below a threshold, by their integral
        reach = np.maximum(np.exp(log) / scale, 1)
        return (count * scale**2 * index / (index - 2) * (1 - reach ** (2 - index))).sum()

    log = brentq(lambda log: dropped(log) - error**2 * dropped(60), -20, 60, xtol=1e-13)
    return np.maximum(np.exp(log) / scale, 1) ** -index


SECOND_ANSWERS = {
    "10-fewest": fewest,
    "10-growth": growth,
    "10-samples": samples,
    "10-layers": kept,
}
