"""04-unknowns: the unknowns of a band-limited function."""

import math
import random
from itertools import product

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _bands(draw: random.Random) -> tuple[Case, ...]:
    """One, two and three dimensions; then band 0, the constants, where formulas without the constant answer 0."""
    return (draw.randint(4, 30), 1), (draw.randint(3, 9), 2), (draw.randint(2, 4), 3), (0, 2)


def _frequencies(band: int, dimension: int) -> list[tuple[int, ...]]:
    """Every frequency of the band, a whole number from -band to band in each dimension."""
    return list(product(range(-band, band + 1), repeat=dimension))


def _unknowns(band: int, dimension: int) -> int:
    """The right answer by listing: two waves, a cosine and a sine, for each pair of opposite frequencies, and one."""
    pairs = {max(frequency, tuple(-part for part in frequency)) for frequency in _frequencies(band, dimension)}
    return sum(2 if any(frequency) else 1 for frequency in pairs)


# The messages show band 3 in 2 dimensions: 49 unknowns.
EXERCISE = Exercise(
    key="04-unknowns",
    title="Count the unknowns",
    name="unknowns",
    cases=_bands,
    oracle=_unknowns,
    difficulty="easy",
    minutes=8,
    mistakes=(
        Mistake(
            "no constant",
            lambda band, dimension: (2 * band) ** dimension,
            "You left out frequency 0, which every direction has too: you count 36 for band 3 in 2 dimensions, where "
            "there are 49, and none for band 0, where the constant is left.",
        ),
        Mistake(
            "no constant, counted once",
            lambda band, dimension: (2 * band + 1) ** dimension - 1,
            "You left out the constant, a wave of frequency 0 in all directions: it has to be learned like the others, "
            "48 where there are 49 for band 3 in 2 dimensions.",
        ),
        Mistake(
            "no negative frequencies",
            lambda band, dimension: (band + 1) ** dimension,
            "You counted frequencies from 0 to the band only, 16 for band 3 in 2 dimensions where there are 49: "
            "frequency -2 stands for the sine beside the cosine of frequency 2, and is an unknown of its own.",
        ),
        Mistake(
            "positive frequencies only",
            lambda band, dimension: band**dimension,
            "You counted the frequencies from 1 to the band, 9 for band 3 in 2 dimensions where there are 49: each can "
            "be a sine or a cosine, and frequency 0 counts too.",
        ),
        Mistake(
            "dimensions added",
            lambda band, dimension: dimension * (2 * band + 1),
            "You added the dimensions, 14 for band 3 in 2 dimensions where there are 49: a wave has a frequency in "
            "every direction at once, and each goes with each.",
        ),
        Mistake(
            "one dimension",
            lambda band, dimension: 2 * band + 1,
            "You never used `dimension`: 7 is right for band 3 on a circle, but on a torus of 2 dimensions each "
            "frequency of one direction goes with each of the other.",
        ),
        Mistake(
            "complex coefficients counted twice",
            lambda band, dimension: 2 * (2 * band + 1) ** dimension,
            "You gave each frequency two unknowns, 98 for band 3 in 2 dimensions: as the function is real, opposite "
            "frequencies have conjugate coefficients and share theirs.",
        ),
        Mistake(
            "one for each pair",
            lambda band, dimension: ((2 * band + 1) ** dimension + 1) // 2,
            "You counted each pair of opposite frequencies once, 25 for band 3 in 2 dimensions where there are 49: a "
            "pair has two unknowns, its cosine and its sine.",
        ),
        Mistake(
            "a disc of frequencies",
            lambda band, dimension: sum(math.hypot(*wave) <= band for wave in _frequencies(band, dimension)),
            "You counted the frequencies within a disc, 29 for band 3 in 2 dimensions: here each direction has the "
            "band for itself, and the 20 frequencies in the corners of the square belong to it.",
        ),
        Mistake(
            "one too many",
            lambda band, dimension: (2 * band + 1) ** dimension + 1,
            "You have one too many, 50 for band 3 in 2 dimensions: without noise, as many samples as unknowns are "
            "enough, as many equations as there are unknowns.",
        ),
    ),
    hints=(
        "Begin with one dimension and band 1: a constant, a cosine and a sine. How many does band 2 add?",
        "A real function has as many real unknowns as there are whole frequencies, from -band to band.",
        "That is `2 * band + 1` in one direction; in more dimensions, each frequency of one goes with each of another.",
    ),
)
