"""Solutions for chapter 00, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations


def parameter_count(inputs: int, width: int, depth: int, classes: int) -> int:
    """Weights and biases of a multilayer perceptron with ``depth`` hidden layers of ``width`` units."""
    first = inputs * width + width
    between = (depth - 1) * (width * width + width)
    last = width * classes + classes
    return first + between + last


SOLUTIONS = {"00-parameters": parameter_count}
