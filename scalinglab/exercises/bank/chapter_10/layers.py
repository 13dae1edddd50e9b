"""10-layers: one threshold for layers of different scales and tails."""

import math
import random
from collections.abc import Callable, Sequence

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Case, Exercise, Mistake

Layer = tuple[int, float, float]
Layers = Sequence[Layer]
Kept = Callable[[float, Layer], float]


def _networks(draw: random.Random) -> tuple[Case, ...]:
    """Two layers alike but for their scale; three that differ in all; two of which one is hardly pruned."""
    index = round(draw.uniform(2.5, 5), 2)
    count = 100 * draw.randint(2, 9)
    alike = ((count, 1.0, index), (count, round(draw.uniform(1.5, 2), 2), index))
    other = tuple(
        (100 * draw.randint(1, 20), round(draw.uniform(0.5, 2), 2), round(draw.uniform(2.3, 6), 2)) for _ in range(3)
    )
    apart = ((1000, 0.2, round(draw.uniform(2.5, 4), 2)), (100, 4.0, round(draw.uniform(2.5, 4), 2)))
    return (0.5, alike), (round(draw.uniform(0.5, 0.8), 2), other), (round(draw.uniform(0.05, 0.09), 3), apart)


def _kept_at(threshold: float, layer: Layer) -> float:
    """The fraction of a layer's weights above a threshold."""
    return min(1.0, (threshold / layer[1]) ** -layer[2])


def _held(fraction: float, layer: Layer) -> float:
    """The sum of the squares that a fraction of a layer's weights, the largest, hold."""
    count, scale, index = layer
    return count * scale**2 * index / (index - 2) * fraction ** (1 - 2 / index)


def _until(error: float, layers: Layers, kept: Kept, held: Kept = _held) -> list[float]:
    """What layers keep at the threshold, the last one, at which what is kept holds all but the error's square."""
    wanted = (1 - error**2) * sum(held(1.0, layer) for layer in layers)
    enough = lambda t: sum(held(kept(t, layer), layer) for layer in layers) > wanted  # noqa: E731
    threshold = last(enough, 1e-9, 1e9, log=True)
    return [kept(threshold, layer) for layer in layers]


def _kept(error: float, layers: Layers) -> list[float]:
    """The right answer by what is kept: the threshold at which the largest weights hold all but the error's square."""
    return _until(error, layers, _kept_at)


# The messages show error 0.5 and two layers of 100 weights with index 4 and scales 1 and 2.
EXERCISE = Exercise(
    key="10-layers",
    title="One threshold for all",
    name="kept",
    cases=_networks,
    oracle=_kept,
    tolerance=1e-6,
    difficulty="hard",
    minutes=25,
    mistakes=(
        Mistake(
            "each layer by itself",
            lambda error, layers: [(1 - error**2) ** (index / (index - 2)) for _, _, index in layers],
            "You pruned each layer to the error by itself, 0.5625 of both for scales 1 and 2, index 4 and error 0.5: "
            "with one threshold for all, the layer of larger weights keeps more.",
        ),
        Mistake(
            "the same fraction",
            lambda error, layers: _until(error, layers, lambda t, layer: 1 / t),
            "You kept the same fraction of all layers: that is uniform pruning, and it drops large weights of one "
            "layer while smaller ones of another stay.",
        ),
        Mistake(
            "error not squared",
            lambda error, layers: _kept(math.sqrt(error), layers),
            "You dropped `error` of the sum of squares, but the error is a ratio of lengths: its square is the share "
            "that may be dropped, 0.25 for 0.5.",
        ),
        Mistake(
            "kept for dropped",
            lambda error, layers: _kept(math.sqrt(1 - error**2), layers),
            "You let the weights that stay hold the square of the error, 0.25 of the squares for 0.5: only the dropped "
            "weights may hold so much.",
        ),
        Mistake(
            "threshold in units of the scale",
            lambda error, layers: _until(error, layers, lambda t, layer: _kept_at(t, (1, 1.0, layer[2]))),
            "Your threshold is in units of each layer's own scale: the scale then drops out, but a weight is judged by "
            "its size alone.",
        ),
        Mistake(
            "more than all",
            lambda error, layers: _until(error, layers, lambda t, layer: (t / layer[1]) ** -layer[2]),
            "You used (threshold / scale)^-index below the scale too, where it is above 1: no layer can keep more than "
            "all of its weights.",
        ),
        Mistake(
            "fractions dropped",
            lambda error, layers: [1 - fraction for fraction in _kept(error, layers)],
            "You returned the fraction of each layer that is dropped: return the fraction that is left.",
        ),
        Mistake(
            "weights counted",
            lambda error, layers: _until(error, layers, _kept_at, lambda fraction, layer: layer[0] * fraction),
            "You dropped a share of the number of weights, not of the sum of their squares: the small ones that go "
            "hold much less than their number says.",
        ),
    ),
    hints=(
        "Guess a threshold. Which fraction of each layer lies above it, and which share of the layer's squares?",
        "A fraction f of the largest weights of a layer holds f^(1 - 2 / index) of its sum of squares.",
        "A sum of squares is count * scale^2 * index / (index - 2). Find the threshold by `brentq` or bisection.",
    ),
)
