"""Right answers for chapter 09 written in another way than the solutions: a check must take them too."""

import numpy as np


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


SECOND_ANSWERS = {"09-critical": critical, "09-hill": hill, "09-block": block}
