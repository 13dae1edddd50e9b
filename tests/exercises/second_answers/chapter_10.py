"""Right answers for chapter 10 written in another way than the solutions: a check must take them too."""

import math
from fractions import Fraction

import numpy as np


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


SECOND_ANSWERS = {"10-fewest": fewest, "10-growth": growth, "10-samples": samples}
