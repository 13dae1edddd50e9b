"""Solutions for chapter 04, for instructors; keyed by exercise. The exercises' texts stand in the chapter."""

from __future__ import annotations


def unknowns(band: int, dimension: int) -> int:
    """The real unknowns of a real function with whole frequencies from ``-band`` to ``band`` in each dimension."""
    return (2 * band + 1) ** dimension


def split(lowest: float, best_in_class: float, exact_fit: float, trained: float) -> tuple[float, float, float]:
    """What capacity, finite data and optimisation add to the lowest error; the parts may be negative."""
    return best_in_class - lowest, exact_fit - best_in_class, trained - exact_fit


SOLUTIONS = {"04-unknowns": unknowns, "04-split": split}
