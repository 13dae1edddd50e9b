"""How far one coin is from another."""

import math


def bits_between(p: float, q: float) -> float:
    """Divergence of two coins, in bits."""
    sides = ((p, q), (1 - p, 1 - q))
    return math.fsum(one * math.log2(one / other) if one else 0.0 for one, other in sides)
