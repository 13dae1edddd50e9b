#: Wrong answers that you expect. Each function returns one, from the same arguments as the solution. Its name is what
#: your report calls the mistake, and its docstring is what the student reads. The check recognizes a mistake only if
#: the student's numbers agree with it in every case. If you need a helper function here, begin its name with _, as in
#: _rate: then it is not taken for a mistake.
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
