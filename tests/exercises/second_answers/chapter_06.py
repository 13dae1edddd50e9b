"""Right answers for chapter 06 written in another way than the solutions: a check must take them too."""

import math

import numpy as np


def divide(factor, a, b):
    width = 1 / (1 + b) if (a - 1) / b <= 1 else 1 - b / a
    return np.exp(math.log(factor) * np.array([width, 1 - width]))


def averaged(losses, networks, data_sets):
    single, ensemble, bagging, bias = losses
    features, data = bagging - bias, ensemble - bias
    both = single - ensemble - bagging + bias
    return bias + features / networks + data / data_sets + both / (networks * data_sets)


def loss_exponent(width, time):
    return 1 / (1 / width + 1 / time)


SECOND_ANSWERS = {
    "06-divide": divide,
    "06-average": averaged,
    "06-two-terms": loss_exponent,
}
