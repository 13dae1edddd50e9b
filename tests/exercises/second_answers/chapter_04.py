"""Right answers for chapter 04 written in another way than the solutions: a check must take them too."""

from itertools import product

import numpy as np


def unknowns(band, dimension):
    return len(list(product(range(2 * band + 1), repeat=dimension)))


def split(lowest, best_in_class, exact_fit, trained):
    return np.diff([lowest, best_in_class, exact_fit, trained])


def alias(frequency, samples):
    while frequency > samples / 2:
        frequency = abs(frequency - samples)
    return frequency


def grid_error(band, samples, power, noise):
    missed = np.array(power[band + 1 :])
    waves = np.arange(band + 1, len(power))
    nearest = np.abs(waves - samples * np.round(waves / samples))
    return missed @ np.where(nearest <= band, 2, 1) + noise**2 * (2 * band + 1) / samples


SECOND_ANSWERS = {
    "04-unknowns": unknowns,
    "04-split": split,
    "04-alias": alias,
    "04-grid": grid_error,
}
