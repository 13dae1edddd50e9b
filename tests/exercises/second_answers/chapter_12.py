"""Right answers for chapter 12 written in another way than the solutions: a check must take them too."""

import math


def changes(masses, gradients, step_size):
    return [-step_size * g / c for c, g in zip(masses, gradients, strict=True)]


def compressed_loss(size, alpha, scale, share, factor):
    logarithm = (math.log(size) - math.log(factor)) / share
    return math.exp(math.log(scale) - alpha * logarithm)


def gain(budget, prices, law):
    (training, compressing), (alpha, share, factor) = prices, law
    left = budget / training  # training on what is left; the bill is convex in its logarithm
    for _ in range(200):
        count = (left / factor) ** (1 / share)
        bill = compressing * count + training * left
        left *= (budget / bill) ** 0.4 if bill > budget else (budget / bill) ** 0.2
    return (count * training / budget) ** alpha


SECOND_ANSWERS = {
    "12-update": changes,
    "12-law": compressed_loss,
    "12-gift": gain,
}
