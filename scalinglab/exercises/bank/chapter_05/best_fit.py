"""05-best-fit: the loss of the best fit of random features."""

import math
import random
from collections.abc import Callable, Sequence

import numpy as np

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Numbers = Sequence[float]


def _spectra(draw: random.Random) -> Cases:
    """Few modes and one feature; then power laws with more of both."""
    for modes, width in ((3, 1), (12, draw.randint(3, 5)), (40, draw.randint(8, 15))):
        b, a = draw.uniform(1.1, 1.8), draw.uniform(1.3, 2.5)
        values = [round((k + 1) ** -b, 5) for k in range(modes)]
        yield width, values, [round((k + 1) ** -a * draw.uniform(0.8, 1.2), 5) for k in range(modes)]


def _kappa(width: float, eigenvalues: Numbers, power: int = 1) -> float:
    """By bisection in the logarithm: the sum falls as kappa grows. A power of 2 makes a mistake."""
    values = np.array(eigenvalues)
    resolved = lambda log: ((values / (values + math.exp(log))) ** power).sum()  # noqa: E731
    return math.exp(last(lambda log: resolved(log) > width, -60.0, math.log(values.sum() / width) + 1))


def _fitted(width: int, eigenvalues: Numbers, power: Numbers) -> float:
    """The right answer by another road: kappa^2 of the bias, and what the variance of the features adds."""
    values, parts = np.array(eigenvalues), np.array(power)
    kappa = _kappa(width, eigenvalues)
    left = kappa / (values + kappa)
    bias, spread = float(parts @ left**2), float(parts @ (left * values / (values + kappa)))
    return bias + spread


def _at(change: Callable[..., float]) -> Callable[[int, Numbers, Numbers], float]:
    """A wrong answer made from kappa, eigenvalues and power."""
    return lambda width, eigenvalues, power: float(
        change(_kappa(width, eigenvalues), np.array(eigenvalues), np.array(power))
    )


def _left(kappa: Callable[[int, Numbers], float]) -> Callable[[int, Numbers, Numbers], float]:
    """The right sum with a wrong kappa."""
    return lambda width, eigenvalues, power: float(
        sum(part / (value / kappa(width, eigenvalues) + 1) for value, part in zip(eigenvalues, power, strict=True))
    )


EXERCISE = Exercise(
    key="05-best-fit",
    title="The best fit of random features",
    name="best_fit",
    cases=_spectra,
    oracle=_fitted,
    tolerance=1e-6,
    difficulty="medium",
    minutes=15,
    mistakes=(
        Mistake(
            "bias only",
            _at(lambda kappa, values, parts: kappa**2 * (parts / (values + kappa) ** 2).sum()),
            "You squared kappa / (lam_k + kappa), which is the loss of the mean over many draws of the features: a "
            "single draw also has a variance, and the two add up to the first power.",
        ),
        Mistake(
            "principal components",
            lambda width, eigenvalues, power: float(sum(power[width:])),
            "You left out the first `width` modes as if they were learned and the rest not: that is what "
            "features along these modes would do, but random features learn every mode in part.",
        ),
        Mistake(
            "learned part",
            _at(lambda kappa, values, parts: (parts * values / (values + kappa)).sum()),
            "You summed what is learned, p_k lam_k / (lam_k + kappa): the loss is what is left of each mode's power, "
            "p_k kappa / (lam_k + kappa).",
        ),
        Mistake(
            "kappa left out",
            _at(lambda kappa, values, parts: (parts / (values + kappa)).sum()),
            "You left out the factor kappa in front of the sum: without it the loss would grow as the features become "
            "more.",
        ),
        Mistake(
            "eigenvalue at the width",
            _left(lambda width, eigenvalues: eigenvalues[width - 1]),
            "You took the eigenvalue number `width` for kappa: it has the right order of magnitude, but kappa is "
            "defined by a sum over all modes that equals `width`.",
        ),
        Mistake(
            "sum of squares",
            _left(lambda width, eigenvalues: _kappa(width, eigenvalues, 2)),
            "Your kappa solves a sum of squares, (lam / (lam + kappa))^2, which counts the degrees of freedom of the "
            "variance: the condition asks for the first power.",
        ),
        Mistake(
            "share of the modes",
            lambda width, eigenvalues, power: float(sum(power)) * (1 - width / len(power)),
            "You took the share of modes that `width` features leave out, as if all modes counted the same: those with "
            "large eigenvalues are learned first.",
        ),
        Mistake(
            "ridge instead of width",
            _left(lambda width, eigenvalues: 1 / width),
            "You took 1 / width for kappa: kappa is what the sum over lam_k / (lam_k + kappa) asks for, and it falls "
            "like a power of the width that depends on the eigenvalues.",
        ),
    ),
    hints=(
        "First find kappa alone: print the sum over lam / (lam + kappa) for kappa 1, 0.1, 0.01; which way does it go?",
        "`brentq(f, low, high)` needs ends with different signs: 1e-12 and the sum of the eigenvalues will do.",
        "With kappa known, the loss is `kappa * sum(p / (lam + kappa) for ...)`, over all modes.",
    ),
)
