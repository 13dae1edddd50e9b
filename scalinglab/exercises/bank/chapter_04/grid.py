"""04-grid: what aliasing on a regular grid costs a learner with a band."""

import math
import random
from collections.abc import Callable

import numpy as np

from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _targets(draw: random.Random) -> Cases:
    """A grid so fine that nothing is folded into the band; then coarser ones, on which much is."""
    for band, samples, top in ((2, 40, 6), (1, 5, 8), (3, draw.randint(7, 9), 14)):
        power = [round(draw.uniform(0.5, 1.5) / (k + 1), 3) for k in range(top + 1)]
        yield band, samples, power, round(draw.uniform(0.2, 0.9), 2)


def _wave(k: int, places: np.ndarray) -> np.ndarray:
    """Cosine and sine of a frequency with mean square 1, or the constant."""
    if k == 0:
        return np.ones((len(places), 1))
    return math.sqrt(2) * np.column_stack([np.cos(k * places), np.sin(k * places)])


def _grid_error(band: int, samples: int, power: list[float], noise: float) -> float:
    """The right answer by least squares: each wave above the band is missed, and its fit is an error as well."""
    places = 2 * np.pi * np.arange(samples) / samples
    solve = np.linalg.pinv(np.hstack([_wave(k, places) for k in range(band + 1)]))
    error = noise**2 * (solve**2).sum()
    for k in range(band + 1, len(power)):
        error += power[k] + power[k] / 2 * ((solve @ _wave(k, places)) ** 2).sum()
    return float(error)


def _folded(k: int, samples: int) -> int:
    return min(k % samples, -k % samples)


def _made_of(
    noise_part: Callable[[float, int, int], float] = lambda noise, band, samples: noise**2 * (2 * band + 1) / samples,
    times: Callable[[int, int, int], float] = lambda k, band, samples: 1.0 + (_folded(k, samples) <= band),
) -> Callable[[int, int, list[float], float], float]:
    """A wrong answer with another part of the noise, or another weight of each frequency above the band."""

    def error(band: int, samples: int, power: list[float], noise: float) -> float:
        waves = range(band + 1, len(power))
        return sum(times(k, band, samples) * power[k] for k in waves) + noise_part(noise, band, samples)

    return error


# The messages show band 1, 5 samples, powers 1, 1, 0.4, 0.3, 0.2, 0.1 and noise 0.5: 1.3 for the waves, 0.15 for noise.
EXERCISE = Exercise(
    key="04-grid",
    title="Folded into the band",
    name="grid_error",
    cases=_targets,
    oracle=_grid_error,
    difficulty="hard",
    minutes=25,
    mistakes=(
        Mistake(
            "nothing folded",
            _made_of(times=lambda k, band, samples: 1.0),
            "You counted what the band leaves out, and no more: 1.15 for powers 1, 1, 0.4, 0.3, 0.2, 0.1 on 5 samples "
            "with band 1 and noise 0.5. But a wave of frequency 4 looks like one of frequency 1 there, and is learned "
            "as such.",
        ),
        Mistake(
            "folded waves once",
            _made_of(
                times=lambda k, band, samples: float(_folded(k, samples) > band) + (_folded(k, samples) <= band) * 0.5
            ),
            "You counted half of the power of a wave that is folded into the band: it is missing where it belongs, and "
            "stands where it does not, twice its power in all.",
        ),
        Mistake(
            "missing waves left out",
            _made_of(times=lambda k, band, samples: float(_folded(k, samples) <= band)),
            "You counted only what is folded into the band, 0.45 for the example with 5 samples: all that lies above "
            "the band is also missing from the fit.",
        ),
        Mistake(
            "all folded",
            _made_of(times=lambda k, band, samples: 2.0),
            "You counted every wave above the band twice, 2.15 for the example with 5 samples: those that look like "
            "frequency 2 there are told from the band's, and least squares leaves them alone.",
        ),
        Mistake(
            "remainders",
            _made_of(times=lambda k, band, samples: 1.0 + (k % samples <= band)),
            "You folded by remainders alone, 1.25 for the example with 5 samples: frequency 4 has the remainder 4, but "
            "looks like frequency 1.",
        ),
        Mistake(
            "no noise",
            _made_of(lambda noise, band, samples: 0.0),
            "You left out the noise, 1.3 where 1.45 is right: each unknown of the band is fitted to noisy labels.",
        ),
        Mistake(
            "noise not squared",
            _made_of(lambda noise, band, samples: noise * (2 * band + 1) / samples),
            "You took the noise's standard deviation, 0.3 for its part where 0.15 is right: errors are mean squares "
            "here.",
        ),
        Mistake(
            "all of the noise",
            _made_of(lambda noise, band, samples: noise**2),
            "You counted all of the noise, 0.25: only as much of it passes as there are unknowns for each sample, and "
            "the rest does not fit any wave of the band.",
        ),
        Mistake(
            "half the unknowns",
            _made_of(lambda noise, band, samples: noise**2 * (band + 1) / samples),
            "You counted band + 1 unknowns, 0.1 for the noise where 0.15 is right: each frequency but 0 has a cosine "
            "and a sine.",
        ),
    ),
    hints=(
        "Three things go wrong: what the band leaves out, what it takes for something else, and the noise.",
        "A wave above the band that looks like one within it is fitted as that one, and so counts twice.",
        "Noise passes in the proportion of unknowns, `2 * band + 1`, to samples.",
    ),
)
