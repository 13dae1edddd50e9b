"""00-parameters: how many parameters a multilayer perceptron has."""

import random
from itertools import pairwise

from scalinglab.exercises.exercise import Case, Exercise, Mistake


def _cases(draw: random.Random) -> tuple[Case, ...]:
    """Depths 1, 2, 3 and one more: the first has no layer between hidden layers, where many formulas agree."""
    depths = (1, 2, 3, draw.randint(4, 6))
    return tuple((draw.randint(2, 20), draw.randint(3, 12), depth, draw.randint(2, 9)) for depth in depths)


def _wires(inputs: int, width: int, depth: int, classes: int) -> set[tuple[int, int | str, int]]:
    """Every wire of the network as (layer, sender, receiver), a bias being a sender that is always on."""
    layers = enumerate(pairwise([inputs, *[width] * depth, classes]))
    return {
        (layer, sender, receiver)
        for layer, (senders, receivers) in layers
        for receiver in range(receivers)
        for sender in [*range(senders), "bias"]
    }


def _count(inputs: int, width: int, depth: int, classes: int) -> int:
    """The right answer without any formula: the length of the list of wires."""
    return len(_wires(inputs, width, depth, classes))


def _weights(inputs: int, width: int, depth: int, classes: int) -> int:
    return sum(sender != "bias" for _, sender, _ in _wires(inputs, width, depth, classes))


EXERCISE = Exercise(
    key="00-parameters",
    title="Count the parameters",
    name="parameter_count",
    cases=_cases,
    oracle=_count,
    difficulty="easy",
    minutes=8,
    mistakes=(
        Mistake(
            "forgot the biases",
            _weights,
            "You counted the weights only: every hidden and every output unit also has a bias of its own.",
        ),
        Mistake(
            "forgot the biases and what lies between hidden layers",
            lambda inputs, width, depth, classes: _weights(inputs, width, 1, classes),
            "Two things are missing. Every hidden and every output unit also has a bias of its own, and "
            "with more than one hidden layer there are weights between hidden layers, too.",
        ),
        Mistake(
            "forgot the biases, one hidden layer too many",
            lambda inputs, width, depth, classes: _weights(inputs, width, depth + 1, classes),
            "Two things are wrong. Every hidden and every output unit also has a bias of its own, and "
            "between `depth` hidden layers there is one step less than there are layers.",
        ),
        Mistake(
            "forgot the output bias",
            lambda inputs, width, depth, classes: _count(inputs, width, depth, classes) - classes,
            "The biases of the output layer are missing: each class has one, like every hidden unit.",
        ),
        Mistake(
            "one bias for each layer",
            lambda inputs, width, depth, classes: _weights(inputs, width, depth, classes) + depth + 1,
            "You gave each layer one bias, but a layer has as many biases as it has units.",
        ),
        Mistake(
            "one hidden layer too many",
            lambda inputs, width, depth, classes: _count(inputs, width, depth + 1, classes),
            "Off by one: between `depth` hidden layers there is one step less than there are layers.",
        ),
        Mistake(
            "one hidden layer too few",
            lambda inputs, width, depth, classes: _count(inputs, width, max(depth - 1, 1), classes),
            "Off by one: a step from hidden layer to hidden layer is missing; draw `depth = 3` and count.",
        ),
        Mistake(
            "left out what lies between hidden layers",
            lambda inputs, width, depth, classes: _count(inputs, width, 1, classes),
            "Your count does not grow with `depth`: add the weights and biases between hidden layers.",
        ),
        Mistake(
            "multiplied all sizes",
            lambda inputs, width, depth, classes: inputs * width**depth * classes,
            "You multiplied all sizes: that counts paths through the network; parameters add up, layer by layer.",
        ),
        Mistake(
            "counted the inputs",
            lambda inputs, width, depth, classes: _count(inputs, width, depth, classes) + inputs,
            "You counted the inputs as well: they are data, and nothing about them is learned.",
        ),
        Mistake(
            "counted units",
            lambda inputs, width, depth, classes: inputs + depth * width + classes,
            "You counted units; a parameter belongs to a connection between two units, or is the bias of one.",
        ),
    ),
    hints=(
        "Draw a network with 3 inputs, 2 hidden layers of 4 and 2 classes. Count the arrows into one hidden unit, "
        "and one more for its bias.",
        "A unit that hears from `n` others has `n` weights and one bias; `m` such units have `m * (n + 1)`.",
        "Add three parts: inputs to hidden, `depth - 1` times hidden to hidden, last hidden layer to classes.",
    ),
)
