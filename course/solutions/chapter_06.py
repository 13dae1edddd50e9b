"""Solutions for chapter 06, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations


def divide(factor: float, a: float, b: float) -> tuple[float, float]:
    """By what factors width and time grow when the budget does: hard tasks as published, easy ones by the third term."""
    time = b / (1 + b) if a - 1 <= b else b / a
    return factor ** (1 - time), factor**time


def averaged(losses: tuple[float, float, float, float], networks: int, data_sets: int) -> float:
    """The loss of the mean over a grid of predictors: pairs that share all, data, features, or nothing."""
    single, ensemble, bagging, bias = losses
    more, others = networks - 1, data_sets - 1
    return (single + more * ensemble + others * bagging + more * others * bias) / (networks * data_sets)


def loss_exponent(width: float, time: float) -> float:
    """The exponent of the best loss, when both terms are in balance."""
    return width * time / (width + time)


SOLUTIONS = {
    "06-divide": divide,
    "06-average": averaged,
    "06-two-terms": loss_exponent,
}
