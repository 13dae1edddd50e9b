"""04-alias: the frequency that a regular grid takes another one for."""

import random

import numpy as np

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _frequencies(draw: random.Random) -> tuple[Case, ...]:
    """Below half of the samples; above; folded after one turn and after several; a multiple of the samples."""
    samples = [draw.randint(7, 20) for _ in range(5)]
    low, high = ([draw.randint(1, (n - 1) // 2) for n in samples] for _ in range(2))
    return (
        (low[0], samples[0]),
        (samples[1] - low[1], samples[1]),
        (draw.randint(1, 3) * samples[2] + low[2], samples[2]),
        (draw.randint(3, 6) * samples[3] - high[3], samples[3]),
        (draw.randint(2, 4) * samples[4], samples[4]),
    )


def _alias(frequency: int, samples: int) -> int:
    """The right answer by looking: the lowest cosine with the same values at all points of the grid."""
    places = 2 * np.pi * np.arange(samples) / samples
    seen = np.cos(frequency * places)
    return next(low for low in range(samples) if np.abs(np.cos(low * places) - seen).max() < 1e-9)


# The messages show frequency 31 on 12 samples: 31 = 2 * 12 + 7, which looks like 5.
EXERCISE = Exercise(
    key="04-alias",
    title="What a grid sees",
    name="alias",
    cases=_frequencies,
    oracle=_alias,
    difficulty="medium",
    minutes=10,
    mistakes=(
        Mistake(
            "remainder",
            lambda frequency, samples: frequency % samples,
            "You took the remainder, 7 for frequency 31 on 12 samples: that is right up to half of the samples, but "
            "beyond, a lower frequency has the same cosine, 5.",
        ),
        Mistake(
            "always mirrored",
            lambda frequency, samples: samples - frequency % samples,
            "You took the distance to the next multiple of the samples, right for 31 on 12 samples, but for 29 it "
            "gives 7 where the multiple below is nearer, 5.",
        ),
        Mistake(
            "folded once",
            lambda frequency, samples: abs(samples - frequency) if frequency > samples / 2 else frequency,
            "You folded once, 19 for frequency 31 on 12 samples: nothing above half of the samples can be told from "
            "lower ones, so it goes on.",
        ),
        Mistake(
            "distance to the samples",
            lambda frequency, samples: abs(frequency - samples),
            "You took the distance to `samples`, 19 for frequency 31 on 12 samples: every multiple of 12 looks the "
            "same on this grid, 0 among them, so take the distance to the nearest one.",
        ),
        Mistake(
            "cut off",
            lambda frequency, samples: min(frequency, samples // 2),
            "You cut at half of the samples, 6 for frequency 31 on 12: a grid does not cut high frequencies off, it "
            "mistakes them for lower ones.",
        ),
        Mistake(
            "remainder of half",
            lambda frequency, samples: frequency % max(samples // 2, 1),
            "You divided by half of the samples, 1 for frequency 31 on 12: waves look the same after a whole turn "
            "more from point to point, 12 frequencies on.",
        ),
        Mistake(
            "nothing seen",
            lambda frequency, samples: frequency if frequency <= samples / 2 else 0,
            "You let high frequencies vanish: between the points a fast wave turns unseen, but at the points it has "
            "values, those of a slow one.",
        ),
        Mistake(
            "unchanged",
            lambda frequency, samples: frequency,
            "You returned the frequency itself: write down the values of frequency 13 at 12 points, and beside them "
            "those of frequency 1.",
        ),
        Mistake(
            "turns",
            lambda frequency, samples: frequency // samples,
            "You returned how many whole turns are hidden between two points, 2 for frequency 31 on 12 samples: they "
            "are what the grid does not see, and the rest is what it sees.",
        ),
    ),
    hints=(
        "At point j the wave stands at `cos(2 * pi * frequency * j / samples)`. What may be added to the frequency?",
        "Any multiple of `samples` may be added, and as a cosine is even, the sign may be turned.",
        "Of `frequency % samples` and `samples` minus it, the smaller one; 0 stays 0.",
    ),
)
