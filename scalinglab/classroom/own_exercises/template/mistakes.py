#: Wrong answers that you expect. Each function returns one, from the same arguments as the solution. Its name is what
#: your report calls the mistake, its docstring is what the student reads. A name that begins with _ is a helper's.
import math


def straight_line(start, half_life, years):
    """You took the same amount away every year, but less decays when less is left: it is always half of the rest."""
    return start * (1 - years / (2 * half_life))


def e_instead_of_two(start, half_life, years):
    """After one half-life you have 37 % left. Which base belongs to halving?"""
    return start * math.exp(-years / half_life)


def what_has_decayed(start, half_life, years):
    """You returned what has decayed: nothing at the beginning, when all of it is still there."""
    return start * (1 - 0.5 ** (years / half_life))
