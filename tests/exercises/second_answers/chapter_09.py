"""Right answers for chapter 09 written in another way than the solutions: a check must take them too."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln


def critical(batch, dimension, variance):
    roots = np.roots([variance**2 * (batch + dimension + 1) / batch, -2 * variance, 0])
    return roots.max()


def hill(sizes, used):
    logs = np.log(np.sort(sizes))
    return 1 / (logs[-used:].mean() - logs[-used - 1])


def block(sample, length):
    table = np.reshape(sample, (-1, length))
    ratio = np.log2(np.abs(table.sum(1))).mean() - np.log2(np.abs(table)).mean()
    return np.log2(length) / ratio


def step_size(index, batch):
    log = np.linspace(-40, 5, 40_001)  # the trapezoidal rule over the logarithm of the sum of squares
    total = np.exp(log)
    density = np.exp(batch / 2 * log - total / 2 - batch / 2 * np.log(2) - gammaln(batch / 2))
    return brentq(lambda step: np.trapezoid(density * np.abs(1 - step * total / batch) ** index, log) - 1, 0.05, 2.5)


SECOND_ANSWERS = {
    "09-critical": critical,
    "09-hill": hill,
    "09-block": block,
    "09-index": step_size,
}
