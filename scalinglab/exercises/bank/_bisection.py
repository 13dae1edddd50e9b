"""Where a condition ends, for the right answers that are found by looking: the inverse of a law without its formula."""

import math
from collections.abc import Callable


def last(holds: Callable[[float], bool], low: float, high: float, *, log: bool = False) -> float:
    """The last number for which a condition holds that holds at ``low`` and no more at ``high``, by bisection.

    On a logarithmic scale if ``log``. A hundred halvings leave no more between both ends than rounding; most need half
    as many until there is no number between both ends.
    """
    for _ in range(100):
        middle, before = math.sqrt(low * high) if log else (low + high) / 2, (low, high)
        low, high = (middle, high) if holds(middle) else (low, middle)
        if (low, high) == before:  # and so it would stay
            break
    return low
