"""Right answers for chapter 12 written in another way than the solutions: a check must take them too."""

import math


def changes(masses, gradients, step_size):
    return [-step_size * g / c for c, g in zip(masses, gradients, strict=True)]


def compressed_loss(size, alpha, scale, share, factor):
    logarithm = (math.log(size) - math.log(factor)) / share
    return math.exp(math.log(scale) - alpha * logarithm)


SECOND_ANSWERS = {"12-update": changes, "12-law": compressed_loss}
