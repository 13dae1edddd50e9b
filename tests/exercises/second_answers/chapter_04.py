"""Right answers for chapter 04 written in another way than the solutions: a check must take them too."""

from itertools import product

import numpy as np


def unknowns(band, dimension):
    return len(list(product(range(2 * band + 1), repeat=dimension)))


def split(lowest, best_in_class, exact_fit, trained):
    return np.diff([lowest, best_in_class, exact_fit, trained])


SECOND_ANSWERS = {"04-unknowns": unknowns, "04-split": split}
