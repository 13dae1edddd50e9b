"""05-ridge: the best that a ridge can do, with endless width and few noisy samples."""

import random
from collections.abc import Callable, Sequence

import numpy as np

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Numbers = Sequence[float]
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]
Answer = Callable[[int, Numbers, Numbers, float], float]


def _tasks(draw: random.Random) -> Cases:
    """Fewer samples than modes, then more; little noise, then much."""
    for samples, modes, noise in ((4, 10, 0.2), (30, 12, 0.5), (8, 20, 1.0)):
        b, a = draw.uniform(1.0, 1.6), draw.uniform(1.2, 2.0)
        values = [round(k**-b * draw.uniform(0.8, 1.2), 4) for k in range(1, modes + 1)]
        power = [round(k**-a * draw.uniform(0.8, 1.2), 4) for k in range(1, modes + 1)]
        yield samples, values, power, round(noise * draw.uniform(0.7, 1.3), 3)


def _kappa(samples: int, eigenvalues: Numbers, ridge: float = 0.0) -> float:
    """The kappa of a ridge, by bisection on a logarithmic scale; almost 0 where 0 is the solution."""
    values = np.array(eigenvalues)
    found = lambda kappa: kappa * (1 - (values / (values + kappa)).sum() / samples)  # noqa: E731
    return last(lambda kappa: found(kappa) <= ridge, 1e-12, 1e6, log=True)


def _lowest(loss: Callable[[np.ndarray], np.ndarray], samples: int, eigenvalues: Numbers) -> float:
    """The lowest loss over all kappas that some ridge gives, by grids that close in."""
    low, high, lowest = np.log(_kappa(samples, eigenvalues) * (1 + 1e-9)), np.log(1e6), np.inf
    for _ in range(6):
        grid = np.linspace(low, high, 60)
        losses = loss(np.exp(grid))
        best, lowest = int(losses.argmin()), float(losses.min())
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 59)]
    return lowest


def _best(samples: int, eigenvalues: Numbers, power: Numbers, noise: float) -> float:
    """The right answer by the slope of the ridge against kappa, by a step into the complex plane: it is 1 - gamma."""
    values, parts = np.array(eigenvalues)[:, None], np.array(power)[:, None]

    def loss(kappa: np.ndarray) -> np.ndarray:
        shifted = kappa + 1e-30j
        slope = (shifted * (1 - (values / (values + shifted)).sum(0) / samples)).imag / 1e-30
        return ((parts * (kappa / (values + kappa)) ** 2).sum(0) + noise) / slope

    return _lowest(loss, samples, eigenvalues)


def _of(change: Callable[[Parts, float], np.ndarray], order: int = 2) -> Answer:
    """A wrong answer that minimises something else: of the power that is left and both sums."""

    def lowest(samples: int, eigenvalues: Numbers, power: Numbers, noise: float) -> float:
        values, parts = np.array(eigenvalues)[:, None], np.array(power)[:, None]

        def loss(kappa: np.ndarray) -> np.ndarray:
            known = values / (values + kappa)
            left = (parts * (1 - known) ** order).sum(0)
            return change((left, known.sum(0) / samples, (known**2).sum(0) / samples), noise)

        return _lowest(loss, samples, eigenvalues)

    return lowest


def _at(ridge: Callable[[int, float], float]) -> Answer:
    """A wrong answer that takes a fixed ridge."""

    def loss(samples: int, eigenvalues: Numbers, power: Numbers, noise: float) -> float:
        kappa = _kappa(samples, eigenvalues, ridge(samples, noise))
        known = np.array(eigenvalues) / (np.array(eigenvalues) + kappa)
        return float(((np.array(power) * (1 - known) ** 2).sum() + noise) / (1 - (known**2).sum() / samples))

    return loss


# The messages show 2 samples, one mode of eigenvalue 1 and power 1, and noise 0.5: 0.781.
EXERCISE = Exercise(
    key="05-ridge",
    title="The best ridge",
    name="best_ridge_loss",
    cases=_tasks,
    oracle=_best,
    tolerance=1e-6,
    difficulty="hard",
    minutes=25,
    mistakes=(
        Mistake(
            "no ridge",
            _at(lambda samples, noise: 0.0),
            "You took no ridge, so that the noise is fitted as well: 1 for one mode of eigenvalue and power 1, 2 "
            "samples and noise 0.5, where the best ridge leaves 0.781.",
        ),
        Mistake(
            "not amplified",
            _of(lambda parts, noise: parts[0] + noise),
            "You left out the division by 1 - gamma: with few samples the fit itself scatters from one training set to "
            "the next, and without that price no ridge would ever help.",
        ),
        Mistake(
            "noise not amplified",
            _of(lambda parts, noise: parts[0] / (1 - parts[2]) + noise),
            "You added the noise after the division: the noise of the training labels is in the fit too, and is "
            "amplified like the rest.",
        ),
        Mistake(
            "gamma of first order",
            _of(lambda parts, noise: (parts[0] + noise) / (1 - parts[1])),
            "Your gamma sums lam / (lam + kappa), which is what defines kappa; the scatter of the fit has the squares "
            "of these shares.",
        ),
        Mistake(
            "error not squared",
            _of(lambda parts, noise: (parts[0] + noise) / (1 - parts[2]), order=1),
            "You weighed each mode by kappa / (lam + kappa), which is the share that is left of its **amplitude**; its "
            "power is left to the square of that.",
        ),
        Mistake(
            "ridge equal to noise",
            _at(lambda samples, noise: noise / samples),
            "You took the ridge noise / samples, which is the best one only if the target has the same power as the "
            "features in each mode; here you have to search.",
        ),
        Mistake(
            "without the noise",
            _of(lambda parts, noise: (parts[0] + noise) / (1 - parts[2]) - noise),
            "You took the noise of the test labels off, 0.281 where 0.781 is right: the loss on fresh noisy labels is "
            "asked, which no learner gets below the noise.",
        ),
        Mistake(
            "doing nothing",
            lambda samples, eigenvalues, power, noise: float(sum(power)) + noise,
            "You took an endless ridge, which predicts 0 everywhere, 1.5 for power 1 and noise 0.5: look for the ridge "
            "between none and that.",
        ),
    ),
    hints=(
        "Every kappa above the smallest belongs to one ridge. Which variable is easier to search over?",
        "The smallest kappa solves F(kappa) = samples; with at least as many samples as modes it is 0.",
        "Minimise the loss over the logarithm of kappa, from there to 1e6: a fine grid first, then a finer one.",
    ),
)
