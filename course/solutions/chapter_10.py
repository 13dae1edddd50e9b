"""Solutions for chapter 10, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations

import math


def fewest(weights: list[float], error: float) -> int:
    """Drop the smallest weights as long as their squares add up to what is allowed."""
    squares = sorted(weight**2 for weight in weights)
    allowed, dropped, total = error**2 * sum(squares), 0, 0.0
    for square in squares:
        total += square
        if total > allowed:
            break
        dropped += 1
    return len(weights) - dropped


def growth(alpha: float, factor: float) -> float:
    """The error falls like n^(1/2 - 1/alpha)."""
    return factor ** (1 / (1 / alpha - 1 / 2))


def samples(kept: int, weights: int, bits: int, gap: float) -> float:
    """Solve the bound for n."""
    choices = math.lgamma(weights + 1) - math.lgamma(kept + 1) - math.lgamma(weights - kept + 1)
    return (choices + kept * bits * math.log(2) + math.log(1 / 0.05)) / (2 * gap**2)


def kept(error: float, layers: list[tuple[int, float, float]]) -> list[float]:
    """The fractions that one threshold for all layers leaves, when it drops the square of the error."""
    squares = [count * scale**2 * index / (index - 2) for count, scale, index in layers]

    def fractions(threshold: float) -> list[float]:
        return [max(threshold / scale, 1.0) ** -index for _, scale, index in layers]

    def too_little(threshold: float) -> bool:
        held = [
            fraction ** (1 - 2 / index) for fraction, (_, _, index) in zip(fractions(threshold), layers, strict=True)
        ]
        return sum(map(math.prod, zip(squares, held, strict=True))) < (1 - error**2) * sum(squares)

    low, high = 1e-6, 1e6
    for _ in range(100):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if too_little(middle) else (middle, high)
    return fractions(low)


SOLUTIONS = {
    "10-fewest": fewest,
    "10-growth": growth,
    "10-samples": samples,
    "10-layers": kept,
}
