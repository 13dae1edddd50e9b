"""Solutions for chapter 04, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations


def unknowns(band: int, dimension: int) -> int:
    """The real unknowns of a real function with whole frequencies from ``-band`` to ``band`` in each dimension."""
    return (2 * band + 1) ** dimension


def split(lowest: float, best_in_class: float, exact_fit: float, trained: float) -> tuple[float, float, float]:
    """What capacity, finite data and optimisation add to the lowest error; the parts may be negative."""
    return best_in_class - lowest, exact_fit - best_in_class, trained - exact_fit


def alias(frequency: int, samples: int) -> int:
    """The lowest frequency that has the same cosine on a regular grid."""
    return min(frequency % samples, -frequency % samples)


def grid_error(band: int, samples: int, power: list[float], noise: float) -> float:
    """What the band leaves out, once more where it is folded into the band, and the noise that passes."""
    above = range(band + 1, len(power))
    folded = [k for k in above if alias(k, samples) <= band]
    return sum(power[k] for k in above) + sum(power[k] for k in folded) + noise**2 * (2 * band + 1) / samples


SOLUTIONS = {
    "04-unknowns": unknowns,
    "04-split": split,
    "04-alias": alias,
    "04-grid": grid_error,
}
