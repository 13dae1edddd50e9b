#: A right answer that is written differently. It shows that the check does not ask for your way of writing it.
import math


def amount_left(start, half_life, years):
    return start * math.exp(-math.log(2) * years / half_life)
