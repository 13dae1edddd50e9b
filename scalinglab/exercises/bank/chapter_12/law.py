"""12-law: a scaling law after compression."""

import math
import random

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _laws(draw: random.Random) -> Cases:
    """The square root, the cube root, and no compression to speak of."""
    for share in (0.5, 1 / 3, round(draw.uniform(0.6, 0.9), 2)):
        alpha, scale = round(draw.uniform(0.2, 0.9), 2), round(draw.uniform(0.5, 5), 2)
        yield draw.randint(20, 900), alpha, scale, share, float(draw.choice((2, 4, 8, 16)))


def _loss(size: int, alpha: float, scale: float, share: float, factor: float) -> float:
    """The right answer by bisection: the whole number of objects d at which factor * d^share is the size."""
    log_objects = last(lambda log: math.log(factor) + share * log < math.log(size), 0.0, 60.0)
    return scale * math.exp(-alpha * log_objects)


# The messages show 100 objects left, of a law d^-0.5 and d' = 4 d^(1/2): d = 625, the loss 0.04.
EXERCISE = Exercise(
    key="12-law",
    title="A law after compression",
    name="compressed_loss",
    cases=_laws,
    oracle=_loss,
    difficulty="medium",
    minutes=12,
    mistakes=(
        Mistake(
            "the old law",
            lambda size, alpha, scale, share, factor: scale * size**-alpha,
            "You put the compressed size into the old law, 0.1 for 100 objects left of 625: these few have the loss of "
            "the objects they were made from, so work out how many those were.",
        ),
        Mistake(
            "exponent multiplied",
            lambda size, alpha, scale, share, factor: scale * (size / factor) ** (-alpha * share),
            "You multiplied the exponent by the share, 0.447 for 100 objects left of 625: solve d' = factor d^share "
            "for d, which raises to 1 / share.",
        ),
        Mistake(
            "no factor",
            lambda size, alpha, scale, share, factor: scale * size ** (-alpha / share),
            "You left out the factor, 0.01 for 100 objects left of 625: with a factor of 4, these 100 stand for 25 "
            "squared and not for 100 squared.",
        ),
        Mistake(
            "factor on the wrong side",
            lambda size, alpha, scale, share, factor: scale * (factor * size) ** (-alpha / share),
            "You multiplied by the factor, 0.0025 for 100 objects left of 625: d^share is the size *divided* by it.",
        ),
        Mistake(
            "factor outside the power",
            lambda size, alpha, scale, share, factor: scale * (size ** (1 / share) / factor) ** -alpha,
            "You divided by the factor after the power, 0.02 for 100 objects left of 625: divide first, then raise to "
            "1 / share.",
        ),
        Mistake(
            "factor times the loss",
            lambda size, alpha, scale, share, factor: scale * factor * size ** (-alpha / share),
            "You multiplied the loss by the factor: it stands beside d^share, so divide the size by it first, and "
            "raise the quotient to the power.",
        ),
        Mistake(
            "loss over the factor",
            lambda size, alpha, scale, share, factor: scale * size ** (-alpha / share) / factor,
            "You divided the loss by the factor: divide the size by it first, and raise the quotient to the power.",
        ),
        Mistake(
            "compressed again",
            lambda size, alpha, scale, share, factor: scale * (factor * size**share) ** -alpha,
            "You compressed the compressed set once more, 0.158 for 100 objects left of 625: `size` is already the "
            "number after compression.",
        ),
        Mistake(
            "no scale",
            lambda size, alpha, scale, share, factor: (size / factor) ** (-alpha / share),
            "Your power is right, but you left out `scale`, which multiplies the law and which compression keeps.",
        ),
        Mistake(
            "growing",
            lambda size, alpha, scale, share, factor: scale * (size / factor) ** (alpha / share),
            "Your loss grows with the size, 25 for 100 objects left of 625: the exponent of the law is minus alpha.",
        ),
    ),
    hints=(
        "From how many objects d was this set compressed?",
        "As d' = factor d^share, d = (d' / factor)^(1 / share).",
        "Put that d into the old law: `scale * d ** -alpha`.",
    ),
)
