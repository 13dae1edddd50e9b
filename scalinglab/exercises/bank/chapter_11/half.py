"""11-half: half as many points, if they may move."""

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scalinglab.exercises.exercise import Cases, Exercise, Mistake

Points = list[float]
Rows = NDArray[np.floating]


def _clouds(draw: random.Random) -> Cases:
    """Two, three and four points in the place of more, which crowd on one side."""
    for many, count in ((6, 2), (12, 3), (30, 4)):
        yield [round(2 * draw.random() ** draw.uniform(1.5, 2.5) - 1, 3) for _ in range(many)], count


def _few(points: Points, count: int) -> Rows:
    """The right answer by three-term recursion: eigenvalues of its matrix are the nodes, and eigenvectors the weights.

    The polynomials orthogonal on the points are made one from the other (Stieltjes), which stays accurate where the
    equations for the moments do not.
    """
    w = np.array(points)
    last, now, diagonal, beside = np.zeros_like(w), np.ones_like(w) / np.sqrt(len(w)), [], []
    for _ in range(count):
        diagonal.append(float(now @ (w * now)))
        following = (w - diagonal[-1]) * now - (beside[-1] if beside else 0.0) * last
        beside.append(float(np.linalg.norm(following)))
        last, now = now, following / beside[-1]
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1))
    return np.array([nodes, len(w) * vectors[0] ** 2])


def _weighted(choose: Callable[[Points, int], Rows]) -> Callable[[Points, int], Rows]:
    """A wrong answer with other places, and weights that keep as many moments there as there are places."""

    def few(points: Points, count: int) -> Rows:
        nodes = choose(points, count)
        moments = [np.power(points, order).sum() for order in range(count)]
        return np.array([nodes, np.linalg.solve(np.vander(nodes, increasing=True).T, moments)])

    return few


def _nearest(points: Points, count: int) -> Rows:
    """The old points nearest to the right places, each once."""
    left = sorted(points)
    return np.array([left.pop(int(np.abs(np.array(left) - node).argmin())) for node in _few(points, count)[0]])


def _groups(points: Points, count: int) -> Rows:
    parts = np.array_split(np.sort(points), count)
    return np.array([[part.mean() for part in parts], [float(len(part)) for part in parts]])


def _legendre(points: Points, count: int) -> Rows:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.array([nodes, weights * len(points) / 2])


# The messages show the points 0, 0, 0, 1 and 2 as two: 0.069 and 1.806, with weights 3.472 and 1.528.
EXERCISE = Exercise(
    key="11-half",
    title="Half as many",
    name="fewer",
    cases=_clouds,
    oracle=_few,
    tolerance=1e-6,
    difficulty="hard",
    minutes=25,
    mistakes=(
        Mistake(
            "evenly spread",
            _weighted(lambda points, count: np.linspace(min(points), max(points), count)),
            "You spread the points evenly and found weights that keep as many moments as there are points, 0 and 2 "
            "with 3.5 and 1.5 for 0, 0, 0, 1, 2: the places are free as well, and must be used to keep the other half.",
        ),
        Mistake(
            "old points",
            _weighted(_nearest),
            "You moved the points to the nearest old ones: then only the weights are left to choose, and half of the "
            "moments go.",
        ),
        Mistake(
            "groups",
            _groups,
            "You took the means of groups of neighbours, with their sizes as weights: that keeps the total and the "
            "mean, and no moment from order 2 on.",
        ),
        Mistake(
            "uniform points",
            _legendre,
            "You took the places for points spread evenly over [-1, 1], those of Gauss and Legendre: these points are "
            "not spread evenly, and their own moments count.",
        ),
        Mistake(
            "equal weights",
            lambda points, count: np.array([_few(points, count)[0], np.full(count, len(points) / count)]),
            "Your places are right, but all weights are the same, 2.5 for 0, 0, 0, 1, 2: three of the points are near "
            "the first place.",
        ),
        Mistake(
            "weights add up to 1",
            lambda points, count: np.array([_few(points, count)[0], _few(points, count)[1] / len(points)]),
            "Your weights add up to 1: the moment of order 0 is the number of points, and has to be kept like the "
            "others.",
        ),
        Mistake(
            "weights first",
            lambda points, count: _few(points, count)[::-1],
            "You returned the weights first: the places were asked, from left to right, and then their weights.",
        ),
        Mistake(
            "from right to left",
            lambda points, count: _few(points, count)[:, ::-1],
            "You went from right to left: the places were asked from the smallest to the largest, with their weights "
            "in the same order.",
        ),
    ),
    hints=(
        "Two places and two weights are four unknowns, as many as there are moments of order 0 to 3. Try that first.",
        "The places are the zeros of a polynomial p of degree `count`: all sums of p(w) * w^j with j < count are 0.",
        "Those sums are linear in p's coefficients: solve, use `np.roots`, and get weights from the lowest moments.",
    ),
)
